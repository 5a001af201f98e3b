"""Who of the roll is asked about: persons copied from the paper, clerks' words on candidates, and what follows.

Nothing here tells a requester anything: it moves no docket, and sends nothing.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.db import transaction

from ostiary.errors import BadInput
from ostiary.match.confirmed import Verdict, matched_people
from ostiary.match.subjects import ID, read_subjects
from ostiary.roll.identifiers import Field
from ostiary_web.casework import identifying, kept, models, queries, queries_work, roll
from ostiary_web.casework.actions import door
from ostiary_web.casework.actions.door import Attempt
from ostiary_web.casework.actions.facts import check_may, recognise
from ostiary_web.casework.actions.long_work import SEARCH
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.queries_work import Asked, Work
from ostiary_web.casework.world import world_for

# Who compares a candidate with a person asked about. The second of two can be a records officer.
COMPARE = frozenset({Role.CUSTODIAN, Role.RECORDS_OFFICER})
MOST = 1_000  # persons that one docket names; more is a cohort, and goes by criteria


def name_person(
    *, docket: str, texts: Mapping[Field, str], who: str = "", by: str, role: Role = Role.CUSTODIAN, at: dt.datetime
) -> int:
    """Copy a person whom the request names from its paper, so that the roll can be searched; the person's number.

    :param who: the docket's own name of the group that the person belongs to.
    :raises Refused: as the search of the roll is refused: where nothing may leave, nobody is looked up.
    :raises CaseworkError: if the person cannot be searched for; never repeats a value.
    """
    said = {field: text.strip() for field, text in texts.items() if text.strip()}
    _check_searchable(said, at.date())
    with transaction.atomic():
        row = _searchable(docket, by, role, at)
        if who not in queries_work.groups(row.pseudonym):
            raise CaseworkError("the docket has no such group of persons")
        rows = models.AskedPerson.objects.filter(docket=row)
        if rows.count() >= MOST:
            raise CaseworkError(f"a docket names {MOST:,} persons at most; more are asked for by criteria")
        number = rows.count() + 1
        kept_texts = json.dumps({field.value: text for field, text in said.items()}, ensure_ascii=False)
        models.AskedPerson.objects.create(docket=row, number=number, who=who, texts=kept_texts, by=by, at=at)
    return number


def leave_out(*, docket: str, number: int, by: str, role: Role = Role.CUSTODIAN, at: dt.datetime) -> None:
    """Take a person out who was copied by mistake, or is not the one: nothing of the person is packed.

    :raises CaseworkError: if there is no such person, or it is known to the docket's verdict who it is.
    """
    with transaction.atomic():
        row = _searchable(docket, by, role, at)
        left = models.AskedPerson.objects.filter(docket=row, number=number, left_out_at=None)
        if not left.update(left_out_at=at):
            raise CaseworkError("there is no such person in this docket")


def _searchable(docket: str, by: str, role: Role, at: dt.datetime) -> models.Docket:
    """The docket's row, locked, if this person may search the roll for it now."""
    row = door.locked(queries.find(docket))
    before = queries.loaded(row)
    door.engine_step(before, world_for(before, at, last_index=row.last_index), Attempt(SEARCH, by, role, at))
    return row


def _check_searchable(said: Mapping[Field, str], today: dt.date) -> None:
    with tempfile.TemporaryDirectory(dir=roll.folder("work")) as folder:
        path = write_subjects([Asked(0, 1, "", said)], Path(folder))
        try:
            read_subjects(path, today)
        except BadInput as fault:
            says = "; ".join(line.split("row 1: ", 1)[-1] for line in str(fault).splitlines())
            raise CaseworkError(says) from None


def write_subjects(people: Iterable[Asked], folder: Path) -> Path:
    """The persons as the file of subjects that matching reads."""
    path = folder / "asked.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([ID, *(field.value for field in Field)])
        for one in people:
            rows.writerow([one.subject, *(one.texts.get(field, "") for field in Field)])
    return path


