"""Clerical review as data: the pairs a person must look at, the evidence side by side, and who said what of them.

One person settles a pair of the band ``clerical``; a pair of the band ``clerical_two`` takes two different people.
What they say is kept in ``confirmations.jsonl`` beside the decisions: only ever added to, each row on the disk
before it counts. One rejection keeps a pair from being used, and two persons confirmed for one subject settle nothing.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ostiary.errors import BadInput, did_you_mean
from ostiary.match.confirmed import Confirmation, Verdict, people_needed, same_name
from ostiary.match.decision import COMPARED, FIELDS, Band, Level, MatchDecision, read_decisions, read_pairs
from ostiary.match.scoring import CLERICAL, DECISIONS, PAIRS

CONFIRMATIONS = "confirmations.jsonl"
ROW = {"subject", "person", "by", "verdict", "at"}  # ``at``: UTC, to the second
LONGEST_NAME = 100
HELD = "(held, not compared)"
PLACES = {"address": ("street", "city", "zip")}  # what is compared as one thing


class Standing(StrEnum):
    """Where one pair stands. Only ``CONFIRMED`` may be used."""

    OPEN = "open"
    SECOND = "waits for a second person"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One compared field: what the subject gives, what the roll has, how they agree, and the bits for it.

    Where the subject gives nothing the roll's value stays hidden (``HELD``).
    """

    field: str
    subject: str
    roll: str
    level: Level
    bits: float


@dataclass(frozen=True, slots=True)
class Pair:
    """One candidate of one subject with its evidence, strongest first as the file has them. Personal data."""

    subject: str
    person: str
    band: Band
    tier: str
    weight: float
    margin: float | None
    prior: float
    evidence: tuple[Evidence, ...]

    def steps(self) -> list[tuple[str, float, str]]:
        """The waterfall of the weight: what, bits, level; fields that say nothing are left out."""
        rest = [(one.field, one.bits, one.level.value) for one in self.evidence if one.bits]
        return [("before any field", self.prior, ""), *rest]

    def waterfall(self) -> str:
        """The waterfall as SVG: field names and bits, no value of anybody."""
        from ostiary.match.plots import svg, waterfall

        return svg(waterfall(self.steps()))


@dataclass(frozen=True)
class Review:
    """The clerical work of one matching: pairs by subject, and what was said of them."""

    folder: Path
    decisions: Mapping[str, MatchDecision]
    pairs: Mapping[str, tuple[Pair, ...]]
    said: tuple[Confirmation, ...]

    def standing(self, pair: Pair) -> Standing:
        """Where a pair stands; ``confirmed.matched_people`` uses exactly the confirmed ones."""
        words = [one for one in self.said if one.subject == pair.subject]
        about = [one for one in words if one.person == pair.person]
        if any(one.verdict is not Verdict.SAME for one in about):
            return Standing.REJECTED
        if not about:
            return Standing.OPEN
        if len({one.person for one in words if one.verdict is Verdict.SAME}) > 1:
            return Standing.AMBIGUOUS
        needed = people_needed(self.decisions[pair.subject], pair.person)
        enough = len({same_name(one.by) for one in about}) >= needed
        return Standing.CONFIRMED if enough else Standing.SECOND

    def of(self, subject: str) -> tuple[Pair, ...]:
        """The candidates of one subject.

        :raises BadInput: if the matching knows no such subject, or nobody must look at it.
        """
        if subject not in self.decisions:
            near = did_you_mean(subject, self.decisions)
            raise BadInput(f"{self.folder}: has no subject `{subject}`{near}")
        if subject not in self.pairs:
            band = self.decisions[subject].band
            raise BadInput(f"{self.folder}: `{subject}` is `{band}`: there is no pair that a person must look at")
        return self.pairs[subject]

    def waiting(self) -> tuple[str, ...]:
        """Subjects of whom no pair is confirmed and not every pair is rejected, the weakest band first."""
        found = [
            subject
            for subject, pairs in self.pairs.items()
            if Standing.CONFIRMED not in (every := {self.standing(one) for one in pairs})
            and every != {Standing.REJECTED}
        ]
        return tuple(sorted(found, key=lambda subject: (self.decisions[subject].band is Band.CLERICAL, subject)))


def open_review(folder: Path) -> Review:
    """The clerical work of a folder that `ostiary match run` wrote.

    :raises BadInput: if a file is missing, broken, or is about other decisions.
    """
    decisions = {one.subject: one for one in read_decisions(folder / DECISIONS)}
    pairs: dict[str, list[Pair]] = {}
    for row in read_pairs(folder / PAIRS).to_pylist():
        if row["subject"] not in decisions:
            raise BadInput(f"{folder / PAIRS}: has a pair of a subject that was not decided; run the matching anew")
        if decisions[row["subject"]].band in CLERICAL:
            pairs.setdefault(row["subject"], []).append(_pair(row))
    said = read_said(folder)
    if any(word.subject not in decisions for word in said):
        raise BadInput(
            f"{folder / CONFIRMATIONS}: speaks of a subject that was not decided here; is it of another run?"
        )
    return Review(folder, decisions, {name: tuple(found) for name, found in pairs.items()}, said)


