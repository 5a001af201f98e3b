"""Sealing and handing over: log first; one link for one recipient; a receipt before anything is given."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import formats

from ostiary.errors import BadInput
from ostiary.ledger.net import TooFewWitnesses
from ostiary_web.casework import kept, models, packaging, queries, queries_release
from ostiary_web.casework.actions import accounting, handing_over, offering
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.jobs_release import finish_sealed_packages
from ostiary_web.ledger_link import publishing
from ostiary_web.ledger_link.faults import NotCosigned
from ostiary_web.registry import queries as registry
from ostiary_web.registry.actions import bodies
from tests.web.pages_desk import page, said
from tests.web.released import (
    agreed,
    checked,
    cleared,
    linked,
    opened,
    packed,
    released,
    signed,
    taken,
    walking,
)
from tests.web.walking import sound


@pytest.fixture(scope="module")
def desk(releasing_desk):
    """One desk for the file, at the machine's own time."""
    return releasing_desk


@pytest.fixture
def ready(desk):
    """A court's order whose package waits for its seal."""
    return agreed(checked(packed(cleared(walking(desk)))))


@pytest.fixture
def gone(ready):
    """The same, released for pick-up."""
    return released(seal(ready))


def seal(walk):
    handing_over.seal(docket=walk.id, by=walk.desk.by(Role.RELEASE_OFFICER), at=walk.desk.minute())
    return walk


@pytest.fixture(scope="module")
def waiting(desk):
    """One release for all tests that only make and try links, and take nothing."""
    return released(seal(agreed(checked(packed(cleared(walking(desk)))))))


def the_release(walk):
    return queries_release.release_of(walk.id, walk.docket.seal.release)


def test_sealed_picked_up_and_opened_by_the_recipient(gone):
    secret = linked(gone)
    signed(gone, secret)
    folder = opened(gone, taken(gone, secret))

    assert gone.state == "receipted"
    assert (folder / "NOTICE.txt").read_text().startswith("CONFIDENTIAL RECORDS")
    assert gone.person["address_line1"] in (folder / "released.csv").read_text()
    sound(gone)


def test_once_it_is_sealed_the_agency_cannot_open_it(ready):
    seal(ready)

    packing = queries_release.standing(ready.docket)
    assert not kept.place_of(*packing.place).exists()
    with pytest.raises(CaseworkError):
        packaging.prepared(kept.place_of(*packing.place), kept.place_of("nowhere"))


def test_the_package_names_the_docket_the_decision_the_law_and_the_day_of_destruction(waiting):
    from ostiary.release.opening import _verified
    from ostiary.release.signers import read_signers

    _, path = handing_over.whole(waiting.docket)
    with path.open("rb") as file:
        _, statement, signer = _verified(file, path.name, read_signers(waiting.desk.signers))

    core = statement.core
    assert (core.docket, core.people, signer.name) == (waiting.id, 1, "The agency")
    assert core.decision.startswith("decision-")
    assert core.retain_until == queries_release.standing(waiting.docket).retain_until
    assert all(column["authorities"] for column in core.columns.values())


# --- the seal -----------------------------------------------------------------------------------------------


def test_while_the_witnesses_are_down_nothing_is_finished_and_later_the_worker_does(ready, monkeypatch):
    wait = publishing.await_cosigned
    asked = []

    def down_after_the_act(index, **more):
        asked.append(index)
        if len(asked) > 1:  # the docket's last entry was cosigned, the sealing's own is not
            raise NotCosigned("nothing is disclosed: too few witnesses answer")
        return wait(index, **more)

    monkeypatch.setattr(publishing, "await_cosigned", down_after_the_act)
    with pytest.raises(NotCosigned):
        seal(ready)
    assert ready.state == "sealed"
    assert not handing_over.file_of(ready.docket.seal.release).exists()
    with pytest.raises(CaseworkError, match="not finished yet"):
        released(ready)

    monkeypatch.undo()
    finish_sealed_packages()

    released(ready)
    assert ready.acts.count("seal") == 1


@pytest.mark.parametrize("after", ["_finish", "_digest_of"])
def test_a_process_that_dies_while_it_finishes_is_made_up_for(ready, monkeypatch, after):
    before = getattr(handing_over, after)

    def dies(*args):
        before(*args)
        raise KeyboardInterrupt  # as a signal would

    monkeypatch.setattr(handing_over, after, dies)
    with pytest.raises(KeyboardInterrupt):
        seal(ready)
    monkeypatch.undo()
    finish_sealed_packages()

    assert the_release(ready).finished
    assert models.Release.objects.filter(docket_id=ready.id).count() == 1
    secret = linked(released(ready))
    signed(ready, secret)
    opened(ready, taken(ready, secret))


def test_a_full_disk_while_sealing_leaves_no_part_of_a_package(ready, monkeypatch):
    from ostiary.release import sealing

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sealing, "header", full)  # the first write of what follows the payload
    with pytest.raises(BadInput, match="No space left"):
        seal(ready)
    monkeypatch.undo()

    assert ready.state == "sealed"
    assert not handing_over.file_of(ready.docket.seal.release).exists()
    assert not list(handing_over.roll.folder("releases").glob(f"*{ready.docket.seal.release}*.partial*"))
    finish_sealed_packages()
    assert the_release(ready).finished


