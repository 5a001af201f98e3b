"""A desk is backed up, goes on, is lost and restored: nothing is forgotten that withholds, and nothing leaves twice."""

import io
import json
import shutil
import subprocess
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from ostiary.errors import OstiaryError
from ostiary.ledger.commitment_store import CommitmentStore
from ostiary.ledger.faults import Diverged, LedgerError, LedgerInput
from ostiary_web import backing_up
from ostiary_web.casework import models, pages_docket, queries
from ostiary_web.casework.actions import machine, offering, restoring
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.ledger_link import publishing
from ostiary_web.ledger_link import queries as log
from ostiary_web.registry.actions import bodies, rules
from tests.web.released import a_releasing_desk, cleared, linked, released, sealed, signed, taken, walking
from tests.web.walking import Walk, a_database, at_stop, order, sound, verified


class Story:
    """What stood when the backup was made, and what was done after it."""

    def __init__(self, desk):
        self.desk, self.folder = desk, desk.folder / "backup"
        self.still = at_stop(desk, "in_review")
        self.approved = at_stop(desk, "in_review")
        self.released = at_stop(desk, "packaged")
        self.denied = at_stop(desk, "decision")
        self.picked_up = released(sealed(cleared(walking(desk))))
        self.link = linked(self.picked_up)
        self.before = (self.still, self.approved, self.released, self.denied, self.picked_up)
        call_command("backup", str(self.folder), stdout=io.StringIO())

    def goes_on(self):
        self.approved.reviewed().approved()
        self.released.seal().released()
        self.denied.denied()
        signed(self.picked_up, self.link)
        taken(self.picked_up, self.link)
        self.new = Walk(self.desk, order())
        self.new_number = queries.row(self.new.id).number
        bodies.freeze(code=self.still.body, cause="breach", by=self.desk.who["custodian"], at=self.desk.minute())
        self.size, _ = publishing.sizes()
        publishing.publish()
        return self

    def is_restored(self):
        """The database is lost, and the copy put in its place by hand, as the how-to says."""
        connection.close()
        name = connection.settings_dict["NAME"]
        if connection.vendor == "sqlite":
            for one in self.desk.folder.glob("desk.db*"):
                one.unlink()
            shutil.copy(self.folder / backing_up.SQLITE, name)
        else:
            place = connection.settings_dict
            words = ["-h", place["HOST"], "-p", place["PORT"], "-U", place["USER"]]
            _run("dropdb", *words, name)
            _run("createdb", *words, name)
            _run("pg_restore", *words, "--exit-on-error", "-d", name, str(self.folder / backing_up.POSTGRESQL))
        publishing.forget()  # as a new process
        return self

    def catch_up(self, **more):
        return restoring.catch_up(by=self.desk.who["records_officer"], at=self.desk.minute(), **more)


def _run(*words):
    subprocess.run(words, check=True, capture_output=True)


@pytest.fixture(scope="module")
def story(tmp_path_factory, django_db_blocker, request):
    """A desk that was restored, and nothing more."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        desk = stack.enter_context(a_releasing_desk(tmp_path_factory.mktemp("restore"), url))
        yield Story(desk).goes_on().is_restored()


def checked(**more):
    """What ``restore check`` says, and its exit status."""
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", out)
        try:
            call_command("restore", "check", **more)
        except SystemExit as status:
            return out.getvalue(), status.code
    return out.getvalue(), 0


def rules_in_use_again(desk):
    """Two people look through the registers, and put the rules in use again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "cases_passed", lambda bundle: (1, 1))
        found = rules.propose_bundle(by=desk.who["policy_author"], at=desk.minute())
        rules.activate_bundle(number=found.pk, by=desk.who["policy_approver"], at=desk.minute())


def kinds_of(walk):
    return [kind for _, _, kind in queries.thread_entries(walk.id)]


# Each of these goes on from where the one before it left the desk.


