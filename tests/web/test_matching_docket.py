"""Matching in the docket: bands, evidence side by side, one or two people, and what a requester never learns."""

import re
from contextlib import ExitStack

import pytest
from django.test import Client

from ostiary.match.confirmed import Verdict
from ostiary.roll.identifiers import Field
from ostiary_web.casework import models, queries, queries_work
from ostiary_web.casework.actions import matching
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.identifying import check_identified
from ostiary_web.counter.keys import digest_of
from ostiary_web.counter.models import Receipt
from ostiary_web.ledger_link.models import Read
from ostiary_web.registry.actions import subjects as registers
from tests.web.matched import NAME, STRANGER, SURE, matched, name, on_the_roll, taken_over, texts, worked
from tests.web.pages_desk import enrolled, form_of, number_of, page, said, to_this_day
from tests.web.walking import Walk, a_database, a_desk, order, sound, subpoena


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    """One desk for the file, at the machine's own time."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("match"), url)))


@pytest.fixture
def walk(desk):
    return Walk(desk, order()).in_review()


@pytest.fixture(scope="module")
def people(desk):
    return [row for row in on_the_roll(desk) if row["social_security_no"]]


def the_one(walk):
    (found,) = queries_work.asked_about(walk.id)
    return found


def say(walk, verdict, role=Role.CUSTODIAN, by="", candidate="", subject="1"):
    found = matching.identifying.review(queries_work.latest_done(walk.id, "match"))
    candidate = candidate or found.pairs[subject][0].person
    matching.say(
        docket=walk.id, subject=subject, candidate=candidate, verdict=verdict, role=role, by=by or walk.desk.by(role),
        at=walk.desk.minute(),
    )  # fmt: skip


# --- the bands ------------------------------------------------------------------------------------------


def test_a_second_strong_identifier_and_a_clear_margin_are_enough_for_the_machine(walk, people):
    matched(walk, texts(people[0]))

    found = the_one(walk)
    assert found.record == people[0]["person_id"]
    assert {"dob", "ssn"} <= set(found.strong)
    assert queries.records(walk.id) == {"": people[0]["person_id"]}
    sound(walk)


def test_name_and_birth_date_alone_take_two_people_each_on_their_own(walk, people):
    name(walk, texts(people[1], NAME))
    worked(walk, "match")
    assert taken_over(walk) == 0

    say(walk, Verdict.SAME)
    assert taken_over(walk) == 0
    with pytest.raises(CaseworkError, match="must be another person's"):
        say(walk, Verdict.SAME)
    say(walk, Verdict.SAME, Role.RECORDS_OFFICER)

    assert taken_over(walk) == 1
    assert the_one(walk).record == people[1]["person_id"]


def test_known_by_one_strong_identifier_nobody_may_be_released(walk, people):
    name(walk, texts(people[1], NAME))
    worked(walk, "match")
    say(walk, Verdict.SAME)
    say(walk, Verdict.SAME, Role.RECORDS_OFFICER)
    taken_over(walk)

    with pytest.raises(Refused) as refused:
        check_identified(queries_work.identified(walk.id))

    assert refused.value.reason == "identified"
    assert "by 1 strong identifier only" in said(page(walk, "custodian"))


def test_a_rejected_candidate_is_nobody(walk, people):
    name(walk, texts(people[1], NAME))
    worked(walk, "match")
    say(walk, Verdict.OTHER)
    say(walk, Verdict.SAME, Role.RECORDS_OFFICER)

    assert taken_over(walk) == 0
    assert the_one(walk).record == ""


def test_a_stranger_is_nobody(walk):
    matched(walk, STRANGER)

    assert the_one(walk).record == ""
    assert "nobody of the roll is meant" in said(page(walk, "custodian"))


def test_a_second_person_of_a_cohort_gives_the_group_no_record(desk, people):
    request = order()
    request["subjects"] = {"count": 2, "identified_by": "name"}
    walk = matched(Walk(desk, request).in_review(), texts(people[0]), texts(people[2]))

    assert [one.record for one in queries_work.identified(walk.id)] == [people[0]["person_id"], people[2]["person_id"]]
    assert queries.records(walk.id) == {}


# --- by the pages -----------------------------------------------------------------------------------------


def test_the_whole_way_by_pages(walk, people):
    custodian, path = enrolled(walk.desk.who["custodian"]), f"/desk/{number_of(walk)}/"
    typed = {field.value: value for field, value in texts(people[3], NAME).items()}

    assert custodian.post(path + "person/", typed).status_code == 302
    custodian.post(path + "long-work/match/")
    number = queries_work.latest(walk.id, "match").number
    assert matching.queries_work.work(number).state == "waiting"
    from ostiary_web.casework.jobs_release import do_long_work

    assert do_long_work.func(number), queries_work.work(number).fault
    assert "Compare person 1 with the roll" in said(custodian.get(path))
    for who in ("custodian", "records_officer"):
        client = enrolled(walk.desk.who[who])
        shown = client.get(path + "person/1/compare/")
        assert "2 people decide, each alone" in said(shown)
        sent = form_of(shown, 'name="candidate"') | {"verdict": "same"}
        assert client.post(path + "person/1/compare/", sent).status_code == 302
    assert "Take over who they are (1)" in said(custodian.get(path))
    custodian.post(path + "take-over")

    assert the_one(walk).record == people[3]["person_id"]


def test_the_evidence_hides_what_nobody_asked_about(walk, people):
    name(walk, texts(people[1], NAME))
    worked(walk, "match")

    shown = said(page(walk, "custodian", "person/1/compare/"))

    assert people[1]["last_name"] in shown
    assert str(people[1]["social_security_no"]) not in shown
    assert "(held, not compared)" in shown


def test_that_a_candidate_was_looked_at_stands_in_the_table_of_reads(walk, people):
    name(walk, texts(people[1], NAME))
    worked(walk, "match")
    page(walk, "custodian", "person/1/compare/")

    found = Read.objects.filter(docket=walk.id, what="match").values_list("whose", flat=True)
    assert people[1]["person_id"] in set(found)


@pytest.mark.parametrize("who", ["reviewer_counsel", "decider", "checker", "intake"])
def test_others_compare_nobody(walk, people, who):
    name(walk, texts(people[1], NAME))
    worked(walk, "match")

    assert page(walk, who, "person/1/compare/").status_code == 403


def test_a_word_of_somebody_who_may_not_is_refused(walk, people):
    name(walk, texts(people[1], NAME))
    worked(walk, "match")

    with pytest.raises(Refused):
        say(walk, Verdict.SAME, Role.DECIDER)
    assert models.MatchWord.objects.filter(work__docket_id=walk.id).count() == 0


# --- bad input --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said_of", "why"),
    [
        ({Field.FIRST: "Ann"}, "nothing beside a name"),
        ({Field.SSN: "900-01-0002"}, "has no name"),
        ({Field.FIRST: "Ann", Field.LAST: "Lee", Field.DOB: "1890-13-45"}, "dob"),
        ({}, "names nobody|has no name"),
    ],
)
def test_who_cannot_be_searched_for_is_not_listed(walk, said_of, why):
    with pytest.raises(CaseworkError, match=why) as fault:
        name(walk, said_of)

    assert "1890" not in str(fault.value)
    assert queries_work.asked_about(walk.id) == []


def test_where_nothing_may_leave_nobody_is_even_listed(desk, people):
    walk = Walk(desk, subpoena()).in_review()

    with pytest.raises(Refused) as refused:
        name(walk, texts(people[0]))

    assert refused.value.reason == "something_may_leave"


def test_matching_nobody_is_a_failure_that_says_so(walk):
    number = matching_asked(walk)

    assert "names nobody" in queries_work.work(number).fault


def matching_asked(walk):
    from ostiary_web.casework import doing
    from ostiary_web.casework.actions import long_work

    number = long_work.ask(docket=walk.id, kind="match", by=walk.desk.by(Role.CUSTODIAN), at=walk.desk.minute())
    assert not long_work.run(number=number, doing=doing.DOING, at=walk.desk.minute())
    return number


def test_who_is_left_out_is_not_matched(walk, people):
    name(walk, texts(people[0]))
    name(walk, texts(people[2]))
    matching.leave_out(docket=walk.id, number=1, by=walk.desk.by(Role.CUSTODIAN), at=walk.desk.minute())
    worked(walk, "match")
    taken_over(walk)

    assert [(one.number, one.record) for one in queries_work.asked_about(walk.id)] == [(2, people[2]["person_id"])]


def test_another_person_added_makes_the_matching_out_of_date(walk, people):
    name(walk, texts(people[0]))
    worked(walk, "match")
    assert "Out of date" not in said(page(walk, "custodian"))

    name(walk, texts(people[2]))

    assert "Out of date" in said(page(walk, "custodian"))


# --- what a requester sees ----------------------------------------------------------------------------------


def followed(walk):
    """What the requester's own page says, but for the docket's number."""
    Receipt.objects.create(docket=walk.id, secret=digest_of("the secret"), given_at=walk.desk.now)
    shown = Client().post("/request/follow/", {"number": number_of(walk), "secret": "the secret"})
    assert shown.status_code == 200, said(shown)
    text = shown.content.decode().replace(number_of(walk), "NUMBER")
    return re.sub(r'value="[^"]{20,}"', "", text)  # the form's own key is another one each time


def test_on_the_roll_ambiguous_or_nobody_read_alike_from_outside(desk, people):
    walks = [Walk(desk, order()).in_review() for _ in range(3)]
    for walk, found in zip(walks, (texts(people[0]), texts(people[1], NAME), STRANGER), strict=True):
        matched(walk, found)

    assert len({followed(walk) for walk in walks}) == 1
    states = {walk.state for walk in walks}
    entries = [[entry.kind for entry in matching_entries(walk)] for walk in walks]
    assert states == {"in_review"}
    assert entries[1] == entries[2]
    public = {tuple(sorted(entry.public)) for walk in walks for entry in matching_entries(walk)}
    assert public == {("parameters",)}  # how many were found waits for the release


def matching_entries(walk):
    from ostiary_web.ledger_link.queries import history

    return [entry for entry in history(walk.id) if entry.kind == "roll.searched"]


def test_an_opt_out_in_the_registers_counts_once_it_is_known_who_it_is(desk, people):
    record = people[4]["person_id"]
    registers.record_opt_out(record=record, scope={}, by=desk.who["intake"], at=desk.minute())
    walk = Walk(desk, order()).in_review()
    assert "opt_out" not in queries.request_file(walk.id, desk.now.date())

    matched(walk, texts(people[4]))

    assert "opt_out" in queries.request_file(walk.id, desk.now.date())


def test_enough_is_two(walk, people):
    matched(walk, texts(people[0], SURE))

    check_identified(queries_work.identified(walk.id))
