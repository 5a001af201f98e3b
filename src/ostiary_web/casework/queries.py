"""What is asked of the dockets. Rows come out as frozen values, so that a page shows no more than it was given."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from ostiary_web.casework import facts, models
from ostiary_web.casework.docket.replay import Event, docket_from_plain, event_from_plain, replay
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.states import DocketKind, State
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.ledger_link.kept import until_the_log_grows
from ostiary_web.ledger_link.models import Step
from ostiary_web.ledger_link.queries import raw_connection
from ostiary_web.registry import queries as registry
from ostiary_web.wiring import bundle


@dataclass(frozen=True, slots=True)
class DocketRow:
    """A docket as a queue shows it. ``due``: the nearest last day of a limit. ``last_index``: its last entry."""

    pseudonym: str
    number: str
    kind: DocketKind
    state: State
    body: str
    received: dt.date
    due: dt.date | None
    events: int
    last_index: int


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact that stands, its source, and who said so. ``value`` None: it is not known."""

    name: str
    value: Any
    by: str
    role: str
    paper: str
    register: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Happened:
    """One event with its number, its entry in the log, and the time."""

    number: int
    act: str
    index: int
    at: dt.datetime
    data: Mapping[str, Any]


def find(name: str) -> str:
    """The pseudonym of a docket, by that or by its number.

    :raises CaseworkError: if there is none.
    """
    return _named(name).pseudonym


def _named(name: str) -> models.Docket:
    found = models.Docket.objects.filter(Q(pk=name) | Q(number=name)).first()
    if found is None:
        raise CaseworkError("there is no such docket; name it by its number or its pseudonym")
    return found


def row(pseudonym: str) -> DocketRow:
    """One docket as a queue shows it.

    :raises CaseworkError: if there is none.
    """
    return _row(_named(pseudonym))


def docket(pseudonym: str) -> Docket:
    """The docket itself.

    :raises CaseworkError: if there is none.
    """
    return loaded(_named(pseudonym))


def row_and_docket(name: str) -> tuple[DocketRow, Docket]:
    """A docket as a queue shows it, and itself, by its pseudonym or its number.

    :raises CaseworkError: if there is none.
    """
    found = _named(name)
    return _row(found), loaded(found)


def loaded(row: models.Docket) -> Docket:
    """The docket that a row's snapshot is."""
    return docket_from_plain(json.loads(row.snapshot))


def queue(*states: State, due_before: dt.date | None = None) -> list[DocketRow]:
    """Dockets in these states (none: in all), those due first."""
    found = models.Docket.objects.order_by("due", "pseudonym")
    if states:
        found = found.filter(state__in=[one.value for one in states])
    if due_before is not None:
        found = found.filter(due__lt=due_before)
    return [_row(one) for one in found]


def open_dockets(due_before: dt.date | None = None) -> list[str]:
    """The pseudonyms of all dockets that are not closed, the oldest first; or of those due before a day alone."""
    found = models.Docket.objects.exclude(state=State.CLOSED.value).order_by("entered_at", "pseudonym")
    if due_before is not None:
        found = found.filter(due__lt=due_before)
    return list(found.values_list("pseudonym", flat=True))


def next_due() -> dt.date | None:
    """The nearest last day of a limit on any open docket; None where none runs."""
    found = models.Docket.objects.exclude(state=State.CLOSED.value).exclude(due=None).order_by("due")
    return found.values_list("due", flat=True).first()


def _row(one: models.Docket) -> DocketRow:
    return DocketRow(
        one.pseudonym, one.number, DocketKind(one.kind), State(one.state), one.body, one.received, one.due, one.events,
        one.last_index,
    )  # fmt: skip


def history(pseudonym: str) -> list[Happened]:
    """Every event of a docket, in order."""
    found = models.Event.objects.filter(docket_id=pseudonym).order_by("number")
    return [Happened(one.number, one.act, one.index, one.at, json.loads(one.data)) for one in found]


def rebuilt(happened: Iterable[Happened]) -> tuple[Docket, list[Event]]:
    """The docket that its events make, and the events after the opening.

    :raises CodecError: at the first that does not follow.
    """
    first, *rest = happened
    events = [event_from_plain(dict(one.data)) for one in rest]
    return replay(docket_from_plain(dict(first.data)), events), events


def standing_facts(pseudonym: str) -> list[FactRow]:
    """The facts that stand, in the order in which their names were first stated, and what the registers say."""
    found = models.Fact.objects.filter(docket_id=pseudonym, superseded_at=None).order_by("pk")
    return [
        FactRow(one.name, json.loads(one.value), one.by, one.role, one.paper, one.register, one.at) for one in found
    ]


def claims(pseudonym: str) -> dict[str, Any]:
    """Every leaf of the request as it is stated, whether or not whoever establishes it has."""
    return {one.name: one.value for one in standing_facts(pseudonym)}


def waiting(pseudonym: str, role: Role) -> dict[str, Any]:
    """The leaves that the request states, that this role establishes, and that nobody entitled has established yet."""
    return waiting_in(standing_facts(pseudonym), role)


