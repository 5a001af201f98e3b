"""The public fields of a docket's entries that only its papers tell: from the facts, the verdict and the register.

The engine names the fields that it does not know (``entry_missing``). What can be read from the docket is read here;
the rest the caller gives, and nothing else: a field that is neither missing nor optional is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ostiary.law.bundle import Bundle
from ostiary.ledger.kinds import catalogue
from ostiary_web.casework import judging
from ostiary_web.casework.docket.snapshot import Docket, ItemKey
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.judging import Judged
from ostiary_web.registry import queries as registry

# Classes of data that are normally never released: governed by a law of their own, or a danger to life.
_GUARDED = frozenset({"C4", "C5"})
_IMMIGRATION = "dhs"  # the class of requesters, in the packs, that are federal immigration authorities
_UNKNOWN = "unknown"  # the packs' own code for a requester whose kind nobody established
_ONE_BY_ONE = frozenset({"criteria", "sample", "all"})  # how a cohort is described, where nobody is named


@dataclass(frozen=True, slots=True)
class Known:
    """What is known when an entry is written. ``claimed``: every leaf as the request states it, confirmed or not."""

    docket: Docket
    bundle: Bundle
    claimed: Mapping[str, Any]
    judged: Judged | None = None

    def get(self, name: str) -> Any:
        """A leaf of the request, or None."""
        return self.claimed.get(name)


def fill(
    kind: str, missing: Sequence[str], known: Known, given: Mapping[str, Any], settled: Iterable[str]
) -> dict[str, Any]:
    """The missing public fields of an entry, and those optional ones that are known or given.

    :param settled: the fields that the engine gave already; nobody may give another value.
    :raises CaseworkError: naming the field that is needed or not taken.
    """
    fields = catalogue().kind(kind).public
    for name in given:
        if name not in fields or name in settled:
            raise CaseworkError(f"entry `{kind}` takes no field `{name}` from the papers")
    read = _READ.get(kind, _nothing)(known)
    found = {name: value for name, value in read.items() if name not in settled} | dict(given)
    # A field that waits may be left out: not every such entry has it.
    lacking = [name for name in missing if name not in found and not fields[name].later]
    if lacking:
        raise CaseworkError(f"entry `{kind}` needs `{'`, `'.join(lacking)}`; give them with the act")
    return found


def _nothing(known: Known) -> Mapping[str, Any]:
    return {}


def _received(known: Known) -> Mapping[str, Any]:
    kind = known.get("requester.kind") or _UNKNOWN
    named = known.bundle.words.classes.get(_IMMIGRATION)
    # No body by name: it is a claim until the verifier proves it (adr 14).
    return {"requester_kind": kind, "immigration_authority": named is not None and kind in named.members}


def _verified(known: Known) -> Mapping[str, Any]:
    """Who asks, where the verifier found that it is who it says."""
    kind, docket = known.get("requester.kind"), known.docket
    if docket.requester_verified is not True or kind not in catalogue().nameable:
        return {}
    return {"requester_kind": kind} | ({"requester_body": docket.body} if docket.body else {})


def _docketed(known: Known) -> Mapping[str, Any]:
    elements = known.bundle.words.elements
    asked = [elements[name] for name in known.get("elements_requested") or () if name in elements]
    found = {
        "programs": _programs(known),
        "judicially_signed": known.get("instrument.judicial") is True,
        "persons_named": catalogue().band(known.get("subjects.count") or 0),
        "fields_sought": sorted({one.group for one in asked}),
        "cohort_search": known.get("subjects.identified_by") in _ONE_BY_ONE,
        "instrument_class": known.get("instrument.kind"),
        "purpose": known.get("purpose"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _programs(known: Known) -> list[str]:
    stated = [value for name, value in known.claimed.items() if name.rpartition(".")[2] == "programs" and value]
    return sorted({one for value in stated for one in value})


def _verdict(known: Known) -> Mapping[str, Any]:
    return {} if known.judged is None else {"overlays": judging.overlays(known.bundle, known.judged.verdict)}


def _decided(known: Known) -> Mapping[str, Any]:
    if known.judged is None:
        return {}
    return {"citations": judging.citations(known.judged.then, known.judged.now)}


def _packaged(known: Known) -> Mapping[str, Any]:
    package, judged = known.docket.package, known.judged
    if package is None or judged is None:
        return {}
    elements = [known.bundle.words.elements[item.element] for item in package.items]
    return {
        "fields": sorted({one.group for one in elements}),
        "never_release": any(one.cls in _GUARDED for one in elements),
        "people": catalogue().band(known.get("subjects.count") or len({item.who for item in package.items})),
        "citations": _authorities(judged, package.items),
    }


def _authorities(judged: Judged, items: Iterable[ItemKey]) -> list[str]:
    wanted = set(items)
    found: set[str] = set()
    for item in (*judged.then.items, *judged.now.items):
        if ItemKey(item.group, item.copy.program, item.copy.element, item.copy.source) in wanted:
            found.update(item.authorities)
    return sorted(found)


def _sealed(known: Known) -> Mapping[str, Any]:
    if known.judged is None:
        return {}
    actions = known.bundle.words.actions
    owed = {*known.judged.then.duties(), *known.judged.now.duties()}
    bind = sorted(code for code in owed if code in actions and actions[code].when in ("with_release", "after_release"))
    body = registry.standing(known.docket.body, known.docket.last_at.date())
    agreed = body.agreements if body is not None and known.judged.verdict.needs_agreement else ()
    return {"conditions": bind} | ({"agreement": agreed[-1]} if agreed else {})


_READ: Mapping[str, Callable[[Known], Mapping[str, Any]]] = {
    "request.received": _received,
    "request.docketed": _docketed,
    "request.verified": _verified,
    "verdict.given": _verdict,
    "decision.approved": _decided,
    "decision.denied": _decided,
    "release.packaged": _packaged,
    "release.sealed": _sealed,
}
