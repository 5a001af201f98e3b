"""One meaning, one way more: the prover's formulas say of a known request what interpreter and SQL say of it."""

import datetime as dt
import random
from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from tests import generated as corpus
from tests.conftest import ROOT
from tests.make import COPY, DAY, FACTS, a_bundle
from tests.property.rulebooks import rulebooks
from tests.worlds import answer_of, named_outcomes, pinned

from ostiary import strict_yaml
from ostiary.decide.compile import compile_request, fixed_facts
from ostiary.decide.encode import Space, World
from ostiary.decide.encode_rules import Verdicts, theory
from ostiary.decide.formula import no
from ostiary.decide.interpret import Reading, judge
from ostiary.decide.person import judge_person, person_facts
from ostiary.decide.population import screen
from ostiary.decide.request import read_request
from ostiary.decide.solver import Said, Solver
from ostiary.law.meaning import Missing, holds
from ostiary.vocabulary import Base, Fact, FactType, Level, Vocabulary

REQUESTS = sorted((ROOT / "examples").glob("[1-8]*.yaml"))
PEOPLE = 24


@pytest.fixture(scope="module")
def prover(bundle):
    world = World(Space((bundle,), (), dt.date(2025, 1, 1)))
    verdicts = Verdicts(bundle, world)
    with Solver(theory([verdicts])) as solver:
        solver.add(named_outcomes(verdicts))
        yield verdicts, solver


def says(solver, verdicts, facts, copy, outcome):
    """Whether the prover gives this answer to a known request."""
    return answer_of(solver, verdicts, facts, copy) == outcome


@pytest.fixture(scope="module")
def three_ways(bundle, roll, engine, people, prover):
    """Per request: what the interpreter says of each value of some people, whether the prover agrees, and SQL's counts."""
    verdicts, solver = prover
    found = {}
    for path in REQUESTS:
        request = read_request(strict_yaml.read(path), bundle.words)
        group = request.groups[0]
        some = random.Random(path.stem).sample(people, PEOPLE)
        told, agree = Counter(), []
        for person in some:
            facts = person_facts(fixed_facts(bundle, group, roll), roll, person)
            reading = Reading(bundle, facts, request.as_of, bundle.agency.kinds)
            for item in judge_person(reading, roll, group, person):
                told[item.copy, item.outcome] += 1
                if item.copy.source:  # a value of no known source stays before any rule is asked
                    agree.append((item, says(solver, verdicts, facts, item.copy, item.outcome.value)))
        found[path.stem] = (told, agree, counted(bundle, group, request.as_of, roll, engine, some))
    return found


def counted(bundle, group, as_of, roll, engine, some):
    """The compiled query's counts over these people alone."""
    ids = ", ".join(str(person.row[roll.id]) for person in some)
    engine.connection.execute(f'ALTER VIEW "{roll.people}" RENAME TO everybody')
    engine.connection.execute(f'CREATE VIEW "{roll.people}" AS SELECT * FROM everybody WHERE {roll.id} IN ({ids})')
    try:
        found = Counter()
        for line in screen(compile_request(bundle, group, as_of, roll), engine).lines:
            found[line.copy, line.outcome] += line.values
        return found
    finally:
        engine.connection.execute(f'DROP VIEW "{roll.people}"')
        engine.connection.execute(f'ALTER VIEW everybody RENAME TO "{roll.people}"')


def test_prover_interpreter_and_sql_agree_on_more_than_500_cases_of_the_shipped_law(three_ways):
    for told, agree, by_sql in three_ways.values():
        assert told == by_sql
        assert [item for item, right in agree if not right] == []
    assert sum(len(agree) for _, agree, _ in three_ways.values()) >= 500


def test_every_scenario_is_answered_by_the_prover_as_by_the_interpreter(bundle, prover):
    verdicts, solver = prover
    doc = strict_yaml.read(ROOT / "packs" / "demo-agency" / "tests" / "scenarios.yaml")
    seen = Counter()
    for index in range(len(doc.data)):
        request = read_request(doc, bundle.words, at=(index, "facts"), complete=("flags", "statements"))
        for group in request.groups:
            for copy in bundle.copies(group.programs, group.elements)[:2]:
                item = judge(Reading(bundle, group.facts, request.as_of, bundle.agency.kinds), copy)
                assert says(solver, verdicts, group.facts, copy, item.outcome.value), (doc.data[index]["id"], copy)
                seen[item.outcome] += 1
    assert len(seen) == 5, "every answer occurs"


