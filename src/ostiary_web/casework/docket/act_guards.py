"""What single acts must meet besides: asked of the docket as it stands before the act, of the world, and the person."""

from __future__ import annotations

import datetime as dt

from ostiary_web.casework.docket.clocks import may_toll, overdue
from ostiary_web.casework.docket.guards import STAGED, Guard, adds, removes, reviews_due, same_answer
from ostiary_web.casework.docket.snapshot import ClockName, Docket, NoticeKind
from ostiary_web.casework.docket.states import DocketKind
from ostiary_web.casework.docket.world import World


def _not_acknowledged(docket: Docket, world: World) -> bool | None:
    return not docket.acknowledged


def _no_preservation(docket: Docket, world: World) -> bool | None:
    return docket.kind is not DocketKind.PRESERVATION


def _preservation(docket: Docket, world: World) -> bool | None:
    return docket.kind is DocketKind.PRESERVATION


def _preservation_over(docket: Docket, world: World) -> bool | None:
    return docket.preserve_until is not None and docket.preserve_until < world.today


def _answer_overdue(docket: Docket, world: World) -> bool | None:
    return overdue(docket, ClockName.ANSWER, world.today)


def _established(docket: Docket, world: World) -> bool | None:
    paper = docket.instrument
    return None not in (docket.requester_verified, paper.in_writing, paper.valid)


def _no_body_yet(docket: Docket, world: World) -> bool | None:
    # What a request claims is proved first; a body that was named stands.
    return docket.body == "" and docket.requester_verified


def _verdict_at_hand(docket: Docket, world: World) -> bool | None:
    found, law = world.verdict, world.law
    if found is None or not found.items or law.procedure.track(world.track) is None:
        return None
    return found.bundle == law.bundle


def _same_answer(docket: Docket, world: World) -> bool | None:
    return same_answer(docket, world) is True and docket.verdict != world.verdict


def _other_answer(docket: Docket, world: World) -> bool | None:
    return docket.verdict is None or same_answer(docket, world) is False


def _another_review_due(docket: Docket, world: World) -> bool | None:
    return len(docket.reviews) + 1 < reviews_due(docket, world)


def _last_review_due(docket: Docket, world: World) -> bool | None:
    return len(docket.reviews) + 1 == reviews_due(docket, world)


def _may_toll(docket: Docket, world: World) -> bool | None:
    return may_toll(docket, world)


def _no_consolidation(docket: Docket, world: World) -> bool | None:
    return removes(docket, world, "consolidation") and len({one.opinion for one in docket.reviews}) == 1


def _something_may_leave(docket: Docket, world: World) -> bool | None:
    # What the law refuses whoever the person is, is refused before the roll is touched (promise 6).
    return docket.verdict is not None and any(item.outcome.discloses for item in docket.verdict.items)


def _no_notice_yet(docket: Docket, world: World) -> bool | None:
    # After a delay has ended the people are told, and have their window, as if it had never been.
    notice = docket.notice
    return notice is None or (notice.kind is NoticeKind.DELAYED and (notice.until or world.today) < world.today)


def _no_notice_told(docket: Docket, world: World) -> bool | None:
    return docket.notice is None or docket.notice.kind is NoticeKind.DELAYED


def _no_notice_on_track(docket: Docket, world: World) -> bool | None:
    return removes(docket, world, "notice")


def _late_notice_due(docket: Docket, world: World) -> bool | None:
    return late_notice_pending(docket) and not delay_runs(docket, world.today)


def late_notice_pending(docket: Docket) -> bool:
    """Whether notice was delayed and the people have not been told since."""
    notice = docket.notice
    return notice is not None and notice.kind is NoticeKind.DELAYED and not notice.late


def delay_runs(docket: Docket, today: dt.date) -> bool:
    """Whether an order or a rule still delays the notice."""
    notice = docket.notice
    return late_notice_pending(docket) and notice is not None and notice.until is not None and notice.until >= today


def _delay_over(docket: Docket, world: World) -> bool | None:
    return not delay_runs(docket, world.today)


def _stay_stands(docket: Docket, world: World) -> bool | None:
    return docket.stay != "" and not docket.stay_ended and not any(not one.outcome for one in docket.challenges)


def _not_appealed(docket: Docket, world: World) -> bool | None:
    return not docket.appealed


def _appeal_in_time(docket: Docket, world: World) -> bool | None:
    return docket.clock(ClockName.APPEAL) is not None and not overdue(docket, ClockName.APPEAL, world.today)


