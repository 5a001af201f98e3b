"""THE table: every act there is, from where to where, by whom, what is written, and what the act must meet besides.

The guards of the state that is entered (``guards.STAGED``) are not listed here, so no row can leave them out. The
pictures, the permission matrix, the commands that a page offers and the exhaustive tests are made from this table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ostiary_web.casework.docket import effects_back as back
from ostiary_web.casework.docket import effects_decision as mid
from ostiary_web.casework.docket import effects_front as front
from ostiary_web.casework.docket.moment import Given
from ostiary_web.casework.docket.roles import Role as R
from ostiary_web.casework.docket.states import BEFORE_SEALED, ENDED, LEFT, REOPENABLE, STAGES
from ostiary_web.casework.docket.states import State as S


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: an act from some states. ``target`` None: the docket stays where it is.

    ``needs``: names of ``guards.OWN`` that the act must meet besides. ``as_if``: the guards of this stage run too.
    ``second``: another person in one of these roles must agree. The machine acts only where ``R.MACHINE`` stands.
    """

    act: str
    says: str
    sources: tuple[S, ...]
    target: S | None
    roles: frozenset[R]
    entry: str
    given: type[Given] = field(default=back.Note)
    needs: tuple[str, ...] = ()
    second: frozenset[R] = frozenset()
    as_if: S | None = None

    @property
    def discloses(self) -> bool:
        """Whether it leads into a state nearer to the release, where every guard runs."""
        return self.stage is not None

    @property
    def stage(self) -> S | None:
        """The stage whose guards it must meet, or None."""
        return self.target if self.target in STAGES else self.as_if

    @property
    def machine(self) -> bool:
        """Whether a machine may do it (S12)."""
        return R.MACHINE in self.roles


def _row(
    act: str,
    says: str,
    sources: Iterable[S],
    target: S | None,
    roles: Iterable[R],
    entry: str,
    given: type[Given] = back.Note,
    *,
    needs: Iterable[str] = (),
    second: Iterable[R] = (),
    as_if: S | None = None,
) -> Transition:
    order = tuple(state for state in S if state in set(sources))
    return Transition(act, says, order, target, frozenset(roles), entry, given, tuple(needs), frozenset(second), as_if)


_OPEN = tuple(state for state in S if state is not S.CLOSED)
_UNDER_REVIEW = (S.JUDGED, S.IN_REVIEW, S.CLARIFICATION)
_DECIDED = (*REOPENABLE, S.STAYED)
_CHALLENGED = (S.NOTIFIED, S.STAYED, S.CLEARED, S.PACKAGED, S.SEALED)
_REVIEWERS = (R.REVIEWER_COUNSEL, R.REVIEWER_PRIVACY)
_BY_REQUESTER = (R.REQUESTER, R.INTAKE)

