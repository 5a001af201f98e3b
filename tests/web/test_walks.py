"""Dockets walked by action from the door to the last certificate, and what is left of each: events, log, verdict."""

import datetime as dt

import pytest
import yaml

from ostiary import strict_yaml
from ostiary.cli import deciding
from ostiary.cli.shared import write_json
from ostiary.decide.decide import decide
from ostiary.decide.request import read_request
from ostiary.errors import RequestError
from ostiary_web.casework import queries
from ostiary_web.casework.actions import decision, intake
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Choice, Settled
from ostiary_web.casework.docket.states import DocketKind
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.ledger_link.queries import history
from tests.conftest import ROOT
from tests.web.walking import PAPER, Walk, emergency, order, own, sound, subpoena, verified, with_consent


def denied(desk):
    walk = Walk(desk, subpoena()).in_review().reviewed("deny")
    walk.do("deny")
    return walk


def disposed(desk):
    walk = (
        Walk(desk, order()).in_review().reviewed().approved().cleared(days=20).packaged().seal().released().disposed()
    )
    assert walk.tick(days=5)[-1] == "close"
    return walk


def appealed_and_affirmed(desk):
    walk = denied(desk)
    walk.do("appeal", Role.INTAKE)
    walk.do("affirm")
    walk.do("close", Role.RECORDS_OFFICER)
    return walk


def appealed_and_reversed(desk):
    walk = Walk(desk, order()).in_review().reviewed("deny")
    walk.do("deny", refusals=mandates_refused(walk))
    walk.do("appeal", Role.INTAKE)
    walk.do("reverse", partly=False)
    walk.anew = True
    walk.reviewed().approved()
    return walk


def mandates_refused(walk):
    """What the law commands is refused on a ground alone, with its paper."""
    return tuple(Choice(key, Settled.REFUSED, "objection_filed", PAPER) for key in walk.lawful)


def stayed(desk):
    walk = Walk(desk, order()).in_review().reviewed().approved()
    walk.do("notify", letter=PAPER)
    walk.do("stay", Role.NOTICE_OFFICER, cause="suit")
    walk.do("end_stay", cause="review_over")
    desk.wait(20)
    walk.do("clear", Role.HEARING_OFFICER, cause="window_over")
    return walk


def challenged(desk):
    walk = Walk(desk, order()).in_review().reviewed().approved()
    walk.do("notify", letter=PAPER)
    walk.do("challenge", Role.NOTICE_OFFICER, ground="not_me", items=walk.lawful[:1])
    walk.do("decide_challenge", number=1, outcome="upheld")
    desk.wait(20)
    walk.do("clear", Role.NOTICE_OFFICER, cause="window_over")
    assert (
        walk.refused("package", manifest=PAPER, items=walk.lawful, paper_fields={"parameters": PAPER}) == "given_items"
    )
    walk.do("package", manifest=PAPER, items=walk.lawful[1:], paper_fields={"parameters": PAPER})
    return walk


def an_emergency(desk):
    walk = Walk(desk, emergency(), emergency=True).in_review().reviewed().approved().cleared().packaged().seal()
    walk.released()
    assert walk.docket.track == "emergency"
    assert "emergency_review" in {clock.name for clock in walk.docket.clocks}
    walk.do("review_emergency", finding="justified")
    return walk


def recalled(desk):
    walk = Walk(desk, order()).in_review().reviewed().approved().cleared().packaged().seal().released()
    walk.do("recall", Role.LEAD_COUNSEL, cause="order_vacated")
    return walk


def preserved(desk):
    walk = Walk(desk, order(), kind=DocketKind.PRESERVATION)
    assert walk.refused("docket_request", paper_fields={"instrument_form": "copy"}) == "no_preservation"
    walk.do("preserve", Role.INTAKE)
    assert walk.tick(days=100)[-1] == "end_preservation"
    return walk


def returned_and_abandoned(desk):
    walk = Walk(desk, subpoena())
    walk.do("return_request", missing=("identity",))
    assert "abandon" in walk.tick(days=40)
    return walk


def asked_and_answered(desk):
    walk = Walk(desk, order()).in_review()
    walk.do("ask", Role.REVIEWER_COUNSEL, questions=1, asked_for=("scope",))
    walk.do("answer", Role.INTAKE)
    walk.reviewed()
    return walk


def the_own_file(desk):
    walk = Walk(desk, own(), body="").in_review().reviewed().approved().cleared().packaged()
    assert walk.docket.track == "own"
    assert walk.refused("seal", **walk.sealing()) == "key_lives"
    until = desk.now.date() + dt.timedelta(days=30)
    given = {"docket": walk.id, "public": f"key of {walk.body}", "until": until, "by": desk.by(Role.VERIFIER)}
    intake.register_own_key(**given, at=desk.minute())
    with pytest.raises(CaseworkError, match="a key already"):
        intake.register_own_key(**given, at=desk.minute())
    return walk.seal().released()


