"""Whether an entry may follow what its thread holds: the catalogue's ``needs`` and ``blocked_by``, for any verifier.

This reads the public log alone, so a watchdog finds a release without its two reviews as surely as the agency does.
Does NOT check that the two were different people: the log tells roles only; an auditor opens the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from ostiary.ledger.entry import Entry
from ostiary.ledger.kinds import Catalogue, Need


def unmet(kinds: Catalogue, history: Sequence[Entry], entry: Entry) -> tuple[str, ...]:
    """What keeps an entry from following its thread's history, a sentence each; empty where nothing does.

    :param history: the earlier entries of the same thread, in the log's order.
    """
    kind = kinds.kind(entry.kind)
    found = []
    if any(one.docket != entry.docket for one in history):
        found.append("the history holds another thread's entries")
    if entry.step != len(history) + 1:
        found.append(f"`{entry.kind}` is step {entry.step}, and the thread has {len(history)} before it")
    if history and entry.day < history[-1].day:
        found.append(f"`{entry.kind}` is dated before the entry that it follows")
    if history and kinds.kind(history[0].kind).thread != kind.thread:
        found.append(f"`{entry.kind}` belongs to a thread of another sort: {kind.thread}")
    track = next((one.public.get("track") for one in reversed(history) if "track" in one.public), None)
    for need in kind.needs:
        # Where no track stands yet, nothing is taken away.
        if (not need.tracks or track is None or track in need.tracks) and not _met(need, history, entry):
            found.append(f"`{entry.kind}` needs {in_words(need)}")
    for block in kind.blocked_by:
        last = _last(history, block.kind)
        if last > (_last(history, block.until) if block.until else -1):
            after = f" with no `{block.until}` after it" if block.until else ""
            found.append(f"`{entry.kind}` may not follow `{block.kind}`{after}")
    return tuple(found)


def _last(history: Sequence[Entry], kind: str) -> int:
    return max((place for place, one in enumerate(history) if one.kind == kind), default=-1)


def _met(need: Need, history: Sequence[Entry], entry: Entry) -> bool:
    after = history[_last(history, need.since) + 1 :] if need.since else history
    found = [one for one in after if one.kind in need.kinds]
    if need.same:
        found = [one for one in found if one.public.get(need.same) == entry.public.get(need.same)]
    if need.where is not None and found:
        # The last word counts: a check that failed after one that passed takes it back.
        last = found[-1]
        found = found if all(last.public.get(name) in allowed for name, allowed in need.where.items()) else []
    if need.differ:
        return len({one.public.get(need.differ) for one in found}) >= need.least
    return len(found) >= need.least


def in_words(need: Need) -> str:
    """A need as the end of a sentence, without its tracks."""
    kinds = " or ".join(f"`{kind}`" for kind in need.kinds)
    words = f"{need.least} of {kinds}" if need.least > 1 else kinds
    if need.differ:
        words += f", each with another {need.differ}"
    if need.same:
        words += f", of the same {need.same}"
    for name, allowed in (need.where or {}).items():
        words += f", with {name} {' or '.join(str(value).lower() for value in allowed)}"
    return words + (f", since the last `{need.since}`" if need.since else "")
