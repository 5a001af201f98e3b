"""What of a screen would leave: which copies, for which combinations of facts, by which law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from ostiary.decide import sql
from ostiary.decide.compile import Plan
from ostiary.decide.fold import Atom
from ostiary.law.bundle import Copy
from ostiary.roll.mapping import Held

if TYPE_CHECKING:
    from ostiary.decide.population import Line, Signature


@dataclass(frozen=True, slots=True)
class Leaving:
    """One copy of which some values leave: from which columns, for which combinations, by which law."""

    held: Held
    copy: Copy
    place: int
    combinations: tuple[int, ...]
    values: int
    rules: tuple[str, ...]
    authorities: tuple[str, ...]
    duties: tuple[str, ...]

    def column(self, name: str) -> str:
        """The released column's name: the program, the element, and the column that it came from."""
        return f"{self.copy.program}__{self.copy.element}__{name}"


def leaving(plan: Plan, lines: Sequence[Line], signatures: Sequence[Signature]) -> tuple[Leaving, ...]:
    """The copies of which something leaves, one entry a copy and group of columns."""
    by_copy: dict[Copy, list[Line]] = {}
    for line in lines:
        if line.outcome.discloses:
            by_copy.setdefault(line.copy, []).append(line)
    return tuple(_leaving(plan, by_copy, signatures))


def _leaving(plan: Plan, by_copy: Mapping[Copy, Sequence[Line]], signatures: Sequence[Signature]) -> Iterator[Leaving]:
    for held, program in plan.asked:
        for source in held.origins:
            copy = Copy(program, held.element, source)
            lines = by_copy.get(copy, ())
            items = [signatures[line.signature] for line in lines]
            if not lines:
                continue
            yield Leaving(
                held,
                copy,
                plan.class_of[copy],
                tuple(sorted(one.code for one in items)),
                sum(line.values for line in lines),
                _each(one.item.deciding for one in items if one.item),
                _each(one.item.authorities for one in items if one.item),
                _each((duty.do for duty in one.item.duties) for one in items if one.item),
            )


def _each(lists: Iterator[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in lists for name in names))


def packed_codes(plan: Plan, copies: Sequence[Leaving]) -> dict[str, list[Atom]]:
    """The atoms of each class that leaves, packed into one number of its own."""
    return {f"k{one.place}": [plan.atoms[index] for index in plan.classes[one.place].atoms] for one in copies}


def people_leaving(plan: Plan, copies: Sequence[Leaving]) -> exp.Select:
    """The query that counts the people of whom at least one value would leave."""
    bits = {program: 1 << place for place, program in enumerate(sql.asked_programs(plan))}
    some = exp.or_(*(decided(one, bits[one.copy.program]) for one in copies))
    used = dict.fromkeys(name for one in copies for name in (one.held.key, one.held.origin_column) if name)
    count = exp.select(exp.alias_(exp.Count(this=exp.Star()), "n")).where(some)
    return sql.staged(plan, packed_codes(plan, copies), used, count)


def decided(one: Leaving, bit: int) -> exp.Expr:
    """This person has a file under the program, a value from this source, and a combination that was decided."""
    file = exp.GT(
        this=exp.BitwiseAnd(this=exp.column("held"), expression=exp.Literal.number(bit)),
        expression=exp.Literal.number(0),
    )
    there = exp.column(one.held.key, quoted=True).is_(exp.null()).not_()
    combination = exp.column(f"k{one.place}").isin(*(exp.Literal.number(code) for code in one.combinations), copy=False)
    source = [sql.came_from(one.held, one.copy.source)] if one.held.origin_column else []
    return exp.and_(file, there, combination, *source, copy=False)
