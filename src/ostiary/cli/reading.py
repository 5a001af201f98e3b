"""``ostiary law list | show``: the law behind the rules, for a reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ostiary.cli.shared import bundle_from, console, draw, write_json
from ostiary.errors import BadInput, did_you_mean
from ostiary.law.plain import authority_page, rule_page


def run_list(packs: Sequence[Path] | None, *, as_json: bool) -> int:
    """Every authority with its effect, evidence and rules."""
    bundle = bundle_from(packs)
    rows = [
        {
            "id": authority.id,
            "citation": authority.citation,
            "effect": authority.effect.value,
            "evidence": authority.evidence.mark.value,
            "pack": authority.pack,
            "rules": [rule.id for rule in bundle.rules if authority.id in rule.authorities],
        }
        for authority in bundle.authorities.values()
    ]
    if as_json:
        write_json({"authorities": rows, "digest": bundle.digest})
        return 0
    columns = ["id", "citation", "effect", "evidence", "rules"]
    draw("", columns, [(r["id"], r["citation"], r["effect"], r["evidence"], len(r["rules"])) for r in rows])
    console().print(f"{len(rows)} authorities, {len(bundle.rules)} rules; `ostiary law show ID` for one")
    return 0


def run_show(name: str, packs: Sequence[Path] | None, *, as_json: bool) -> int:
    """One rule or authority in plain words."""
    bundle = bundle_from(packs)
    if name in bundle.by_id:
        sections = list(rule_page(bundle, bundle.by_id[name]))
    elif name in bundle.authorities:
        sections = list(authority_page(bundle, bundle.authorities[name]))
    else:
        near = did_you_mean(name, [*bundle.by_id, *bundle.authorities])
        raise BadInput(f"no rule or authority `{name}`{near or '; see `ostiary law list`'}")
    if as_json:
        write_json(dict(sections))
    else:
        draw("", ["", name], [(heading, "\n".join(lines)) for heading, lines in sections])
    return 0
