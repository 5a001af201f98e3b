"""Bad input and attack on dockets: what is refused, that nothing is half-done, and that nothing leaves by another way."""

import datetime as dt
import shutil
import threading
from dataclasses import replace

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from ostiary.ledger import store
from ostiary.ledger.faults import Diverged, LedgerError
from ostiary_web.casework import models, queries
from ostiary_web.casework.actions import bulk, door, facts, machine, reading
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.transitions import ACTS, TABLE
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.ledger_link import publishing
from ostiary_web.ledger_link.queries import raw_connection, reads_of
from ostiary_web.registry.actions import bodies, rules, subjects
from ostiary_web.registry.models import Body
from ostiary_web.staff import actions as staff
from tests.web.walking import (
    PAPER,
    Walk,
    a_desk,
    at_stop,
    order,
    sound,
    subpoena,
    verified,
    with_consent,
)


def size():
    return store.read_head(raw_connection()).size


def nothing_happens(walk, act, role=None, fault=Refused, **given):
    """The act fails, and there is no event, no entry, no other state."""
    before = queries.row(walk.id), queries.history(walk.id), size()
    with pytest.raises(fault) as found:
        walk.do(act, role, **given)
    assert (queries.row(walk.id), queries.history(walk.id), size()) == before
    return found.value


# --- forged, repeated, stale --------------------------------------------------------------------------


def test_an_act_is_done_only_from_the_states_of_its_row(walking_desk):
    walk = at_stop(walking_desk, "decision")
    for act in ACTS:
        rows = [row for row in TABLE if row.act == act]
        if any(walk.docket.state in row.sources for row in rows):
            continue
        role = min(role for row in rows for role in row.roles)
        with pytest.raises(Refused) as refused:
            door.perform(docket=walk.id, act=act, by="person:1", role=role, at=walking_desk.minute())
        assert refused.value.reason == "state", act


@pytest.mark.parametrize(
    ("by", "role", "reason"),
    [
        ("nobody:7", Role.DECIDER, "person"),
        ("machine", Role.DECIDER, "not_held"),
        ("machine", Role.MACHINE, "role"),
        ("requester", Role.REQUESTER, "role"),
        ("requester", Role.DECIDER, "not_held"),
    ],
)
def test_nobody_decides_but_who_holds_the_role(walking_desk, by, role, reason):
    walk = at_stop(walking_desk, "decision")

    assert walk.refused("approve", role, by=by, grants=walk.lawful) == reason


def test_an_administrator_moves_no_docket(walking_desk):
    walk = at_stop(walking_desk, "decision")

    assert walk.refused("approve", by=walking_desk.boss.reference, grants=walk.lawful) == "not_held"


def test_a_form_sent_twice_acts_once(walking_desk):
    walk = at_stop(walking_desk, "decision")
    first = (
        walk.do("deny", refusals=(), key="form-1")
        if not walk.lawful
        else walk.do("approve", grants=walk.lawful, key="form-1")
    )
    again = door.perform(
        docket=walk.id, act="approve", by=walking_desk.by(Role.DECIDER), role=Role.DECIDER,
        at=walking_desk.minute(), key="form-1", grants=walk.lawful,
    )  # fmt: skip

    assert (again.again, again.number, again.index) == (True, first.number, first.index)
    assert walk.acts.count("approve") == 1


def test_an_intake_sent_twice_opens_one_docket(walking_desk):
    from ostiary_web.casework.actions import intake

    walk = Walk(walking_desk, subpoena())
    opened = {
        intake.take_in(
            came=walk.came, by=walking_desk.by(Role.INTAKE), at=walking_desk.minute(), key="door-1"
        ).docket.id
        for _ in range(2)
    }

    assert len(opened) == 1


def test_who_saw_an_older_docket_does_not_act(walking_desk):
    walk = at_stop(walking_desk, "in_review")
    seen = walk.docket.events
    walk.do("consult", Role.REVIEWER_COUNSEL)

    given = {"opinion": "grant", "needed": walk.lawful}
    assert walk.refused("review", Role.REVIEWER_COUNSEL, expect=seen, **given) == "changed"


