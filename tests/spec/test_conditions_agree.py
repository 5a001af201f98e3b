"""100,000 decisions with unknown facts: the interpreter, what is left after folding, and SQL say the same."""

import random
from pathlib import Path

import pyarrow as pa
import pytest
from tests import generated as corpus

from ostiary.decide import compile as compiling
from ostiary.decide import sql
from ostiary.decide.compile import waits_of
from ostiary.decide.fold import atoms, fold, weigh_left
from ostiary.law.meaning import holds, weigh
from ostiary.roll.mapping import Roll

PEOPLE = corpus.people(450)
CONDITIONS = 260
ROLL = Roll(
    Path("roll.yaml"), "generated", {"people": "-", "rows": "-"}, "people", "id", {"x": "x"}, corpus.COLUMNS,
    {"row": corpus.RELATION}, (),
)  # fmt: skip


class Folder(compiling._Folder):
    """The compiler's folder on the generated columns, without a bundle."""

    def __init__(self):
        self.columns = {**corpus.COLUMNS, **corpus.RELATION.facts}


def cases():
    chance = random.Random(20261124)
    for _ in range(CONDITIONS):
        fixed = corpus.fixed_facts(chance)
        condition = corpus.condition(chance)
        yield fixed, condition, fold(condition, fixed, ROLL.open_facts, Folder().ground)


CASES = list(cases())


@pytest.fixture(scope="module")
def told():
    """What the interpreter says: per person, per condition."""
    return [[holds(condition, corpus.facts_of(fixed, one)) for fixed, condition, _ in CASES] for one in PEOPLE]


def test_the_corpus_has_every_answer(told):
    answers = [value for row in told for value in row]
    assert len(answers) >= 100_000
    assert min(answers.count(value) for value in (True, False, None)) > 10_000


def test_what_is_left_says_the_same(told):
    for one, row in zip(PEOPLE, told, strict=True):
        for (fixed, _, left), value in zip(CASES, row, strict=True):
            facts = corpus.facts_of(fixed, one)
            values = {atom: weigh_left_atom(atom, facts) for atom in atoms(left)}
            assert weigh_left(left, values, waits_of)[0] is value


def weigh_left_atom(atom, facts):
    """The value of one atom for one person, read off the tables' own codes."""
    from ostiary.decide.fold import Coded, Unsure
    from ostiary.law.condition import All, Any, Knows, Not, Possibly, SomeRow, Truth
    from ostiary.law.meaning import kleene_any

    if isinstance(atom, SomeRow):
        said = []
        for row in facts["row"].rows:
            world = {**facts, **row}
            inner = {part: weigh_left_atom(part, world) for part in atoms(atom.body)}
            said.append(weigh_left(atom.body, inner, waits_of)[0])
        return kleene_any(said)
    if isinstance(atom, Coded):
        return coded(atom, facts[atom.fact])
    assert not isinstance(atom, All | Any | Knows | Not | Possibly | Truth | Unsure)
    return holds(atom, facts)


def coded(atom, meaning):
    from ostiary.law.meaning import Missing

    column = {**corpus.COLUMNS, **corpus.RELATION.facts}[atom.fact]
    if meaning is Missing.UNKNOWN:
        return None
    codes = [code for code, said in column.values.items() if _same(said, meaning)]
    if not codes:
        return atom.null
    return True if codes[0] in atom.yes else False if codes[0] in atom.no else None


def _same(said, meaning):
    from ostiary.law.meaning import Missing

    if meaning is Missing.ABSENT:
        return said == "absent"
    return (tuple(said) if isinstance(said, list) else said) == meaning


def query():
    """One SELECT: each person's value of each condition."""
    from sqlglot import exp

    values = sql._Values(ROLL)
    columns = [exp.alias_(values_of(values, left), f"v{place}") for place, (_, _, left) in enumerate(CASES)]
    found = exp.select(exp.column("id", table="p", quoted=True), *columns)
    found = found.from_(exp.alias_(exp.to_table("people", quoted=True), "p", table=True))
    for alias, person in values.joins.items():
        same = exp.EQ(this=person, expression=exp.column("key", table=alias))
        found = found.join(exp.to_table(alias), on=same, join_type="left")
    for alias, stage in values.stages.items():
        found = found.with_(alias, as_=stage())
    return found.order_by(exp.column("id", table="p", quoted=True))


def values_of(values, left):
    from sqlglot import exp

    from ostiary.law.condition import All, Any, Knows, Not, Possibly, SomeRow

    match left:
        case All(parts):
            return exp.and_(*(values_of(values, part) for part in parts))
        case Any(parts):
            return exp.or_(*(values_of(values, part) for part in parts))
        case Not(part):
            return exp.not_(values_of(values, part))
        case Knows(part):
            return sql._case((values_of(values, part), exp.true()), otherwise=exp.false())
        case Possibly(part):
            return sql._case((exp.not_(values_of(values, part)), exp.false()), otherwise=exp.true())
        case SomeRow():
            return values.some_row(left)
        case _:
            return sql.condition(left, values.person)


def tables():
    return {
        "people": pa.Table.from_pylist([one.row for one in PEOPLE]),
        "rows": pa.Table.from_pylist([row for one in PEOPLE for row in one.rows]),
    }


def test_duckdb_says_the_same(told):
    import duckdb

    with duckdb.connect() as connection:
        for name, table in tables().items():
            connection.register(name, table)
        rows = connection.execute(query().sql("duckdb")).fetchall()
    assert [list(row[1:]) for row in rows] == told


def test_weighing_in_one_pass_gives_the_same_value():
    for fixed, condition, _ in CASES[:80]:
        for one in PEOPLE[:100]:
            facts = corpus.facts_of(fixed, one)
            assert weigh(condition, facts)[0] is holds(condition, facts)
