"""Who approved that the law lets more out: a pack's ``changes.yaml``.

A rule that lets more out than before needs a person who says so, by name and office, with the law that
the change rests on. The file is beside the law and no part of it: it changes no answer and no digest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from ostiary.errors import PackError, did_you_mean
from ostiary.law.bundle import Bundle
from ostiary.law.pack import Pack
from ostiary.strict_yaml import Document, Entry, read

CHANGES = "changes.yaml"
_KEYS = {"widens": True, "approved_by": True, "approved_on": True, "cites": True, "because": True}


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's word that some rules may let more out: who, when, on which authorities, and why.

    Two approvals that say the same are equal, wherever they stand.
    """

    widens: tuple[str, ...]
    approved_by: str
    approved_on: dt.date
    cites: tuple[str, ...]
    because: str
    where: str = field(default="", compare=False)


def read_approvals(bundle: Bundle) -> tuple[Approval, ...]:
    """Every approval that stands in the ``changes.yaml`` of a bundle's packs; a pack may have none.

    :raises PackError: an unknown key, rule or authority, or a text that is empty: file, line, and what to do.
    """
    return tuple(found for pack in bundle.packs for found in _of_pack(pack, bundle))


def _of_pack(pack: Pack, bundle: Bundle) -> list[Approval]:
    path = pack.folder / CHANGES
    if not path.is_file():
        return []
    doc = read(path, PackError, f"{pack.folder.name}/{CHANGES}")
    if not isinstance(doc.data, list):
        raise PackError(f"{doc.at()}: must be a list of approvals; begin each with `- widens:`")
    return [_approval(doc, place, bundle) for place in range(len(doc.data))]


def _approval(doc: Document, place: int, bundle: Bundle) -> Approval:
    entry = Entry(doc, (place,), f"approval {place + 1}", _KEYS, PackError)
    widens, cites = entry.texts("widens"), entry.texts("cites")
    if not widens:
        raise entry.fault("name at least one rule that may let more out", "widens")
    if not cites:
        raise entry.fault("cite at least one authority by which the rule may let more out", "cites")
    for name in widens:
        if name not in bundle.by_id:
            near = did_you_mean(name, bundle.by_id) or "; name a rule that is in the law, or take the name out"
            raise entry.fault(f"there is no rule `{name}`{near}", "widens")
    for name in cites:
        if name not in bundle.authorities:
            near = did_you_mean(name, bundle.authorities) or "; register it in authorities.yaml"
            raise entry.fault(f"cites `{name}`, which is not in the register{near}", "cites")
    day = entry.day("approved_on")
    if day is None:  # cannot be: the key is required, and YAML without a value is refused
        raise entry.fault("`approved_on` must be a date (YYYY-MM-DD, not quoted)", "approved_on")
    return Approval(widens, entry.text("approved_by"), day, cites, entry.text("because"), entry.doc.at(place))


def given_since(old: Sequence[Approval], new: Sequence[Approval]) -> tuple[Approval, ...]:
    """The approvals of NEW that OLD did not have: one of an earlier change approves no later one."""
    return tuple(found for found in new if found not in old)


def covered(approvals: Sequence[Approval], rule: str) -> Approval | None:
    """The approval, the latest one, by which a rule may let more out; None when nobody has approved it."""
    naming = [found for found in approvals if rule in found.widens]
    return max(naming, key=lambda found: found.approved_on, default=None)
