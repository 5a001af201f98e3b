"""Dockets whose persons are matched with the desk's own roll: who is on it, and the worker's part by the desk's clock."""

import pyarrow.parquet as parquet

from ostiary.roll.identifiers import Field
from ostiary_web.casework import doing
from ostiary_web.casework.actions import long_work, matching
from ostiary_web.casework.docket.roles import Role

# Which column of the generated roll says what a person is known by.
COLUMNS = {
    Field.FIRST: "first_name", Field.MIDDLE: "middle_initial", Field.LAST: "last_name", Field.DOB: "dob",
    Field.SSN: "social_security_no", Field.STREET: "address_line1", Field.ZIP: "zip_code", Field.PHONE: "phone_no",
}  # fmt: skip
NAME = (Field.FIRST, Field.LAST, Field.DOB)
SURE = (*NAME, Field.SSN)


def on_the_roll(desk):
    """Every person of the desk's roll, as rows."""
    files = sorted((desk.folder / "roll" / "people").glob("*.parquet"))
    rows = [row for file in files for row in parquet.read_table(file).to_pylist()]
    return [row | {"person_id": str(row["person_id"])} for row in rows]


def texts(row, fields=SURE):
    """What a request might say of somebody of the roll."""
    found = {field: row[COLUMNS[field]] for field in fields}
    return {field: value if isinstance(value, str) else value.isoformat() for field, value in found.items() if value}


STRANGER = {Field.FIRST: "Zebulon", Field.LAST: "Quackenbush", Field.DOB: "1951-02-03", Field.SSN: "900-01-0001"}


def name(walk, said, who=""):
    custodian = walk.desk.by(Role.CUSTODIAN)
    return matching.name_person(docket=walk.id, texts=said, who=who, by=custodian, at=walk.desk.minute())


def worked(walk, kind):
    """The custodian asks, and the worker does it; the work's number."""
    desk = walk.desk
    number = long_work.ask(docket=walk.id, kind=kind, by=desk.by(Role.CUSTODIAN), at=desk.minute())
    assert long_work.run(number=number, doing=doing.DOING, at=desk.minute()), doing.queries_work.work(number).fault
    return number


def taken_over(walk):
    return matching.take_over(docket=walk.id, by=walk.desk.by(Role.CUSTODIAN), at=walk.desk.minute())


def matched(walk, *people):
    """Copied, matched and taken over."""
    for said in people:
        name(walk, said)
    worked(walk, "match")
    taken_over(walk)
    return walk
