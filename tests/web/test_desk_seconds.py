"""Acts of two people: each as themselves, on what was seen; nobody is named by another."""

import re
from contextlib import ExitStack

import pytest

from ostiary_web.casework import models, queries
from ostiary_web.casework.actions import seconds
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.transitions import TABLE
from ostiary_web.casework.faults import Refused
from tests.web.pages_desk import do, enrolled, number_of, page, said, to_this_day
from tests.web.walking import PAPER, Walk, a_database, a_desk, order, sound, subpoena, verified

TWO = sorted({row.act for row in TABLE if row.second})


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    """One desk for all pages, at the machine's own time, on whichever database the tests run on."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("seconds"), url)))


@pytest.fixture
def walk(desk):
    """A docket whose form can be refused, by two."""
    return Walk(desk, subpoena()).docketed()


def proposed(walk):
    """The verifier proposes to refuse the form; the address of the proposal."""
    answer = do(walk, "verifier", "refuse_form", defects=["not_signed"])
    assert answer.status_code == 302, said(answer)
    [one] = models.Proposal.objects.filter(docket_id=walk.id, outcome="")
    return f"/desk/{number_of(walk)}/proposal/{one.pk}/"


def post(walk, name, path, **typed):
    return enrolled(walk.desk.who[name]).post(path, typed, follow=True)


def test_proposed_nothing_is_done_until_the_second_has_agreed(walk):
    path = proposed(walk)
    assert walk.acts[-1] == "docket_request"
    assert "Waits for a second person" in said(page(walk, "lead_counsel"))
    assert number_of(walk) in said(enrolled(walk.desk.who["lead_counsel"]).get("/desk/proposals/"))
    shown = said(enrolled(walk.desk.who["lead_counsel"]).get(path))
    assert "Exactly this is proposed" in shown
    assert "not signed" in shown

    answer = post(walk, "lead_counsel", path + "agree")
    assert "You agreed, and it is done" in said(answer)
    event = queries.history(walk.id)[-1]
    by, second = (walk.desk.who[name].reference for name in ("verifier", "lead_counsel"))
    assert (event.data["by"], event.data["second"], event.data["second_role"]) == (by, second, "lead_counsel")
    assert walk.state == "refused_form"
    sound(walk)
    assert verified(walk.desk) == 0


def test_nobody_agrees_for_another_nor_with_themselves(walk):
    path = proposed(walk)
    for name in ("verifier", "intake", "decider"):
        answer = post(walk, name, path + "agree")
        assert "You agreed" not in said(answer), name
        assert walk.state == "docketed"
    assert "You cannot agree to this" in said(enrolled(walk.desk.who["verifier"]).get(path))


def test_naming_the_other_in_the_form_does_nothing(walk):
    other = walk.desk.who["lead_counsel"].reference
    do(walk, "verifier", "refuse_form", defects=["not_signed"], second=other)

    assert walk.state == "docketed"


def test_declined_with_its_reason_the_docket_stays(walk):
    path = proposed(walk)
    assert "This field is required" in said(post(walk, "lead_counsel", path, why=" "))
    answer = post(walk, "lead_counsel", path, why="The signature stands on page two.")

    assert "Declined" in said(answer)
    assert walk.state == "docketed"
    row = models.Proposal.objects.get(docket_id=walk.id)
    assert (row.outcome, row.why) == ("declined", "The signature stands on page two.")
    assert "The signature stands on page two." in said(page(walk, "verifier"))
    assert "declined: The signature stands on page two." in said(page(walk, "verifier", path.split("/", 3)[3]))
    assert "You agreed" not in said(post(walk, "lead_counsel", path + "agree"))


def test_once_the_docket_has_moved_it_has_lapsed_and_can_be_proposed_anew(walk):
    path = proposed(walk)
    assert do(walk, "lead_counsel", "hold", cause="litigation").status_code == 302
    assert "Lapsed: the docket has changed since." in said(page(walk, "verifier"))
    answer = post(walk, "lead_counsel", path + "agree")
    assert "somebody has acted on this docket since you looked" in said(answer)
    assert walk.state == "docketed"

    again = proposed(walk)
    assert again != path
    assert models.Proposal.objects.filter(docket_id=walk.id, outcome="lapsed").count() == 1


def test_only_who_proposed_it_takes_it_back(walk):
    path = proposed(walk)
    assert "somebody else proposed this" in said(post(walk, "lead_counsel", path + "take-back"))
    assert "Taken back" in said(post(walk, "verifier", path + "take-back"))
    assert walk.state == "docketed"


def test_one_of_an_act_stands_and_a_form_proposes_once(walk):
    proposed(walk)
    answer = do(walk, "verifier", "refuse_form", defects=["not_signed"])

    assert "this act is proposed already" in said(answer)
    assert models.Proposal.objects.filter(docket_id=walk.id).count() == 1


def test_what_nobody_could_agree_to_is_refused_at_once(desk):
    walk = Walk(desk, order()).in_review()
    with pytest.raises(Refused, match="only a running internal limit"):
        seconds.propose(
            docket=walk.id, act="extend", by=desk.by(Role.EXECUTIVE), role=Role.EXECUTIVE, at=desk.minute(), key="k",
            clock=walk.docket.clocks[0].name, until=desk.now.date(), memo="",
        )  # fmt: skip


def test_an_act_of_one_person_is_not_proposed(walk):
    with pytest.raises(Refused, match="no second person"):
        seconds.propose(
            docket=walk.id, act="hold", by=walk.desk.by(Role.LEAD_COUNSEL), role=Role.LEAD_COUNSEL,
            at=walk.desk.minute(), key="k", cause="litigation",
        )  # fmt: skip


def _held(desk):
    walk = Walk(desk, subpoena()).docketed()
    walk.do("hold", Role.LEAD_COUNSEL, cause="litigation")
    return walk, "lead_counsel", "executive", {"number": 1, "cause": "cause_gone"}


def _approved(desk):
    walk = Walk(desk, order()).in_review().reviewed("grant_in_part").approved()
    given = {"until": walk.desk.now.date(), "basis": next(iter(_bases())), "order": PAPER}
    return walk, "notice_officer", "lead_counsel", given


def _bases():
    from ostiary_web.wiring import bundle

    return sorted(bundle().authorities)


def _form_refused(desk):
    return Walk(desk, subpoena()).docketed(), "verifier", "lead_counsel", {"defects": ("not_signed",)}


def _extended(desk):
    import datetime as dt

    walk = Walk(desk, order()).in_review()
    clock = next(one for one in walk.docket.clocks if one.name == "review")
    given = {"clock": clock.name, "until": clock.due + dt.timedelta(days=1), "memo": PAPER}
    return walk, "executive", "lead_counsel", given


def _window(desk):
    import datetime as dt

    day = desk.now.date() + dt.timedelta(days=3)
    walk = Walk(desk, order()).in_review(court_date=day).reviewed("grant_in_part").approved()
    walk.do("notify", letter=PAPER)
    return walk, "lead_counsel", "executive", {"court_date": day, "order": PAPER}


MADE = {
    "lift_hold": _held, "delay_notice": _approved, "refuse_form": _form_refused, "extend": _extended,
    "shorten_window": _window,
}  # fmt: skip


def test_every_act_of_two_people_is_known_here():
    assert sorted(MADE) == TWO


@pytest.mark.parametrize("act", TWO)
def test_every_act_of_two_people_is_proposed_agreed_to_and_done(desk, act):
    walk, first, second, given = MADE[act](desk)
    role = next(role for role in Role if role.value == first)
    number = seconds.propose(
        docket=walk.id, act=act, by=desk.who[first].reference, role=role, at=desk.minute(), key=act, **given
    )
    assert act not in walk.acts
    seconds.agree(proposal=number, by=desk.who[second].reference, at=desk.minute())

    event = next(one for one in queries.history(walk.id) if one.act == act)
    assert (event.data["by"], event.data["second"]) == (desk.who[first].reference, desk.who[second].reference)
    sound(walk)


def test_who_agrees_reads_the_provision_as_it_is_cited(desk):
    from ostiary_web.wiring import bundle

    walk, first, second, given = _approved(desk)
    by = desk.who[first].reference
    number = seconds.propose(
        docket=walk.id, act="delay_notice", by=by, role=Role.NOTICE_OFFICER, at=desk.minute(), key="cited", **given
    )
    shown = said(enrolled(desk.who[second]).get(f"/desk/{number_of(walk)}/proposal/{number}/"))

    assert bundle().authorities[given["basis"]].citation in shown


def test_the_disabled_button_is_tied_to_its_reason(walk):
    text = page(walk, "verifier").content.decode()
    ties = re.findall(r'aria-disabled="true" aria-describedby="([^"]+)"', text)

    assert ties
    assert all(f'id="{one}"' in text for one in ties)
