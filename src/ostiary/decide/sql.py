"""A compiled request as one SQL text over the roll, printed by sqlglot for each engine.

Only constructs that mean the same in DuckDB, Spark and PostgreSQL: CASE, AND, OR, NOT, IN, comparisons, COUNT,
GROUP BY, LEFT JOIN. No arrays, no sub-query inside an expression. NULL means unknown, as in ``rules.md`` 2.5.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce

from sqlglot import exp

from ostiary.decide.compile import WORD, Plan
from ostiary.decide.fold import Atom, Coded, Residual, Unsure
from ostiary.law.condition import (
    All,
    Any,
    Compare,
    Expired,
    FactRef,
    Is,
    Knows,
    Literal,
    Not,
    OneOf,
    Possibly,
    Present,
    Reached,
    Shifted,
    SomeRow,
    Truth,
    Value,
)
from ostiary.roll.mapping import Column, Held, Household, Newest, Relation, Roll

Sql = exp.Expr
_CODES = {"false": 0, "true": 1, "unknown": 2}
_NULL = exp.null
_OPS: dict[str, type[exp.Expression]] = {
    "=": exp.EQ, "<>": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip


def words(plan: Plan) -> int:
    """How many numbers a signature takes; at least one."""
    return max(1, -(-len(plan.atoms) // WORD))


def counting(plan: Plan) -> exp.Select:
    """People per signature and programs, and in each group how many hold a value in each column.

    Columns: ``s0..`` the signature, ``held`` a bit per program asked for, ``n`` people, then one count
    for each of ``counted(plan)``, in order, named ``c0..``.
    """
    packed = {f"s{word}": plan.atoms[word * WORD : (word + 1) * WORD] for word in range(words(plan))}
    keys = [exp.column(name) for name in (*packed, "held")]
    counts = [
        _named(exp.Count(this=_counted(held, source)), f"c{place}")
        for place, (held, source) in enumerate(counted(plan))
    ]
    people = _named(exp.Count(this=exp.Star()), "n")
    names = dict.fromkeys(name for held, _ in plan.asked for name in (held.key, held.origin_column) if name)
    groups = exp.select(*keys, people, *counts, copy=False).group_by(*(key.copy() for key in keys), copy=False)
    return staged(plan, packed, names, groups)


def counted(plan: Plan) -> list[tuple[Held, str]]:
    """What is counted: for each group of columns, its values from each source. An empty source stands for all."""
    found: dict[CountKey, tuple[Held, str]] = {}
    for held, _ in plan.asked:
        for source in ("", *(held.origins if held.origin_column else ())):
            found.setdefault(count_key(held, source), (held, source))
    return list(found.values())


CountKey = tuple[str, str, tuple[str, ...]]


def count_key(held: Held, source: str) -> CountKey:
    """What one count is of: a column, and the codes of its source's column; no codes for all values."""
    return held.key, held.origin_column, held.origins[source] if source else ()


def _counted(held: Held, source: str) -> Sql:
    if not source:
        return exp.column(held.key, quoted=True)
    there = exp.column(held.key, quoted=True).is_(_NULL()).not_()
    return exp.Case().when(exp.and_(came_from(held, source), there), exp.true())


def came_from(held: Held, source: str) -> Sql:
    """Whether a value is from a source. An unknown source is none."""
    return _in_expression(exp.column(held.origin_column, quoted=True), held.origins[source])


def staged(plan: Plan, packed: Mapping[str, Sequence[Atom]], columns: Iterable[str], query: exp.Select) -> exp.Select:
    """A query over one row a person who has a file under a program asked for.

    :param packed: names of numbers to make, and the atoms packed into each: two bits an atom, the first lowest.
    :param columns: the columns of the people table that the query reads.
    :param query: reads from the stage: these columns, the numbers, and ``held``, a bit per program asked for.
    """
    roll, values, programs = plan.roll, _Values(plan.roll), asked_programs(plan)
    shown: list[Sql] = [exp.column(name, table="p", quoted=True) for name in columns]
    shown += [_named(_packed(values, atoms), name) for name, atoms in packed.items()]
    bits = [
        _case((_people(roll.programs[name]), _big(1 << place)), otherwise=_big(0))
        for place, name in enumerate(programs)
    ]
    stage = exp.select(*shown, _named(_sum(bits), "held"), copy=False)
    stage = stage.from_(exp.alias_(exp.to_table(roll.people, quoted=True), "p", table=True), copy=False)
    for alias, person in values.joins.items():
        same = exp.EQ(this=person, expression=exp.column("key", table=alias))
        stage = stage.join(exp.to_table(alias), on=same, join_type="left", copy=False)
    stage = stage.where(_or(_people(roll.programs[name]) for name in programs), copy=False)
    if plan.only is not None:
        stage = stage.where(is_one_of(exp.column(roll.id, table="p", quoted=True), plan.only), copy=False)
    query = query.from_("staged", copy=False)
    for alias, before in values.stages.items():
        query = query.with_(alias, as_=before(), copy=False)
    return query.with_("staged", as_=stage, copy=False)


