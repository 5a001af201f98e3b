"""What the worker does for the search of the roll, and for packages."""

from django.utils import timezone
from django_tasks import task

from ostiary.errors import OstiaryError
from ostiary_web.casework import kept, queries_release, queries_work
from ostiary_web.casework.actions import afterwards, correcting, handing_over, long_work, mailing, printing
from ostiary_web.casework.actions.packing import build
from ostiary_web.casework.doing import DOING as SEARCHES
from ostiary_web.casework.world import MACHINE
from ostiary_web.logs import log_of
from ostiary_web.worker.schedule import every

DOING = {**SEARCHES, "package": build, long_work.WRONG: correcting.look}
_HOUR = 3600


@task()
def do_long_work(number: int) -> bool:
    """Do a piece of long work; whether it was finished here."""
    return long_work.run(number=number, doing=DOING)


@every(minutes=1)
def give_up_abandoned_work() -> int:
    """Work whose workers died of it is said to have failed; how much."""
    return sum(long_work.give_up(number=number, at=timezone.now()) for number in queries_work.abandoned())


@every(minutes=1)
def finish_sealed_packages() -> int:
    """Sealed packages that are not finished are finished, and those of dockets opened again destroyed; how many."""
    done = 0
    for docket in queries_release.unfinished():
        try:
            handing_over.complete(docket=docket, at=timezone.now())
            done += 1
        except OstiaryError as fault:  # the log is not cosigned yet: tried again in a minute
            log_of(__name__).warning("a sealed package is not finished", fault=type(fault).__name__)
    done += printing.remove_received()
    for docket in queries_release.unaccounted():
        handing_over.account(docket=docket, at=timezone.now())
        done += 1
    for docket in queries_release.recalled():
        handing_over.after_recall(docket=docket, at=timezone.now(), by=MACHINE)
        done += 1
    for docket in queries_release.strays():
        handing_over.drop_reopened(docket=docket, at=timezone.now())
        done += 1
    return done


@every(hours=1)
def sweep_private_folders() -> int:
    """What killed processes left half-made, or opened, is removed; how many folders."""
    return kept.sweep_old(timezone.now().timestamp() - _HOUR)


@every(hours=1)
def remind_of_certificates() -> int:
    """Recipients are reminded of their certificates; how many reminders were written."""
    return afterwards.remind(at=timezone.now())


@every(minutes=1)
def send_mail() -> int:
    """Recipients are mailed that something waits at the counter; how many mails went."""
    return mailing.send_due(at=timezone.now())


@every(minutes=5)
def open_accounting_of_the_told() -> int:
    """Who was told late may see the accounting from then on; how many rows."""
    return sum(afterwards.told_late(docket=docket, at=timezone.now()) for docket in queries_release.told_now())
