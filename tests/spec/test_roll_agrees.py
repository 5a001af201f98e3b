"""One meaning, several ways: the interpreter person by person, and the compiled query, say the same of a whole roll."""

from collections import Counter
from dataclasses import replace

import pytest
from tests.conftest import ROOT

from ostiary import strict_yaml
from ostiary.decide.compile import compile_request, fixed_facts
from ostiary.decide.interpret import Reading
from ostiary.decide.person import judge_person, person_facts
from ostiary.decide.population import screen
from ostiary.decide.request import read_request

REQUESTS = sorted((ROOT / "examples").glob("[1-8]*.yaml"))


def one_by_one(bundle, group, as_of, roll, people):
    """What the reference meaning says of each value of each person."""
    fixed, found = fixed_facts(bundle, group, roll), Counter()
    for person in people:
        reading = Reading(bundle, person_facts(fixed, roll, person), as_of, bundle.agency.kinds)
        for item in judge_person(reading, roll, group, person):
            found[item.copy, item.outcome, item.reason, item.deciding, item.missing, item.duties] += 1
    return found


def compiled(bundle, group, as_of, roll, engine):
    found = Counter()
    result = screen(compile_request(bundle, group, as_of, roll), engine)
    for line in result.lines:
        item = result.signatures[line.signature].item
        told = (item.deciding, item.missing, item.duties) if item else ((), (), ())
        found[line.copy, line.outcome, line.reason, *told] += line.values
    return found


@pytest.mark.parametrize("widened", [False, True], ids=["as asked", "everything"])
@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_the_query_counts_what_the_interpreter_says_of_each_person(path, widened, bundle, roll, engine, people):
    request = read_request(strict_yaml.read(path), bundle.words)
    group = request.groups[0]
    if widened:
        group = replace(group, programs=tuple(roll.programs), elements=tuple(bundle.words.elements))
    some = people[:25] if widened else people
    if widened:
        ids = ", ".join(str(person.row[roll.id]) for person in some)
        engine.connection.execute("DROP VIEW IF EXISTS everybody")
        engine.connection.execute(f'ALTER VIEW "{roll.people}" RENAME TO everybody')
        engine.connection.execute(f'CREATE VIEW "{roll.people}" AS SELECT * FROM everybody WHERE {roll.id} IN ({ids})')
    try:
        assert compiled(bundle, group, request.as_of, roll, engine) == one_by_one(
            bundle, group, request.as_of, roll, some
        )
    finally:
        if widened:
            engine.connection.execute(f'DROP VIEW "{roll.people}"')
            engine.connection.execute(f'ALTER VIEW everybody RENAME TO "{roll.people}"')
