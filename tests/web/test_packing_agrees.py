"""Generated orders through both ways: what compiled queries pack is what the plain interpreter lets go, by the cell."""

import datetime as dt
import random
from types import SimpleNamespace

import pytest
import yaml

from ostiary.decide.compile import compile_request
from ostiary.roll.synthetic.writing import generate
from ostiary_web import wiring
from ostiary_web.casework import cells, recheck, roll
from ostiary_web.casework.docket.snapshot import ItemKey
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.ordering import Order, lots
from ostiary_web.casework.packaging import notice
from ostiary_web.casework.queries_work import Asked
from ostiary_web.environment import read
from tests.web.places import an_environment
from tests.web.walking import example, order, own, with_consent

TODAY = dt.date(2026, 11, 26)
FELON = "6-fleeing-felon-notice.yaml"


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
    """A lawful kind of request, about some people of the roll, with some of its items approved."""
    base = chance.choice([order, own, with_consent, lambda: example(FELON)])()
    base["request_date"] = chance.choice(["2026-03-10", "2026-11-20"])
    elements = base["elements_requested"] + chance.sample(sorted(wiring.bundle().words.elements), 4)
    base["elements_requested"] = list(dict.fromkeys(elements))
    base["programs"] = chance.sample(["snap", "medicaid", "tanf", "ccap", "ivd"], chance.randint(1, 3))
    everybody = opened.engine.query("SELECT person_id FROM people ORDER BY 1").column(0).to_pylist()
    records = [str(one) for one in chance.sample(everybody, chance.choice([1, 1, 2, 5]))]
    alone = len(records) == 1 and chance.random() < 0.8
    people = tuple(Asked(n, n, "", {}, record, ("dob", "ssn")) for n, record in enumerate(records, 1))
    copies = wiring.bundle().copies(tuple(base["programs"]), tuple(base["elements_requested"]))
    items = frozenset(ItemKey("", one.program, one.element, one.source) for one in copies if chance.random() < 0.8)
    out = frozenset(record for record in records if chance.random() < 0.3)
    return Free(items, yaml.safe_dump(base), TODAY, people, frozenset({""} if alone else ()), out)


def agree(opened, folder, made):
    """Whether anything left; and that both ways say the same of it."""
    try:
        packed = cells.write(made, opened, folder, lambda what: None)
    except CaseworkError:
        assert not any(one.cells for one in recheck._expected(made, opened))
        return 0
    (folder / "NOTICE.txt").write_text(notice((), TODAY, ()))
    (folder / "contents.json").write_text("{}")
    found = recheck.check(made, opened, folder, packed.items)
    assert found.faults == ()
    assert set(packed.items) <= made.items
    return found.cells


def compared(opened, tmp_path, count, seed):
    chance, left = random.Random(seed), 0
    for place in range(count):
        folder = tmp_path / str(place)
        folder.mkdir()
        left += agree(opened, folder, an_order(chance, opened)) > 0
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


@pytest.mark.long
def test_the_same_for_five_hundred_orders(opened, tmp_path, capsys):
    left = compared(opened, tmp_path, 500, 17)
    with capsys.disabled():
        print(f"\n500 orders, something left of {left:,}: every cell the same both ways")
    assert left >= 100
