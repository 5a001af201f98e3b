"""The command ``ostiary``.

Exit status: 0 done (``decide``: all may be released), 10 part, 11 none, 12 counsel
must act, 1 a check failed, 2 bad input, 70 an internal fault (nothing is released).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ostiary.cli import correcting, log_commands, match_commands, matching, noticing, package_commands
from ostiary.cli.options import JsonOption, MatchedOption, PacksOption
from ostiary.errors import BadInput, OstiaryError

app = typer.Typer(
    name="ostiary",
    help="The gate in front of a benefits agency's records: requests judged against the law written as data. "
    "Nothing it says is legal advice.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
roll_app = typer.Typer(help="The agency's records: make a synthetic roll, check a mapping.", no_args_is_help=True)
app.add_typer(roll_app, name="roll")
law_app = typer.Typer(help="Read the law behind the rules, in plain words.", no_args_is_help=True)
app.add_typer(law_app, name="law")
app.add_typer(log_commands.app, name="log")
app.add_typer(matching.match_app, name="match")
match_commands.add_to(matching.match_app)
correcting.add_to(app)
noticing.add_to(app)


@app.command("decide")
def decide_command(
    request: Annotated[Path, typer.Argument(help="A request file (YAML or JSON).")],
    as_of: Annotated[str, typer.Option(help="Read the law as of this day (YYYY-MM-DD).")] = "",
    packs: PacksOption = None,
    explain: Annotated[bool, typer.Option(help="Show every rule considered, for each answer.")] = False,
    json: JsonOption = False,
) -> None:
    """Judge one request: what may leave, what not, why, and which facts are missing."""
    from ostiary.cli import deciding

    raise typer.Exit(deciding.run(request, as_of, packs, explain=explain, as_json=json))


@app.command("screen")
def screen_command(
    request: Annotated[Path, typer.Argument(help="A request file (YAML or JSON).")],
    roll: Annotated[Path, typer.Option(help="The roll's mapping, roll.yaml.")],
    as_of: Annotated[str, typer.Option(help="Read the law as of this day (YYYY-MM-DD).")] = "",
    packs: PacksOption = None,
    engine: Annotated[str, typer.Option(help="duckdb, spark or adbc.")] = "duckdb",
    group: Annotated[str, typer.Option(help="Which group of the request, where it has several.")] = "",
    everything: Annotated[bool, typer.Option(help="As if every element of every program were asked for.")] = False,
    person: Annotated[str, typer.Option(help="Explain one person of the roll instead, by id.")] = "",
    matched: MatchedOption = None,
    out: Annotated[Path | None, typer.Option(help="Also write screen.json and screen.svg into this folder.")] = None,
    json: JsonOption = False,
) -> None:
    """Screen a whole roll: how much would leave, under which provision, and why the rest stays."""
    from ostiary.cli import screening

    options = screening.Options(engine, group, everything, person, out, json, matched)
    raise typer.Exit(screening.run(request, roll, as_of, packs, options))


@app.command("minimise")
def minimise_command(
    request: Annotated[Path, typer.Argument(help="A request file (YAML or JSON).")],
    roll: Annotated[Path, typer.Option(help="The roll's mapping, roll.yaml.")],
    out: Annotated[Path, typer.Option(help="A new folder for what leaves.")],
    matched: MatchedOption = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="The request is about everybody on the roll.")] = False,
    as_of: Annotated[str, typer.Option(help="Read the law as of this day (YYYY-MM-DD).")] = "",
    packs: PacksOption = None,
    engine: Annotated[str, typer.Option(help="duckdb, spark or adbc.")] = "duckdb",
    group: Annotated[str, typer.Option(help="Which group of the request, where it has several.")] = "",
    json: JsonOption = False,
) -> None:
    """Write the cells that the law lets out, and no others, with the authority of every column."""
    from ostiary.cli import minimising, screening

    if (matched is None) != everybody:
        raise BadInput("say of whom: `--matched` with a folder of `ostiary match run`, or `--everybody`")
    options = screening.Options(engine, group, False, "", out, json, matched)
    raise typer.Exit(minimising.run(request, roll, as_of, packs, options))


package_commands.add_to(app, law_app)


@app.command("check")
def check_command(
    files: Annotated[list[Path] | None, typer.Argument(help="Scenario files. Default: the packs' own tests.")] = None,
    packs: PacksOption = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Also show what decides in no case.")] = False,
    mutants: Annotated[bool, typer.Option("--mutants", help="Also show which slips no case notices.")] = False,
    json: JsonOption = False,
) -> None:
    """Run the packs' tables and scenario files; exit 0 only when every answer is right."""
    from ostiary.cli import checking

    if coverage or mutants:
        from ostiary.cli import mutating

        raise typer.Exit(mutating.run(files or [], packs, coverage=coverage, with_mutants=mutants, as_json=json))
    raise typer.Exit(checking.run(files or [], packs, as_json=json))


@app.command("lint")
def lint_command(
    pack: Annotated[str, typer.Argument(help="Only this pack's faults.")] = "",
    packs: PacksOption = None,
    json: JsonOption = False,
) -> None:
    """A lawyer's faults: what is uncited, can never hold, lifts nothing, or has no table."""
    from ostiary.cli import linting

    raise typer.Exit(linting.run(pack, packs, as_json=json))


