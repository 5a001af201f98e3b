"""Writes docs/reference anew from the code and the packs: `make docs`. A test fails when it is stale."""

import subprocess
import sys
from pathlib import Path

from ostiary.law.bundle import Bundle, load_bundle
from ostiary.law.plain import authority_page, rule_page

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "reference"


def pages(bundle: Bundle) -> dict[str, str]:
    """Each page's name and text."""
    return {
        "rules.md": _laws("Rules", [(rule.id, rule_page(bundle, rule)) for rule in bundle.rules]),
        "authorities.md": _laws(
            "Authorities", [(name, authority_page(bundle, found)) for name, found in bundle.authorities.items()]
        ),
        "facts.md": _facts(bundle),
        "cli.md": _cli(),
    }


def _laws(title, entries) -> str:
    lines = [f"# {title}", "", "Made from the packs by `make docs`. Not legal advice.", ""]
    for name, sections in entries:
        lines += [f"## {name}", ""]
        for heading, found in sections:
            lines += [f"- **{heading}**: {found[0]}"] if len(found) == 1 else [f"- **{heading}**:"]
            if len(found) > 1:
                lines += [f"    - {line}" for line in found]
        lines.append("")
    return "\n".join(lines)


def _facts(bundle: Bundle) -> str:
    lines = ["# Facts", "", "Made from the packs by `make docs`.", ""]
    lines += ["| fact | type | level | question | by |", "|---|---|---|---|---|"]
    for fact in bundle.words.facts.values():
        kind = f"{fact.type}{', optional' if fact.optional else ''}"
        lines.append(f"| `{fact.name}` | {kind} | {fact.level} | {fact.question} | {fact.by} |")
    return "\n".join([*lines, ""])


def _cli() -> str:
    lines = ["# Commands", "", "Made from the code by `make docs`.", ""]
    for words in (
        [],
        ["decide"],
        ["screen"],
        ["minimise"],
        ["roll"],
        ["roll", "generate"],
        ["roll", "check"],
        ["check"],
        ["lint"],
        ["law"],
        ["law", "list"],
        ["law", "show"],
    ):
        command = [str(Path(sys.executable).parent / "ostiary"), *words, "--help"]
        env = {"COLUMNS": "100", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
        text = "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())
        lines += [f"## ostiary {' '.join(words)}".rstrip(), "", "```", text, "```", ""]
    return "\n".join(lines)


def main() -> int:
    """Write every page."""
    bundle = load_bundle([ROOT / "packs" / "demo-agency"], ROOT / "packs")
    OUT.mkdir(parents=True, exist_ok=True)
    for name, text in pages(bundle).items():
        (OUT / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
