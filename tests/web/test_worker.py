"""The worker: seen alive or not, its clock, and jobs that outlive it."""

import datetime as dt
import os
import select
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from ostiary_web.environment import read
from ostiary_web.ledger_link import actions as ledger
from ostiary_web.ledger_link import publishing, queries
from ostiary_web.ledger_link.models import Read
from ostiary_web.worker import actions, clock
from ostiary_web.worker import queries as worker
from ostiary_web.worker.models import Pulse
from ostiary_web.worker.schedule import Duty, duties, every
from tests.conftest import ROOT
from tests.web import desk
from tests.web.pages_desk import enrolled, said
from tests.web.places import an_environment
from tests.web.slow_job import long_work
from tests.web.walking import on

AT, MINUTE = desk.AT, dt.timedelta(minutes=1)
LEASE = dt.timedelta(seconds=30)


def a_duty(run=lambda: None, every=MINUTE):
    return Duty("tests.duty", every, run)


def a_job(*workers, status=TaskResultStatus.RUNNING):
    """A job that these workers took, one after another."""
    job = DBTaskResult.objects.get(pk=long_work.enqueue("nowhere").id)
    job.status, job.worker_ids, job.started_at = status, list(workers), AT
    job.save()
    return job


class TestAlive:
    """A worker is alive until its lease ends."""

    pytestmark = pytest.mark.django_db

    def test_where_none_has_run_long_work_waits(self):
        assert worker.standing(AT) == worker.Standing(True, None)

    def test_a_beat_holds_for_its_lease(self):
        actions.beat(worker="one", lease=LEASE, at=AT)

        assert not worker.standing(AT + LEASE).down
        assert worker.standing(AT + LEASE + MINUTE) == worker.Standing(True, AT)

    def test_who_leaves_is_not_waited_for(self):
        actions.beat(worker="one", lease=LEASE, at=AT)
        actions.leave(worker="one", at=AT)

        assert worker.standing(AT + MINUTE / 60).down

    def test_one_of_two_is_enough(self):
        actions.beat(worker="one", lease=LEASE, at=AT)
        actions.beat(worker="two", lease=LEASE, at=AT)
        actions.leave(worker="two", at=AT)

        assert not worker.standing(AT + LEASE).down

    def test_the_home_page_says_so_in_words(self, administrator):
        client = enrolled(administrator)
        before = said(client.get("/"))
        actions.beat(worker="one", lease=LEASE, at=AT)
        after = said(client.get("/"))
        actions.beat(worker="one", lease=LEASE, at=timezone.now())

        assert "No worker has run here yet. Long work waits" in before
        assert "The worker has not been seen since March 10, 2026, 10 a.m." in after
        assert "worker" not in said(client.get("/"))


class TestClock:
    """What falls due is done without anybody's command, once."""

    pytestmark = pytest.mark.django_db

    def test_the_docket_s_clocks_the_export_and_the_reads_are_on_it(self):
        names = {duty.name: duty.every for duty in duties()}

        assert names["casework.tick_due"] == names["ledger_link.publish_again"] == MINUTE
        assert names["casework.tick"] == names["ledger_link.close_past_reads"] == 60 * MINUTE

    def test_a_turn_is_taken_once_and_then_again_when_its_time_is_over(self):
        taken = [actions.take_turn(duty=a_duty(), at=AT + MINUTE * n / 2) for n in range(5)]

        assert taken == [True, False, True, False, True]

    def test_a_fault_stops_no_other_duty(self, monkeypatch, log):
        def broken():
            raise RuntimeError("a person's name")

        done = []
        monkeypatch.setattr(
            clock, "duties", lambda: (Duty("a", MINUTE, broken), Duty("b", MINUTE, lambda: done.append(1)))
        )
        clock.do_what_is_due()

        assert done == [1]

    def test_how_often_must_be_said(self):
        with pytest.raises(ValueError, match="how often"):
            every()

    def test_past_days_of_reads_are_closed_by_themselves_and_once(self, log):
        for day in (1, 3):
            at = AT - dt.timedelta(days=day)
            ledger.record_read(by="official:1", at=at, whose="x", what="page", why="case")
        days = ledger.close_past_reads(at=AT)

        assert [(AT.date() - day).days for day in days] == [3, 1]
        assert ledger.close_past_reads(at=AT) == []
        assert len(ledger.close_past_reads(at=AT + dt.timedelta(days=3))) == 3
        assert desk.kinds().count("access.closed") == 5
        assert all(queries.is_closed(day) for day in Read.objects.values_list("day", flat=True))


