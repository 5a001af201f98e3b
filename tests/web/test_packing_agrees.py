"""Generated orders through both ways: what compiled queries pack is what the plain interpreter lets go, by the cell."""

import datetime as dt
import json
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import pyarrow as pa
import pytest
import yaml

from ostiary.decide.compile import compile_request
from ostiary.roll.synthetic.writing import generate
from ostiary_web import wiring
from ostiary_web.casework import cells, ordering, roll
from ostiary_web.casework.docket.snapshot import ItemKey
from ostiary_web.casework.ordering import Order, lots
from ostiary_web.casework.queries_work import Asked
from ostiary_web.environment import read
from tests.conftest import ROOT
from tests.web.agreeing import TODAY, VARIANTS, a_base, many, packed_and_held, people_of
from tests.web.places import an_environment
from tests.web.walking import order


class Free(Order):
    """An order whose approved items are given, without a docket."""

    __slots__ = ()

    @property
    def items(self):
        return self.docket


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A roll of two hundred people."""
    from django.test.utils import override_settings

    folder = tmp_path_factory.mktemp("agrees")
    generate(200, 11, folder / "roll")
    config = read(an_environment(folder, OSTIARY_ROLL=str(folder / "roll" / "roll.yaml")))
    with override_settings(OSTIARY=config):
        yield roll.opened()


def an_order(chance, opened):
    """A request of chance, with some of its items approved, whatever a docket's verdict would say of them."""
    base = a_base(chance, people_of(opened))
    asked = yaml.safe_load(base.text)
    copies = wiring.bundle().copies(tuple(asked["programs"]), tuple(asked["elements_requested"]))
    items = frozenset(ItemKey("", one.program, one.element, one.source) for one in copies if chance.random() < 0.8)
    return Free(items, base.text, TODAY, base.people, base.alone, base.out)


def compared(opened, tmp_path, count, seed):
    chance, left = random.Random(seed), 0
    for place in range(count):
        folder = tmp_path / str(place)
        folder.mkdir()
        left += packed_and_held(an_order(chance, opened), frozenset(), opened, folder)[0] > 0
    return left


def test_what_is_packed_is_what_the_interpreter_lets_go(opened, tmp_path):
    assert compared(opened, tmp_path, 12, 5) >= 3


@pytest.mark.parametrize("alone", [True, False])
def test_an_opt_out_of_the_register_counts_whatever_the_roll_says(opened, alone):
    """The person's own word, where the agency keeps it, stands in the place of the roll's column."""
    assert "flags.opt_out" in opened.roll.open_facts
    people = (Asked(1, 1, "", {}, "1", ("dob", "ssn")),)
    groups = frozenset({""} if alone else ())
    made = Free(frozenset(), yaml.safe_dump(order()), TODAY, people, groups, frozenset({"1"}))

    (lot,) = lots(made, made.request(TODAY), opened.roll)

    assert lot.said["flags.opt_out"] is True
    assert "flags.opt_out" not in lot.roll.open_facts


def test_nothing_is_said_twice_of_one_person(opened):
    """What the request says of everybody, and the roll of each, cannot both count: it is refused, not chosen from."""
    made = Free(frozenset(), yaml.safe_dump(order()), TODAY, (), frozenset(), frozenset())
    (group,) = made.request(TODAY).groups

    with pytest.raises(ValueError, match="leave one of the two out"):
        compile_request(wiring.bundle(), group, TODAY, opened.roll, said={"flags.opt_out": False})


def test_a_law_that_begins_or_ends_is_another_order(opened):
    """A package made before a day on which some rule begins or ends is made anew on that day, and not on any other."""
    rules, nothing = wiring.bundle().by_id.values(), SimpleNamespace(decision=None, allowed_items=frozenset())
    first = min(rule.since for rule in rules if rule.since > dt.date(2000, 1, 1))
    days = [first - dt.timedelta(days=1), first]
    made = [Order(nothing, "text", day, (), frozenset(), frozenset()).basis for day in days]

    assert made[0] != made[1]
    quiet = [day for day in (TODAY, TODAY + dt.timedelta(days=1)) if all(day not in (r.since, r.until) for r in rules)]
    assert len({Order(nothing, "text", day, (), frozenset(), frozenset()).basis for day in quiet}) <= 1


def test_dockets_go_through_the_engine_to_exactly_the_decided_cells(opened, tmp_path):
    seen = many("few", 2 * VARIANTS, opened, tmp_path)
    assert seen["dockets"] == 2 * VARIANTS
    assert seen["packages"] >= 20
    assert seen["compelled"] >= 20


def _everything_is_approved(order, request, roll, real=ordering.lots):
    copies = {group.name: wiring.bundle().copies(group.programs, group.elements) for group in request.groups}
    return tuple(replace(lot, allowed=frozenset(copies[lot.group])) for lot in real(order, request, roll))


def _a_value_less(table, folder, real=cells._write):
    first = table.schema.field(0)
    return real(table.set_column(0, first, pa.nulls(len(table), first.type)), folder)


def _rows_are_swapped(table, folder, real=cells._write):
    return real(table.take(list(reversed(range(len(table))))), folder)


def _the_agency_s_key_too(table, folder, real=cells._write):
    return real(table.append_column("person_id", pa.array([str(place) for place in range(len(table))])), folder)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("lots", _everything_is_approved),
        ("_write", _a_value_less),
        ("_write", _rows_are_swapped),
        ("_write", _the_agency_s_key_too),
    ],
)
def test_a_packer_that_is_wrong_by_a_cell_is_found(opened, tmp_path, monkeypatch, name, fault):
    monkeypatch.setattr(cells, name, fault)
    with pytest.raises(AssertionError):
        many("few", 2 * VARIANTS, opened, tmp_path)


@pytest.mark.long
def test_the_same_for_five_hundred_orders(opened, tmp_path, capsys):
    left = compared(opened, tmp_path, 500, 17)
    with capsys.disabled():
        print(f"\n500 orders, something left of {left:,}: every cell the same both ways")
    assert left >= 100


@pytest.mark.long
def test_the_same_for_a_hundred_thousand_dockets(capsys):
    """A process for each core; `python -m tests.web.agreeing_worker SEED COUNT` does any of them by hand."""
    cores = os.cpu_count() or 1
    line = [sys.executable, "-m", "tests.web.agreeing_worker"]
    runs = [subprocess.Popen([*line, f"many {one}", str(-(-100_000 // cores))], cwd=ROOT, stdout=subprocess.PIPE)
            for one in range(cores)]  # fmt: skip
    seen = Counter()
    for run in runs:
        said, _ = run.communicate()
        assert run.returncode == 0
        seen.update(json.loads(said))
    with capsys.disabled():
        print("\n" + ", ".join(f"{value:,} {name}" for name, value in seen.items()))
    assert seen["dockets"] >= 100_000
    assert min(seen["packages"], seen["compelled"], seen["denied"]) >= 1_000
