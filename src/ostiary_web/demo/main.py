"""``ostiary-web demo``: a seeded desk on this machine. It needs no setting, and takes none from the environment."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ostiary.errors import BadInput, OstiaryError
from ostiary_web.demo import running, seed
from ostiary_web.demo.place import LogIn, Place
from ostiary_web.demo.visiting import Page, Visitor

_FOLDER = Path(".demo") / "desk"


def main(words: Sequence[str]) -> int:
    """Do what the words say; the exit status."""
    given = _parser().parse_args(words)
    try:
        given.run(given)
    except OstiaryError as fault:
        sys.stderr.write(f"ostiary-web demo: {fault}\n")
        return fault.exit_code
    except KeyboardInterrupt:
        _say("stopped")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ostiary-web demo", description="a desk seeded with made-up dockets")
    parser.add_argument("--folder", type=lambda text: Path(text).resolve(), default=_FOLDER.resolve())
    parser.add_argument("--port", type=int, default=running.PORT, help="where to listen; another if it is taken")
    parser.add_argument("--afresh", action="store_true", help="seed anew; what was done at the desk is lost")
    parser.set_defaults(run=_run)
    under = parser.add_subparsers()
    one = under.add_parser("seed", help="seed the desk, and stop")
    one.set_defaults(run=lambda given: _seed(given.folder))
    one = under.add_parser("people", help="who logs in, with what")
    one.set_defaults(run=lambda given: _people(Place(given.folder)))
    one = under.add_parser("code", help="the code that an authenticator app would show now for somebody")
    one.add_argument("who", help="a role such as `decider`, or an e-mail address")
    one.set_defaults(run=lambda given: print(Place(given.folder).log_in(given.who).code()))
    one = under.add_parser("check", help="seed in a folder that goes away, log in, look, verify the log, and stop")
    one.set_defaults(run=_check)
    return parser


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _seed(folder: Path) -> Place:
    """Seed a desk in a process of its own: one process works on one desk."""
    _say(f"seeding the desk in {folder} (about a minute) ...")
    code = "import sys; from pathlib import Path; from ostiary_web.demo.main import seed_here; seed_here(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", code, str(folder)], check=False)
    if done.returncode:
        raise BadInput("the desk could not be seeded")
    return Place(folder)


def seed_here(folder: str) -> None:
    """Seed a desk in this process; a fault is one line."""
    shown = sys.stderr.isatty()

    def say(text: str) -> None:
        if shown:
            sys.stderr.write(f"\r\033[K{text}")
            sys.stderr.flush()

    try:
        seed.seed(Path(folder), say=say)
    except OstiaryError as fault:
        sys.stderr.write(f"{fault}\n")
        sys.exit(fault.exit_code)
    say("")


def _run(given: argparse.Namespace) -> None:
    place = Place(given.folder)
    if given.afresh or not place.is_seeded():
        _seed(given.folder)
    running.stop_on_terminate()
    with running.running(place, running.free_port(given.port)) as site:
        _people(place)
        _say(f"\nThe desk:    {site.home}/desk/       (staff: log in as one of these)")
        _say(f"The counter: {site.home}/request/    (anybody)")
        _say("A code: .venv/bin/ostiary-web demo code ROLE. Ctrl-C stops site and worker.")
        site.wait()
        raise BadInput(f"the site or the worker ended by itself; see {place.folder / 'lines'}")


def _people(place: Place) -> None:
    """Everybody with their log-in: password, second factor, and the code of this half minute."""
    rows = list(place.log_ins().values())
    _say(f"\n{'role':<20} {'e-mail':<34} {'password':<21} {'code now':<9} second factor (TOTP secret)")
    for one in rows:
        _say(f"{one.who:<20} {one.mail:<34} {one.password:<21} {one.code():<9} {one.secret}")
    _say("\nThe same for an authenticator app:")
    for one in rows:
        _say(one.url)


def _check(given: argparse.Namespace) -> None:
    """Everything that the demonstration promises, on a desk of its own."""
    with tempfile.TemporaryDirectory(prefix="ostiary-demo-") as folder:
        place = _seed(Path(folder) / "desk")
        with running.running(place, running.free_port(0)) as site:
            log_ins = place.log_ins()
            _well(Visitor(site.home).wait_until_well())
            for who in ("intake", "decider"):
                _looked(Visitor(site.home), log_ins[who])
        _verified(place)
    _say("demo: the desk was seeded, served, visited with both factors, and its log verified")


def _well(found: Page) -> None:
    if found.status != 200:
        raise BadInput(f"the desk is not well:\n{found.text}")


def _looked(visitor: Visitor, who: LogIn) -> None:
    """Somebody logs in and opens the first docket of the list."""
    numbers = sorted(visitor.log_in(who).numbers)
    if not numbers:
        raise BadInput(f"{who.who} logged in and found no docket")
    if numbers[0] not in visitor.get(f"/desk/{numbers[0]}/").numbers:
        raise BadInput(f"{who.who} could not open docket {numbers[0]}")


def _verified(place: Place) -> None:
    """An outsider's verdict on the exported log."""
    command = [sys.executable, "-m", "ostiary_verify", str(place.folder / "export")]
    command += ["--policy", str(place.folder / "witness-policy")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BadInput(f"the exported log does not verify:\n{done.stdout}{done.stderr}")