def is_one_of(key: Sql, only: frozenset[str]) -> Sql:
    """Whether a person is one of these, by the text of the id; of nobody, nobody is."""
    if not only:
        return exp.false()
    return _cast(key, "text").isin(*(exp.Literal.string(one) for one in sorted(only)))


def asked_programs(plan: Plan) -> tuple[str, ...]:
    """The programs asked for under which the roll holds something; their place is their bit in ``held``."""
    return tuple(dict.fromkeys(program for _, program in plan.asked))


class _Values:
    """The SQL value of each atom, and the stages that must be joined for it."""

    def __init__(self, roll: Roll) -> None:
        self.roll = roll
        self.aliases: dict[Household | Newest | str, str] = {}
        self.joins: dict[str, Sql] = {}
        self.stages: dict[str, Callable[[], exp.Select]] = {}
        self.rows: dict[str, dict[SomeRow, str]] = {}

    def of(self, atom: Atom) -> Sql:
        if isinstance(atom, SomeRow):
            return self.some_row(atom)
        return _atom(atom, self.person)

    def person(self, name: str) -> tuple[Sql, Column | None]:
        """A fact of the person: its value, and the column where it stands as it is."""
        source = self.roll.facts[name]
        if isinstance(source, Column):
            return _people(source.name), source
        if isinstance(source, Household):
            alias = self.join(source, "h", _people(source.group), lambda: _household(self.roll, source))
            return exp.column("v", table=alias), None
        alias = self.join(source, "n", _people(self.roll.id), lambda: _newest(source))
        none = _bool(source.no_row)
        key = exp.column("key", table=alias)
        return _case((key.is_(_NULL()), none), otherwise=exp.column("v", table=alias)), None

    def some_row(self, atom: SomeRow) -> Sql:
        relation = self.roll.relations[atom.relation]
        asked = self.rows.setdefault(relation.name, {})
        name = asked.setdefault(atom, f"q{len(asked)}")
        alias = self.join(relation.name, "r", _people(self.roll.id), lambda: _some_rows(relation, asked))
        key = exp.column("key", table=alias)
        return _case((key.is_(_NULL()), exp.false()), otherwise=exp.column(name, table=alias))

    def join(self, what: Household | Newest | str, kind: str, person: Sql, stage: Callable[[], exp.Select]) -> str:
        """Join a stage once. Its name is a number: made of columns' names it could be cut short, or not be a name."""
        alias = self.aliases.setdefault(what, f"{kind}{len(self.aliases)}")
        self.joins.setdefault(alias, person)
        self.stages.setdefault(alias, stage)
        return alias


def _household(roll: Roll, source: Household) -> exp.Select:
    value = exp.column(source.column, quoted=True)
    verdict = _every(value) if source.every else _some(value)
    group = exp.column(source.group, quoted=True)
    return (
        exp.select(exp.alias_(group, "key"), exp.alias_(verdict, "v"))
        .from_(exp.to_table(roll.people, quoted=True))
        .group_by(group)
    )


