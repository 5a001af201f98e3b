"""How a docket goes, as data: a pack's ``tracks.yaml``. Which steps a track leaves out, and how long each limit is.

A track leaves out steps, never a guard of an edge that discloses: those are not in this file, and cannot be. The first
track whose condition surely holds is taken; what is not known leads to the last one, which leaves out nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ostiary.errors import PackError, did_you_mean
from ostiary.law.checks import check_condition
from ostiary.law.condition import Condition, Truth
from ostiary.law.meaning import Facts, holds
from ostiary.law.pack import Pack
from ostiary.law.parsing import ConditionError, parse_condition
from ostiary.strict_yaml import Entry
from ostiary.vocabulary import Vocabulary

STEPS = ("second_review", "blindness", "consolidation", "notice", "window")
EXTRAS = ("on_call", "least_fields", "later_review")
LIMITS = (
    "acknowledge", "docket", "answer", "verify", "review", "consolidate", "decide", "lapse", "notice", "window",
    "hearing", "package", "check", "release", "receipt", "dispose", "appeal", "appeal_answer", "preserve",
    "emergency_review", "close",
)  # fmt: skip
# What a verdict can say of an item; the words of ``decide.verdict.Outcome``, which is built on this folder.
OUTCOMES = ("mandated", "release", "conflict", "refer_to_counsel", "withhold")
UNITS = ("business_days", "days")


@dataclass(frozen=True, slots=True)
class Track:
    """One way through. ``outcomes``: taken only where every item has one of these (empty: any).

    ``removes``: the steps left out; ``adds``: what is asked besides.
    """

    id: str
    says: str
    because: str
    when: Condition
    outcomes: frozenset[str] = frozenset()
    removes: frozenset[str] = frozenset()
    adds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit: a number of days, or of business days of the agency's own calendar.

    ``tolls``: how often it may stand still, and for ``toll_days`` calendar days in all; nought: never.
    """

    name: str
    length: int
    business: bool
    because: str
    tolls: int = 0
    toll_days: int = 0


@dataclass(frozen=True, slots=True)
class Procedure:
    """All tracks of a bundle, the strictest last, and all its limits. Empty where no pack has any: nothing can go."""

    tracks: tuple[Track, ...] = ()
    limits: Mapping[str, Limit] = field(default_factory=dict)

    def track(self, name: str) -> Track | None:
        """The track of this name, or None."""
        return next((track for track in self.tracks if track.id == name), None)

    def choose(self, facts: Iterable[Facts], outcomes: Iterable[str]) -> Track | None:
        """The track of a request: the first that surely holds for each of its groups of persons and its outcomes.

        :param facts: the facts of each group, every fact present.
        """
        groups, found = list(facts), frozenset(outcomes)
        for track in self.tracks:
            fits = not track.outcomes or (bool(found) and found <= track.outcomes)
            # A condition that holds for no group at all must not hold for a request without groups.
            surely = all(holds(track.when, one) is True for one in groups) and bool(groups)
            if track is self.tracks[-1] or (fits and surely):
                return track
        return None


_TRACK = {"id": True, "says": True, "because": True, "when": False, "outcomes": False, "removes": False, "adds": False}
_LIMIT = {"because": True, "business_days": False, "days": False, "tolls": False, "toll_days": False}
_FILE = {"tracks": True, "limits": True}


def read_procedure(packs: Sequence[Pack], words: Vocabulary, definitions: Mapping[str, Condition]) -> Procedure:
    """The tracks and limits of the packs; one pack of a bundle has them, or none.

    :raises PackError: file, line and key of what is unknown, missing, or leaves a gap.
    """
    having = [pack for pack in packs if pack.tracks is not None]
    if not having:
        return Procedure()
    if len(having) > 1:
        raise PackError(f"{having[1].name}/tracks.yaml: pack `{having[0].name}` has the tracks already; keep one file")
    doc = having[0].tracks
    assert doc is not None
    entry = Entry(doc, (), "tracks", _FILE, PackError)
    tracks = tuple(_track(one, words, definitions) for one in entry.each("tracks", "track", _TRACK))
    _check_tracks(entry, tracks)
    inner = entry.within("limits", "limits", dict.fromkeys(LIMITS, True))
    limits = {name: _limit(inner.within(name, f"limit `{name}`", _LIMIT), name) for name in LIMITS}
    return Procedure(tracks, limits)


def _track(entry: Entry, words: Vocabulary, definitions: Mapping[str, Condition]) -> Track:
    when: Condition = Truth(True)
    if "when" in entry.data:
        try:
            when = parse_condition(entry.text("when"), words, definitions)
            check_condition(when, words, forbid=False)
        except ConditionError as fault:
            raise entry.fault(f"`when` {fault}", "when") from None
    return Track(
        entry.text("id"),
        entry.text("says"),
        entry.text("because"),
        when,
        _words_of(entry, "outcomes", OUTCOMES),
        _words_of(entry, "removes", STEPS),
        _words_of(entry, "adds", EXTRAS),
    )


def _words_of(entry: Entry, key: str, known: Sequence[str]) -> frozenset[str]:
    for word in entry.texts(key):
        if word not in known:
            raise entry.fault(f"`{key}` cannot hold `{word}`{did_you_mean(word, known)}", key)
    return frozenset(entry.texts(key))


def _check_tracks(entry: Entry, tracks: Sequence[Track]) -> None:
    if not tracks:
        raise entry.fault("name at least one track", "tracks")
    if len({track.id for track in tracks}) != len(tracks):
        raise entry.fault("a track stands twice", "tracks")
    last = tracks[-1]
    if last.when != Truth(True) or last.removes or last.outcomes:
        raise entry.fault("the last track takes the rest: it has no `when`, `outcomes` or `removes`", "tracks")
    for track in tracks[:-1]:
        if track.when == Truth(True):
            raise entry.fault(f"track `{track.id}` needs a `when`: only the last takes every request", "tracks")
        if "second_review" in track.removes and "on_call" in track.adds:
            raise entry.fault(f"track `{track.id}` cannot ask for two on call and leave one review out", "tracks")


def _limit(entry: Entry, name: str) -> Limit:
    units = [unit for unit in UNITS if unit in entry.data]
    if len(units) != 1:
        raise entry.fault("write exactly one of `business_days` and `days`")
    tolls, toll_days = _number(entry, "tolls", 0), _number(entry, "toll_days", 0)
    if (tolls > 0) is not (toll_days > 0):
        raise entry.fault("`tolls` and `toll_days` go together: how often, and for how many days in all", "tolls")
    length = _number(entry, units[0], 1)
    return Limit(name, length, units[0] == "business_days", entry.text("because"), tolls, toll_days)


def _number(entry: Entry, key: str, least: int) -> int:
    value = entry.data.get(key, 0)
    if type(value) is not int or not (least <= value <= 3660 or key not in entry.data):
        raise entry.fault(f"`{key}` must be a whole number from {least} to 3660", key)
    return value
