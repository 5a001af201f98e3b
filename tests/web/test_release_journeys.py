"""Whole ways out, from a request to what the recipient opens: exactly the decided cells, and an entry for each."""

import csv
import json

import pytest

from ostiary.release import keys
from ostiary_web.casework import queries, queries_release, recheck, roll
from ostiary_web.casework.actions import afterwards, handing_over, intake
from ostiary_web.casework.actions.afterwards import Destroyed
from ostiary_web.casework.actions.machine import LATE_NOTICE
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.queries_release import order_of, standing
from ostiary_web.ledger_link.queries import history
from ostiary_web.registry.actions import subjects as registers
from ostiary_web.registry.models import LetterText
from tests.web.matched import matched, texts
from tests.web.released import (
    VALID,
    agreed,
    checked,
    cleared,
    linked,
    matched_one,
    of_whom_something_leaves,
    opened,
    packed,
    released,
    sealed,
    signed,
    taken,
    walking,
)
from tests.web.walking import FAR, PAPER, Walk, example, order, own, sound, verified, with_consent


@pytest.fixture(scope="module")
def desk(releasing_desk):
    """One desk for the file, at the machine's own time."""
    return releasing_desk


def handed_over(walk):
    """Sealed, released, signed for, picked up, and opened by the recipient with the command: the folder."""
    released(sealed(walk))
    secret = linked(walk)
    signed(walk, secret)
    return opened(walk, taken(walk, secret))


def exactly_what_was_decided(walk, folder):
    """The opened bytes are the cells that the interpreter lets go, no more and no less; and the outsider agrees."""
    packing = standing(walk.docket)
    order_ = order_of(walk.docket, walk.desk.now.date())
    found = recheck.check(order_, roll.opened(), folder, packing.items)
    assert found.faults == ()
    assert found.cells > 0
    kinds = [entry.kind for entry in history(walk.id)]
    assert kinds.count("release.sealed") == kinds.count("release.delivered") == 1
    assert kinds.index("release.sealed") < kinds.index("release.delivered")
    sound(walk)
    assert verified(walk.desk) == 0
    return found


