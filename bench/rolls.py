"""Made-up rolls for the benches, each made once and kept in a folder that git ignores."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

from ostiary import strict_yaml
from ostiary.decide.compile import Plan, compile_request
from ostiary.decide.request import Group, Request, read_request
from ostiary.law.bundle import Bundle, load_bundle
from ostiary.roll.mapping import Roll
from ostiary.roll.reading import read_roll

ROOT = Path(__file__).resolve().parents[1]
PACKS = ROOT / "packs"
CACHE = ROOT / "bench" / ".cache"
EXAMPLES = {"usda": "1-usda-july-2025", "cms": "2-cms-ice-data-set"}


def made(people: int, folder: Path | None = None) -> Path:
    """The ``roll.yaml`` of a made-up roll of so many people; made the first time."""
    from ostiary.roll.synthetic.writing import generate

    folder = folder or CACHE / f"roll-{people}"
    if not (folder / "roll.yaml").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        sys.stderr.write(f"making {people:,} people in {folder}\n")
        start = time.perf_counter()
        generate(people, 1, folder)
        sys.stderr.write(f"made in {time.perf_counter() - start:.0f} s\n")
    return folder / "roll.yaml"


def law(*packs: str) -> Bundle:
    """A bundle; all packs unless some are named. Its lazy parts are made, as on a running server."""
    bundle = load_bundle([PACKS / name for name in packs or ("demo-agency",)], PACKS)
    _ = bundle.telling
    return bundle


def asked(bundle: Bundle, name: str) -> Request:
    """An example's request."""
    return read_request(strict_yaml.read(ROOT / "examples" / f"{EXAMPLES[name]}.yaml"), bundle.words)


def widened(group: Group, roll: Roll, bundle: Bundle, elements: int | None = None) -> Group:
    """The same demand for every program of the roll, and every element (or the first so many)."""
    return replace(group, programs=tuple(roll.programs), elements=tuple(bundle.words.elements)[:elements])


def roll_of(bundle: Bundle, path: Path) -> Roll:
    return read_roll(path, bundle.words)


def plan_of(bundle: Bundle, request: Request, roll: Roll, elements: int | None = None) -> Plan:
    group = widened(request.groups[0], roll, bundle, elements)
    return compile_request(bundle, group, request.as_of, roll)