def test_without_a_key_that_signs_nothing_is_sealed(ready, settings):
    from dataclasses import replace

    settings.OSTIARY = replace(settings.OSTIARY, signer="")

    with pytest.raises(CaseworkError, match="OSTIARY_SIGNER"):
        seal(ready)
    assert ready.state == "packaged"


def test_a_revoked_key_is_sealed_to_no_more(ready):
    revoke(ready)

    with pytest.raises(Refused):
        seal(ready)
    assert ready.state == "packaged"


def revoke(walk):
    from ostiary.ledger.kinds import catalogue

    key = queries_release.standing(walk.docket).recipient_key
    cause = sorted(catalogue().lists["key_ends"])[0]
    bodies.revoke_key(key=key, cause=cause, by=walk.desk.who["records_officer"], at=walk.desk.minute())


def test_a_challenge_one_second_before_the_release_stops_it(ready):
    seal(ready)
    ready.do("challenge", Role.NOTICE_OFFICER, ground="not_me", items=tuple(sorted(ready.docket.decision.granted)))

    with pytest.raises(Refused):
        released(ready)
    assert ready.state == "sealed"


# --- the link -----------------------------------------------------------------------------------------------


def test_a_link_serves_once(gone):
    secret = linked(gone)
    signed(gone, secret)
    taken(gone, secret)

    with pytest.raises(CaseworkError, match="does not serve"):
        taken(gone, secret)
    assert offering.offered(secret, gone.desk.minute()) is None


def test_nothing_is_given_before_the_receipt_is_signed(waiting):
    secret = linked(waiting)

    with pytest.raises(CaseworkError, match="does not serve"):
        taken(waiting, secret)
    assert waiting.state == "released"


def test_who_cannot_say_whose_it_is_gets_nothing_and_the_fifth_time_ends_it(waiting):
    secret = linked(waiting)
    with pytest.raises(CaseworkError):
        offering.sign(secret=secret, name="Mallory, of nowhere", proved=False, at=waiting.desk.minute())
    for _ in range(offering.WRONG):
        offering.not_proved(secret, waiting.desk.minute())

    assert offering.offered(secret, waiting.desk.minute()) is None


def test_a_new_link_ends_the_old_one(waiting):
    old, new = linked(waiting), linked(waiting)

    assert offering.offered(old, waiting.desk.minute()) is None
    assert offering.offered(new, waiting.desk.minute()) is not None


def test_an_expired_link_serves_no_more(waiting):
    secret = linked(waiting, days=1)
    later = waiting.desk.now + handing_over.dt.timedelta(days=2)

    assert offering.offered(secret, later) is None


def test_a_wrong_link_and_a_used_one_read_alike(waiting):
    assert offering.offered("no such link", waiting.desk.minute()) is None


@pytest.mark.parametrize(("days", "most"), [(0, 1), (15, 1), (7, 0), (7, 6)])
def test_a_link_has_bounds(waiting, days, most):
    with pytest.raises(CaseworkError, match="a link serves"):
        linked(waiting, days=days, most=most)


def test_a_hold_stops_a_hand_over_that_was_offered_before(gone):
    secret = linked(gone)
    signed(gone, secret)
    gone.do("hold", Role.LEAD_COUNSEL, cause="litigation")

    with pytest.raises(Refused, match="hold"):
        taken(gone, secret)


def test_a_frozen_recipient_gets_nothing(gone):
    secret = linked(gone)
    bodies.freeze(code=gone.body, cause="breach", by=gone.desk.who["records_officer"], at=gone.desk.minute())

    with pytest.raises(Refused, match="frozen"):
        signed(gone, secret)


def test_while_the_rules_are_suspended_nothing_is_handed_over(gone, monkeypatch):
    """Released, offered and signed for; what the law must still say is asked once more when it really leaves."""
    secret = linked(gone)
    signed(gone, secret)
    used = registry.rules_in_use()
    monkeypatch.setattr(registry, "rules_in_use", lambda: replace(used, suspended=True))

    with pytest.raises(Refused) as refused:
        taken(gone, secret)
    assert refused.value.reason == "bundle_in_use"


def test_while_no_witness_answers_nothing_is_handed_over(gone, monkeypatch):
    """Also the entries of the release and of its receipt are cosigned before the file is given."""
    secret = linked(gone)
    signed(gone, secret)

    def nobody(*asked, **more):
        raise TooFewWitnesses("no witness answers", b"", ())

    with monkeypatch.context() as down:
        down.setattr(publishing, "gather", nobody)
        with pytest.raises(NotCosigned):
            taken(gone, secret)
    assert taken(gone, secret)


