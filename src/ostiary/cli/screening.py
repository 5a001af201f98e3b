"""``ostiary screen``: what one request would let out of a whole roll."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ostiary import strict_yaml
from ostiary.cli import deciding
from ostiary.cli.deciding import OUTCOME_STYLES, as_day
from ostiary.cli.engines import open_engine
from ostiary.cli.shared import bundle_from, console, draw, steps, write_json
from ostiary.decide import explain as explaining
from ostiary.decide.chart import bars, svg
from ostiary.decide.compile import compile_request, fixed_facts
from ostiary.decide.decide import decide
from ostiary.decide.interpret import Reading
from ostiary.decide.person import find_person, judge_person, person_facts
from ostiary.decide.population import Screen, screen
from ostiary.decide.request import Group, Request, read_request
from ostiary.decide.verdict import Exit, Outcome, Reason
from ostiary.errors import BadInput, RequestError
from ostiary.law.bundle import Bundle
from ostiary.roll.checking import check_roll
from ostiary.roll.engine import Engine
from ostiary.roll.mapping import Roll
from ostiary.roll.reading import read_roll


@dataclass(frozen=True, slots=True)
class Options:
    """What the command was asked for besides the request and the roll."""

    engine: str
    group: str
    everything: bool
    person: str
    out: Path | None
    as_json: bool
    matched: Path | None = None


def run(path: Path, roll_path: Path, as_of: str, packs: Sequence[Path] | None, options: Options) -> int:
    """Screen the roll and print the counts, or explain one person; returns the exit status of ``decide``."""
    if options.person:
        return _person(path, roll_path, as_of, packs, options)
    with steps() as on_step:
        bundle, request, found, _ = screened(path, roll_path, as_of, packs, options, on_step)
    if options.as_json:
        write_json(found.to_json())
    else:
        show(bundle, request, found)
    if options.out is not None:
        _write(found, bundle, request, options.out)
    return int(exit_of(found))


Opened = tuple[Bundle, Request, Group, Roll]


def _opened(path: Path, roll_path: Path, as_of: str, packs: Sequence[Path] | None, options: Options) -> Opened:
    bundle = bundle_from(packs)
    request = read_request(strict_yaml.read(path, RequestError), bundle.words, as_of=as_day(as_of))
    roll = read_roll(roll_path, bundle.words)
    return bundle, request, _widened(_group(request, options.group), bundle, options.everything), roll


def screened(
    path: Path,
    roll_path: Path,
    as_of: str,
    packs: Sequence[Path] | None,
    options: Options,
    on_step: Callable[[str], None],
) -> tuple[Bundle, Request, Screen, Engine]:
    """Read everything, check the roll, screen it."""
    on_step("loading the law")
    bundle, request, group, roll = _opened(path, roll_path, as_of, packs, options)
    on_step("opening the roll")
    engine = open_engine(options.engine, roll)
    roll = roll.without(engine.unreadable)
    check_roll(roll, engine, on_step)
    plan = compile_request(bundle, group, request.as_of, roll)
    if options.matched is not None:
        plan = replace(plan, only=people_of(options.matched))
    return bundle, request, screen(plan, engine, on_step), engine


def people_of(folder: Path) -> frozenset[str]:
    """The roll's ids of those who were matched to a subject: by strong evidence, or by people who confirmed it.

    :raises BadInput: if the folder is not of ``ostiary match run``.
    """
    from ostiary.match.confirmed import matched_people
    from ostiary.match.decision import read_decisions
    from ostiary.match.review import read_said
    from ostiary.match.run import DECISIONS

    return matched_people(read_decisions(folder / DECISIONS), read_said(folder))


def _person(path: Path, roll_path: Path, as_of: str, packs: Sequence[Path] | None, options: Options) -> int:
    """One person of the roll, judged by the reference meaning and explained in full."""
    bundle, request, group, roll = _opened(path, roll_path, as_of, packs, options)
    engine = open_engine(options.engine, roll)
    roll = roll.without(engine.unreadable)
    found = find_person(roll, engine, options.person)
    facts = person_facts(fixed_facts(bundle, group, roll), roll, found)
    items = judge_person(Reading(bundle, facts, request.as_of, bundle.agency.kinds), roll, group, found)
    verdict = replace(decide(bundle, replace(request, groups=())), items=tuple(items))
    if options.as_json:
        write_json(verdict.to_json())
    else:
        sys.stderr.write("about one person: keep it as the record is kept\n")
        shown = replace(request, groups=(replace(group, facts=facts),))
        deciding.show(bundle, shown, verdict, explain=True)
    return int(verdict.exit)


def exit_of(found: Screen) -> Exit:
    """0 all that was asked may leave, 10 part, 11 none, 12 some goes to counsel, 70 an engine fault."""
    if any(line.reason is Reason.ENGINE_ERROR for line in found.lines):
        sys.stderr.write("ostiary: a fault in the engine withheld some values; call the operator\n")
        return Exit.INTERNAL
    if found.total(Outcome.CONFLICT, Outcome.REFER):
        return Exit.COUNSEL
    if not found.leaving:
        return Exit.NONE
    return Exit.ALL if found.leaving == found.total() and not found.plan.unmapped else Exit.PART


def _group(request: Request, name: str) -> Group:
    by_name = {group.name: group for group in request.groups}
    if name in by_name:
        return by_name[name]
    if not name and len(request.groups) == 1:
        return request.groups[0]
    if not any(by_name):
        raise BadInput(f"{request.name}: speaks of one group of people only; leave out --group")
    listed = ", ".join(f"`{known}`" for known in by_name)
    raise BadInput(f"{request.name}: speaks of several groups of people; choose one with --group: {listed}")


def _widened(group: Group, bundle: Bundle, everything: bool) -> Group:
    if not everything:
        return group
    return replace(group, programs=tuple(bundle.words.codes["programs"]), elements=tuple(bundle.words.elements))


def show(bundle: Bundle, request: Request, found: Screen) -> None:
    """The picture and the sums first, then each copy with its reason, then what is unknown."""
    from rich.text import Text

    words, out = bundle.words, console()
    out.print(Text(f"{request.name}, screened as of {request.as_of} over {found.plan.roll.name}"))
    out.print(Text("counts only: no value of any person is shown; not legal advice", style="dim"))
    for line in bars(found, bundle, out.width):
        out.print(line)
    rows = [
        [
            words.code_label("elements", copy.element),
            words.code_label("programs", copy.program),
            Text(explaining.OUTCOME_WORDS[outcome], style=OUTCOME_STYLES[outcome]),
            f"{values:,}",
            because,
        ]
        for copy, outcome, values, because in explaining.screen_table(bundle, found)
    ]
    draw("", ["what is asked for", "held under", "answer", "values", "why"], rows, shares=[4, 2, 2, 2, 6])
    unknown = [(words.facts[name].question, f"{count:,}", name) for name, count in found.only_unknown().items()]
    if unknown:
        draw("Stays only because one fact is not known", ["question", "values", "fact"], unknown, shares=[6, 2, 4])
    for name in sorted(found.plan.roll.unreadable):
        out.print(f"Register `{name}` cannot be read: what it says of anybody is taken as unknown.")
    if found.plan.unmapped:
        names = sorted({words.code_label("elements", copy.element) for copy in found.plan.unmapped})
        out.print(f"Not on this roll, so nothing can leave: {', '.join(names)}.")
    counsel = found.total(Outcome.CONFLICT, Outcome.REFER)
    out.print(
        f"Of {found.total():,} values of {found.people:,} people: {found.leaving:,} may leave once people decide so "
        f"(of {found.touched:,} people), {counsel:,} go to counsel, {found.total(Outcome.WITHHOLD):,} stay."
    )


def _write(found: Screen, bundle: Bundle, request: Request, out: Path) -> None:
    import json

    out.mkdir(parents=True, exist_ok=True)
    (out / "screen.json").write_text(json.dumps(found.to_json(), indent=2, ensure_ascii=False) + "\n")
    (out / "screen.svg").write_text(svg(found, bundle, request.name))
    sys.stderr.write(f"written: {out / 'screen.json'}, {out / 'screen.svg'}\n")
