"""What must hold whatever happens (I1 to I9), said a second time and apart from the guards that bring it about.

Each reads the docket before an act, the step, and the world, and says in words what is broken. The exhaustive search
asks them on every edge; the desk may ask them before it commits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ostiary.ledger.kinds import catalogue
from ostiary_web.casework.docket.clocks import expiry
from ostiary_web.casework.docket.machine import Step
from ostiary_web.casework.docket.replay import apply
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Docket, Notice
from ostiary_web.casework.docket.states import OWNER, STAGES, DocketKind, Owner, State
from ostiary_web.casework.docket.transitions import TABLE, find
from ostiary_web.casework.docket.world import World

Invariant = Callable[[Docket, Step, World], str]


def _removed(docket: Docket, world: World) -> frozenset[str]:
    track = world.law.procedure.track(docket.track)
    return frozenset() if track is None else track.removes


def _approval(docket: Docket, world: World) -> str:
    """What every approved docket has, wherever it came from."""
    if docket.instrument.in_writing is not True or docket.instrument.valid is not True:
        return "there is no valid written instrument"
    if docket.requester_verified is not True:
        return "nobody verified the requester"
    people = {review.person for review in docket.reviews}
    if len(people) < (1 if "second_review" in _removed(docket, world) else 2):
        return "it has not been reviewed by enough people"
    if docket.decision is None or docket.decision.person in people:
        return "the decider is one of the reviewers, or nobody decided"
    return ""


def i1(before: Docket, step: Step, world: World) -> str:
    """I1: nothing is released without paper, proof, reviews, decision, notice, window, check, and the log."""
    after = step.docket
    if after.state is not State.RELEASED or before.state is State.RELEASED:
        return ""
    removed = _removed(after, world)
    if found := _approval(after, world):
        return found
    if "notice" not in removed and not _told_or_delayed(after.notice, world):
        return "the people were not told, and no live order delays it"
    if "window" not in removed and not _window_done(after.notice, world):
        return "the window has not elapsed, nor been waived, shortened or delayed"
    if after.stay and not after.stay_ended:
        return "a stay stands"
    if after.package is None or after.package.passed is not True:
        return "the package did not pass its check"
    if any(not one.outcome and set(one.items) & set(after.package.items) for one in after.challenges):
        return "an open challenge is about an item that leaves"
    return "" if world.log.cosigned is True else "the log does not hold it under a cosigned checkpoint"


def _told_or_delayed(notice: Notice | None, world: World) -> bool:
    if notice is None:
        return False
    return notice.kind == "told" or (notice.kind == "delayed" and (notice.until or world.today) >= world.today)


def _window_done(notice: Notice | None, world: World) -> bool:
    if notice is None or notice.kind == "not_due":
        return False
    shortened = notice.court_date is not None and notice.court_date <= world.today
    elapsed = notice.kind == "told" and notice.until is not None and notice.until < world.today
    return notice.kind == "delayed" or notice.waived or shortened or elapsed


def i2(before: Docket, step: Step, world: World) -> str:
    """I2: no machine stands on an edge that discloses."""
    machine = step.event.role is Role.MACHINE or step.event.second_role is Role.MACHINE
    return (
        "a machine acted on an edge that discloses" if machine and step.docket.state in _entered(before, step) else ""
    )


def _entered(before: Docket, step: Step) -> frozenset[State]:
    return frozenset(STAGES) if before.state is not step.docket.state else frozenset()


def i3(before: Docket, step: Step, world: World) -> str:
    """I3: what is released was granted, is lawful now and not challenged, and is what was checked and sealed."""
    after = step.docket
    if after.state is not State.RELEASED or before.state is State.RELEASED:
        return ""
    if after.package is None or after.seal is None or after.decision is None or world.verdict is None:
        return "something left that was never packed, sealed or decided"
    lawful = {item.key for item in world.verdict.items if item.then.discloses and item.now.discloses}
    items = set(after.package.items)
    if not items <= lawful & after.decision.granted or items & after.stayed_items:
        return "an item left that was not granted, is not lawful now, or is challenged"
    return "" if after.seal.manifest == after.package.manifest else "another package was sealed than was checked"


def i4(before: Docket, step: Step, world: World) -> str:
    """I4: each edge is one event and one entry of a kind that there is; replaying it gives the same docket."""
    if step.docket.events != before.events + 1 or apply(before, step.event) != step.docket:
        return "the event does not give the docket"
    return "" if step.entry_kind in catalogue().kinds else "no kind of entry stands for this act"


def i5(before: Docket, step: Step, world: World) -> str:
    """I5: every state but the last has an owner and a running clock, whose end is an act that discloses nothing."""
    after = step.docket
    if after.state is State.CLOSED:
        return ""
    if OWNER[after.state] is Owner.NOBODY or not after.clocks:
        return f"state {after.state} has no owner or no running clock"
    for clock in after.clocks:
        row = find(expiry(clock.name, after.state), after.state, TABLE)
        if row is None or not row.machine or row.discloses:
            return f"the end of clock {clock.name} leads nowhere in {after.state}, or discloses"
    return ""


def i6(before: Docket, step: Step, world: World) -> str:
    """I6: with a hold, a frozen body, a suspended bundle or no log, nothing comes nearer to a release."""
    if step.docket.state not in _entered(before, step):
        return ""
    body = world.counterparty
    shut = step.docket.on_hold or body is None or body.frozen is not False or world.law.suspended is not False
    return "it came nearer to a release while the way was shut" if shut or world.log.writable is not True else ""


def i7(before: Docket, step: Step, world: World) -> str:
    """I7: no clock stands still for longer, or more often, than its limit lets it."""
    limits = world.law.procedure.limits
    late = any(c.toll_days > limits[c.name].toll_days or c.tolls > limits[c.name].tolls for c in step.docket.clocks)
    return "a clock stood still for longer than it may" if late else ""


def i8(before: Docket, step: Step, world: World) -> str:
    """I8: what is approved has all that an approval needs, whatever state it came from."""
    if step.docket.state not in _entered(before, step):
        return ""
    return _approval(step.docket, world)


def i9(before: Docket, step: Step, world: World) -> str:
    """I9: an item of a person whom the instrument does not name is never granted."""
    verdict, decision = step.docket.verdict, step.docket.decision
    if verdict is None or decision is None:
        return ""
    named = {item.key for item in verdict.items if item.named is True}
    return "" if decision.granted <= named else "an item of a person never named was granted"


def kept(before: Docket, step: Step, world: World) -> str:
    """A preservation docket discloses nothing; an emergency is looked at, and late notice comes, before the end."""
    after = step.docket
    if after.kind is DocketKind.PRESERVATION and after.state in STAGES:
        return "a preservation docket came near to a release"
    if after.state is not State.CLOSED or before.state is State.CLOSED:
        return ""
    track = world.law.procedure.track(after.track)
    owed = track is not None and "later_review" in track.adds and after.decision is not None
    if owed and not after.emergency_reviewed:
        return "an emergency was closed that nobody looked at afterwards"
    notice = after.notice
    return "a delayed notice never came" if notice is not None and notice.kind == "delayed" and not notice.late else ""


INVARIANTS: Mapping[str, Invariant] = {
    "I1": i1, "I2": i2, "I3": i3, "I4": i4, "I5": i5, "I6": i6, "I7": i7, "I8": i8, "I9": i9, "kept": kept,
}  # fmt: skip


def broken(before: Docket, step: Step, world: World) -> tuple[str, ...]:
    """Every invariant that a step breaks, in words; empty where all hold."""
    found = ((name, asked(before, step, world)) for name, asked in INVARIANTS.items())
    return tuple(f"{name}: {says}" for name, says in found if says)