def waiting_in(rows: Iterable[FactRow], role: Role) -> dict[str, Any]:
    """Of these facts, those that this role establishes and nobody entitled has."""
    words = bundle().words
    return {
        one.name: one.value
        for one in rows
        if facts.may_establish(one.name, role, words) and not facts.may_establish(one.name, one.role, words)
    }


def roles_in_facts(pseudonym: str, person: str) -> frozenset[Role]:
    """In which capacities somebody established facts of a docket, also those that no longer stand."""
    found = models.Fact.objects.filter(docket_id=pseudonym, by=person, register="")
    return frozenset(Role(role) for role in found.values_list("role", flat=True).distinct())


def records(pseudonym: str) -> dict[str, str]:
    """The confirmed record of each subject that has one, by the docket's own name for it."""
    found = models.Subject.objects.filter(docket_id=pseudonym).exclude(record="")
    return dict(found.values_list("who", "record"))


def request_file(pseudonym: str, day: dt.date) -> str:
    """The docket's facts as a request file: ``ostiary decide`` gives on it what the docket was given.

    Where it is confirmed who a subject is, the registers' consents and opt-outs of that day stand in the place of
    whatever the request says of them.
    """
    return file_of(standing_facts(pseudonym), records(pseudonym), day)


def file_of(rows: Iterable[FactRow], confirmed: Mapping[str, str], day: dt.date) -> str:
    """The request file that these facts make. ``confirmed``: the record of each subject that has one."""
    words = bundle().words
    stated = facts.established(((one.name, one.value, one.role) for one in rows), words)
    for who, record in sorted(confirmed.items()):
        stated = _registered(stated, who, record, day)
    return facts.to_text(facts.document(stated, words))


def _registered(stated: dict[str, Any], who: str, record: str, day: dt.date) -> dict[str, Any]:
    before = f"groups.{who}." if who else ""
    relation = f"{before}consent"
    kept = {name: value for name, value in stated.items() if not f"{name}.".startswith(f"{relation}.")}
    kept[relation] = [dict(said.scope) for said in registry.consents(record, day)]
    if registry.opt_outs(record):
        kept[f"{before}flags.opt_out"] = True
    return kept


def verdict_text(pseudonym: str, event: int, as_of: dt.date) -> str:
    """A verdict that was attached, exactly as ``ostiary decide --json`` writes it.

    :raises CaseworkError: if none was attached by this event as of this day.
    """
    found = models.VerdictRow.objects.filter(docket_id=pseudonym, event=event, as_of=as_of).first()
    if found is None:
        raise CaseworkError("no verdict was attached by this event as of this day")
    return found.text


def verdicts(pseudonym: str) -> list[tuple[int, dt.date, str]]:
    """Every verdict that was attached: the event, the day as of which the law was read, the text."""
    found = models.VerdictRow.objects.filter(docket_id=pseudonym).order_by("event", "as_of")
    return list(found.values_list("event", "as_of", "text"))


def papers(pseudonym: str) -> dict[str, str]:
    """Kind of each paper of a docket, by its digest."""
    return dict(models.Paper.objects.filter(docket_id=pseudonym).values_list("digest", "kind"))


def opened_with(key: str) -> str | None:
    """The docket that an intake's form with this key opened, if any."""
    found = models.Event.objects.filter(number=1, key=key).values_list("docket_id", flat=True) if key else None
    return found.first() if found is not None else None


def own_key(pseudonym: str) -> tuple[str, dt.date] | None:
    """The key of a private requester, and its last day; None where none was registered."""
    return models.OwnKey.objects.filter(docket_id=pseudonym).values_list("key", "until").first()


@until_the_log_grows
def has_overdue(body: str) -> bool:
    """Whether a body owes a certificate of destruction whose day is over: it is then frozen."""
    return body != "" and models.Docket.objects.filter(body=body, state=State.OVERDUE.value).exists()


def thread_entries(pseudonym: str) -> list[tuple[int, int, str]]:
    """Index, step and kind of each entry of a docket's thread, as the desk wrote them down."""
    found = Step.objects.filter(thread_id=pseudonym).order_by("step")
    return list(found.values_list("index", "step", "kind"))


def entry_of(index: int) -> tuple[str, int, str] | None:
    """Thread, step and kind of an entry, read from the log itself; None where the log has none of this number."""
    from ostiary.ledger import store
    from ostiary.ledger.entry import read_entry
    from ostiary.ledger.kinds import catalogue

    found = store.read_entries(raw_connection(), index, index + 1)
    if not found:
        return None
    entry = read_entry(found[0][1], catalogue())
    return entry.docket, entry.step, entry.kind


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper of a docket as its page lists it. ``size``: bytes."""

    digest: str
    kind: str
    name: str
    size: int
    at: dt.datetime


def paper_rows(pseudonym: str) -> list[PaperRow]:
    """Every paper of a docket, in the order in which they came."""
    found = models.Paper.objects.filter(docket_id=pseudonym).order_by("pk")
    return [PaperRow(one.digest, one.kind, one.name, one.size, one.at) for one in found]


def said_of_subjects(pseudonym: str) -> dict[str, Any]:
    """What the request says of each person or cohort asked about, by the docket's own name for it."""
    found = models.Subject.objects.filter(docket_id=pseudonym).order_by("who")
    return {one.who: json.loads(one.said) for one in found}
