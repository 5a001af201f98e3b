"""What each kind of long work is. It reads, and writes into the folder that it is given; nothing else."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from ostiary.canonical import digest
from ostiary.ledger.kinds import catalogue
from ostiary.match.decision import Band
from ostiary_web.casework import facts, kept, queries, queries_work, roll
from ostiary_web.casework.actions.long_work import Found
from ostiary_web.casework.actions.matching import write_subjects
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.identifying import RUN
from ostiary_web.casework.queries_work import Work
from ostiary_web.wiring import bundle, config

SCREEN = "screen.json"


def screen(work: Work, folder: Path, on_step: roll.Step) -> Found:
    """Screen the whole roll for the docket's request; counts only, of nobody."""
    on_step("reading the request")
    text = request_text(work)
    request = facts.read(text, bundle().words)
    on_step("opening the roll")
    stamp = roll.stamp()
    found = roll.screens(request, roll.opened(), on_step)
    about = [roll.written(one, queries.row(work.docket).number) for one in found]
    if stamp != roll.stamp():
        raise CaseworkError("the roll was changed while it was read; have it screened again")
    (folder / SCREEN).write_text(json.dumps(about, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    return Found(basis(text, stamp), {})


def match(work: Work, folder: Path, on_step: roll.Step) -> Found:
    """Find out who of the roll the persons are whom the request names."""
    from ostiary.match.run import manifest_of, write_run
    from ostiary.match.run import match as find
    from ostiary.match.subjects import read_subjects

    on_step("reading the persons asked about")
    path = write_subjects(queries_work.asked_about(work.docket), folder)
    day = work.asked_at.astimezone(config().zone()).date()
    subjects, stamp = read_subjects(path, day), roll.stamp()
    mapped, normal, model = roll.to_match_against(day, on_step)
    matched = find(subjects, mapped, normal, model, day, on_step)
    write_run(matched, manifest_of(matched, mapped, normal, model, path), folder / RUN)
    if stamp != roll.stamp():
        raise CaseworkError("the roll was changed while it was read; have it matched again")
    found = matched.counts()[Band.AUTOMATIC.value]
    return Found(basis(path.read_text(encoding="utf-8") + model.digest, stamp), {"matched": catalogue().band(found)})


def matched_stale(work: Work) -> bool:
    """Whether other persons are asked about now, or the roll is another one, than when this was matched."""
    place = kept.place_of(*work.place) / "asked.csv"
    with tempfile.TemporaryDirectory(dir=roll.folder("work")) as folder:
        now = write_subjects(queries_work.asked_about(work.docket), Path(folder)).read_text(encoding="utf-8")
    if not place.is_file() or now != place.read_text(encoding="utf-8"):
        return True
    return work.basis != basis(now + roll.model_digest(), roll.stamp())


def request_text(work: Work) -> str:
    """The docket's facts as they count on the day on which the work was asked for."""
    return queries.request_file(work.docket, work.asked_at.astimezone(config().zone()).date())


def basis(text: str, stamp: str) -> str:
    """The digest of all that a search rests on: the facts, the law, the roll."""
    return digest({"facts": text, "bundle": bundle().digest, "roll": stamp})


def stale(work: Work) -> bool:
    """Whether the request, the law or the roll is another one than when this was done."""
    return work.basis != basis(request_text(work), roll.stamp())


DOING = {"screen": screen, "match": match}
STALE = {"screen": stale, "match": matched_stale}
