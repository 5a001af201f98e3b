"""Writes docs/reference anew from the code and the packs: `make docs`. A test fails when it is stale."""

import subprocess
import sys
from pathlib import Path

from ostiary.law.bundle import Bundle, load_bundle
from ostiary.law.condition import Truth
from ostiary.law.known_clash import read_known_clashes
from ostiary.law.plain import authority_page, rule_in_short, rule_page
from ostiary.law.property import read_properties
from ostiary.law.words import in_words
from ostiary.ledger.catalogue import catalogue_page
from ostiary_web.casework.docket.reference import clocks_page, permissions_page, states_page
from ostiary_web.environment import settings_page

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
        "proofs.md": _proofs(bundle),
        "conflicts.md": _conflicts(bundle),
        "entries.md": catalogue_page(),
        "states.md": states_page(),
        "permissions.md": permissions_page(),
        "clocks.md": clocks_page(bundle.procedure),
        "settings.md": settings_page(),
        "counter-api.json": _counter_api(),
    }


def _counter_api() -> str:
    """The interface for programs, which Django makes: here with the settings of the tests, where none are."""
    from django.conf import settings

    if not settings.configured:
        import django

        sys.path.insert(0, str(ROOT))
        from tests.web import settings as found

        settings.configure(**{name: value for name, value in vars(found).items() if name.isupper()})
        django.setup()
    from ostiary_web.counter.api.routes import openapi_page

    return openapi_page()


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


def _proofs(bundle: Bundle) -> str:
    """What the rules can never do, each in plain words, with what it rests on."""
    lines = ["# What is proved, and what is not", "", _PROOFS, ""]
    for one in read_properties(bundle):
        lines += [f"## {one.id}", "", one.says, ""]
        for heading, condition in (("where", one.when), ("but not where", one.unless)):
            if not isinstance(condition, Truth):
                lines.append(f"- **{heading}**: {in_words(condition, bundle.words, bundle.meanings)}")
        if one.instead is not None:
            fact = bundle.words.facts[one.instead[0]]
            lines.append(
                f"- **held against**: {fact.label} is “{bundle.words.code_label(fact.type.codes, one.instead[1])}”"
            )
        if one.rules:
            lines.append(f"- **rules that must not block**: {', '.join(sorted(one.rules))}")
        lines.append(f"- **because of**: {'; '.join(bundle.authorities[name].citation for name in one.authorities)}")
        lines += [f"- **note**: {one.note}"] if one.note else []
        lines.append("")
    return "\n".join(lines)


def _conflicts(bundle: Bundle) -> str:
    """The clashes that were read and stand, with the two texts side by side."""
    lines = ["# Where law meets law", "", _CONFLICTS, ""]
    for one in read_known_clashes(bundle).values():
        lines += [
            f"## {one.mandate} against {one.bar}",
            "",
            one.because,
            "",
            "| it commands | it forbids |",
            "|---|---|",
        ]
        texts = [rule_in_short(bundle, bundle.by_id[name]).replace("|", "/") for name in (one.mandate, one.bar)]
        lines += [f"| {texts[0]} | {texts[1]} |", ""]
    return "\n".join(lines)


_PROOFS = """\
Made from the packs by `make docs`. Not legal advice.

`ostiary prove` shows each line below for **every** request: every requester, purpose, paper, date, person and
element, with every fact known or unknown, on every day from the day you name. It does not try examples. It asks
a solver (z3, and cvc5 as a second opinion) for a request that breaks the line, and the solver shows that there
is none. If there were one, it would be printed, as small as it can be, and the interpreter would judge it again.

**Proved** is what the rules *as written* can never do. **Not proved** is:

- that a rule reads its statute rightly. Only you can say that. `ostiary law show ID` has the text and the doubts.
- that the facts are true. If a clerk writes that an order was confirmed, the rules believe it.
- that people and the rest of the program keep to the answer. Other tests show that.
- anything of a rule that is not written. Where the packs are silent, nothing leaves.

A line that nothing could ever break because its *where* can never hold is reported as *vacuous*, not as proved.
A solver that runs out of time has proved nothing. Each line was also shown to have teeth: one rule made worse,
and the line breaks (`tests/spec/test_teeth.py`)."""
_CONFLICTS = """\
Made from the packs by `make docs`. Not legal advice.

`ostiary conflicts` finds every pair of a command and a bar that some request can bring to life together. Each
pair below was read, and stands: the answer is *conflict* or *refer to counsel*, and nothing leaves meanwhile. A
pair that is not here is new, and the command ends with 1 until a rule is mended or the pair is explained.
`ostiary conflicts RULE` prints a smallest case of each as a request file."""


def _cli() -> str:
    lines = ["# Commands", "", "Made from the code by `make docs`.", ""]
    for words in (
        [],
        ["decide"],
        ["screen"],
        ["minimise"],
        ["seal"],
        ["open"],
        ["doctor"],
        ["keys"],
        ["keys", "new-recipient"],
        ["keys", "new-signer"],
        ["keys", "new-log"],
        ["keys", "show"],
        ["roll"],
        ["roll", "generate"],
        ["roll", "check"],
        ["check"],
        ["lint"],
        ["compare"],
        ["prove"],
        ["conflicts"],
        ["match"],
        ["match", "train"],
        ["match", "run"],
        ["match", "truth"],
        ["match", "report"],
        ["match", "review"],
        ["match", "answer"],
        ["correct"],
        ["play"],
        ["law"],
        ["law", "list"],
        ["law", "show"],
        ["law", "sign"],
        ["law", "verify"],
        ["log"],
        ["log", "init"],
        ["log", "append"],
        ["log", "export"],
        ["log", "verify"],
        ["log", "fsck"],
        ["log", "prove"],
        ["log", "head"],
        ["log", "consistency"],
        ["log", "tidy"],
        ["log", "grant"],
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