def rows(folder):
    with (folder / "released.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def elements(folder):
    return {name.split("__")[1] for name in rows(folder)[0]}


def test_a_court_order_that_names_two_fields(desk):
    walk = cleared(walking(desk), least=2)
    folder = handed_over(walk)

    exactly_what_was_decided(walk, folder)
    assert elements(folder) == {"address_residential", "phone"}  # and not the employer, which the order does not name
    (row,) = rows(folder)
    assert walk.person["address_line1"] in row.values()


def test_a_fleeing_felon_mandate_without_notice_before(desk):
    walk = walking(desk, example("6-fleeing-felon-notice.yaml")).in_review()
    matched_one(walk)
    walk.reviewed().approved()
    until = desk.now.date() + handing_over.dt.timedelta(days=30)
    walk.do("delay_notice", until=until, basis="snap_fleeing_7usc2020e8E", order=PAPER)
    walk.do("clear", cause="notice_delayed")
    folder = handed_over(walk)

    exactly_what_was_decided(walk, folder)
    assert elements(folder) <= {"address_residential", "ssn", "photo"}
    (row,) = accounted(walk)
    assert row.withheld_because
    assert row.told_from == until + handing_over.dt.timedelta(days=1)


def accounted(walk):
    from ostiary_web.casework.queries_release import accounted as of

    return [one for one in of(walk.person["person_id"]) if one.of.docket_id == walk.id]


def test_a_release_by_consent_and_a_consent_revoked_between_check_and_seal(desk):
    walk = consented(desk)
    folder = handed_over(walk)
    exactly_what_was_decided(walk, folder)

    other = agreed(checked(packed(consented(desk))))
    consent = (
        registers.Consent.objects.filter(record=other.person["person_id"], revoked_at=None).order_by("-pk").first()
    )
    registers.revoke_consent(consent=consent.pk, by=desk.who["intake"], at=desk.minute())

    with pytest.raises(Refused):
        handing_over.seal(docket=other.id, by=desk.by(Role.RELEASE_OFFICER), at=desk.minute())
    assert "release.sealed" not in [entry.kind for entry in history(other.id)]


def consented(desk):
    """A legislator's office, with the signed consent of a person whom the roll knows."""
    request = with_consent()
    request["consent"][0]["signed_on"] = "2026-06-20"
    walk = walking(desk, request).in_review()
    scope = {name.removeprefix("consent."): value for name, value in request["consent"][0].items()}
    for row in of_whom_something_leaves(walk):
        days = {"since": desk.now.date(), "until": desk.now.date().replace(year=2059)}
        registers.record_consent(
            record=row["person_id"], scope=scope, paper=PAPER, by=desk.who["intake"], at=desk.minute(), **days
        )
        walk.person = row
        matched(walk, texts(row))
        break
    return walk.reviewed().approved().cleared()


def test_a_persons_own_file_goes_to_a_key_of_their_own(desk):
    walk = Walk(desk, own(), body="").in_review()
    folder = desk.folder / "a person"
    folder.mkdir()
    public, walk.key = keys.new_recipient("A person", folder, VALID, None)
    by = desk.by(Role.VERIFIER)
    intake.register_own_key(docket=walk.id, public=public.read_text(), until=FAR, by=by, at=desk.minute())
    matched_one(walk)
    opened_ = handed_over(walk.reviewed().approved().cleared())

    exactly_what_was_decided(walk, opened_)
    assert walk.docket.track == "own"
    (row,) = accounted(walk)
    assert row.recipient == "the person, or who acts for the person"


def test_an_overbroad_demand_is_approved_in_part(desk):
    walk = walking(desk).in_review()
    matched_one(walk, least=2)
    walk.reviewed()
    phone = tuple(key for key in walk.lawful if key.element == "phone")
    rest = [key for key in walk.lawful if key.element != "phone"]
    refusals = tuple(
        walk_choice(key, walk) for key in rest if walk.docket.verdict.item(key).outcome.value == "mandated"
    )
    walk.do("approve", grants=phone, refusals=refusals)
    folder = handed_over(walk.cleared())

    exactly_what_was_decided(walk, folder)
    assert elements(folder) == {"phone"}
    assert walk.person["address_line1"] not in (folder / "released.csv").read_text()


def walk_choice(key, walk):
    from ostiary_web.casework.docket.snapshot import Choice, Settled

    return Choice(key, Settled.REFUSED, "objection_filed", PAPER)


def test_a_challenged_item_stays_while_the_rest_goes(desk):
    walk = walking(desk).in_review()
    matched_one(walk, least=2)
    walk.reviewed().approved()
    walk.do("notify", letter=PAPER)
    stopped = tuple(key for key in walk.docket.decision.granted if key.element == "phone")
    walk.do("challenge", Role.NOTICE_OFFICER, ground="not_me", items=stopped)
    walk.do("clear", cause="waived", waivers=PAPER)
    folder = handed_over(walk)

    exactly_what_was_decided(walk, folder)
    assert elements(folder) == {"address_residential"}


@pytest.mark.long
def test_a_stay_keeps_everything_back(desk):
    walk = walking(desk).in_review()
    matched_one(walk)
    walk.reviewed().approved()
    walk.do("notify", letter=PAPER)
    walk.do("stay", Role.NOTICE_OFFICER, cause="suit")

    with pytest.raises(Refused):
        packed(walk)
    assert walk.state == "stayed"


@pytest.mark.long
def test_two_persons_in_one_request_two_rows_in_its_order(desk):
    request = order()
    request["subjects"] = {"count": 2, "identified_by": "name"}
    first = walking(desk).in_review()
    people = of_whom_something_leaves(first)[:2]
    walk = matched(walking(desk, request).in_review(), texts(people[1]), texts(people[0]))
    walk.person = people[1]
    walk.reviewed().approved().cleared()
    folder = handed_over(walk)

    exactly_what_was_decided(walk, folder)
    streets = [next(value for name, value in row.items() if name.endswith("__address_line1")) for row in rows(folder)]
    assert streets == [people[1]["address_line1"], people[0]["address_line1"]]
    assert "row 1 is person 1; row 2 is person 2" in (folder / "NOTICE.txt").read_text()


def test_receipt_reminders_certificate_and_the_end(desk):
    walk = cleared(walking(desk))
    handed_over(walk)
    until = walk.docket.seal.retain_until
    noon = desk.now.replace(hour=12)
    days = [61, 60, 60, 31, 30, 15, 14, 1, 0, 0]
    sent = [
        afterwards.remind(at=noon + (until - desk.now.date() - handing_over.dt.timedelta(days=left))) for left in days
    ]
    lines = [Destroyed(name, "the clerk's safe", "shredded") for name in afterwards.FILES]

    assert sent[0] == 0 or days[0] < 60
    reminders = [one for one in queries.paper_rows(walk.id) if one.kind == "reminder"]
    assert len(reminders) == 4  # 60, 30, 15, and the day itself; each once
    with pytest.raises(CaseworkError, match=r"says nothing of NOTICE\.txt"):
        certify(walk, lines[:-1])
    certify(walk, lines)
    assert walk.state == "disposed"
    assert not handing_over.file_of(walk.docket.seal.release).exists()


def certify(walk, lines):
    afterwards.certify(
        docket=walk.id, lines=lines, signer="The clerk", certified_on=walk.desk.now.date(),
        by=walk.desk.by(Role.RECORDS_OFFICER), at=walk.desk.minute(),
    )  # fmt: skip


@pytest.mark.long
def test_an_order_that_is_vacated_is_recalled(desk):
    walk = cleared(walking(desk))
    handed_over(walk)
    handing_over.recall(docket=walk.id, cause="order_vacated", by=desk.by(Role.LEAD_COUNSEL), at=desk.minute())

    assert walk.state == "recalled"
    letter = next(one for one in queries.paper_rows(walk.id) if one.kind == "recall")
    assert letter.size > 100
    entry = next(one for one in history(walk.id) if one.kind == "release.recalled")
    assert json.loads(json.dumps(entry.public))["cause"] == "order_vacated"


def test_once_the_delay_is_over_the_people_are_told_by_the_machine_and_see_the_accounting(desk):
    """Last: the desk's clock then stands ahead of the recipients'."""
    walk = walking(desk, example("6-fleeing-felon-notice.yaml")).in_review()
    matched_one(walk)
    walk.reviewed().approved()
    until = desk.now.date() + handing_over.dt.timedelta(days=3)
    walk.do("delay_notice", until=until, basis="snap_fleeing_7usc2020e8E", order=PAPER)
    walk.do("clear", cause="notice_delayed")
    released(sealed(walk))
    writer, reader = desk.who["policy_author"], desk.who["policy_approver"]
    LetterText.objects.create(
        code=LATE_NOTICE, language="en", version=1, text="Records about you were given.", added_at=desk.now,
        added_by=writer, reviewed_at=desk.now, reviewed_by=reader,
    )  # fmt: skip
    assert "tell_late" not in walk.tick()

    assert "tell_late" in walk.tick(days=4)
    assert queries_release.told_now() == [walk.id]
    afterwards.told_late(docket=walk.id, at=desk.minute())
    (row,) = accounted(walk)
    assert (row.withheld_because, row.told_from) == ("", desk.now.date())
