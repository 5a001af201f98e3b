"""A docket's request judged: as of its own day and of today, under the packs in force; the docket keeps the stricter.

Nothing here writes. What cannot be judged gives None, which every guard refuses.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from functools import lru_cache

from ostiary.decide.decide import decide
from ostiary.decide.request import Request
from ostiary.decide.verdict import Verdict
from ostiary.law.bundle import Bundle
from ostiary.law.rule import Layer
from ostiary.vocabulary import Level
from ostiary_web.casework import facts
from ostiary_web.casework.docket import tracks
from ostiary_web.casework.docket.snapshot import DocketVerdict

# Which fact says that the paper names the persons, or describes the group, whose records are asked for (I9).
_NAMES = "instrument.names_subjects"


@dataclass(frozen=True, slots=True)
class Judged:
    """The request as it stands, the law as of its day and of today, and both as the docket takes them.

    ``file``: the request file that was judged.
    """

    file: str
    request: Request
    then: Verdict
    now: Verdict
    verdict: DocketVerdict
    track: str


@dataclass(frozen=True, slots=True)
class _Packs:
    """Packs that are the same if their digest is."""

    digest: str
    bundle: Bundle = field(compare=False)


def judge(bundle: Bundle, file: str, today: dt.date) -> Judged:
    """Judge a request file. The same packs, file and day give the same: the last few are not judged anew.

    :raises RequestError: if the file cannot be read under these packs.
    """
    return _judge(_Packs(bundle.digest, bundle), file, today)


@lru_cache(maxsize=64)
def _judge(packs: _Packs, file: str, today: dt.date) -> Judged:
    bundle = packs.bundle
    request = facts.read(file, bundle.words)
    then, now = _decided(packs, file, request.as_of), _decided(packs, file, today)
    named = frozenset(group.name for group in request.groups if group.facts.get(_NAMES) is True)
    found = tracks.judged(then, now, named, needs_agreement=_needs_agreement(bundle, then, now))
    return Judged(file, request, then, now, found, tracks.choose(bundle.procedure, request, found))


@lru_cache(maxsize=256)
def _decided(packs: _Packs, file: str, day: dt.date) -> Verdict:
    """The verdict under the law of a day: that of the request's own day is the same on every later one."""
    return decide(packs.bundle, facts.read(file, packs.bundle.words, as_of=day))


def as_written(verdict: Verdict) -> str:
    """The verdict exactly as ``ostiary decide --json`` writes it."""
    return json.dumps(verdict.to_json(), indent=2, ensure_ascii=False) + "\n"


def _needs_agreement(bundle: Bundle, *verdicts: Verdict) -> bool:
    """Whether anything that may leave rests on a rule that asks about an agreement."""
    asked = {name for name, fact in bundle.words.facts.items() if fact.level is Level.AGREEMENT}
    deciding = {rule for one in verdicts for item in one.items if item.outcome.discloses for rule in item.deciding}
    return any(asked & bundle.reads[rule] for rule in deciding)


def overlays(bundle: Bundle, verdict: DocketVerdict) -> tuple[str, ...]:
    """The court orders and injunctions, as rules, that decided an item."""
    deciding = {rule for item in verdict.items for rule in item.deciding}
    return tuple(sorted(rule for rule in deciding if bundle.by_id[rule].layer is Layer.ORDER))


def citations(*verdicts: Verdict) -> tuple[str, ...]:
    """The provisions that decided, each once."""
    return tuple(sorted({one for verdict in verdicts for item in verdict.items for one in item.authorities}))