WORLDS = [
    dict(zip(FACTS, values, strict=True)) for values in product([True, False, Missing.UNKNOWN], repeat=len(FACTS))
]


@settings(max_examples=12)
@given(rulebooks())
def test_of_random_rules_the_prover_says_the_same_in_all_81_worlds(rules):
    bundle = a_bundle(rules)
    bundle = replace(bundle, words=with_days(bundle.words))
    verdicts = Verdicts(bundle, World(Space((bundle,), (), DAY)))
    with Solver(theory([verdicts])) as solver:
        solver.add(named_outcomes(verdicts))
        for facts in WORLDS:
            known = {**facts, "as_of": DAY}
            outcome = judge(Reading(bundle, known, DAY, bundle.agency.kinds), COPY).outcome
            assert says(solver, verdicts, known, COPY, outcome.value)


def with_days(words):
    """The small vocabulary, with the facts that name a copy and a day."""
    plain = {
        "as_of": FactType(Base.DATE),
        "element.id": FactType(Base.CODE, "elements"),
        "element.group": FactType(Base.CODE, "groups"),
        "element.class": FactType(Base.CODE, "classes"),
        "copy.program": FactType(Base.CODE, "programs"),
        "copy.source": FactType(Base.CODE, "sources"),
    }
    level = {"as_of": Level.REQUEST}
    facts = {n: Fact(n, kind, level.get(n, Level.COPY), n, n, "system") for n, kind in plain.items()}
    codes = {"groups": {"contact": ""}, "classes": {"C3": ""}, "programs": {"snap": ""}, "sources": {"client": ""}}
    return replace(words, codes={**words.codes, **codes}, facts={**words.facts, **facts})


TYPES = {
    "bool": FactType(Base.BOOL), "date": FactType(Base.DATE), "word": FactType(Base.CODE, "words"),
    "item": FactType(Base.CODE, "items"), "items": FactType(Base.CODE, "items", True),
}  # fmt: skip


def corpus_words():
    facts = {}
    for name, kind in {**corpus.FIXED, **corpus.PERSON, **corpus.ROW}.items():
        optional = kind.endswith("?") or name.startswith("row.")
        facts[name] = Fact(name, TYPES[kind.rstrip("?*")], Level.PERSON, name, name, "custodian", optional)
    codes = {"words": dict.fromkeys(["alpha", "beta", "gamma"], ""), "items": dict.fromkeys(["one", "two"], "")}
    return Vocabulary(codes, facts, {}, {}, {}, {"row": "rows"})


def test_every_kind_of_atom_is_said_as_the_interpreter_reads_it():
    """Rows, dates moved by months, lists, optional facts, absent and unknown: 300 conditions about people."""
    chance = random.Random(20261125)
    words = with_days(corpus_words())
    bundle = replace(a_bundle([]), words=replace(words, elements=a_bundle([]).words.elements))
    answers = Counter()
    for one in corpus.people(12, seed=3):
        cases = [(corpus.fixed_facts(chance), corpus.condition(chance)) for _ in range(25)]
        world = World(Space((bundle,), tuple(condition for _, condition in cases), DAY))
        said = [world.say(condition) for _, condition in cases]
        with Solver("\n".join(world.lines) + "\n") as solver:
            for (fixed, condition), pair in zip(cases, said, strict=True):
                facts = {**corpus.facts_of(fixed, one), **NO_COPY}
                value = holds(condition, facts)
                wrong = {True: no(pair.t), False: no(pair.f), None: f"(or {pair.t} {pair.f})"}[value]
                known = pinned(world, facts)
                assert solver.ask(f"(and {known} {wrong})")[0] is Said.UNSAT, (condition, facts)
                assert solver.ask(known)[0] is Said.SAT
                answers[value] += 1
    assert min(answers.values()) > 40


NO_COPY = {
    "as_of": DAY, "element.id": "address", "element.group": "contact", "element.class": "C3",
    "copy.program": "snap", "copy.source": "client",
}  # fmt: skip