_INTAKE = (
    _row("acknowledge", "tell the requester that it arrived", (S.RECEIVED, S.RETURNED, S.DOCKETED), None,
         (R.INTAKE, R.MACHINE), "request.acknowledged", front.Acknowledge, needs=("not_acknowledged",)),
    _row("return_request", "send it back: something is missing", (S.RECEIVED,), S.RETURNED,
         (R.INTAKE,), "request.returned", front.Return),
    _row("complete", "bring what was missing", (S.RETURNED,), S.RECEIVED, _BY_REQUESTER, "request.completed"),
    _row("redirect", "point elsewhere: not our records", (S.RECEIVED,), S.REDIRECTED,
         (R.INTAKE,), "request.redirected", front.Cause),
    _row("docket_request", "give it its number; the clock runs", (S.RECEIVED,), S.DOCKETED,
         (R.INTAKE,), "request.docketed", needs=("no_preservation",)),
    _row("preserve", "keep the records; disclose nothing", (S.RECEIVED,), S.PRESERVED,
         (R.INTAKE, R.RECORDS_OFFICER), "request.preserved", front.Preserve, needs=("preservation",)),
    _row("end_preservation", "end the keeping", (S.PRESERVED,), S.CLOSED,
         (R.RECORDS_OFFICER, R.MACHINE), "docket.closed", needs=("preservation_over",)),
    _row("verify", "say who asks and what the paper is", (S.DOCKETED,), None,
         (R.VERIFIER,), "request.verified", front.Verify),
    _row("name_body", "say which body of the register asks", (S.DOCKETED, *_UNDER_REVIEW, S.CONSOLIDATING, S.DECISION),
         None, (R.VERIFIER,), "request.verified", front.NameBody, needs=("no_body_yet",)),
    _row("refuse_form", "refuse the paper or the proof of who asks; say how to cure it", (S.DOCKETED,), S.REFUSED_FORM,
         (R.VERIFIER,), "request.form_refused", front.RefuseForm, second=(R.LEAD_COUNSEL,)),
    _row("abandon", "end it: the requester did not answer in time", (S.RETURNED, S.CLARIFICATION), S.ABANDONED,
         (R.MACHINE, R.INTAKE), "request.abandoned", needs=("answer_overdue",)),
    _row("withdraw", "take the request back", BEFORE_SEALED, S.WITHDRAWN, _BY_REQUESTER, "request.withdrawn"),
)  # fmt: skip
_JUDGING = (
    _row("judge", "attach the verdict of the rules", (S.DOCKETED,), S.JUDGED,
         (R.MACHINE,), "verdict.given", front.Judge, needs=("established", "verdict_at_hand")),
    _row("renew_verdict", "attach the verdict again: the same answer", (*_UNDER_REVIEW, S.CONSOLIDATING, S.DECISION,
         *_DECIDED), None, (R.MACHINE,), "verdict.given", front.RenewVerdict, needs=("verdict_at_hand", "same_answer")),
    _row("revise_verdict", "attach another answer; reviews begin anew", _UNDER_REVIEW, None,
         (R.MACHINE,), "verdict.given", front.Judge, needs=("verdict_at_hand", "other_answer")),
    _row("revise_verdict", "attach another answer; back to review", (S.CONSOLIDATING, S.DECISION), S.IN_REVIEW,
         (R.MACHINE,), "verdict.given", front.Judge, needs=("verdict_at_hand", "other_answer")),
    _row("assign_reviewers", "ask the reviewers", (S.JUDGED,), S.IN_REVIEW,
         (R.MACHINE, R.LEAD_COUNSEL), "review.assigned", front.Assign),
    _row("review", "give an opinion; another is still due", (S.IN_REVIEW,), None,
         _REVIEWERS, "review.submitted", front.GiveReview, needs=("own_review_due", "another_review_due")),
    _row("finish_review", "give the last opinion that is due", (S.IN_REVIEW,), S.CONSOLIDATING,
         _REVIEWERS, "review.submitted", front.GiveReview, needs=("own_review_due", "last_review_due")),
    _row("consult", "ask another body one named question", (S.IN_REVIEW,), None, _REVIEWERS, "review.consulted"),
    _row("ask", "ask the requester; the clock stops", (S.IN_REVIEW, S.CONSOLIDATING), S.CLARIFICATION,
         _REVIEWERS, "clarification.asked", front.Ask, needs=("may_toll",)),
    _row("ask", "ask the requester; the clock stops", (S.DECISION,), S.CLARIFICATION,
         (R.DECIDER,), "clarification.asked", front.Ask, needs=("may_toll",)),
    _row("answer", "answer the questions; the clock runs again", (S.CLARIFICATION,), S.IN_REVIEW,
         _BY_REQUESTER, "clarification.answered", front.Answer),
    _row("consolidate", "open the reviews to each other and settle them", (S.CONSOLIDATING,), S.DECISION,
         (R.LEAD_COUNSEL,), "review.consolidated", front.Consolidate),
    _row("pass_on", "pass it on: this track settles nothing between reviewers of one opinion", (S.CONSOLIDATING,),
         S.DECISION, (R.MACHINE,), "review.consolidated", front.Consolidate, needs=("no_consolidation",)),
    _row("search_roll", "ask the roll about the people named", (S.JUDGED, S.IN_REVIEW, S.CONSOLIDATING, S.DECISION,
         S.APPROVED, S.CLEARED), None, (R.CUSTODIAN, R.MACHINE), "roll.searched", needs=("something_may_leave",)),
)  # fmt: skip
_DECIDING = (
    _row("approve", "grant it, whole or in part", (S.DECISION,), S.APPROVED,
         (R.DECIDER,), "decision.approved", mid.Approve),
    _row("deny", "deny it", (S.DECISION,), S.DENIED,
         (R.DECIDER,), "decision.denied", mid.Deny, needs=("reviewed", "verdict_stands")),
    _row("deny", "deny it: the challenge is upheld", (S.STAYED,), S.DENIED,
         (R.HEARING_OFFICER,), "decision.denied", mid.Deny, needs=("verdict_stands",)),
    _row("reopen", "open the decision again", REOPENABLE, S.DECISION,
         (R.MACHINE, R.DECIDER, R.LEAD_COUNSEL), "decision.reopened", mid.Reopen),
    _row("reopen", "send it back to the decider", (S.STAYED,), S.DECISION,
         (R.HEARING_OFFICER,), "decision.reopened", mid.Reopen),
    _row("notify", "tell the people concerned; the window opens", (S.APPROVED,), S.NOTIFIED,
         (R.NOTICE_OFFICER,), "notice.done", mid.Tell, needs=("no_notice_yet",)),
    _row("delay_notice", "delay the notice, by an order or a cited rule", (S.APPROVED,), None,
         (R.NOTICE_OFFICER,), "notice.done", mid.DelayNotice, needs=("no_notice_told",), second=(R.LEAD_COUNSEL,)),
    _row("omit_notice", "no notice is due on this track", (S.APPROVED,), None,
         (R.NOTICE_OFFICER,), "notice.done", mid.OmitNotice, needs=("no_notice_yet", "no_notice_on_track")),
    _row("tell_late", "a delay ended: tell the people now", tuple(s for s in _OPEN if s is not S.APPROVED), None,
         (R.NOTICE_OFFICER, R.MACHINE), "notice.late", mid.TellLate, needs=("late_notice_due",)),
    _row("note_returned", "some notices came back", (S.NOTIFIED, S.STAYED, S.CLEARED), None,
         (R.NOTICE_OFFICER,), "notice.returned"),
    _row("shorten_window", "shorten the window to a court's date", (S.NOTIFIED,), None,
         (R.LEAD_COUNSEL,), "clock.overridden", mid.ShortenWindow, second=(R.EXECUTIVE,)),
    _row("clear", "the window is over, or does not apply", (S.APPROVED, S.NOTIFIED), S.CLEARED,
         (R.NOTICE_OFFICER,), "release.cleared", mid.Clear),
    _row("clear", "the stay is over", (S.STAYED,), S.CLEARED,
         (R.HEARING_OFFICER,), "release.cleared", mid.Clear),
    _row("challenge", "object: the person's items stop", _CHALLENGED, None,
         (R.CONCERNED, R.OVERSEER, R.NOTICE_OFFICER, R.INTAKE), "challenge.filed", mid.FileChallenge),
    _row("decide_challenge", "answer an objection", _CHALLENGED, None,
         (R.HEARING_OFFICER,), "challenge.decided", mid.DecideChallenge),
    _row("stay", "stop it: a suit, an order, a challenge of everything", (S.NOTIFIED,), S.STAYED,
         (R.NOTICE_OFFICER, R.LEAD_COUNSEL, R.OVERSEER, R.MACHINE), "stay.begun", mid.Stay),
    _row("end_stay", "what stopped it has ended", (S.STAYED,), None,
         (R.HEARING_OFFICER,), "stay.ended", mid.EndStay, needs=("stay_stands",)),
    _row("appeal", "appeal the denial", (S.DENIED,), S.APPEALED,
         _BY_REQUESTER, "appeal.filed", back.Appeal, needs=("not_appealed", "appeal_in_time")),
    _row("affirm", "the denial stands", (S.APPEALED,), S.DENIED,
         (R.APPEAL_OFFICER,), "appeal.decided", back.Affirm),
    _row("reverse", "the denial falls; decide anew", (S.APPEALED,), S.DECISION,
         (R.APPEAL_OFFICER,), "appeal.decided", back.Reverse),
    _row("appeal_part", "appeal the refused part in a linked docket", (*_DECIDED, *LEFT), None,
         _BY_REQUESTER, "appeal.filed", back.AppealPart),
)  # fmt: skip
_LEAVING = (
    _row("package", "pack exactly what was decided", (S.CLEARED,), S.PACKAGED,
         (R.CUSTODIAN,), "release.packaged", back.Pack),
    _row("check", "find the package right", (S.PACKAGED,), None,
         (R.CHECKER,), "release.checked", back.Check),
    _row("fail_check", "find the package wrong", (S.PACKAGED,), S.CLEARED,
         (R.CHECKER,), "release.checked", back.FailCheck),
    _row("agree_to_seal", "agree to the sealing, one of two", (S.PACKAGED,), None,
         (R.RELEASE_OFFICER, R.KEY_HOLDER), "release.approved", back.AgreeToSeal,
         needs=("checked",), as_if=S.PACKAGED),
    _row("seal", "close it for the recipient's key", (S.PACKAGED,), S.SEALED,
         (R.RELEASE_OFFICER,), "release.sealed", back.SealIt),
    _row("release", "let it go", (S.SEALED,), S.RELEASED,
         (R.RELEASE_OFFICER,), "release.delivered", back.Deliver),
    _row("receipt", "confirm the receipt and the conditions", (S.RELEASED,), S.RECEIPTED,
         (R.RECIPIENT, R.RECORDS_OFFICER), "release.receipted", back.OfRelease),
    _row("dispose", "accept the certificate of destruction", (S.RECEIPTED, S.OVERDUE), S.DISPOSED,
         (R.RECORDS_OFFICER,), "release.disposed", back.Dispose),
    _row("mark_overdue", "the certificate did not come; the recipient is frozen", (S.RECEIPTED,), S.OVERDUE,
         (R.MACHINE, R.RECORDS_OFFICER), "release.overdue", back.OfRelease, needs=("certificate_overdue",)),
    _row("recall", "call the release back", (S.RELEASED, S.RECEIPTED, S.OVERDUE), S.RECALLED,
         (R.LEAD_COUNSEL, R.RECORDS_OFFICER), "release.recalled", back.Recall),
    _row("seek_wrong", "look for released values that were wrong", (*LEFT, S.CLOSED), None,
         (R.CUSTODIAN,), "roll.searched", needs=("has_left",)),
    _row("correct", "tell the recipient which values were wrong", (*LEFT, S.CLOSED), None,
         (R.RECORDS_OFFICER, R.LEAD_COUNSEL), "release.corrected", back.Correct, needs=("has_left",)),
    _row("review_emergency", "look at the emergency afterwards", (*_DECIDED, *LEFT, S.DENIED), None,
         (R.THIRD_REVIEWER,), "emergency.reviewed", back.ReviewEmergency, needs=("emergency_unreviewed",)),
    _row("close", "nothing more is due", ENDED, S.CLOSED,
         (R.MACHINE, R.RECORDS_OFFICER), "docket.closed", needs=("nothing_due",)),
    _row("close", "nothing more is due", (S.DENIED,), S.CLOSED,
         (R.MACHINE, R.RECORDS_OFFICER), "docket.closed", needs=("nothing_due", "appeal_over")),
)  # fmt: skip
_ALWAYS = (
    _row("hold", "shut every way out", _OPEN, None,
         (R.MACHINE, R.LEAD_COUNSEL, *_REVIEWERS, R.EXECUTIVE, R.RECORDS_OFFICER, R.OVERSEER),
         "hold.begun", mid.BeginHold),
    _row("lift_hold", "lift a hold", _OPEN, None,
         (R.LEAD_COUNSEL,), "hold.lifted", mid.LiftHold, second=(R.EXECUTIVE,)),
    _row("run_out", "say that a limit has passed", _OPEN, None, (R.MACHINE,), "clock.ran_out", back.RunOut),
    _row("extend", "move an internal limit", BEFORE_SEALED, None,
         (R.EXECUTIVE,), "clock.overridden", front.Extend, second=(R.LEAD_COUNSEL,)),
    _row("open_entry", "publish what had to wait", tuple(S), None,
         (R.MACHINE, R.NOTICE_OFFICER, R.RECORDS_OFFICER), "entry.opened", needs=("delay_over",)),
    _row("correct_entry", "say that an earlier entry was wrong", tuple(S), None,
         (R.RECORDS_OFFICER,), "entry.corrected"),
    _row("review_outside", "note what a body outside found", tuple(S), None,
         (R.OVERSEER, R.RECORDS_OFFICER), "review.outside", back.Outcome, needs=("was_decided",)),
)  # fmt: skip

TABLE: tuple[Transition, ...] = (*_INTAKE, *_JUDGING, *_DECIDING, *_LEAVING, *_ALWAYS)
ACTS: tuple[str, ...] = tuple(dict.fromkeys(row.act for row in TABLE))


def find(act: str, state: S, table: Iterable[Transition] = TABLE) -> Transition | None:
    """The row of an act from a state, or None where there is none."""
    return next((row for row in table if row.act == act and state in row.sources), None)