def test_nothing_is_back_dated(walking_desk):
    walk = at_stop(walking_desk, "decision")
    now, walking_desk.now = walking_desk.now, walking_desk.now.replace(hour=0)
    try:
        assert walk.refused("approve", grants=walk.lawful) == "time"
    finally:
        walking_desk.now = now


def test_what_was_recorded_is_not_changed_even_by_hand(walking_desk):
    walk = at_stop(walking_desk, "in_review")
    for rows in (models.Event.objects.filter(docket=walk.id), models.VerdictRow.objects.filter(docket=walk.id)):
        for harm in (lambda rows=rows: rows.update(docket=walk.id), lambda rows=rows: rows._raw_delete(rows.db)):
            with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
                harm()


def test_two_people_at_once_one_wins_and_the_other_is_told(walking_desk):
    walk = at_stop(walking_desk, "decision")
    seen, at, said = walk.docket.events, walking_desk.minute(), {}
    gate = threading.Barrier(2)

    def go(name, act, **given):
        gate.wait()
        try:
            given |= {"by": walking_desk.by(Role.DECIDER), "role": Role.DECIDER, "at": at, "expect": seen}
            said[name] = door.perform(docket=walk.id, act=act, **given).act
        except Refused as refused:
            said[name] = refused.reason
        finally:
            connection.close()

    both = [
        threading.Thread(target=go, args=("one", "approve"), kwargs={"grants": walk.lawful}),
        threading.Thread(target=go, args=("other", "ask"), kwargs={"questions": 1, "asked_for": ("scope",)}),
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(said.values()) in (["approve", "changed"], ["ask", "changed"])
    sound(walk)


# --- facts --------------------------------------------------------------------------------------------


def test_what_intake_states_counts_only_once_its_establisher_confirms(walking_desk):
    walk = Walk(walking_desk, order()).docketed()
    day = walking_desk.now.date()
    before = queries.request_file(walk.id, day)
    assert "verified_with_clerk: true" not in before
    assert "instrument.verified_with_clerk" in before  # not known

    walk.confirmed()
    assert "verified_with_clerk: true" in queries.request_file(walk.id, day)


def test_a_fact_is_established_only_by_whom_the_vocabulary_names(walking_desk):
    walk = at_stop(walking_desk, "in_review")
    with pytest.raises(Refused) as refused:
        walk.establish("instrument.verified_with_clerk", True, Role.INTAKE)
    assert refused.value.reason == "role"


def test_counsel_changes_a_fact_and_the_verdict_follows(walking_desk):
    walk = at_stop(walking_desk, "decision")
    walk.establish("instrument.ordered_elements", ["phone"], Role.LEAD_COUNSEL)

    assert walk.acts[-1] == "revise_verdict"
    assert (walk.state, walk.docket.reviews, len(walk.lawful)) == ("in_review", (), 1)


def test_a_changed_fact_opens_a_decision_again(walking_desk):
    walk = at_stop(walking_desk, "sealed")
    walk.establish("instrument.status", "stayed", Role.VERIFIER)

    assert walk.acts[-2:] == ["reopen", "revise_verdict"]
    assert (walk.state, walk.docket.seal) == ("in_review", None)


def test_a_wrong_code_changes_nothing_and_is_not_repeated(walking_desk):
    walk = at_stop(walking_desk, "in_review")
    before = queries.claims(walk.id)
    with pytest.raises(Exception, match=r"instrument\.status") as fault:
        walk.establish("instrument.status", "900-12-3456", Role.VERIFIER)

    assert "900" not in str(fault.value)
    assert queries.claims(walk.id) == before


def test_who_established_facts_does_not_decide(walking_desk):
    walk = at_stop(walking_desk, "in_review")
    two = walking_desk.who["decider2"]
    if "verifier_too" not in walking_desk.who:
        at, boss = walking_desk.minute(), walking_desk.boss
        staff.give_role(number=two.pk, role="verifier", since=at.date(), by=boss, at=at)
        walking_desk.who["verifier_too"] = two
    facts.establish(
        docket=walk.id, name="instrument.callback_verified", value=True, by=two.reference, role=Role.VERIFIER,
        at=walking_desk.minute(),
    )  # fmt: skip
    walk.reviewed()

    assert walk.refused("approve", by=two.reference, grants=walk.lawful) == "duty_s3"


def test_of_a_released_docket_no_fact_is_changed(walking_desk):
    walk = at_stop(walking_desk, "released")
    with pytest.raises(Refused) as refused:
        walk.establish("instrument.status", "vacated", Role.VERIFIER)
    assert refused.value.reason == "state"


def test_who_has_a_part_in_it_neither_acts_nor_looks(walking_desk):
    walk = at_stop(walking_desk, "decision")
    two, at = walking_desk.who["decider2"], walking_desk.minute()
    assert "programs" in reading.export_request(docket=walk.id, by=two.reference, at=at, why="decision")
    staff.declare(sort="docket", about=walk.id, household=True, by=two, at=at)

    assert walk.refused("approve", by=two.reference, grants=walk.lawful) == "duty_s1"
    for who in (two.reference, walking_desk.boss.reference):
        with pytest.raises(Refused, match="sees no content"):
            reading.export_request(docket=walk.id, by=who, at=at, why="curious")
    assert [one["by"] for one in reads_of(at.date()) if one["docket"] == walk.id] == [two.reference]


# --- the world turns ----------------------------------------------------------------------------------


def test_a_clock_ends_during_a_hold_and_nothing_leaves(walking_desk):
    walk = at_stop(walking_desk, "sealed")
    walk.do("hold", Role.LEAD_COUNSEL, cause="litigation")
    assert walk.refused("release", manner="picked_up") == "no_hold"
    assert "reopen" in walk.tick(days=40)
    walk.do("lift_hold", number=1, cause="cause_gone")

    assert walk.state == "in_review"
    assert walk.refused("release", Role.RELEASE_OFFICER, manner="picked_up") == "state"
    assert walk.docket.released is None


def test_the_machines_pass_done_twice_does_nothing(walking_desk):
    walk = at_stop(walking_desk, "in_review")
    assert walk.tick(days=10) == ["run_out", "run_out"]  # nobody acknowledged it, and the reviewers are late
    before = size()

    assert machine.tick(at=walking_desk.minute()).done == ()
    assert size() == before


def test_a_frozen_body_gets_nothing(walking_desk):
    walk = at_stop(walking_desk, "sealed")
    bodies.freeze(code=walk.body, cause="breach", by=walking_desk.who["records_officer"], at=walking_desk.minute())

    assert walk.refused("release", manner="picked_up") == "counterparty"


def test_a_consent_revoked_after_sealing_opens_the_decision_again(walking_desk):
    request = with_consent()
    walk = Walk(walking_desk, request).in_review()
    keeper, at = walking_desk.who["intake"], walking_desk.minute()
    given = subjects.record_consent(
        record="record-1", scope=request["consent"][0], paper=PAPER, since=at.date(), until=at.date().replace(year=2059),
        by=keeper, at=at,
    )  # fmt: skip
    by = walking_desk.by(Role.CUSTODIAN)
    facts.recognise(docket=walk.id, who="", record="record-1", by=by, role=Role.CUSTODIAN, at=walking_desk.minute())
    assert walk.acts[-1] in ("assign_reviewers", "renew_verdict")
    walk.reviewed().approved().cleared().packaged().seal()

    subjects.revoke_consent(consent=given.pk, by=keeper, at=walking_desk.minute())
    assert walk.refused("release", manner="picked_up") == "verdict_stands"
    assert walk.tick()[:2] == ["reopen", "revise_verdict"]
    assert dict(queries.history(walk.id)[-2].data)["act"] == "reopen"
    assert (walk.state, walk.lawful) == ("in_review", ())


def test_nobody_is_looked_up_where_nothing_may_leave(walking_desk):
    walk = Walk(walking_desk, subpoena()).in_review()
    by = walking_desk.by(Role.CUSTODIAN)
    with pytest.raises(Refused) as refused:
        facts.recognise(docket=walk.id, who="", record="r", by=by, role=Role.CUSTODIAN, at=walking_desk.minute())
    assert refused.value.reason == "look_up"


def test_bulk_is_few_seconded_and_all_or_nothing(walking_desk):
    walks = [Walk(walking_desk, subpoena()) for _ in range(3)]
    names = [walk.id for walk in walks]
    given = {
        "dockets": names, "act": "hold", "by": walking_desk.by(Role.LEAD_COUNSEL), "role": Role.LEAD_COUNSEL,
        "second": walking_desk.by(Role.EXECUTIVE), "second_role": Role.EXECUTIVE, "cause": "litigation",
    }  # fmt: skip
    with pytest.raises(Refused, match="second signature"):
        bulk.bulk(**given | {"second": given["by"]}, at=walking_desk.minute())
    with pytest.raises(Refused, match="in bulk"):
        bulk.bulk(**given | {"act": "release"}, at=walking_desk.minute())
    before = size()
    assert len(bulk.bulk(**given, at=walking_desk.minute())) == 3

    assert size() == before + 4
    assert all(walk.docket.on_hold for walk in walks)
    for walk in walks:
        sound(walk)


def test_a_body_that_asks_under_no_name_is_no_private_person(walking_desk):
    """Its row in the register, and a freeze of it, would otherwise be walked around (I6)."""
    walk = Walk(walking_desk, order(), body="").in_review().reviewed()

    assert walk.refused("approve", grants=walk.lawful) == "counterparty"


# --- a desk that breaks -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def breaking_desk(tmp_path_factory, walking_desk):
    """A desk of its own on SQLite, to be broken and mended."""
    with a_desk(tmp_path_factory.mktemp("breaking")) as desk:
        yield desk


EDGES = {
    "decision": ("approve", lambda walk: {"grants": walk.lawful}),
    "packaged": ("seal", None),
    "sealed": ("release", lambda walk: {"manner": "picked_up"}),
}


@pytest.fixture(scope="module")
def edges(breaking_desk):
    """A docket before each edge that discloses; what is refused leaves them there."""
    return [(at_stop(breaking_desk, stop), *edge) for stop, edge in EDGES.items()]


def tried(walk, act, given, fault):
    before = queries.row(walk.id), queries.history(walk.id), size()
    with pytest.raises(fault) as found:
        walk.seal() if given is None else walk.do(act, **given(walk))
    assert (queries.row(walk.id), queries.history(walk.id), size()) == before
    return found.value


def test_a_ledger_that_cannot_be_written_lets_nothing_out(breaking_desk, edges):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON ledger_entries BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    try:
        for walk, act, given in edges:
            tried(walk, act, given, LedgerError)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER broken")


def test_a_log_that_cannot_be_published_lets_nothing_out(breaking_desk, edges):
    export, aside = breaking_desk.folder / "export", breaking_desk.folder / "aside"
    export.rename(aside)
    export.write_text("in the way")
    try:
        for walk, act, given in edges:
            assert tried(walk, act, given, Refused).reason == "log_writable"
    finally:
        export.unlink()
        aside.rename(export)


def test_too_few_witnesses_let_nothing_out(breaking_desk, edges):
    (packaged, *_), (sealed, *_) = edges[1:]
    policy = breaking_desk.folder / "witness-policy"
    text = policy.read_text()
    # The same witnesses at an address where nobody answers.
    policy.write_text(
        "\n".join(line.rpartition(":")[0] + ":9" if "http" in line else line for line in text.splitlines())
    )
    try:
        assert tried(packaged, "seal", None, Refused).reason == "checkpointed"
        assert tried(sealed, "release", EDGES["sealed"][1], Refused).reason == "checkpointed"
    finally:
        policy.write_text(text)


def test_a_roll_that_is_gone_lets_nothing_out(breaking_desk, edges):
    roll = breaking_desk.folder / "roll"
    roll.rename(breaking_desk.folder / "gone")
    try:
        for walk, act, given in edges:
            assert tried(walk, act, given, Refused).reason == "roll_there"
    finally:
        (breaking_desk.folder / "gone").rename(roll)


def test_a_transaction_that_ends_in_the_middle_was_never_begun(edges, monkeypatch):
    walk = edges[0][0]

    def killed(*given, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(door, "_keep", killed)
    tried(*edges[0], KeyboardInterrupt)
    sound(walk)


def test_what_another_writer_did_meanwhile_is_asked_under_the_logs_lock(breaking_desk, edges, monkeypatch):
    """A body is frozen between the guards' first look and the entry: the second look refuses."""
    walk, was = edges[2][0], door.append_entry

    def frozen_meanwhile(**given):
        monkeypatch.undo()
        written = was(**given)
        how = {"frozen_at": given["at"], "frozen_by": breaking_desk.boss.pk, "frozen_cause": "breach"}
        Body.objects.filter(code=walk.body).update(**how)
        return written

    monkeypatch.setattr(door, "append_entry", frozen_meanwhile)
    assert tried(*edges[2], Refused).reason == "counterparty"


def test_rules_suspended_let_nothing_out(breaking_desk, edges):
    rules.suspend_bundle(cause="injunction", by=breaking_desk.who["lead_counsel"], at=breaking_desk.minute())
    for walk, act, given in edges:
        assert tried(walk, act, given, Refused).reason == "bundle_in_use"


def test_other_rules_are_put_in_use_midway_and_all_is_judged_anew(breaking_desk, edges, tmp_path):
    (early, *_), _, (late, *_) = edges
    packs = settings.OSTIARY.packs
    other = tmp_path / packs[0].name
    shutil.copytree(packs[0], other)
    text = (other / "pack.yaml").read_text()
    (other / "pack.yaml").write_text(text.replace("version: ", "version: 9", 1))
    settings.OSTIARY = replace(settings.OSTIARY, packs=(other,))
    # Other packs than those in use: no law is known.
    assert early.refused("approve", grants=early.lawful) == "duty_s1"
    at = breaking_desk.minute()
    in_use = rules.propose_bundle(by=breaking_desk.who["policy_author"], at=at)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "cases_passed", lambda bundle: (1, 1))
        rules.activate_bundle(number=in_use.pk, by=breaking_desk.who["policy_approver"], at=at)

    # Nobody has read them, nor declared under them that they have no part in the docket.
    assert late.refused("release", manner="picked_up") == "duty_s1"
    for one in set(breaking_desk.who.values()):
        staff.attest(policy=in_use.digest, by=one, at=at)
    assert late.refused("release", manner="picked_up") == "verdict_stands"
    assert "renew_verdict" in early.tick()
    assert early.docket.verdict.bundle == late.docket.verdict.bundle == in_use.digest
    early.approved()
    late.released()
    for walk in (early, late):
        sound(walk)


def test_the_broken_desks_log_is_whole(breaking_desk):
    for row in queries.queue():
        assert row.events == len(queries.history(row.pseudonym))
    assert verified(breaking_desk) == 0


def test_a_restored_backup_appends_nothing(breaking_desk):
    walk = at_stop(breaking_desk, "in_review")
    connection.close()
    database = breaking_desk.folder / "desk.db"
    with_wal = list(breaking_desk.folder.glob("desk.db*"))
    kept = {path: path.read_bytes() for path in with_wal}
    walk.do("consult", Role.REVIEWER_COUNSEL)
    connection.close()
    for path in breaking_desk.folder.glob("desk.db*"):
        path.unlink()
    for path, data in kept.items():
        path.write_bytes(data)
    assert database.exists()
    publishing.forget()  # as a new process

    with pytest.raises((Diverged, LedgerError, Refused, CaseworkError)) as fault:
        walk.do("consult", Role.REVIEWER_COUNSEL)
    assert "older" in str(fault.value)
    assert walk.acts[-1] != "consult"


def test_a_late_notice_that_is_owed_is_told_until_there_is_a_letter_for_it(tmp_path_factory, walking_desk):
    with a_desk(tmp_path_factory.mktemp("owed")) as desk:
        walk = Walk(desk, order()).in_review().reviewed().approved()
        until = desk.now.date() + dt.timedelta(days=5)
        walk.do("delay_notice", until=until, basis="court_order", order=PAPER)
        walk.do("clear", cause="notice_delayed")
        assert machine.tick(at=desk.minute()).faults == ()
        desk.wait(10)

        owed = machine.tick(at=desk.minute())
        assert [(docket, why.split(";")[0]) for docket, why in owed.faults] == [
            (walk.id, "a late notice is owed, and no letter `late_notice` has been reviewed")
        ]

        officer, counsel = desk.who["notice_officer"], desk.who["reviewer_counsel"]
        words = rules.add_letter(code="late_notice", language="en", text="We gave ...", by=officer, at=desk.minute())
        rules.review_letter(letter=words.pk, by=counsel, at=desk.minute())
        passed = machine.tick(at=desk.minute())
        assert (passed.faults, walk.docket.notice.late) == ((), True)
        assert "tell_late" in walk.acts