def _newest(source: Newest) -> exp.Select:
    """The newest row of each person; rows of one day that disagree leave it unknown."""
    person, value, when = (exp.column(name, quoted=True) for name in (source.person, source.column, source.newest_by))
    order = exp.Order(expressions=[exp.Ordered(this=when.copy(), desc=True, nulls_first=False)])
    rank = exp.Window(this=exp.Rank(), partition_by=[person.copy()], order=order)
    rows = _stacked(source.tables, (source.person, source.column, source.newest_by))
    ranked = exp.select(exp.alias_(person, "key"), exp.alias_(value, "v"), exp.alias_(rank, "place")).from_(rows)
    v = exp.column("v")
    known = exp.EQ(this=exp.Count(this=v.copy()), expression=exp.Count(this=exp.Star()))
    agreed = _case(
        (exp.and_(known, _fold("bool_and", v)), exp.true()),
        (exp.and_(known.copy(), exp.not_(_fold("bool_or", v))), exp.false()),
        otherwise=_NULL(),
    )
    first = exp.EQ(this=exp.column("place"), expression=exp.Literal.number(1))
    return (
        exp.select(exp.column("key"), exp.alias_(agreed, "v"))
        .from_(ranked.subquery("ranked"))
        .where(first)
        .group_by(exp.column("key"))
    )


def _some_rows(relation: Relation, asked: dict[SomeRow, str]) -> exp.Select:
    person = exp.column(relation.person, quoted=True)

    def value(name: str) -> tuple[Sql, Column | None]:
        column = relation.facts[name]
        return exp.column(column.name, quoted=True), column

    each = [exp.alias_(condition(atom.body, value), name) for atom, name in asked.items()]
    columns = (relation.person, *(column.name for column in relation.facts.values()))
    rows = exp.select(exp.alias_(person, "key"), *each).from_(_stacked(relation.tables, columns))
    some = [exp.alias_(_some(exp.column(name)), name) for name in asked.values()]
    return exp.select(exp.column("key"), *some).from_(rows.subquery("per_row")).group_by(exp.column("key"))


def _stacked(tables: Sequence[str], columns: Iterable[str]) -> Sql:
    """The rows of several tables of one layout, one below the other."""
    if len(tables) == 1:
        return exp.to_table(tables[0], quoted=True)
    names = [exp.column(name, quoted=True) for name in dict.fromkeys(columns)]
    parts = [exp.select(*(name.copy() for name in names)).from_(exp.to_table(name, quoted=True)) for name in tables]
    return exp.union(*parts, distinct=False).subquery("stacked")


def _some(value: Sql) -> Sql:
    """Kleene any over rows: ``bool_or`` alone would ignore the unknown ones."""
    fewer = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Count(this=value.copy()))
    return _case((_fold("bool_or", value), exp.true()), (fewer, _NULL()), otherwise=exp.false())


def _every(value: Sql) -> Sql:
    fewer = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Count(this=value.copy()))
    return _case((exp.not_(_fold("bool_and", value)), exp.false()), (fewer, _NULL()), otherwise=exp.true())


def _fold(name: str, value: Sql) -> Sql:
    return (exp.LogicalOr if name == "bool_or" else exp.LogicalAnd)(this=value.copy())


Reader = Callable[[str], tuple[Sql, Column | None]]


def condition(node: Residual, value: Reader) -> Sql:
    """What is left of a condition, as a three-valued SQL expression."""
    match node:
        case Truth(truth):
            return _bool(truth)
        case Unsure():
            return _bool(None)
        case All(parts):
            return _and(condition(part, value) for part in parts)
        case Any(parts):
            return _or(condition(part, value) for part in parts)
        case Not(part):
            return exp.not_(condition(part, value), copy=False)
        case Knows(part):
            return _case((condition(part, value), exp.true()), otherwise=exp.false())
        case Possibly(part):
            return _case((exp.not_(condition(part, value)), exp.false()), otherwise=exp.true())
        case _:
            return _atom(node, value)  # type: ignore[arg-type]


def _atom(atom: Atom, value: Reader) -> Sql:
    match atom:
        case Is(fact):
            return _known(value, [fact.name], lambda found: found)
        case Coded(name, yes, no, null):
            found, _ = value(name)
            rows: list[tuple[Sql, Sql]] = [(found.is_(_NULL()), _bool(null))]
            rows += [(_in_expression(found, yes), exp.true())] if yes else []
            rows += [(_in_expression(found, no), exp.false())] if no else []
            return _case(*rows, otherwise=_bool(None))
        case Present(fact):
            found, column = value(fact.name)
            there = found.is_(_NULL()).not_()
            if column is not None and column.null_absent:
                return there
            return _case((there, exp.true()), otherwise=_bool(None))
        case OneOf(fact, values, _):
            return _known(value, [fact.name], lambda found: found.isin(*(_literal(v) for v in sorted(values, key=str))))
        case Compare(op, left, right):
            return _compared(value, left, right, _OPS[op])
        case Expired(date, day):
            return _compared(value, date, day, exp.LT)
        case Reached(date, day):
            return _compared(value, date, day, exp.LTE)
    raise TypeError(f"no SQL for {type(atom).__name__}")