def _appeal_over(docket: Docket, world: World) -> bool | None:
    return docket.appealed or overdue(docket, ClockName.APPEAL, world.today)


def _certificate_overdue(docket: Docket, world: World) -> bool | None:
    return overdue(docket, ClockName.DISPOSE, world.today)


def _emergency_unreviewed(docket: Docket, world: World) -> bool | None:
    return adds(docket, world, "later_review") and docket.decision is not None and not docket.emergency_reviewed


def _nothing_due(docket: Docket, world: World) -> bool | None:
    # An emergency that was decided is always looked at; a delayed notice always comes.
    unreviewed = _emergency_unreviewed(docket, world) is True
    return not unreviewed and not late_notice_pending(docket) and not docket.on_hold


def _was_decided(docket: Docket, world: World) -> bool | None:
    return docket.decision is not None


def _has_left(docket: Docket, world: World) -> bool | None:
    return docket.seal is not None and docket.released is not None


def _own_review_due(docket: Docket, world: World) -> bool | None:
    return reviews_due(docket, world) > len(docket.reviews)


OWN: dict[str, Guard] = {
    guard.name: guard
    for guard in (
        Guard("not_acknowledged", _not_acknowledged, "it is acknowledged already", "one entry an act", "do nothing"),
        Guard("no_preservation", _no_preservation, "it only asks to keep records", "DESIGN", "keep them"),
        Guard("preservation", _preservation, "it asks for more than to keep records", "DESIGN", "docket it"),
        Guard("preservation_over", _preservation_over, "the keeping still runs", "its limit", "wait for its end"),
        Guard("answer_overdue", _answer_overdue, "the requester still has time to answer", "I5", "wait"),
        Guard("established", _established, "who asks, or what the paper is, is open", "I1", "verify it first"),
        Guard("no_body_yet", _no_body_yet, "a body is named, or who asks is not proved", "I1", "verify it first"),
        Guard("verdict_at_hand", _verdict_at_hand, "no verdict under the rules in use", "I8", "have it judged"),
        Guard("same_answer", _same_answer, "the answer is another one, or the very same verdict", "I8", "look again"),
        Guard("other_answer", _other_answer, "the answer has not changed", "I8", "renew the verdict instead"),
        Guard("own_review_due", _own_review_due, "no review is due", "S2", "leave it to consolidation"),
        Guard("another_review_due", _another_review_due, "this is the last review due", "S2", "finish the review"),
        Guard("last_review_due", _last_review_due, "another review is still due", "S2", "give yours as the first"),
        Guard("may_toll", _may_toll, "the clock may not stand still again", "I7", "decide on what is known"),
        Guard("no_consolidation", _no_consolidation, "the reviewers' opinions must be settled", "S2", "lead counsel"),
        Guard("something_may_leave", _something_may_leave, "nothing may leave: look nobody up", "promise 6", "deny"),
        Guard("no_notice_yet", _no_notice_yet, "the step of notice is done", "one entry an act", "go on"),
        Guard("no_notice_told", _no_notice_told, "the people are told already", "one entry an act", "go on"),
        Guard("no_notice_on_track", _no_notice_on_track, "this track gives notice", "tracks", "tell the people"),
        Guard("late_notice_due", _late_notice_due, "no late notice is due", "promise 7", "wait for the delay's end"),
        Guard("delay_over", _delay_over, "an order still delays it", "promise 6", "wait for the delay's end"),
        Guard("stay_stands", _stay_stands, "no stay stands, or an objection is open", "S4", "answer the objections"),
        Guard("not_appealed", _not_appealed, "it was appealed already", "DESIGN", "close it"),
        Guard("appeal_in_time", _appeal_in_time, "the time to appeal is over", "I5", "file a new request"),
        Guard("appeal_over", _appeal_over, "it can still be appealed", "I5", "wait for the last day"),
        Guard("certificate_overdue", _certificate_overdue, "the certificate is not late", "I5", "wait for the day"),
        Guard("emergency_unreviewed", _emergency_unreviewed, "no review afterwards is due", "tracks", "do nothing"),
        Guard("nothing_due", _nothing_due, "a hold, a late notice or a review stands open", "promise 7", "do it first"),
        Guard("has_left", _has_left, "nothing has left here", "a correction follows a release", "mend it first"),
        Guard("was_decided", _was_decided, "nothing was decided", "one entry an act", "wait for a decision"),
        *(guard for guard in STAGED if guard.name in ("reviewed", "verdict_stands", "checked")),
    )
}  # fmt: skip