def say(
    *,
    docket: str,
    subject: str,
    candidate: str,
    verdict: Verdict,
    by: str,
    role: Role = Role.CUSTODIAN,
    at: dt.datetime,
) -> None:
    """Say whether a candidate is the person asked about. Each says it for themselves; nothing is taken back.

    :raises Refused: unless this person compares candidates.
    :raises CaseworkError: if there is no such candidate, or this person has spoken of it, or confirmed another.
    """
    with transaction.atomic():
        row = door.locked(queries.find(docket))
        before = queries.loaded(row)
        check_may(before, world_for(before, at, last_index=row.last_index).world, by, role, at, COMPARE)
        work = _matching(row.pseudonym)
        found = identifying.review(work)
        if candidate not in {one.person for one in found.of(subject)}:
            raise CaseworkError("this is no candidate of the person asked about")
        own = [one for one in found.said if one.subject == subject and one.by == by]
        if any(one.person == candidate for one in own):
            raise CaseworkError("you have spoken of this candidate; a second word must be another person's")
        if verdict is Verdict.SAME and any(one.verdict is Verdict.SAME for one in own):
            raise CaseworkError(
                "you have confirmed another candidate of this person; reject the others, or ask a colleague"
            )
        models.MatchWord.objects.create(
            work_id=work.number,
            subject=subject,
            candidate=candidate,
            verdict=verdict.value,
            by=by,
            role=role.value,
            at=at,
        )


def take_over(*, docket: str, by: str, role: Role = Role.CUSTODIAN, at: dt.datetime) -> int:
    """Take over who the persons are: by strong evidence, or as people have confirmed; how many are known anew.

    Where a group is one person, the registers' consents and opt-outs of its record count from now on.

    :raises Refused: as the search of the roll is. :raises CaseworkError: before there is a matching.
    """
    with transaction.atomic():
        row = _searchable(docket, by, role, at)
        work = _matching(row.pseudonym)
        found = identifying.review(work)
        asked = queries_work.asked_about(row.pseudonym)
        anew = [one for one in asked if not one.record]
        known = 0
        for one in anew:
            decision = found.decisions.get(one.subject)
            words = [word for word in found.said if word.subject == one.subject]
            people = frozenset[str]() if decision is None else matched_people([decision], words)
            for record in people:
                strong = sorted(identifying.strong(found, one.subject, record))
                band = found.decisions[one.subject].band.value
                models.Identified.objects.create(
                    person_id=one.pk,
                    record=record,
                    strong=json.dumps(strong),
                    band=band,
                    work_id=work.number,
                    by=by,
                    at=at,
                )
                known += 1
        _no_two_alike(row.pseudonym)
    for who, record in _alone(row.pseudonym).items():
        if queries.records(row.pseudonym).get(who) != record:
            recognise(docket=row.pseudonym, who=who, record=record, by=by, role=role, at=at)
    return known


def _no_two_alike(docket: str) -> None:
    """Two persons asked about in different groups cannot be one record: who is meant is then not known."""
    groups: dict[str, set[str]] = {}
    for one in queries_work.identified(docket):
        groups.setdefault(one.record, set()).add(one.who)
    if any(len(found) > 1 for found in groups.values()):
        raise CaseworkError("two persons asked about in different groups were taken for one record; leave one out")


def _alone(docket: str) -> dict[str, str]:
    """By group the record of the one person that the group is; a cohort of several has no record of its own."""
    groups: dict[str, list[Asked]] = {}
    for one in queries_work.asked_about(docket):
        groups.setdefault(one.who, []).append(one)
    several = queries.claims(docket).get("subjects.count") != 1
    alone = {who: found[0].record for who, found in groups.items() if len(found) == 1 and (who or not several)}
    return {who: record for who, record in alone.items() if record}


def _matching(docket: str) -> Work:
    """The newest matching, which must know every person that is asked about now."""
    found = queries_work.latest_done(docket, "match")
    if found is None:
        raise CaseworkError("nobody has been matched yet; have the worker match first")
    if not kept.place_of(*found.place).is_dir():
        raise CaseworkError("the matching is not in the private folder; have the worker match again")
    return found