def test_the_copy_is_whole_and_says_when_it_is_not(story, tmp_path):
    assert list(backing_up.faults(story.folder)) == []
    copy = tmp_path / "copy"
    shutil.copytree(story.folder, copy)
    paper = next((copy / "papers").rglob("[0-9a-f]" * 64))
    paper.write_bytes(paper.read_bytes() + b" ")
    (copy / "witness-policy").unlink()
    (copy / "more").write_bytes(b"")

    name = paper.relative_to(copy).as_posix()
    assert sorted(backing_up.faults(copy)) == [
        "more: was not in it when it was made",
        f"{name}: is not what it was when it was made",
        "witness-policy: is missing",
    ]
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(copy))
    # No key: neither the log's, nor that of a package which is not sealed yet.
    assert not any("key" in one.name for one in copy.rglob("*"))
    assert not (copy / "papers" / "work").exists()


def test_a_restored_desk_does_not_start_and_does_nothing(story):
    with pytest.raises(Diverged, match="older than what was published"):
        publishing.check_published()
    for walk, act in ((story.still, "consult"), (story.approved, "withdraw")):
        with pytest.raises(OstiaryError):
            walk.do(act)
    assert machine.tick(at=story.desk.minute()).done == ()
    with pytest.raises(OstiaryError):
        linked(story.picked_up)
    said, status = checked()
    assert status == 1
    assert "behind: run `ostiary-web restore catch-up" in said


def test_a_dry_run_says_what_would_come_back_and_does_nothing(story):
    here, exported = publishing.sizes()
    out = io.StringIO()
    call_command("restore", "catch-up", "--dry-run", "--by", "records_officer@agency.example", stdout=out)

    assert f"{story.size - here} entries" in out.getvalue()
    assert publishing.sizes() == (here, exported)
    with pytest.raises(OstiaryError):
        story.still.do("consult")


def test_a_changed_export_brings_nothing_back(story):
    export = story.desk.folder / "export"
    path = max((export / "tile" / "entries").rglob("*"), key=lambda one: (one.is_file(), one.stat().st_mtime_ns))
    good = path.read_bytes()
    path.write_bytes(good[:-9] + bytes([good[-9] ^ 1]) + good[-8:])

    with pytest.raises(LedgerError, match="does not add up"):
        story.catch_up()

    path.write_bytes(good)
    assert publishing.sizes()[0] < story.size


def test_a_log_brought_back_by_itself_does_not_let_the_desk_act(story):
    with transaction.atomic():
        publishing.catch_up()
        publishing.forget()
        with pytest.raises(Diverged, match="know nothing; run `ostiary-web restore catch-up`"):
            publishing.check_published()
        with pytest.raises(Diverged, match="know nothing"):
            publishing.checked(log.raw_connection())
        transaction.set_rollback(True)
    publishing.forget()


def test_what_was_published_comes_back_and_an_outsider_finds_the_log_whole(story):
    known = log.known()
    due = dict.fromkeys(("at", "next_at"), story.desk.minute())
    models.Mailing.objects.create(docket_id=story.before[0].id, kind="reminder", cause="1", state="waiting", **due)
    lost = story.catch_up()

    # It may have gone after the backup was made: it is not sent twice.
    assert models.Mailing.objects.get().state == "failed"
    assert [one.index for one in lost] == list(range(known, story.size))
    publishing.check_published()
    assert verified(story.desk) == 0
    for walk in story.before:
        sound(walk)
    with pytest.raises(LedgerInput, match="nothing is missing"):
        story.catch_up()


def test_what_opens_a_lost_entry_is_said_to_be_lost(story):
    index, thread, _, _ = log.lost()[0]
    step, asked = log.entry_at(index).step, {"who": "auditor", "why": "test", "at": story.desk.now}
    with transaction.atomic(), pytest.raises(LedgerInput, match="lost with the database"):
        CommitmentStore(log.raw_connection()).open(thread, step, "private", **asked)