def _compared(value: Reader, left: FactRef | Shifted, right: FactRef | Literal, kind: type[exp.Expression]) -> Sql:
    first = left.fact if isinstance(left, Shifted) else left
    names = [first.name, *([right.name] if isinstance(right, FactRef) else [])]

    def compared(found: Sql, other: Sql | None = None) -> Sql:
        moved = _shift(found, left) if isinstance(left, Shifted) else found
        against = other if other is not None else _literal(right.value)  # type: ignore[union-attr]
        return kind(this=moved, expression=against)

    return _known(value, names, compared)


def _known(value: Reader, names: list[str], test: Callable[..., Sql]) -> Sql:
    """A test over columns: false where one is known to be absent; NULL makes the rest unknown by itself."""
    found = [value(name) for name in names]
    absent = [sql.copy().is_(_NULL()) for sql, column in found if column is not None and column.null_absent]
    tested = test(*(sql for sql, _ in found))
    return _case((exp.or_(*absent), exp.false()), otherwise=tested) if absent else tested


def _shift(date: Sql, by: Shifted) -> Sql:
    interval = exp.Interval(this=exp.Literal.string(str(abs(by.amount))), unit=exp.var(by.unit))
    moved = (exp.Add if by.amount >= 0 else exp.Sub)(this=date, expression=interval)
    return _cast(moved, "date")


def _packed(values: _Values, atoms: Sequence[Atom]) -> Sql:
    digits: list[Sql] = []
    for place, atom in enumerate(atoms):
        value, weight = values.of(atom), 4**place
        if isinstance(atom, Is) and isinstance(value, exp.Column):  # a flag as it stands: the quickest form
            known = exp.Coalesce(this=_cast(value, "int"), expressions=[exp.Literal.number(_CODES["unknown"])])
            digits.append(exp.Mul(this=known, expression=_big(weight)))
            continue
        digits.append(
            _case(
                (value, _big(_CODES["true"] * weight)),
                (exp.not_(value.copy()), _big(0)),
                otherwise=_big(_CODES["unknown"] * weight),
            )
        )
    return _sum(digits) if digits else _big(0)


def _named(value: Sql, name: str) -> Sql:
    return exp.alias_(value, name, copy=False)


def _cast(value: Sql, kind: str) -> Sql:
    return exp.Cast(this=value, to=exp.DataType(this=exp.DataType.Type[kind.upper()], nested=False))


def _and(parts: Iterable[Sql]) -> Sql:
    return exp.and_(*parts, copy=False)


def _or(parts: Iterable[Sql]) -> Sql:
    return exp.or_(*parts, copy=False)


def _case(*branches: tuple[Sql, Sql], otherwise: Sql) -> Sql:
    case = exp.Case()
    for when, then in branches:
        case = case.when(when, then, copy=False)
    return case.else_(otherwise, copy=False)


def _sum(parts: list[Sql]) -> Sql:
    return reduce(lambda left, right: exp.Add(this=left, expression=right), parts)


def _people(column: str) -> Sql:
    return exp.column(column, table="p", quoted=True)


def _in_expression(found: Sql, codes: Iterable[str]) -> Sql:
    return found.copy().isin(*(exp.Literal.string(code) for code in sorted(codes)))


def _big(number: int) -> Sql:
    return _cast(exp.Literal.number(number), "bigint")


def _bool(value: bool | None) -> Sql:
    return _cast(_NULL(), "boolean") if value is None else exp.true() if value else exp.false()


def _literal(value: Value) -> Sql:
    if isinstance(value, dt.date):
        return _cast(exp.Literal.string(value.isoformat()), "date")
    if isinstance(value, bool):
        return _bool(value)
    return exp.Literal.number(value) if isinstance(value, int) else exp.Literal.string(value)
