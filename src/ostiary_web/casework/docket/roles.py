"""In which capacity someone acts. The officials' codes are those of the ledger's catalogue; a test compares them."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A capacity. The last five are no officials: they need no training, and hold no other role."""

    INTAKE = "intake"
    VERIFIER = "verifier"
    REVIEWER_COUNSEL = "reviewer_counsel"
    REVIEWER_PRIVACY = "reviewer_privacy"
    LEAD_COUNSEL = "lead_counsel"
    THIRD_REVIEWER = "third_reviewer"
    DECIDER = "decider"
    EXECUTIVE = "executive"
    NOTICE_OFFICER = "notice_officer"
    HEARING_OFFICER = "hearing_officer"
    CUSTODIAN = "custodian"
    CHECKER = "checker"
    RELEASE_OFFICER = "release_officer"
    KEY_HOLDER = "key_holder"
    RECORDS_OFFICER = "records_officer"
    APPEAL_OFFICER = "appeal_officer"
    PUBLISHER = "publisher"
    POLICY_AUTHOR = "policy_author"
    POLICY_APPROVER = "policy_approver"
    AUDITOR = "auditor"
    REQUESTER = "requester"
    RECIPIENT = "recipient"
    CONCERNED = "person_concerned"
    OVERSEER = "overseer"
    MACHINE = "machine"


OUTSIDERS = frozenset({Role.REQUESTER, Role.RECIPIENT, Role.CONCERNED, Role.OVERSEER})
OFFICIALS = frozenset(Role) - OUTSIDERS - {Role.MACHINE}
REVIEWERS = frozenset({Role.REVIEWER_COUNSEL, Role.REVIEWER_PRIVACY})
PREPARERS = frozenset({Role.INTAKE, Role.VERIFIER})
# These never move a docket: they write rules, publish figures, or read everything and change nothing (S5, S6).
NEVER_ACT = frozenset({Role.PUBLISHER, Role.POLICY_AUTHOR, Role.POLICY_APPROVER, Role.AUDITOR})
