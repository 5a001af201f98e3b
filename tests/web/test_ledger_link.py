"""Entries stand or fall with the act that they record."""

import datetime as dt
import shutil
import subprocess
import sys

import pytest
from django.db import connection, transaction

from ostiary.ledger import store
from ostiary.ledger.commitment import read_opening
from ostiary.ledger.commitment_store import CommitmentStore
from ostiary.ledger.faults import Diverged, LedgerError, LedgerInput
from ostiary_web import wiring
from ostiary_web.ledger_link import actions as ledger
from ostiary_web.ledger_link import publishing, queries
from ostiary_web.ledger_link.faults import NotCosigned, OutOfOrder
from ostiary_web.ledger_link.models import Step
from ostiary_web.staff import actions as staff
from ostiary_web.staff.models import Unit
from tests.conftest import ROOT
from tests.web import desk
from tests.web.desk import AT, TODAY

LATER = AT + dt.timedelta(days=1)


def a_change(at=AT, act="added"):
    return ledger.register_changed(register="calendar", act=act, by="person:1", at=at, change={"day": "2026-07-03"})


def verified(folder, policy) -> subprocess.CompletedProcess:
    command = [sys.executable, str(ROOT / "src" / "ostiary_verify.py"), str(folder), "--policy", str(policy)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_an_entry_takes_the_next_step_of_its_thread(log):
    first, second = a_change(), a_change(act="ended")

    assert (first.index, first.step) == (1, 2)
    assert (second.index, second.step) == (2, 3)
    assert [entry.step for entry in desk.entries()] == [1, 2, 3]
    assert queries.history(log.thread) == desk.entries()


def test_who_and_what_are_committed_and_never_public(log):
    written = a_change()
    raw = store.read_entries(queries.raw_connection(), written.index, written.index + 1)[0][1]

    assert b"person:1" not in raw
    assert b"2026-07-03" not in raw
    opening = CommitmentStore(queries.raw_connection()).open(
        written.thread, written.step, "private", who="auditor", why="test", at=AT
    )
    assert read_opening(opening.encode()).check(written.entry) == {"by": "person:1", "change": {"day": "2026-07-03"}}


def test_an_act_that_fails_after_its_entry_leaves_neither(log):
    @transaction.atomic
    def act():
        Unit.objects.create(code="gone", name="Gone")
        a_change()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()

    assert desk.kinds() == ["log.started"]
    assert not Unit.objects.exists()
    assert not Step.objects.filter(index=1).exists()
    assert a_change().index == 1


def test_an_act_whose_entry_cannot_be_written_is_undone(log, administrator):
    wiring.forget()
    wiring.config().ledger_key.unlink()

    with pytest.raises(LedgerInput, match="cannot be read"):
        staff.add_unit(code="field", name="Field office", by=administrator, at=AT)
    assert not Unit.objects.filter(code="field").exists()


def test_a_key_that_signed_more_refuses_an_older_database(log):
    inner = transaction.atomic()
    inner.__enter__()
    a_change()
    head = store.read_head(queries.raw_connection())
    wiring.signer().confirm(head.note)
    transaction.set_rollback(True)
    inner.__exit__(None, None, None)

    with pytest.raises(LedgerError, match="restored from a backup"):
        a_change()


def test_a_database_older_than_the_export_is_not_appended_to(log):
    inner = transaction.atomic()
    inner.__enter__()
    a_change()
    publishing.publish()
    transaction.set_rollback(True)
    inner.__exit__(None, None, None)
    publishing.forget()

    with pytest.raises(Diverged, match="older than what was published"):
        a_change()


def test_nothing_is_back_dated(log):
    a_change(at=LATER)

    with pytest.raises(OutOfOrder, match="back-dated"):
        a_change(at=AT)


def test_a_thread_takes_entries_of_its_own_sort(log):
    docket = ledger.new_thread(sort="docket")

    with pytest.raises(OutOfOrder, match="thread of sort agency"):
        ledger.append_entry(kind="report.none", thread=docket, by="x", at=AT, public=_none())


def _none():
    return {"period": "2026-Q1", "measure": "overrides", "role": "decider"}


def test_a_docket_cannot_skip_what_the_catalogue_asks_for(log):
    docket = ledger.new_thread(sort="docket")

    with pytest.raises(OutOfOrder, match=r"needs `request\.received`"):
        ledger.append_entry(kind="request.acknowledged", thread=docket, by="x", at=AT, public={})


def test_a_code_that_no_register_holds_does_not_pass(log, administrator):
    public = {"body": "unheard_of", "cause": "breach", "frozen": True}

    with pytest.raises(LedgerInput, match="not in the list `bodies`"):
        ledger.append_entry(kind="counterparty.frozen", thread=log.thread, by="x", at=AT, public=public)


def test_the_log_is_started_once(log):
    with pytest.raises(LedgerInput, match="holds a log already"):
        ledger.start_log(by="console", at=AT)


def test_what_is_exported_verifies(log, administrator, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        staff.add_unit(code="field", name="Field office", by=administrator, at=AT)
    config = wiring.config()
    said = verified(config.ledger_export, config.witness_policy)

    assert said.returncode == 0, said.stderr
    assert f"{len(desk.entries())} entries" in said.stdout


def test_an_export_that_fails_undoes_nothing_and_waits_for_the_worker(log, django_capture_on_commit_callbacks):
    from django_tasks_db.models import DBTaskResult

    shutil.rmtree(wiring.config().ledger_export, ignore_errors=True)
    wiring.config().ledger_export.write_text("in the way")
    with django_capture_on_commit_callbacks(execute=True):
        a_change()

    assert desk.kinds() == ["log.started", "register.changed"]
    assert DBTaskResult.objects.count() == 1


def test_a_disclosing_edge_does_not_wait_for_what_is_not_committed(log):
    with pytest.raises(NotCosigned, match="not committed"):
        publishing.await_cosigned(0)


class TestReads:
    """Who looked at whose records."""

    def read(self, at=AT, whose="IL-00012345"):
        ledger.record_read(by="person:1", at=at, whose=whose, what="case", why="review")

    def test_the_digest_of_a_day_goes_to_the_log(self, log):
        self.read()
        self.read()
        entry = ledger.close_reads(day=TODAY, at=LATER).entry

        assert (entry.kind, entry.public["reads"]) == ("access.closed", 2)
        assert b"IL-00012345" not in entry.encode()

    def test_another_read_gives_another_digest(self, log):
        self.read()
        one = ledger.close_reads(day=TODAY, at=LATER).entry.public["table"]
        self.read(at=LATER, whose="IL-00054321")
        two = ledger.close_reads(day=LATER.date(), at=LATER + dt.timedelta(days=1)).entry.public["table"]

        assert one != two

    def test_a_closed_day_takes_no_read(self, log):
        ledger.close_reads(day=TODAY, at=LATER)

        with pytest.raises(OutOfOrder, match="closed"):
            self.read()

    @pytest.mark.parametrize("day", [TODAY, TODAY + dt.timedelta(days=1)])
    def test_a_day_is_closed_once_it_is_over(self, log, day):
        with pytest.raises(OutOfOrder, match="once it is over"):
            ledger.close_reads(day=day, at=AT)

    def test_a_day_is_closed_once(self, log):
        ledger.close_reads(day=TODAY, at=LATER)

        with pytest.raises(OutOfOrder, match="closed already"):
            ledger.close_reads(day=TODAY, at=LATER)


def test_the_log_and_django_share_one_connection(log):
    assert queries.raw_connection() is connection.connection