class TestJobsOfTheDead:
    """A job that was taken and never finished is taken again."""

    pytestmark = pytest.mark.django_db

    def test_the_job_of_a_dead_worker_waits_again(self):
        job = a_job("dead")

        assert actions.take_again(at=AT) == 1
        job.refresh_from_db()
        assert job.status == TaskResultStatus.READY

    def test_the_job_of_a_living_one_does_not(self):
        actions.beat(worker="alive", lease=LEASE, at=AT)
        job = a_job("dead", "alive")

        assert actions.take_again(at=AT + LEASE) == 0
        job.refresh_from_db()
        assert job.status == TaskResultStatus.RUNNING

    def test_what_kills_its_workers_fails_at_last(self):
        job = a_job(*"abc")

        assert actions.take_again(at=AT) == 1
        job.refresh_from_db()
        assert (job.status, job.exception_class_path.rpartition(".")[2]) == (TaskResultStatus.FAILED, "WorkerDied")

    def test_what_is_past_is_removed_but_not_when_one_was_last_seen(self):
        for number in range(3):
            actions.beat(worker=str(number), lease=LEASE, at=AT + number * MINUTE)
        done = a_job("0", status=TaskResultStatus.SUCCESSFUL)
        DBTaskResult.objects.filter(pk=done.pk).update(finished_at=AT)
        actions.forget_old(at=AT + dt.timedelta(days=30))

        assert list(Pulse.objects.values_list("worker", flat=True)) == ["2"]
        assert not DBTaskResult.objects.exists()


@contextmanager
def a_worker(environment):
    """A real worker process."""
    line = [sys.executable, "-c", "from ostiary_web.command import main; main()", "work", "--beat", "0.2"]
    with subprocess.Popen(
        line, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()
            process.stderr.read()


def said_in(pipe):
    """What a pipe holds, as soon as it holds anything; a worker that does not start is waited for only so long."""
    ready, _, _ = select.select([pipe], [], [], 60)
    assert ready
    return os.read(pipe, 100)


def test_a_job_outlives_the_worker_that_was_killed_in_its_midst(tmp_path, django_db_blocker):
    environment = an_environment(tmp_path) | {"DJANGO_SETTINGS_MODULE": "ostiary_web.settings"}
    (tmp_path / "export").mkdir()
    for pipe in ("begun", "go"):
        os.mkfifo(tmp_path / pipe)
    with django_db_blocker.unblock(), on(read(an_environment(tmp_path))):
        call_command("migrate", verbosity=0)
        ledger.start_log(by="console", at=timezone.now())
        number = long_work.enqueue(str(tmp_path)).id

        begun = os.open(tmp_path / "begun", os.O_RDWR)
        with a_worker(environment) as first:
            assert said_in(begun) == b"begun"
            first.send_signal(signal.SIGKILL)
        with a_worker(environment) as second:
            assert said_in(begun) == b"begun"
            assert not worker.standing(timezone.now()).down
            second.send_signal(signal.SIGTERM)
            (tmp_path / "go").write_text("done")
            assert second.wait(timeout=60) == 0

        job = DBTaskResult.objects.get(pk=number)
        assert (job.status, job.return_value, len(job.worker_ids)) == (TaskResultStatus.SUCCESSFUL, "done", 2)
        assert worker.standing(timezone.now()).down
        assert Pulse.objects.count() == 2


class TestHealth:
    """Told to anybody, part by part, and no more than that."""

    def lines(self):
        answer = Client().get("/health")
        first, *rest = answer.content.decode().splitlines()
        assert (answer.status_code, first) in {(200, "well"), (503, "not well")}
        return first, dict(line.split(": ") for line in rest)

    @pytest.fixture
    def alive(self, committed_log):
        publishing.publish()
        actions.beat(worker="one", lease=LEASE, at=timezone.now())

    def test_well(self, alive):
        assert self.lines() == ("well", dict.fromkeys(("database", "log", "export", "worker"), "well"))

    def test_no_worker(self, alive):
        actions.leave(worker="one", at=timezone.now())

        first, found = self.lines()
        assert (first, [name for name, said in found.items() if said != "well"]) == ("not well", ["worker"])

    @pytest.mark.django_db
    def test_no_log(self):
        first, found = self.lines()

        assert (first, found["database"], found["log"]) == ("not well", "well", "not well")

    def test_no_export(self, alive, tmp_path):
        (tmp_path / "export" / "checkpoint").unlink()

        assert self.lines()[1]["export"] == "not well"

    def test_an_export_may_be_behind_for_a_moment(self, committed_log, tmp_path):
        publishing.publish()
        note = (tmp_path / "export" / "checkpoint").read_bytes()
        desk.an_administrator()
        (tmp_path / "export" / "checkpoint").write_bytes(note)

        assert publishing.keeps_up(AT + MINUTE / 2)
        assert not publishing.keeps_up(AT + MINUTE * 2)
