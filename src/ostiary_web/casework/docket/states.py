"""Where a docket can stand, and who must act there. Status only: outcomes stand with items, reasons with acts."""

from __future__ import annotations

from enum import StrEnum


class DocketKind(StrEnum):
    """What sort of docket: a request for records, one that only asks to keep them, an appeal linked to another."""

    REQUEST = "request"
    PRESERVATION = "preservation"
    APPEAL = "appeal"


class Owner(StrEnum):
    """Who must act next."""

    INTAKE = "intake"
    REQUESTER = "requester"
    VERIFIER = "verifier"
    SYSTEM = "system"
    REVIEWERS = "reviewers"
    DECIDER = "decider"
    NOTICE_OFFICER = "notice officer"
    HEARING_OFFICER = "hearing officer"
    CUSTODIAN = "custodian"
    CHECKER = "checker"
    RELEASE_OFFICER = "release officer"
    RECIPIENT = "recipient"
    RECORDS_OFFICER = "records officer"
    APPEAL_OFFICER = "appeal officer"
    NOBODY = "nobody"


class State(StrEnum):
    """Where a docket stands. Stored; never renamed, never reused."""

    RECEIVED = "received"
    RETURNED = "returned"
    DOCKETED = "docketed"
    JUDGED = "judged"
    IN_REVIEW = "in_review"
    CLARIFICATION = "clarification"
    CONSOLIDATING = "consolidating"
    DECISION = "decision"
    APPROVED = "approved"
    NOTIFIED = "notified"
    STAYED = "stayed"
    CLEARED = "cleared"
    PACKAGED = "packaged"
    SEALED = "sealed"
    RELEASED = "released"
    RECEIPTED = "receipted"
    OVERDUE = "overdue"
    DENIED = "denied"
    APPEALED = "appealed"
    PRESERVED = "preserved"
    REFUSED_FORM = "refused_form"
    REDIRECTED = "redirected"
    ABANDONED = "abandoned"
    WITHDRAWN = "withdrawn"
    DISPOSED = "disposed"
    RECALLED = "recalled"
    CLOSED = "closed"


OWNED: dict[Owner, frozenset[State]] = {
    Owner.INTAKE: frozenset({State.RECEIVED}),
    Owner.REQUESTER: frozenset({State.RETURNED, State.CLARIFICATION, State.DENIED}),
    Owner.VERIFIER: frozenset({State.DOCKETED}),
    Owner.SYSTEM: frozenset(
        {
            State.JUDGED,
            State.REFUSED_FORM,
            State.REDIRECTED,
            State.ABANDONED,
            State.WITHDRAWN,
            State.DISPOSED,
            State.RECALLED,
        }
    ),
    Owner.REVIEWERS: frozenset({State.IN_REVIEW, State.CONSOLIDATING}),
    Owner.DECIDER: frozenset({State.DECISION}),
    Owner.NOTICE_OFFICER: frozenset({State.APPROVED, State.NOTIFIED}),
    Owner.HEARING_OFFICER: frozenset({State.STAYED}),
    Owner.CUSTODIAN: frozenset({State.CLEARED}),
    Owner.CHECKER: frozenset({State.PACKAGED}),
    Owner.RELEASE_OFFICER: frozenset({State.SEALED}),
    Owner.RECIPIENT: frozenset({State.RELEASED, State.RECEIPTED}),
    Owner.RECORDS_OFFICER: frozenset({State.OVERDUE, State.PRESERVED}),
    Owner.APPEAL_OFFICER: frozenset({State.APPEALED}),
    Owner.NOBODY: frozenset({State.CLOSED}),
}
OWNER: dict[State, Owner] = {state: owner for owner, states in OWNED.items() for state in states}

# Every edge into one of these runs every guard of that stage and of the stages before it, in this order.
STAGES = (State.APPROVED, State.CLEARED, State.PACKAGED, State.SEALED, State.RELEASED)
# Where a decision to let something go stands, and nothing has left yet.
BEFORE_SEALED = frozenset(
    {
        State.RECEIVED,
        State.RETURNED,
        State.DOCKETED,
        State.JUDGED,
        State.IN_REVIEW,
        State.CLARIFICATION,
        State.CONSOLIDATING,
        State.DECISION,
        State.APPROVED,
        State.NOTIFIED,
        State.STAYED,
        State.CLEARED,
        State.PACKAGED,
    }
)
REOPENABLE = (State.APPROVED, State.NOTIFIED, State.CLEARED, State.PACKAGED, State.SEALED)
ENDED = (
    State.REFUSED_FORM,
    State.REDIRECTED,
    State.ABANDONED,
    State.WITHDRAWN,
    State.DISPOSED,
    State.RECALLED,
)
LEFT = frozenset({State.RELEASED, State.RECEIPTED, State.OVERDUE, State.DISPOSED, State.RECALLED})
