"""Releases that are in somebody's hands, and a roll that is changed afterwards: what was given was wrong."""

import shutil
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as parquet
from django.db import transaction

from ostiary_web.casework import models, queries, queries_corrections, queries_work
from ostiary_web.casework.actions import correcting, marking
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.queries_corrections import Line
from ostiary_web.counter.keys import digest_of
from ostiary_web.counter.models import Receipt
from ostiary_web.ledger_link.queries import history
from tests.web.released import cleared, linked, opened, released, sealed, signed, taken, walking, work

ADDRESS, DAY, ELSEWHERE = "address_line1", "address_as_of", "9 Other Street"
SECRET = "the secret of the receipt"
NOTHING = [0, 0, 0, 0, 0]


def given(desk, manner="ready", least=1):
    """A court's order whose package the recipient has opened; ``walk.folder``: what it found in it."""
    walk = released(sealed(cleared(walking(desk), least=least)), manner)
    if manner == "ready":
        secret = linked(walk)
        signed(walk, secret)
        walk.folder = opened(walk, taken(walk, secret))
    return walk


def in_the_records(walk, **values):
    """Somebody changes what the roll says of the docket's person; what it said before."""
    (path,) = [one for one in (walk.desk.folder / "roll" / "people").glob("*.parquet") if _row(one, walk) is not None]
    table, place = parquet.read_table(path), _row(path, walk)
    before = {}
    for name, value in values.items():
        column = table.column(name).to_pylist()
        before[name], column[place] = column[place], value
        kind = table.schema.field(name).type
        table = table.set_column(table.schema.get_field_index(name), name, pa.array(column, kind))
    parquet.write_table(table, path)
    return before


def _row(path, walk):
    ids = [str(one) for one in parquet.read_table(path).column("person_id").to_pylist()]
    record = walk.person["person_id"]
    return ids.index(record) if record in ids else None


def off_the_roll(walk):
    """The docket's person is taken off the roll."""
    (path,) = [one for one in (walk.desk.folder / "roll" / "people").glob("*.parquet") if _row(one, walk) is not None]
    table, place = parquet.read_table(path), _row(path, walk)
    parquet.write_table(pa.concat_tables([table.slice(0, place), table.slice(place + 1)]), path)


def looked_for(walk, *found):
    """The custodian has it looked for, and the worker does it: the work, and what it found."""
    number = correcting.ask(docket=walk.id, found=found, by=walk.desk.by(Role.CUSTODIAN), at=walk.desk.minute())
    assert work(walk, number), queries_work.work(number).fault
    done = queries_work.work(number)
    return done, queries_corrections.looked(done)


def told(walk, number, **more):
    """The records officer approves it, and the recipient is told."""
    by = walk.desk.by(Role.RECORDS_OFFICER)
    return correcting.send(**({"docket": walk.id, "work": number, "by": by, "at": walk.desk.minute()} | more))


def with_a_receipt(desk):
    """A release in the hands of its recipient, who has a receipt of the counter."""
    walk = given(desk, least=2)
    Receipt.objects.create(docket=walk.id, secret=digest_of(SECRET), given_at=desk.now)
    return walk


@contextmanager
def taken_back(walk, tmp_path):
    """What is changed of the desk, of the roll and of the release's marks is taken back at the end."""
    marks = marking._place(walk.docket.seal.release)
    people = walk.desk.folder / "roll" / "people"
    shutil.copytree(people, tmp_path / "people")
    shutil.copy(marks, tmp_path / "marks")
    with transaction.atomic():
        yield walk
        transaction.set_rollback(True)
    shutil.rmtree(people, ignore_errors=True)
    shutil.copytree(tmp_path / "people", people)
    shutil.copy(tmp_path / "marks", marks)


def with_a_wrong_street(walk):
    """Its street is another one in the records now, as of the same day; the custodian had it looked for."""
    walk.was = in_the_records(walk, **{ADDRESS: ELSEWHERE})[ADDRESS]
    walk.look, walk.found = looked_for(walk)
    return walk


def a_line(walk, **changes):
    values = {"row": 1, "number": 0, "program": "snap", "element": "phone", "found_on": str(walk.desk.now.date())}
    return Line(**(values | {"cause": "typing", "note": "the clerk saw it"} | changes))


def kinds(walk):
    return [entry.kind for entry in history(walk.id)]


def count(walk):
    """Whatever a notice leaves behind, in numbers."""
    rows = (models.Correction, models.DisclosureCorrected, models.Mailing)
    told_of = [one for one in queries.paper_rows(walk.id) if one.kind.startswith("correction")]
    return [kinds(walk).count("release.corrected"), len(told_of), *(one.objects.count() for one in rows)]
