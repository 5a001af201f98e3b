"""Long work: asked for by a button, done by the worker, followed on the docket's page; and what goes wrong with it."""

import json
from contextlib import ExitStack, contextmanager

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from ostiary_web.casework import doing, kept, models, queries, queries_work, roll
from ostiary_web.casework.actions import long_work
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.jobs_release import do_long_work, give_up_abandoned_work
from ostiary_web.casework.models_work import FAILED
from ostiary_web.ledger_link.queries import history
from tests.web.pages_desk import enrolled, number_of, page, said, to_this_day
from tests.web.walking import Walk, a_database, a_desk, order, sound, subpoena


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    """One desk for the file, at the machine's own time."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("work"), url)))


@pytest.fixture
def walk(desk):
    """A docket of a court's order that two reviewers have before them."""
    return Walk(desk, order()).in_review()


def asked(walk, kind="screen"):
    return long_work.ask(docket=walk.id, kind=kind, by=walk.desk.by(Role.CUSTODIAN), at=walk.desk.minute())


def worked(walk, number):
    """The worker does it, by the desk's own clock."""
    assert long_work.run(number=number, doing=doing.DOING, at=walk.desk.minute())
    return json.loads((kept.place_of("work", str(number)) / doing.SCREEN).read_text())


def the_work(walk, number):
    return queries_work.work(number)


def searches(walk):
    return [entry for entry in history(walk.id) if entry.kind == "roll.searched"]


# --- the usual way ------------------------------------------------------------------------------------


def test_the_button_asks_the_worker_and_the_page_shows_what_it_found(walk):
    client, path = enrolled(walk.desk.who["custodian"]), f"/desk/{number_of(walk)}/"

    client.post(path + "long-work/screen/")
    waits = said(client.get(path))
    assert "It waits for the worker" in waits
    do_long_work.func(queries_work.latest(walk.id, "screen").number)
    shown = said(client.get(path))

    assert "Counted over" in shown
    assert "nobody was looked at" in shown
    assert "waits for the worker" not in shown
    assert [entry.kind for entry in searches(walk)] == ["roll.searched"]
    sound(walk)


def test_the_screen_says_what_the_command_says(walk):
    (found,) = worked(walk, asked(walk))

    request = doing.facts.read(queries.request_file(walk.id, walk.desk.now.date()), doing.bundle().words)
    (again,) = roll.screens(request, roll.opened(), lambda what: None)
    assert found["values"] == again.to_json()["values"]
    assert found["people"] == again.people > 0


def test_the_picture_is_served_from_its_own_address(walk):
    do_long_work.func(asked(walk))

    answer = page(walk, "custodian", "long-work/picture/0.svg")

    assert answer["Content-Type"].startswith("image/svg+xml")
    assert answer.content.startswith(b"<svg")
    assert page(walk, "custodian", "long-work/picture/7.svg").status_code == 404


def test_how_far_it_is_stands_on_the_page_and_in_the_answer_to_its_script(walk):
    number = asked(walk)
    taken = long_work._take(number)
    step = long_work._teller(taken)
    step("reading the request")
    step("opening the roll")

    shown = page(walk, "reviewer_counsel")
    assert "Step 2 of 6: opening the roll" in said(shown)
    assert '<progress id="bar-screen" max="6" value="2">' in shown.content.decode()
    assert page(walk, "reviewer_counsel", "long-work/progress").json() == {"screen": [2, 6]}
    do_long_work.func(number)
    assert page(walk, "reviewer_counsel", "long-work/progress").json() == {}


def test_what_was_found_is_out_of_date_once_the_facts_change(walk):
    worked(walk, asked(walk))
    assert "Out of date" not in said(page(walk, "custodian"))

    walk.establish("instrument.ordered_elements", ["phone"], Role.LEAD_COUNSEL)

    assert "Out of date" in said(page(walk, "custodian"))


# --- who may, and when ----------------------------------------------------------------------------------


def test_what_the_law_refuses_whoever_the_person_is_is_refused_before_the_roll_is_touched(desk):
    walk = Walk(desk, subpoena()).in_review()

    with pytest.raises(Refused) as refused:
        asked(walk)

    assert refused.value.reason == "something_may_leave"
    assert models.LongWork.objects.filter(docket_id=walk.id).count() == 0
    assert "look nobody up" in said(page(walk, "custodian"))


