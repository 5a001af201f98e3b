"""Makes a truth set from a roll of `ostiary roll generate`: members with slips, and strangers who look like them.

The same roll, number and seed give the same bytes. Nobody who is made up here is on the roll, by construction; a
number or an address may by chance be a member's, as in life.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ostiary.errors import BadInput
from ostiary.match.slips import EMAIL, NUMBER, PHONE, slipped
from ostiary.match.truth import Asked, Kind, Truth

if TYPE_CHECKING:
    import duckdb

SHARES: dict[Kind, float] = {  # of the subjects; the rest are plain members
    Kind.MEMBER_TWIN: 0.02,
    Kind.MEMBER_NAMESAKE: 0.01,
    Kind.MEMBER_FATHER_SON: 0.02,
    Kind.STRANGER: 0.12,
    Kind.RELATIVE: 0.05,
    Kind.TWIN: 0.03,
    Kind.SAME_NAME_AND_BIRTH: 0.03,
    Kind.FATHER_OR_SON: 0.03,
}
ADDRESS = ("street", "city", "zip")
DAYS_A_YEAR = 365.2425
ORIGINS = {"W": "white", "B": "black", "H": "hispanic", "A": "asian or pacific", "O": "another or several"}
_READ = f"""SELECT CAST(person_id AS VARCHAR) AS person, first_name AS first, coalesce(middle_initial, '') AS middle,
    last_name AS last, coalesce(suffix, '') AS suffix, strftime(dob, '%Y-%m-%d') AS dob,
    coalesce(social_security_no, '') AS "{NUMBER}", sex_code AS sex,
    concat_ws(' ', address_line1, address_line2) AS street, city, zip_code AS zip,
    coalesce(phone_no, '') AS "{PHONE}", coalesce(email_address, '') AS "{EMAIL}", race_code AS race
    FROM people"""
_LIKE = {  # the ids of people who have somebody very like them on the roll
    Kind.MEMBER_TWIN: "household_id, last_name, dob",
    Kind.MEMBER_NAMESAKE: "first_name, last_name, dob",
    Kind.MEMBER_FATHER_SON: "household_id, first_name, last_name",
}

Row = Mapping[str, str]


@dataclass(frozen=True)
class Donors:
    """Members from whom strangers take a part: a first name, an address, a birth date."""

    rows: Sequence[Row]

    def any(self, chance: random.Random) -> Row:
        """One of them."""
        return self.rows[chance.randrange(len(self.rows))]

    def first_name(self, chance: random.Random, sex: str, but: str) -> str:
        """A first name usual for the sex, not ``but``; every third time the likest of many."""
        names = [row["first"] for row in (self.any(chance) for _ in range(60)) if row["sex"] == sex]
        others = sorted({name for name in names if name != but}) or [f"{but}a"]
        return max(others, key=lambda name: _alike(name, but)) if chance.random() < 1 / 3 else chance.choice(others)


def make_truth(roll: Path, subjects: int, seed: int, on_step: Callable[[str], None] = lambda what: None) -> list[Asked]:
    """``subjects`` subjects with known truth, in mixed order.

    :param roll: the ``roll.yaml`` of a generated roll, whose columns are known.
    :raises BadInput: if the roll is no generated one, or has fewer people than subjects.
    """
    if subjects < 20:
        raise BadInput(f"subjects: {subjects} are too few to hold one of each kind; give 20 or more")
    on_step("reading the roll")
    with _opened(roll) as connection:
        wanted = {kind: round(share * subjects) for kind, share in SHARES.items()}
        chance = random.Random(f"{seed}:who")
        models = _models(connection, subjects, wanted, chance)
        used = _numbers(connection)
    on_step("making the subjects")
    donors = Donors([row for _, row in models])
    asked = [
        _asked(place, kind, row, donors, used, random.Random(f"{seed}:{place}:{kind}"))
        for place, (kind, row) in enumerate(models)
    ]
    chance.shuffle(asked)
    return asked


def _opened(roll: Path) -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect()
    files = str(roll.parent / "people" / "*.parquet").replace("'", "''")
    try:
        connection.execute(f"CREATE VIEW people AS SELECT * FROM read_parquet('{files}')")
        connection.execute(f"{_READ} LIMIT 0")
    except duckdb.Error:
        raise BadInput(
            f"{roll}: is no roll of `ostiary roll generate`; a truth set is made from such a roll only, "
            "as nobody knows who is not on a real one"
        ) from None
    return connection


def _models(
    connection: duckdb.DuckDBPyConnection, subjects: int, wanted: Mapping[Kind, int], chance: random.Random
) -> list[tuple[Kind, Row]]:
    """For each subject its kind, and the member it is, or is made from. No member is used twice."""
    everybody = _ids(connection, "SELECT person_id FROM people ORDER BY person_id")
    if len(everybody) < subjects:
        raise BadInput(f"subjects: the roll has {len(everybody):,} people; ask for fewer than that")
    kinds: dict[int, Kind] = {}
    for kind, columns in _LIKE.items():
        alike = f"SELECT {columns} FROM people GROUP BY ALL HAVING count(*) > 1"
        found = _ids(connection, f"SELECT person_id FROM people SEMI JOIN ({alike}) USING ({columns}) ORDER BY ALL")
        free = [person for person in found if person not in kinds]
        kinds |= dict.fromkeys(chance.sample(free, min(wanted[kind], len(free))), kind)
    others = [kind for kind in SHARES if kind not in _LIKE for _ in range(wanted[kind])]
    others += [Kind.MEMBER] * (subjects - len(kinds) - len(others))
    drawn = [person for person in chance.sample(everybody, subjects) if person not in kinds][: len(others)]
    kinds |= dict(zip(drawn, others, strict=True))
    return [(kinds[int(row["person"])], row) for row in _rows(connection, sorted(kinds))]


def _ids(connection: duckdb.DuckDBPyConnection, query: str) -> list[int]:
    return [int(row[0]) for row in connection.execute(query).fetchall()]


def _rows(connection: duckdb.DuckDBPyConnection, ids: Sequence[int]) -> list[Row]:
    import pyarrow as pa

    wanted = pa.table({"person_id": pa.array(ids, pa.int64())})
    connection.register("wanted", wanted)
    table = connection.sql(f"{_READ} SEMI JOIN wanted USING (person_id) ORDER BY person_id").to_arrow_table()
    return list(table.to_pylist())


def _numbers(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """A tenth of a million of the roll's numbers would do, but a stranger must have none of them."""
    found = connection.execute("SELECT social_security_no FROM people WHERE social_security_no IS NOT NULL").fetchall()
    return frozenset(row[0] for row in found)


