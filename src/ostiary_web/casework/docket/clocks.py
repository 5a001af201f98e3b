"""The running limits of a docket: which start and stop with an act, how they stand still, what happens at their end.

A clock's end is an act like any other (``EXPIRY``), to the same or an earlier state or to an end: it never discloses.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ostiary_web.casework.docket.moment import Moment
from ostiary_web.casework.docket.snapshot import Clock, ClockName, Docket
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.docket.world import World

C = ClockName
# The clock that runs in a state, started on entering and stopped on leaving it.
RUNS: Mapping[State, ClockName] = {
    State.RECEIVED: C.DOCKET,
    State.RETURNED: C.ANSWER,
    State.DOCKETED: C.VERIFY,
    State.JUDGED: C.REVIEW,
    State.IN_REVIEW: C.REVIEW,
    State.CLARIFICATION: C.ANSWER,
    State.CONSOLIDATING: C.CONSOLIDATE,
    State.DECISION: C.DECIDE,
    State.APPROVED: C.NOTICE,
    State.NOTIFIED: C.WINDOW,
    State.STAYED: C.HEARING,
    State.CLEARED: C.PACKAGE,
    State.PACKAGED: C.CHECK,
    State.SEALED: C.RELEASE,
    State.RELEASED: C.RECEIPT,
    State.RECEIPTED: C.DISPOSE,
    State.OVERDUE: C.DISPOSE,
    State.DENIED: C.APPEAL,
    State.APPEALED: C.APPEAL_ANSWER,
    State.PRESERVED: C.PRESERVE,
    State.REFUSED_FORM: C.CLOSE,
    State.REDIRECTED: C.CLOSE,
    State.ABANDONED: C.CLOSE,
    State.WITHDRAWN: C.CLOSE,
    State.DISPOSED: C.CLOSE,
    State.RECALLED: C.CLOSE,
}
# The clocks that run across states: the limit of the whole answer, and how long a decision stands.
_ANSWERING = frozenset(
    {
        State.DOCKETED, State.JUDGED, State.IN_REVIEW, State.CLARIFICATION, State.CONSOLIDATING, State.DECISION,
    }
)  # fmt: skip
# While it is stayed a decision's lapse is the hearing officer's to see; it is asked again on the way out.
_STANDING = frozenset({State.APPROVED, State.NOTIFIED, State.CLEARED, State.PACKAGED, State.SEALED})
ACROSS: Mapping[ClockName, frozenset[State]] = {C.DECIDE: _ANSWERING, C.LAPSE: _STANDING}
# What a clock's end does, by state where it differs. ``run_out`` writes an entry and moves nothing.
EXPIRY: Mapping[ClockName, Mapping[State | None, str]] = {
    **{name: {None: "run_out"} for name in C},
    C.ANSWER: {None: "abandon"},
    C.LAPSE: {None: "reopen"},
    C.RELEASE: {None: "reopen"},
    C.DISPOSE: {None: "run_out", State.RECEIPTED: "mark_overdue"},
    C.APPEAL: {None: "close"},
    C.PRESERVE: {None: "end_preservation"},
    C.CLOSE: {None: "close"},
}


@dataclass(frozen=True, slots=True)
class Collision:
    """A window that outruns a date which a court or a mandate set. Counsel decides; see ``shorten_window``."""

    window_ends: dt.date
    court_date: dt.date


def expiry(name: ClockName, state: State) -> str:
    """The act that a clock's end is, in this state."""
    found = EXPIRY[name]
    return found.get(state, found[None])


def overdue(docket: Docket, name: ClockName, today: dt.date) -> bool:
    """Whether a clock is running and its last day is over. Not while it stands still; false where none runs."""
    clock = docket.clock(name)
    return clock is not None and clock.tolled is None and clock.due < today


def next_clocks(moment: Moment, after: Docket) -> tuple[Clock, ...]:
    """The clocks after an act has brought the docket to ``after``: stopped, kept, tolled, started."""
    before, state = moment.docket, after.state
    moved = before.state is not state
    kept = [clock for clock in after.clocks if _goes_on(clock.name, before.state, after, moved)]
    kept = [_tolling(clock, moment, state) for clock in kept]
    running = {clock.name for clock in kept}
    wanted = [name for name, states in ACROSS.items() if state in states]
    wanted += [RUNS[state]] if state in RUNS else []
    if before.state is State.SEALED and state is State.RELEASED and _reviews_later(moment):
        wanted.append(C.EMERGENCY_REVIEW)
    return (*kept, *(_started(name, moment, after) for name in dict.fromkeys(wanted) if name not in running))


def _goes_on(name: ClockName, before: State, after: Docket, moved: bool) -> bool:
    if name is C.EMERGENCY_REVIEW:
        return not after.emergency_reviewed
    if name is C.ACKNOWLEDGE:
        return not after.acknowledged and after.state is not State.CLOSED
    if name in ACROSS:
        # A decision that is opened again begins a new limit for the answer, and its own lapse ends.
        return after.state in ACROSS[name]
    if not moved:
        return True
    # Judged and in review share one limit; so do receipted and overdue not: that one begins anew.
    return RUNS.get(after.state) is name and (before, after.state) == (State.JUDGED, State.IN_REVIEW)


def _reviews_later(moment: Moment) -> bool:
    return moment.track is not None and "later_review" in moment.track.adds


def _started(name: ClockName, moment: Moment, after: Docket) -> Clock:
    due = moment.ends(name)
    if name is C.DISPOSE and after.state is State.RECEIPTED and after.seal is not None:
        due = after.seal.retain_until
    if name is C.LAPSE and after.decision is not None:
        due = after.decision.lapses
    if name is C.WINDOW and after.notice is not None and after.notice.until is not None:
        due = after.notice.until
    return Clock(name, moment.today, due)


def may_toll(docket: Docket, world: World) -> bool:
    """Whether the clock of the answer may stand still once more: not too often, and with days left (I7)."""
    clock, limit = docket.clock(C.DECIDE), world.law.procedure.limits[C.DECIDE]
    return clock is not None and clock.tolls < limit.tolls and clock.toll_days < limit.toll_days


def _tolling(clock: Clock, moment: Moment, state: State) -> Clock:
    """The clock of the answer stands still while the requester owes one, no longer than the limit lets it."""
    if clock.name is not C.DECIDE or (clock.tolled is not None) is (state is State.CLARIFICATION):
        return clock
    if clock.tolled is None:
        return replace(clock, tolled=moment.today, tolls=clock.tolls + 1)
    limit = moment.limit(C.DECIDE)
    stood = min((moment.today - clock.tolled).days, limit.toll_days - clock.toll_days)
    calendar, until = moment.world.calendar, clock.tolled + dt.timedelta(days=stood)
    days = calendar.between(clock.tolled, until) if limit.business else stood
    due = calendar.add(clock.due, days, business=limit.business)
    return replace(clock, due=due, tolled=None, toll_days=clock.toll_days + stood)


def collision(docket: Docket) -> Collision | None:
    """The collision of the window with the instrument's date, or None."""
    notice, date = docket.notice, docket.instrument.court_date
    if notice is None or notice.until is None or date is None or docket.state is not State.NOTIFIED:
        return None
    return Collision(notice.until, date) if date <= notice.until else None