@pytest.mark.parametrize("name", ["reviewer_counsel", "decider", "intake", "checker"])
def test_only_the_custodian_searches(walk, name):
    client, path = enrolled(walk.desk.who[name]), f"/desk/{number_of(walk)}/"

    client.post(path + "long-work/screen/")

    assert models.LongWork.objects.filter(docket_id=walk.id).count() == 0
    assert "Screen the roll" not in said(client.get(path))


def test_asked_twice_it_is_done_once(walk):
    asked(walk)

    with pytest.raises(CaseworkError, match="under way already"):
        asked(walk)


def test_there_is_no_other_work(walk):
    assert enrolled(walk.desk.who["custodian"]).post(f"/desk/{number_of(walk)}/long-work/mischief/").status_code == 404


# --- what goes wrong ------------------------------------------------------------------------------------


def test_a_worker_that_died_has_left_nothing_and_another_begins_anew(walk):
    number = asked(walk)
    dead = long_work._take(number)  # and then the machine was switched off

    do_long_work.func(number)

    assert the_work(walk, number).attempt == 2
    assert len(searches(walk)) == 1
    with pytest.raises(long_work.TakenOver):
        long_work._teller(dead)("a step of a worker that was only slow")


def test_of_two_workers_with_the_same_work_one_finishes(walk):
    number = asked(walk)
    taken = []

    def slow(work, folder, on_step):
        if not taken:
            taken.append(work)
            assert long_work.run(number=number, doing={"screen": slow})  # another worker is done with it before
        return doing.screen(work, folder, on_step if len(taken) > 1 else lambda what: None)

    assert long_work.run(number=number, doing={"screen": slow}) is False
    assert len(searches(walk)) == 1
    assert pages_say(walk) == []


def pages_say(walk):
    """Folders of work that nobody finished."""
    return [one for one in kept.folder("work").iterdir() if "-" in one.name or one.name.startswith(".")]


def test_work_that_is_done_is_not_done_again(walk):
    number = asked(walk)
    do_long_work.func(number)

    assert do_long_work.func(number) is False
    assert len(searches(walk)) == 1


def test_a_failure_says_what_to_do_and_nothing_of_a_person(walk):
    number = asked(walk)

    def broken(work, folder, on_step):
        raise ValueError("Maria Example, born 1990-01-01")

    long_work.run(number=number, doing={"screen": broken})

    shown = said(page(walk, "custodian"))
    assert "It could not be done: a fault of the program (ValueError)" in shown
    assert "Maria" not in shown
    assert searches(walk) == []
    assert "Screen the roll" in shown, shown[shown.index("What would leave") :][:900]


@contextmanager
def without_roll(desk):
    files = [*(desk.folder / "roll" / "people").glob("*.parquet")]
    away = [one.rename(one.with_suffix(".away")) for one in files]
    yield
    for one in away:
        one.rename(one.with_suffix(".parquet"))


def test_a_roll_that_is_not_there_is_told(walk):
    number = asked(walk)

    with without_roll(walk.desk):
        do_long_work.func(number)

    assert the_work(walk, number).state == FAILED
    assert "no file matches" in the_work(walk, number).fault


def test_a_docket_that_ended_meanwhile_is_not_searched(walk):
    number = asked(walk)
    walk.do("withdraw", Role.INTAKE)

    do_long_work.func(number)

    assert the_work(walk, number).state == FAILED
    assert searches(walk) == []


def test_a_result_that_was_changed_on_the_disk_is_not_shown(walk):
    number = asked(walk)
    do_long_work.func(number)
    place = kept.place_of("work", str(number)) / doing.SCREEN
    place.write_text(place.read_text().replace('"people": ', '"people": 9'))

    shown = said(page(walk, "custodian"))
    assert "what was found is not what was kept" in shown
    assert "Counted over" not in shown


def test_work_whose_workers_died_of_it_is_said_to_have_failed(walk):
    number = asked(walk)
    assert number not in queries_work.abandoned()
    job = DBTaskResult.objects.get(pk=models.LongWork.objects.get(pk=number).task)
    job.set_failed(RuntimeError("three workers died"))

    give_up_abandoned_work()

    assert the_work(walk, number).state == FAILED
    assert "have it done again" in said(page(walk, "custodian"))
    assert long_work.give_up(number=number, at=timezone.now()) is False