def overdue(desk):
    walk = Walk(desk, order()).in_review().reviewed().approved().cleared().packaged().seal().released()
    walk.do("receipt", Role.RECORDS_OFFICER)
    assert "mark_overdue" in walk.tick(days=70)
    another = Walk(desk, order(), body=walk.body).in_review().reviewed()
    assert another.refused("approve", grants=another.lawful) == "counterparty"
    walk.do("dispose", certified_on=desk.now.date(), method="erased", certificate=PAPER)
    another.approved()
    return walk


def withdrawn(desk):
    walk = Walk(desk, order()).in_review()
    walk.do("withdraw", Role.INTAKE)
    assert walk.tick(days=5)[-1] == "close"
    return walk


ROUTES = {
    denied: "denied", disposed: "closed", appealed_and_affirmed: "closed", appealed_and_reversed: "approved",
    stayed: "cleared", challenged: "packaged", an_emergency: "released", recalled: "recalled", preserved: "closed",
    returned_and_abandoned: "abandoned", asked_and_answered: "decision", the_own_file: "released", overdue: "disposed",
    withdrawn: "closed",
}  # fmt: skip


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.__name__)
def test_a_docket_is_walked_to_its_end(route, walking_desk):
    walk = route(walking_desk)

    assert walk.state == ROUTES[route]
    sound(walk)


def test_the_verdict_of_each_walked_docket_is_the_command_lines_byte_for_byte(walking_desk, tmp_path, capsys):
    file, packs = tmp_path / "request.yaml", [ROOT / "packs" / "demo-agency"]
    walk = Walk(walking_desk, order()).in_review()
    for _, day, text in queries.verdicts(walk.id):
        file.write_text(queries.request_file(walk.id, day))
        capsys.readouterr()
        deciding.run(file, day.isoformat(), packs, explain=False, as_json=True)

        assert capsys.readouterr().out == text


@pytest.mark.parametrize("request_of", [subpoena, order, emergency, own, with_consent])
def test_its_verdict_is_the_librarys_on_its_export(request_of, walking_desk, bundle, capsys):
    body = "" if request_of is own else None
    walk = Walk(walking_desk, request_of(), body=body).in_review()
    for _, day, text in queries.verdicts(walk.id):
        doc = strict_yaml.parse(queries.request_file(walk.id, day), "r", RequestError)
        capsys.readouterr()
        write_json(decide(bundle, read_request(doc, bundle.words, as_of=day)).to_json())

        assert capsys.readouterr().out == text


def test_an_outsider_verifies_the_log_of_all_of_them(walking_desk):
    denied(walking_desk)

    assert verified(walking_desk) == 0


def test_refused_items_are_appealed_in_a_docket_of_their_own(walking_desk):
    walk = Walk(walking_desk, order()).in_review().reviewed().approved()
    refused = [item.key for item in walk.docket.verdict.items if item.key not in walk.lawful]
    done = decision.appeal_part(
        docket=walk.id, items=refused, received=walking_desk.now.date(), mode="post",
        by=walking_desk.by(Role.INTAKE), at=walking_desk.minute(),
    )  # fmt: skip

    child = queries.docket(done.docket.id)
    assert (child.kind, child.parent, walk.state) == (DocketKind.APPEAL, walk.id, "approved")
    assert walk.docket.linked == (child.id,)
    assert queries.claims(child.id)["elements_requested"] == sorted({key.element for key in refused})


def test_the_lag_of_an_entry_stands_in_the_log(walking_desk):
    early = walking_desk.now.date()
    text = yaml.safe_dump({**subpoena(), "request_date": early.isoformat()})
    walking_desk.wait(3)
    came = intake.Came(text, early, "post")
    docket = intake.take_in(came=came, by=walking_desk.by(Role.INTAKE), at=walking_desk.minute()).docket

    first = history(docket.id)[0]
    assert (first.public["entered_late_days"], first.day, docket.received) == (3, walking_desk.now.date(), early)


def test_a_request_is_not_received_tomorrow(walking_desk):
    ahead = walking_desk.now.date() + dt.timedelta(days=1)
    came = intake.Came(yaml.safe_dump({**subpoena(), "request_date": ahead.isoformat()}), ahead, "post")

    with pytest.raises(Refused, match="received today or before"):
        intake.take_in(came=came, by=walking_desk.by(Role.INTAKE), at=walking_desk.minute())
