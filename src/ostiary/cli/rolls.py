"""``ostiary roll``: a synthetic roll, and a roll held against its mapping."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ostiary.cli.engines import open_engine
from ostiary.cli.shared import bundle_from, console, draw, steps, write_json
from ostiary.roll.checking import check_roll
from ostiary.roll.reading import read_roll
from ostiary.vocabulary import Level


def run_generate(people: int, seed: int, out: Path, *, as_json: bool) -> int:
    """Make a roll; a progress bar on a terminal."""
    from ostiary.roll.synthetic.writing import generate

    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("making people", total=people)
            path = generate(people, seed, out, on_chunk=lambda done: bar.update(task, completed=done))
    else:
        path = generate(people, seed, out)
    if as_json:
        write_json({"roll": str(path), "people": people, "seed": seed})
    else:
        console().print(f"{people:,} synthetic people (seed {seed}); mapping: {path}")
    return 0


def run_check(path: Path, packs: Sequence[Path] | None, engine: str, *, as_json: bool) -> int:
    """Check a roll; say what it maps, and which elements and facts it does not."""
    words = bundle_from(packs).words
    roll = read_roll(path, words)
    with steps() as on_step:
        on_step("opening the roll")
        opened = open_engine(engine, roll)
        roll = roll.without(opened.unreadable)
        check_roll(roll, opened, on_step)
    mapped = {held.element for held in roll.copies}
    unmapped = [name for name in words.elements if name not in mapped]
    known = roll.open_facts | frozenset().union(*(relation.absent for relation in roll.relations.values()))
    personal = [name for name, fact in words.facts.items() if fact.level is Level.PERSON]
    unknown = [name for name in personal if name not in known]
    if as_json:
        write_json(
            {
                "roll": roll.name,
                "elements": sorted(mapped),
                "not_mapped": unmapped,
                "unknown_facts": unknown,
                "registers_unreadable": sorted(roll.unreadable),
            }
        )
        return 0
    console().print(
        f"{roll.name}: the roll bears out its mapping; {len(mapped)} elements, {len(known)} facts of people."
    )
    for name in sorted(roll.unreadable):
        console().print(f"Register `{name}` cannot be read: what it says of anybody is taken as unknown.")
    draw("Not mapped, so never leaves", ["element", "id"], [(words.elements[n].label, n) for n in unmapped])
    draw("Not mapped, so unknown", ["fact", "id"], [(words.facts[n].label, n) for n in unknown])
    return 0