def _asked(place: int, kind: Kind, row: Row, donors: Donors, used: frozenset[str], chance: random.Random) -> Asked:
    member = kind in (Kind.MEMBER, *_LIKE)
    person = dict(row) if member else _MAKERS[kind](chance, row, donors)
    if not member:
        person = {**person, EMAIL: "", PHONE: "", NUMBER: _number(chance, row, person.get(NUMBER, ""), used)}
    elsewhere = {name: donors.any(chance)[name] for name in ADDRESS}
    meant = {name: text for name, text in person.items() if name not in ("person", "race")}
    fields, slips = slipped(chance, meant, elsewhere)
    truth = Truth(f"S{place:06}", row["person"] if member else None, kind, ORIGINS[row["race"]], person["sex"], slips)
    return Asked(fields, truth)


def _number(chance: random.Random, model: Row, wish: str, used: frozenset[str]) -> str:
    """A number that nobody on the roll has, unless the maker wishes one."""
    while not wish or (wish in used and wish != model[NUMBER]):
        wish = f"9{chance.randrange(100):02}{chance.randrange(1, 50):02}{chance.randrange(10_000):04}"
    return wish


def _stranger(chance: random.Random, model: Row, donors: Donors) -> dict[str, str]:
    """Each part of the name from another member, a birth date of yet another, an address of a fourth."""
    first, last, born, home = (donors.any(chance) for _ in range(4))
    return {
        **{name: first[name] for name in ("first", "sex")},
        "middle": _initial(chance),
        "suffix": "",
        "last": last["last"],
        "dob": _moved(born["dob"], chance.uniform(-3, 3)),
        **{name: home[name] for name in ADDRESS},
    }


