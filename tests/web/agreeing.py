"""Generated dockets through the engine and the packager, held against the plain interpreter by the cell.

A request about some people of a roll is compiled, counted and judged once, and many dockets are made of it. Each goes
its own way through the docket's engine (grants, refusals, challenges), is packed by queries into files of its own, and
the files are held against the interpreter. `python -m tests.web.agreeing_worker` does many.
"""

import datetime as dt
import random
import shutil
from collections import Counter
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace

import yaml

from ostiary_web import wiring
from ostiary_web.casework import cells, judging, recheck, stripping
from ostiary_web.casework.docket.machine import Step
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Choice, Settled
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.ordering import Order, Stripped
from ostiary_web.casework.packaging import notice
from ostiary_web.casework.queries_work import Asked
from tests.docket import making
from tests.web.walking import example, order, own, with_consent

TODAY = dt.date(2026, 11, 26)
FELON = "6-fleeing-felon-notice.yaml"
PROGRAMS = ["snap", "medicaid", "tanf", "ccap", "ivd"]
VARIANTS = 100  # dockets of one request
MANDATED = "mandated"


@dataclass(frozen=True)
class Base:
    """A request about some people of the roll: what all dockets made of it share."""

    text: str
    people: tuple[Asked, ...]
    alone: frozenset[str]
    out: frozenset[str]


def a_base(chance, everybody):
    """A lawful kind of request, with elements and programs of chance, about one to five people."""
    request = chance.choice([order, own, with_consent, lambda: example(FELON)])()
    request["request_date"] = chance.choice(["2026-03-02", "2026-11-20"])
    elements = request["elements_requested"] + chance.sample(sorted(wiring.bundle().words.elements), 4)
    request["elements_requested"] = list(dict.fromkeys(elements))
    usual = request["programs"] if chance.random() < 0.7 else []
    request["programs"] = list(dict.fromkeys([*usual, *chance.sample(PROGRAMS, chance.randint(1, 3))]))
    records = chance.sample(everybody, chance.choice([1, 1, 2, 5]))
    people = tuple(Asked(n, n, "", {}, record, ("dob", "ssn")) for n, record in enumerate(records, 1))
    alone = frozenset({""} if len(records) == 1 and chance.random() < 0.8 else ())
    return Base(yaml.safe_dump(request), people, alone, frozenset(one for one in records if chance.random() < 0.3))


class Going(making.Desk):
    """A desk where every act is one that the engine allows; that it can be replayed, other tests show."""

    def act(self, act, role=None, **given):
        found = self.attempt(act, self.names[role] if role else "", role, **given)
        assert isinstance(found, Step), (act, found)
        self.docket = found.docket


def settled(chance, desk):
    """A docket that waits for its decision, to its clearing or its denial; and the mandates of it that nobody stopped.

    Some of what the rules let go is granted, some refused with a ground, some challenged.
    """
    lawful = [item for item in desk.world.verdict.items if item.may_leave]
    refused = [item for item in lawful if chance.random() < 0.25]
    grants = tuple(item.key for item in lawful if item not in refused)
    refusals = tuple(a_refusal(item) for item in refused)
    no_way_around(chance, desk, grants, refusals)
    if not grants:
        desk.act("deny", grants=(), refusals=refusals)
        return desk.docket, frozenset()
    desk.act("approve", grants=grants, refusals=refusals)
    desk.act("notify")
    stopped = tuple(key for key in grants if chance.random() < 0.15)
    if stopped:
        desk.act("challenge", Role.NOTICE_OFFICER, items=stopped)
    desk.wait(20)
    if set(stopped) != set(grants):  # where everything is stopped, nothing can be cleared
        desk.act("clear")
    compelled = {item.key for item in lawful if item.now.value == MANDATED}
    return desk.docket, frozenset(compelled & set(grants)) - frozenset(stopped)


def in_decision(judged):
    """A desk whose docket went from its opening to its decision; the reviewers found all needed that may leave."""
    needed = tuple(item.key for item in judged.verdict.items if item.may_leave)
    world = making.a_world(verdict=judged.verdict, track=judged.track)
    desk = Going(replace(world, law=replace(world.law, bundle=judged.verdict.bundle)), check=False)
    for act in making.PATH[: making.PATH.index("approve")]:
        if act == "review" and isinstance(
            desk.attempt(act, making.NAMES[Role.REVIEWER_COUNSEL], needed=needed), Refusal
        ):
            continue  # this track has one reviewer, who finishes
        found = {"needed": needed} if act in ("review", "finish_review") else {}
        desk.act(act, making.BY.get(act), **found)
    return desk


def a_refusal(item):
    """The plain reason; for a mandate one of the grounds, with its paper."""
    ground = ("objection_filed", making.PAPER) if item.outcome.value == MANDATED else ("not_needed", "")
    return Choice(item.key, Settled.REFUSED, *ground)


