"""Clashes of law that someone has read and let stand: ``conflicts.yaml`` of a pack. No part of the law itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ostiary import strict_yaml
from ostiary.errors import ManyErrors, PackError, did_you_mean
from ostiary.law.bundle import Bundle
from ostiary.law.rule import Kind
from ostiary.strict_yaml import Entry

FILE = "conflicts.yaml"
_KEYS = {"mandates": True, "bars": True, "because": True}


@dataclass(frozen=True, slots=True)
class KnownClash:
    """A mandate and a bar that are known to clash, and why that is so and stays so."""

    mandate: str
    bar: str
    because: str
    where: str


def read_known_clashes(bundle: Bundle) -> dict[tuple[str, str], KnownClash]:
    """The known clashes of every pack, by mandate and bar.

    :raises PackError: a rule that is not one, of the wrong kind, or a pair that is explained twice.
    """
    found: dict[tuple[str, str], KnownClash] = {}
    faults: list[str] = []
    for pack in bundle.packs:
        path = pack.folder / FILE
        if not path.is_file():
            continue
        doc = strict_yaml.read(path, PackError, f"{pack.name}/{FILE}")
        if not isinstance(doc.data, list):
            raise PackError(f"{doc.at()}: must be a list, each with `mandates`, `bars` and `because`")
        for index in range(len(doc.data)):
            entry = Entry(doc, (index,), "known conflict", _KEYS, PackError)
            for one in _pairs(entry, bundle):
                if (one.mandate, one.bar) in found:
                    faults.append(f"{one.where}: `{one.mandate}` against `{one.bar}` is explained twice")
                found[one.mandate, one.bar] = one
    if faults:
        raise ManyErrors(faults)
    return found


def _pairs(entry: Entry, bundle: Bundle) -> Iterator[KnownClash]:
    for mandate in entry.texts("mandates"):
        _check(entry, "mandates", mandate, Kind.MANDATE, bundle)
        for bar in entry.texts("bars"):
            _check(entry, "bars", bar, Kind.FORBID, bundle)
            yield KnownClash(mandate, bar, entry.text("because"), entry.doc.at(*entry.path))


def _check(entry: Entry, key: str, name: str, kind: Kind, bundle: Bundle) -> None:
    rule = bundle.by_id.get(name)
    if rule is None:
        raise entry.fault(f"no rule `{name}`{did_you_mean(name, bundle.by_id)}", key)
    if rule.kind is not kind:
        raise entry.fault(f"`{name}` is a {rule.kind}; a {kind} must stand here", key)
