"""``ostiary match answer``: what a requester is told of the people it asks about, and nothing that gives away more."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ostiary import strict_yaml
from ostiary.cli.deciding import as_day
from ostiary.cli.shared import bundle_from, steps
from ostiary.decide.answer import refused_whoever, released_of, requester_answer
from ostiary.decide.request import Request, read_request
from ostiary.errors import BadInput, RequestError
from ostiary.law.bundle import Bundle, Copy
from ostiary.match.subjects import Subject
from ostiary.roll.mapping import Roll


@dataclass(frozen=True, slots=True)
class Places:
    """The roll's mapping, the model, and the folder of the matching."""

    roll: Path
    model: Path
    work: Path


def run(
    request_path: Path,
    subjects_path: Path,
    places: Places,
    as_of: str,
    packs: Sequence[Path] | None,
    *,
    as_json: bool,
) -> int:
    """Write the answer on standard output; always 0, as the exit status would tell what the answer must not."""
    from ostiary.match.subjects import read_subjects
    from ostiary.roll.reading import read_roll

    bundle = bundle_from(packs)
    request = read_request(strict_yaml.read(request_path, RequestError), bundle.words, as_of=as_day(as_of))
    subjects = read_subjects(subjects_path, dt.date.today())
    roll = read_roll(places.roll, bundle.words)  # the mapping: no table of it is opened here
    if refused_whoever(bundle, request, roll):
        released = None
    else:
        people = _people(subjects, subjects_path, roll, places)
        released = _released(bundle, request, roll, people)
    answer = requester_answer(bundle, request, [one.id for one in subjects], released)
    sys.stdout.buffer.write(answer.to_bytes() if as_json else answer.to_text().encode())
    return 0


def _people(subjects: Sequence[Subject], path: Path, roll: Roll, places: Places) -> dict[str, str]:
    """By subject who it is, where the machine or people are sure; matched now, or as people have reviewed it."""
    from ostiary.match.confirmed import Confirmation, matched_people
    from ostiary.match.review import open_review

    if not places.work.exists():
        _match(subjects, path, roll, places)
    review = open_review(places.work)
    if {one.id for one in subjects} != set(review.decisions):
        raise BadInput(f"{places.work}: is the matching of other subjects; name a new folder with `--work`")
    said: dict[str, list[Confirmation]] = {subject: [] for subject in review.decisions}
    for word in review.said:
        said[word.subject].append(word)
    found = {name: matched_people([decision], said[name]) for name, decision in review.decisions.items()}
    return {subject: person for subject, persons in found.items() for person in persons}


def _match(subjects: Sequence[Subject], path: Path, roll: Roll, places: Places) -> None:
    from ostiary.match.cache import normal_roll
    from ostiary.match.model import read_model
    from ostiary.match.run import manifest_of, match, write_run

    model, today = read_model(places.model), dt.date.today()
    with steps() as on_step:
        normal = normal_roll(roll, places.model.with_suffix(".duckdb"), today, on_step)
        matched = match(subjects, roll, normal, model, today, on_step)
        write_run(matched, manifest_of(matched, roll, normal, model, path), places.work)


def _released(bundle: Bundle, request: Request, roll: Roll, people: dict[str, str]) -> dict[str, tuple[Copy, ...]]:
    from ostiary.cli.engines import open_engine

    engine = open_engine("duckdb", roll)
    return released_of(bundle, request, roll.without(engine.unreadable), engine, people)