def _relative(chance: random.Random, model: Row, donors: Donors) -> dict[str, str]:
    """A brother, sister, parent or child at the same address, mostly of the same surname."""
    sex = chance.choice("MF")
    years = chance.choice([chance.uniform(1, 12), chance.uniform(17, 40)]) * chance.choice([-1, 1])
    last = model["last"] if chance.random() < 0.85 else donors.any(chance)["last"]
    first = donors.first_name(chance, sex, model["first"])
    return {**model, "first": first, "middle": _initial(chance), "suffix": "", "last": last, "sex": sex,
            "dob": _moved(model["dob"], years), NUMBER: ""}  # fmt: skip


def _twin(chance: random.Random, model: Row, donors: Donors) -> dict[str, str]:
    """Surname, birth date and address of the member. Twins' numbers are often given out one after the other."""
    sex = model["sex"] if chance.random() < 2 / 3 else chance.choice("MF")
    first = donors.first_name(chance, sex, model["first"])
    number = model[NUMBER]
    if number and chance.random() < 0.25:
        number = number[:8] + str((int(number[8]) + chance.choice([1, 9])) % 10)
    else:
        number = ""
    return {**model, "first": first, "middle": _initial(chance), "suffix": "", "sex": sex, NUMBER: number}


def _same_name_and_birth(chance: random.Random, model: Row, donors: Donors) -> dict[str, str]:
    home = donors.any(chance)
    address = {name: home[name] for name in ADDRESS}
    return {**model, **address, "middle": _initial(chance), "suffix": "", NUMBER: ""}


def _father_or_son(chance: random.Random, model: Row, donors: Donors) -> dict[str, str]:
    """The whole name, sometimes the initial too, at the same or another address, a generation apart."""
    years = chance.uniform(18, 35) * chance.choice([-1, 1])
    home = model if chance.random() < 0.6 else donors.any(chance)
    suffix = ("Jr" if years > 0 else "Sr") if chance.random() < 0.7 else ""
    middle = model["middle"] if chance.random() < 0.5 else _initial(chance)
    address = {name: home[name] for name in ADDRESS}
    return {**model, **address, "suffix": suffix, "middle": middle, "dob": _moved(model["dob"], years), NUMBER: ""}


Maker = Callable[[random.Random, Row, Donors], dict[str, str]]
_MAKERS: dict[Kind, Maker] = {
    Kind.STRANGER: _stranger,
    Kind.RELATIVE: _relative,
    Kind.TWIN: _twin,
    Kind.SAME_NAME_AND_BIRTH: _same_name_and_birth,
    Kind.FATHER_OR_SON: _father_or_son,
}


def _initial(chance: random.Random) -> str:
    return chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") if chance.random() < 0.75 else ""


def _moved(day: str, years: float) -> str:
    """A day so many years later, never later than those of the roll can be, and never the same day."""
    moved = dt.date.fromisoformat(day) + dt.timedelta(days=round(years * DAYS_A_YEAR) or 1)
    if moved.year >= 2026:
        moved = dt.date.fromisoformat(day) - dt.timedelta(days=round(abs(years) * DAYS_A_YEAR) or 1)
    return moved.isoformat()


def _alike(one: str, other: str) -> float:
    from difflib import SequenceMatcher

    return SequenceMatcher(None, one.lower(), other.lower()).ratio()