def _pair(row: Mapping[str, Any]) -> Pair:
    evidence = tuple(_evidence(row, name) for name in COMPARED)
    return Pair(row["subject"], row["person"], Band(row["band"]), row["tier"] or "", row["weight"], row["margin"],
                row["prior"], evidence)  # fmt: skip


def _evidence(row: Mapping[str, Any], name: str) -> Evidence:
    parts = PLACES.get(name, (name,))
    assert set(parts) <= set(FIELDS)
    ours, theirs = (
        ", ".join(text for part in parts if (text := row[f"{part}_{side}"])) for side in ("subject", "roll")
    )
    if not ours and theirs:  # a clerk compares; what nobody asked about is not shown
        theirs = HELD
    return Evidence(name, ours, theirs, Level(row[f"gamma_{name}"]), row[f"mw_{name}"] or 0.0)


def record(folder: Path, subject: str, person: str, by: str, verdict: Verdict) -> Standing:
    """Write down what ``by`` says of a pair; where the pair stands now. On the disk when this returns.

    :raises BadInput: if there is no such pair, the name is no name, or the same person has spoken of it before,
        or confirms a second candidate of one subject. Nothing is written then.
    """
    if not 2 <= len(same_name(by)) <= LONGEST_NAME or not by.isprintable():
        raise BadInput(f"`--by` must be a person's name of 2 to {LONGEST_NAME} letters")
    with _locked(folder) as handle:
        review = open_review(folder)
        pair = next((one for one in review.of(subject) if one.person == person), None)
        if pair is None:
            raise BadInput(f"{folder}: `{person}` is no candidate of `{subject}`; see `ostiary match review`")
        _refuse_second_word(review, subject, person, by, verdict)
        now = dt.datetime.now(dt.UTC).replace(microsecond=0).isoformat()
        said = {"subject": subject, "person": person, "by": " ".join(by.split()), "verdict": verdict.value, "at": now}
        _append(handle, said)
    return open_review(folder).standing(pair)


def _refuse_second_word(review: Review, subject: str, person: str, by: str, verdict: Verdict) -> None:
    own = [one for one in review.said if one.subject == subject and same_name(one.by) == same_name(by)]
    if any(one.person == person for one in own):
        raise BadInput(
            f"{review.folder}: this person has already spoken of `{subject}` and `{person}`; "
            "a second word must be another person's, and nothing is taken back"
        )
    if verdict is Verdict.SAME and any(one.verdict is Verdict.SAME for one in own):
        raise BadInput(
            f"{review.folder}: this person has already confirmed another candidate of `{subject}`; "
            "a subject is one person: reject the others, or let a colleague decide"
        )


@contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """The file of confirmations, open for adding, while nobody else adds to it. Only its owner can read it."""
    path = folder / CONFIRMATIONS
    try:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as fault:
        raise BadInput(f"{path}: cannot be written: {fault.strerror}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _append(handle: int, said: Mapping[str, str]) -> None:
    line = json.dumps(said, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    before = os.fstat(handle).st_size
    try:
        if os.write(handle, line) != len(line):
            raise OSError(0, "the disk took only a part")
        os.fsync(handle)
    except OSError as fault:
        os.ftruncate(handle, before)
        raise BadInput(f"{CONFIRMATIONS}: cannot be written: {fault.strerror}; nothing was recorded") from None


def read_said(folder: Path) -> tuple[Confirmation, ...]:
    """What was said so far, in order.

    :raises BadInput: naming the line that cannot be read; then none of it is believed.
    """
    path = folder / CONFIRMATIONS
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError):
        raise BadInput(f"{path}: cannot be read") from None
    return tuple(_said(path, number, line) for number, line in enumerate(lines, 1))


def _said(path: Path, number: int, line: str) -> Confirmation:
    try:
        row = json.loads(line)
        if not line.endswith("\n") or set(row) != ROW:
            raise ValueError
        if not all(isinstance(value, str) for value in row.values()):
            raise ValueError
        return Confirmation(row["subject"], row["person"], row["by"], Verdict(row["verdict"]))
    except (ValueError, TypeError):
        raise BadInput(
            f"{path}: line {number} is no confirmation, or was cut short; none of the file is used. "
            "Keep a copy, take that line out, and let the people concerned speak again"
        ) from None
