"""``ostiary check --coverage``: per provision, which of its conditions the cases show both ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ostiary.cli.shared import console, draw
from ostiary.decide.provisions import AtomShown, Provision
from ostiary.law.bundle import Bundle


def show(bundle: Bundle, found: Sequence[Provision]) -> None:
    """One row per provision, the least shown first; then, in words, each condition that is not shown both ways."""
    rows = [
        (one.authority, one.citation, len(one.rules), len(one.atoms), one.shown(2), one.shown(1), one.shown(0))
        for one in found
    ]
    columns = ["authority", "citation", "rules", "conditions", "both ways", "one way", "never"]
    draw("Conditions that decide in some case", columns, rows, shares=(5, 6, 2, 3, 2, 2, 2))
    lacking = [
        (one.authority, atom.rule, atom.words(bundle), _lacks(atom))
        for one in found
        for atom in one.atoms
        if atom.ways < 2
    ]
    if lacking:
        columns = ["authority", "rule", "condition", "never decides with"]
        draw("Not shown both ways", columns, lacking, shares=(4, 4, 8, 3))
    both, all_of_them = sum(one.shown(2) for one in found), sum(len(one.atoms) for one in found)
    console().print(f"{both} of {all_of_them} conditions of {len(found)} provisions shown both ways")


def as_json(bundle: Bundle, found: Sequence[Provision]) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "conditions": sum(len(one.atoms) for one in found),
        "both_ways": sum(one.shown(2) for one in found),
        "one_way": sum(one.shown(1) for one in found),
        "never": sum(one.shown(0) for one in found),
        "provisions": [
            {
                "authority": one.authority,
                "citation": one.citation,
                "rules": list(one.rules),
                "conditions": [
                    {"rule": atom.rule, "condition": atom.words(bundle), "yes": atom.yes, "no": atom.no}
                    for atom in one.atoms
                ],
            }
            for one in found
        ],
    }


def _lacks(atom: AtomShown) -> str:
    return " or ".join(word for word, times in (("yes", atom.yes), ("no", atom.no)) if not times)