def test_the_check_names_each_docket_and_register(story):
    said, status = checked(json=True)
    found = json.loads(said)

    assert status == 1
    assert (found["settled"], found["rules"], found["differences"]) == (False, "suspended", [])
    behind = {one["docket"]: (one["state"], one["held"]) for one in found["dockets"]}
    assert behind == {
        story.approved.id: ("in_review", True),
        story.released.id: ("released", True),
        story.denied.id: ("denied", True),
        story.picked_up.id: ("receipted", True),
        story.new.id: ("", None),
    }
    assert found["registers"]["counterparty.frozen"] == 1
    text, _ = checked()
    assert f"docket {story.new.id}: all of it is lost" in text
    assert "lost: 1 x counterparty.frozen; enter it again" in text


def test_the_docket_itself_says_what_it_forgot(story):
    says = [words for _, words in pages_docket.entries_of(SimpleNamespace(docket=story.approved.docket))]

    assert "`decision.approved` stands in the log; what the desk knew of it was lost" in says


def test_nothing_leaves_before_two_people_have_put_the_rules_in_use_again(story):
    story.still.reviewed()
    with pytest.raises(Refused) as refused:
        story.still.approved()
    assert refused.value.reason == "bundle_in_use"

    rules_in_use_again(story.desk)


def test_a_docket_that_nothing_was_lost_of_goes_on_once_its_body_is_in_order(story):
    # That its body was frozen was lost, and entered again by whoever looked through the registers.
    desk, body = story.desk, story.still.body
    bodies.freeze(code=body, cause="breach", by=desk.who["custodian"], at=desk.minute())
    with pytest.raises(Refused):
        story.still.approved()
    bodies.lift_freeze(code=body, by=desk.who["records_officer"], at=desk.minute())

    story.still.approved().cleared().packaged().seal().released()
    sound(story.still)


def test_what_the_log_says_was_released_is_released_and_not_again(story):
    walk = story.released
    assert walk.state == "released"
    assert walk.docket.seal.manifest == walk.manifest
    for act in ("package", "seal", "release", "reopen"):
        with pytest.raises(Refused):
            walk.do(act, Role.RELEASE_OFFICER)
    assert kinds_of(walk).count("release.delivered") == 1
    walk.receipted()
    walk.do("recall", Role.LEAD_COUNSEL, cause="error")
    sound(walk)


def test_what_was_handed_over_is_not_handed_over_again(story):
    with pytest.raises(CaseworkError, match="does not serve"):
        taken(story.picked_up, story.link)
    with pytest.raises(Refused) as refused:
        linked(story.picked_up)
    assert refused.value.reason == "no_hold"
    with pytest.raises(CaseworkError):
        offering.for_media(docket=story.picked_up.id, by=story.desk.by(Role.RELEASE_OFFICER), at=story.desk.minute())
    story.picked_up.disposed()
    sound(story.picked_up)


def test_a_docket_that_is_behind_lets_nothing_go_until_two_people_say_so(story):
    walk = story.approved
    assert (walk.state, walk.docket.decision) == ("in_review", None)
    walk.reviewed()
    with pytest.raises(Refused) as refused:
        walk.approved()
    assert refused.value.reason == "no_hold"
    with pytest.raises(Refused):
        walk.do("lift_hold", number=1, cause="cause_gone", second=story.desk.by(Role.LEAD_COUNSEL))

    walk.do("lift_hold", number=1, cause="cause_gone")
    walk.approved().cleared().packaged().seal().released()
    assert kinds_of(walk).count("release.delivered") == 1
    sound(walk)


def test_a_denial_stands(story):
    assert story.denied.state == "denied"
    with pytest.raises(Refused):
        story.denied.do("approve", Role.DECIDER, grants=story.denied.lawful)


def test_the_number_of_a_lost_docket_is_not_given_again(story):
    fresh = Walk(story.desk, order())

    assert queries.row(fresh.id).number > story.new_number


def test_once_the_holds_are_lifted_it_is_settled(story):
    for walk in story.before:
        for hold in walk.docket.holds:
            if hold.lifted is None:
                walk.do("lift_hold", number=hold.number, cause="cause_gone")

    said, status = checked()

    assert (status, said.splitlines()[-1]) == (0, "settled")
    assert verified(story.desk) == 0
    for walk in story.before:
        sound(walk)