def test_a_key_that_ended_since_opens_nothing_new(gone, monkeypatch):
    secret = linked(gone)
    signed(gone, secret)
    standing = registry.standing

    def ended(code, day):
        return replace(standing(code, day), key_until=day - dt.timedelta(days=1))

    monkeypatch.setattr(registry, "standing", ended)

    with pytest.raises(Refused) as refused:
        taken(gone, secret)
    assert refused.value.reason == "key_lives"


def test_a_file_that_was_changed_is_not_handed_over(gone):
    secret = linked(gone)
    signed(gone, secret)
    path = handing_over.file_of(gone.docket.seal.release)
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    with pytest.raises(CaseworkError, match="not what was sealed"):
        taken(gone, secret)


def test_only_the_release_officer_makes_a_link(waiting):
    with pytest.raises(Refused):
        offering.offer(
            docket=waiting.id, by=waiting.desk.by(Role.CUSTODIAN), role=Role.CUSTODIAN, at=waiting.desk.minute()
        )


def test_a_medium_is_written_only_where_it_leaves_so(ready):
    released(seal(ready), "media")
    name, path = offering.for_media(docket=ready.id, by=ready.desk.by(Role.RELEASE_OFFICER), at=ready.desk.minute())

    assert name.endswith(".ostiary")
    opened(ready, path)


def test_what_is_picked_up_is_not_written_on_a_medium(waiting):
    with pytest.raises(CaseworkError, match="does not leave on a medium"):
        offering.for_media(docket=waiting.id, by=waiting.desk.by(Role.RELEASE_OFFICER), at=waiting.desk.minute())


# --- afterwards ---------------------------------------------------------------------------------------------


def test_each_persons_accounting_says_what_left_to_whom_and_when_they_are_told(waiting):
    (row,) = [one for one in queries_release.accounted(waiting.person["person_id"]) if one.of.docket_id == waiting.id]

    assert row.recipient.startswith("Office recipient_")
    assert row.told_from == row.on
    assert "address_residential" in row.items or "phone" in row.items
    assert len(row.laws) > 5
    before = models.Disclosed.objects.count()
    packing = queries_release.standing(waiting.docket)
    accounting.write(docket=waiting.id, release=the_release(waiting), packing=packing, at=waiting.desk.minute())
    assert models.Disclosed.objects.count() == before


def test_the_docket_says_what_each_person_will_be_told_and_when(waiting):
    told = said(page(waiting, "records_officer"))

    assert "The accounting of disclosures" in told
    assert "Current residential address (SNAP)" in told
    assert f"from {formats.date_format(waiting.desk.now.date())}" in told


def test_a_recall_ends_every_link_destroys_the_file_and_writes_the_letter(gone):
    secret = linked(gone)
    signed(gone, secret)
    handing_over.recall(
        docket=gone.id, cause="order_vacated", by=gone.desk.by(Role.LEAD_COUNSEL), at=gone.desk.minute()
    )

    assert gone.state == "recalled"
    assert offering.offered(secret, gone.desk.minute()) is None
    assert not handing_over.file_of(gone.docket.seal.release).exists()
    assert "recall" in [one.kind for one in queries.paper_rows(gone.id)]


def test_a_docket_that_is_opened_again_has_no_package(ready):
    seal(ready)
    path = handing_over.file_of(ready.docket.seal.release)
    assert path.exists()
    ready.do("reopen", Role.DECIDER, cause="order_changed")
    finish_sealed_packages()

    assert ready.docket.state is not State.SEALED
    assert not path.exists()
    assert models.Release.objects.get(docket_id=ready.id).destroyed_at is not None


def test_a_printed_copy_for_a_court_has_the_same_manifest_and_goes_with_the_receipt(desk):
    walk = released(seal(agreed(checked(packed(cleared(walking(desk)), printed=True)))), "paper")
    asked = {"docket": walk.id, "by": desk.by(Role.RELEASE_OFFICER)}

    found = offering.printed(**asked, at=desk.minute())
    assert found.manifest == walk.docket.seal.manifest
    assert walk.person["address_line1"] in [value for _, value in found.rows[0]]
    walk.do("receipt", Role.RECORDS_OFFICER)
    finish_sealed_packages()

    assert not list(handing_over.file_of(walk.docket.seal.release).parent.glob("*.print.json"))
    with pytest.raises(CaseworkError, match="does not leave on paper"):
        offering.printed(**asked, at=desk.minute())


def test_nothing_is_set_aside_for_printing_unless_it_was_asked_for(ready):
    released(seal(ready), "paper")

    with pytest.raises(CaseworkError, match="no printed copy was asked for"):
        offering.printed(docket=ready.id, by=ready.desk.by(Role.RELEASE_OFFICER), at=ready.desk.minute())


def test_a_process_that_dies_before_the_accounting_is_made_up_for(ready, monkeypatch):
    def dies(**more):
        raise KeyboardInterrupt

    seal(ready)
    monkeypatch.setattr(accounting, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        released(ready)
    monkeypatch.undo()
    assert ready.state == "released"

    finish_sealed_packages()

    (row,) = [one for one in queries_release.accounted(ready.person["person_id"]) if one.of.docket_id == ready.id]
    assert row.on == ready.docket.released
