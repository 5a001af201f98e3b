"""Every write to a docket. One door (``door.perform``), and a named function for each act in front of it.

    intake     a request comes in, is completed, gets its number, is verified, or ends there
    facts      who establishes what; the verdict follows
    review     reviews, questions, consolidation
    decision   approve, deny, reopen, appeal
    notice     notice, window, challenges, stays, clearing
    leaving    package, check, seal, release, disposition, recall
    always     holds, corrections, notes
    machine    what falls due by itself
    bulk       one command over several dockets

Each is keyword-only, with who acts (``by``, the ledger's reference), in which role, and when; each is one transaction
with its entry in the log.
"""
