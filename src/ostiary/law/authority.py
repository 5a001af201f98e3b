"""The register of authorities: what each provision says, and how sure we are of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ostiary.errors import PackError
from ostiary.strict_yaml import Document, Entry


class Effect(StrEnum):
    """What a provision does to the agency's freedom to disclose."""

    REQUIRES = "requires"
    PERMITS = "permits"
    FORBIDS = "forbids"
    LIMITS = "limits"
    PROCEDURE = "procedure"
    INTERPRETS = "interprets"
    NO_DUTY = "no_duty"
    EVENT = "event"

    @property
    def operative(self) -> bool:
        """Whether it must stand behind a rule, with a table of its own."""
        return self in (Effect.REQUIRES, Effect.PERMITS, Effect.FORBIDS, Effect.LIMITS)


class Mark(StrEnum):
    """How the reading was checked, weakest last."""

    VERIFIED = "verified"
    IN_PART = "verified_in_part"
    FROM_MEMORY = "from_memory"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Who may rely on what: the mark, the confidence of a part from memory, the source's note."""

    mark: Mark
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class Authority:
    """One provision of law, order or policy, with its evidence, doubts and what counsel must confirm.

    ``answer``: what is said to a requester who cites it; where none is written, what it says itself.
    """

    id: str
    citation: str
    jurisdiction: str
    programs: str
    effect: Effect
    what: str
    conditions: str
    elements: str
    requesters: str
    status: str
    evidence: Evidence
    answer: str
    doubts: tuple[str, ...]
    confirm: tuple[str, ...]
    pack: str


_KEYS = {
    "id": True, "citation": True, "jurisdiction": True, "programs": True, "effect": True,
    "what": True, "conditions": True, "elements": True, "requesters": True, "status": True,
    "evidence": True, "answer": False, "doubts": False, "confirm": False,
}  # fmt: skip
_EVIDENCE = {"mark": True, "confidence": False, "note": True}
_CONFIDENCE = ("low", "medium", "medium_high", "high")


def read_authorities(doc: Document, pack: str) -> list[Authority]:
    """The authorities of one ``authorities.yaml``.

    :raises PackError: an unknown key, an effect or mark outside its list.
    """
    if not isinstance(doc.data, list):
        raise PackError(f"{doc.at()}: must be a list of authorities")
    return [_authority(Entry(doc, (i,), "authority", _KEYS, PackError), pack) for i in range(len(doc.data))]


def _authority(entry: Entry, pack: str) -> Authority:
    texts = {key: entry.text(key) for key in _KEYS if key not in ("effect", "evidence", "doubts", "confirm")}
    return Authority(
        **{**texts, "answer": texts["answer"] or f"{texts['what']} Conditions: {texts['conditions']}"},
        effect=Effect(entry.choice("effect", [effect.value for effect in Effect])),
        evidence=_evidence(entry),
        doubts=entry.texts("doubts"),
        confirm=entry.texts("confirm"),
        pack=pack,
    )


def _evidence(entry: Entry) -> Evidence:
    inner = entry.within("evidence", f"evidence of `{entry.text('id')}`", _EVIDENCE)
    mark = Mark(inner.choice("mark", [mark.value for mark in Mark]))
    confidence = inner.choice("confidence", _CONFIDENCE) if "confidence" in inner.data else ""
    if mark is Mark.FROM_MEMORY and not confidence:
        raise inner.fault("what is from memory must say its `confidence`")
    return Evidence(mark, confidence, inner.text("note"))


def weakest(authorities: list[Authority]) -> Mark:
    """The weakest evidence among these: a rule is no surer than its least sure source."""
    order = list(Mark)
    return max((authority.evidence.mark for authority in authorities), key=order.index, default=Mark.FROM_MEMORY)


def plain_citation(text: str) -> str:
    """A citation reduced to what identifies it: ``8 U.S.C. § 1373(a)`` becomes ``8usc1373(a)``."""
    return re.sub(r"(section|sec\b|§|[^a-z0-9()])", "", text.lower())


def find_cited(text: str, register: Mapping[str, Authority]) -> Authority | None:
    """The authority that a requester's own words cite: by id, or by the longest citation found in them."""
    if text in register:
        return register[text]
    wanted = plain_citation(text)
    hits = [
        (len(known), authority.id)
        for authority in register.values()
        for known in _known_forms(authority.citation)
        if _cites(wanted, known)
    ]
    longest = max((length for length, _ in hits), default=0)
    return register[min(name for length, name in hits if length == longest)] if hits else None


def _known_forms(citation: str) -> list[str]:
    """Each provision of a citation by itself; ``8 USC 1226(a), 1231`` is two, both of title 8."""
    forms, title = [], ""
    for part in re.split(r"[;,]", citation):
        form = plain_citation(part)
        found = re.match(r"[0-9]+(usc|cfr|ilcs|fr|iac|illadmcode)", form)
        if found:
            title = found[0]
        elif title and re.fullmatch(r"[0-9]+[0-9a-z()]*", form):
            form = title + form
        if re.search(r"[a-z]", form) and len(form) >= 5:
            forms.append(form)
    return forms


def _cites(wanted: str, known: str) -> bool:
    """Whether the known form stands in the words, not as part of another number; or begins as they do."""
    if len(wanted) >= 7 and known.startswith(wanted):
        return not known[len(wanted) :][:1].isdigit()
    return re.search(rf"(?<![0-9]){re.escape(known)}(?![0-9])", wanted) is not None