def no_way_around(chance, desk, grants, refusals):
    """What the rules do not let go, nobody can grant; what the law compels, nobody can refuse without a ground."""
    items = desk.world.verdict.items
    forbidden = [item.key for item in items if not item.may_leave]
    if forbidden:
        more = (*grants, chance.choice(forbidden))
        assert not isinstance(desk.attempt("approve", grants=more, refusals=refusals), Step)
    compelled = [item.key for item in items if item.may_leave and item.outcome.value == MANDATED]
    if compelled:
        one = chance.choice(compelled)
        fewer, rest = tuple(key for key in grants if key != one), tuple(each for each in refusals if each.key != one)
        assert not isinstance(desk.attempt("approve" if fewer else "deny", grants=fewer, refusals=rest), Step)


def packed_and_held(order_, mandates, found, folder):
    """Pack an order into a folder, and hold the files against the interpreter: how many cells left, how many compelled."""
    texts = stripping.texts(order_, found)
    order_ = replace(order_, stripped={(t.record, t.column): Stripped(t.seen, f"{t.proposed} -") for t in texts})
    expected = list(recheck._expected(order_, found))
    compelled = sum(key in mandates for one in expected for key in one.items)
    for one in expected:
        assert set(one.items) <= order_.items
    try:
        packed = cells.write(order_, found, folder, lambda what: None)
    except CaseworkError:
        assert not any(one.cells for one in expected)
        return 0, compelled
    (folder / "NOTICE.txt").write_text(notice((), TODAY, ()))
    (folder / "contents.json").write_text("{}")
    checked = recheck.check(order_, found, folder, packed.items)
    assert checked.faults == ()
    return checked.cells, compelled


@dataclass(frozen=True)
class Printed:
    """A query that was printed once."""

    text: str

    def sql(self, _dialect):
        return self.text


@contextmanager
def asked_once(found):
    """Of one request and its persons nothing is asked twice: plan, counts, rows, single judgments, equal queries."""
    keys = {
        (cells, "compile_request"): lambda _b, group, day, roll, **said: (group.name, day, tuple(roll.facts), str(said)),
        (cells, "judged_values"): lambda plan, _: (id(plan.classes), plan.only),
        (cells, "released"): lambda judged, copies, key: (
            id(judged.plan.classes), judged.plan.only, tuple((one.copy, one.place, one.combinations) for one in copies),
        ),
        (recheck, "find_people"): lambda _r, _e, records: tuple(records),
        (recheck, "_judged"): lambda _, person, request: (id(person), request.as_of),
        (Order, "request"): lambda order_, day: (order_.text, day),
        (found.engine, "query"): lambda text: text,
    }  # fmt: skip
    real = {place: getattr(*place) for place in keys}
    released = real[cells, "released"]
    real[cells, "released"] = lambda *given, **more: Printed(released(*given, **more).sql(found.engine.dialect))
    try:
        for place, key in keys.items():
            setattr(*place, _once(real[place], key))
        yield
    finally:
        real[cells, "released"] = released
        for place, function in real.items():
            setattr(*place, function)


def _once(function, key):
    kept = {}

    def asked(*given, **more):
        name = key(*given, **more)
        if name not in kept:
            kept[name] = (given, function(*given, **more))  # what is given is kept: its id stays its own
        return kept[name][1]

    return asked


def people_of(found):
    """The roll's ids, in their order."""
    return [str(one) for one in found.engine.query("SELECT person_id FROM people ORDER BY 1").column(0).to_pylist()]


def many(seed, count, found, folder, on_docket=lambda: None):
    """So many dockets, and what was seen of them.

    :raises AssertionError: on the first where the two ways differ; a note says which one it is.
    """
    everybody, seen = people_of(found), Counter()
    for first in range(0, count, VARIANTS):
        base = a_base(random.Random(f"{seed}/{first}"), everybody)
        judged = judging.judge(wiring.bundle(), base.text, TODAY)
        desk = in_decision(judged)
        seen["requests"] += 1
        with asked_once(found):
            for place in range(first, min(first + VARIANTS, count)):
                try:
                    one_docket(random.Random(f"{seed}/{place}/d"), base, copy(desk), found, folder, seen)
                except Exception as fault:
                    fault.add_note(f"docket {place} of seed {seed}")
                    raise
                on_docket()
    return seen


def one_docket(chance, base, desk, found, folder, seen):
    """Settle, pack and check one docket."""
    docket, mandates = settled(chance, desk)
    assert mandates <= docket.allowed_items
    here = folder / "package"
    here.mkdir()
    order_ = Order(docket, base.text, TODAY, base.people, base.alone, base.out)
    left, compelled = packed_and_held(order_, mandates, found, here)
    shutil.rmtree(here)
    seen.update(dockets=1, denied=docket.state == "denied", packages=left > 0, cells=left, compelled=compelled)