@app.command("compare")
def compare_command(
    old: Annotated[Path, typer.Argument(help="The law as it was: a folder of packs, or a pack's folder.")],
    new: Annotated[Path, typer.Argument(help="The law as it is to be, likewise.")],
    roll: Annotated[Path | None, typer.Option(help="Also count cells over this roll.yaml; needs --requests.")] = None,
    requests: Annotated[Path | None, typer.Option(help="A folder of request files to judge under both.")] = None,
    as_of: Annotated[str, typer.Option(help="Read both laws as of this day (YYYY-MM-DD).")] = "",
    engine: Annotated[str, typer.Option(help="duckdb, spark or adbc.")] = "duckdb",
    gate: Annotated[bool, typer.Option(help="Exit 1 when more may leave than changes.yaml approves.")] = False,
    json: JsonOption = False,
) -> None:
    """Compare two versions of the law: what newly leaves, what no longer does, and who approved it."""
    from ostiary.cli import comparing

    options = comparing.Options(roll, requests, as_of, engine, gate, json)
    raise typer.Exit(comparing.run(old, new, options))


@app.command("prove")
def prove_command(
    pack: Annotated[str, typer.Argument(help="Only this pack's properties.")] = "",
    packs: PacksOption = None,
    since: Annotated[str, typer.Option(help="Prove it for every day from this one on (default: today).")] = "",
    out: Annotated[Path | None, typer.Option(help="Write each counterexample into this folder.")] = None,
    smtlib: Annotated[Path | None, typer.Option(help="Write each question in SMT-LIB 2 into this folder.")] = None,
    solver: Annotated[str, typer.Option(help="z3, or cvc5 as a second opinion.")] = "z3",
    seconds: Annotated[float, typer.Option(help="Time limit of each question; past it nothing is proved.")] = 60.0,
    json: JsonOption = False,
) -> None:
    """Prove what the rules can never do, for every request at once; exit 0 only when all is proved."""
    from ostiary.cli import proving
    from ostiary.cli.shared import day_or_today

    options = proving.Options(day_or_today(since, "--since"), out, smtlib, seconds, solver, json)
    raise typer.Exit(proving.run(pack, packs, options))


@app.command("conflicts")
def conflicts_command(
    rule: Annotated[str, typer.Argument(help="Only what this rule takes part in, each case in full.")] = "",
    packs: PacksOption = None,
    since: Annotated[str, typer.Option(help="For every day from this one on (default: today).")] = "",
    out: Annotated[
        Path | None, typer.Option(help="Write each smallest case as a request file into this folder.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="Time limit of each question.")] = 60.0,
    json: JsonOption = False,
) -> None:
    """List where law meets law, and where a doubtful reading decides; each with a smallest case."""
    from ostiary.cli import conflicting
    from ostiary.cli.shared import day_or_today

    options = conflicting.Options(day_or_today(since, "--since"), rule, out, seconds, json)
    raise typer.Exit(conflicting.run(packs, options))


@roll_app.command("generate")
def roll_generate_command(
    out: Annotated[Path, typer.Option(help="A new folder for the roll.")],
    people: Annotated[int, typer.Option(help="How many people.")] = 300_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same roll.")] = 42,
    json: JsonOption = False,
) -> None:
    """Make a synthetic roll (no real people) with its roll.yaml."""
    from ostiary.cli import rolls

    raise typer.Exit(rolls.run_generate(people, seed, out, as_json=json))


@roll_app.command("check")
def roll_check_command(
    roll: Annotated[Path, typer.Argument(help="The roll's mapping, roll.yaml.")],
    packs: PacksOption = None,
    engine: Annotated[str, typer.Option(help="duckdb, spark or adbc.")] = "duckdb",
    json: JsonOption = False,
) -> None:
    """Hold a roll against its mapping: columns, types, ids, codes, dates; say what is not mapped."""
    from ostiary.cli import rolls

    raise typer.Exit(rolls.run_check(roll, packs, engine, as_json=json))


@law_app.command("list")
def law_list_command(packs: PacksOption = None, json: JsonOption = False) -> None:
    """Every authority, with its effect, its evidence and its rules."""
    from ostiary.cli import reading

    raise typer.Exit(reading.run_list(packs, as_json=json))


@law_app.command("show")
def law_show_command(
    name: Annotated[str, typer.Argument(help="The id of a rule or an authority.")],
    packs: PacksOption = None,
    json: JsonOption = False,
) -> None:
    """One rule or authority in plain words."""
    from ostiary.cli import reading

    raise typer.Exit(reading.run_show(name, packs, as_json=json))


@app.command("play")
def play_command(
    packs: PacksOption = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port on this machine; 0 takes any free one.")] = 8377,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
) -> None:
    """A playground for counsel: set facts on one local page and watch which rules live, fall or wait."""
    from ostiary.cli import playing

    raise typer.Exit(playing.run(packs, port, browser=browser))


def spread_packs(words: list[str]) -> list[str]:
    """``--packs A B`` said once for each folder, as the option is read: ``--packs A --packs B``."""
    spread: list[str] = []
    taking = False
    for word in words:
        if taking and spread[-1] != "--packs" and Path(word).is_dir():
            spread.append("--packs")
        elif word.startswith("-") or spread[-1:] != ["--packs"]:
            taking = word == "--packs"
        spread.append(word)
    return spread


def main() -> int:
    """Run one command. Every fault ends in one clear line and its exit status, never in a release."""
    try:
        app(spread_packs(sys.argv[1:]), standalone_mode=True)
    except OstiaryError as fault:
        sys.stderr.write(f"ostiary: {fault}\n")
        sys.exit(fault.exit_code)
    except BrokenPipeError:
        sys.exit(141)
    except Exception as fault:  # the last edge: say no more than the kind of fault
        sys.stderr.write(f"ostiary: internal fault ({type(fault).__name__}); nothing is released; call the operator\n")
        sys.exit(OstiaryError.exit_code)
    return 0
