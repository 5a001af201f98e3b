"""A condition is shown where it decides: turned round alone, it turns the rule round."""

import random

from tests.generated import condition, facts_of, fixed_facts, people
from tests.unit.test_mutants import BOTH, DOOR, EITHER, RULE, SECRET, a_law

from ostiary.decide.provisions import atoms_of, provisions, value
from ostiary.decide.situations import cases_of, packs_tests
from ostiary.law.meaning import holds


def shown(tmp_path, rules, rows):
    """Per condition of the rules, in words: the number of cases in which it decides with yes, and with no."""
    bundle = a_law(tmp_path, rules, rows)
    cases = [case for doc in packs_tests(bundle) for case in cases_of(bundle, doc)]
    [found] = provisions(bundle, cases)
    return found, {atom.words(bundle): (atom.yes, atom.no) for atom in found.atoms}


def test_a_conjunct_decides_while_the_others_hold(tmp_path):
    rows = """
    asked: true -> release
    asked: false -> withhold
    asked: false, signed: false -> withhold
    """
    found, conditions = shown(tmp_path, BOTH, rows)

    assert conditions == {"asked": (1, 1), "signed": (1, 0)}
    assert [found.shown(ways) for ways in (2, 1, 0)] == [1, 1, 0]
    assert found.share == 0.75


def test_an_alternative_decides_while_the_others_fail(tmp_path):
    rows = """
    signed: true, ill: false -> release
    signed: true, ill: true -> release
    signed: false, ill: false -> withhold
    """
    _, conditions = shown(tmp_path, EITHER, rows)

    assert conditions == {"signed": (1, 1), "ill": (0, 1)}


def test_what_is_not_known_decides_nothing(tmp_path):
    _, conditions = shown(tmp_path, BOTH, "asked: gone -> withhold")

    assert conditions == {"asked": (0, 0), "signed": (0, 0)}


def test_a_guard_fails_together_with_what_it_guards(tmp_path):
    rules = SECRET + RULE % ("door", "permit") + "  when: present(ends) AND ends > as_of\n" + DOOR
    rows = """
    ends: 2026-03-11 -> release
    ends: gone -> withhold
    """
    _, conditions = shown(tmp_path, rules, rows)

    assert conditions["there is a value for ends"] == (1, 1)
    assert conditions["ends is more than as_of"] == (1, 0)


def test_answers_to_the_atoms_give_what_the_facts_give():
    chance = random.Random(3)
    for someone in people(300):
        everything = facts_of(fixed_facts(chance), someone)
        for row in everything.pop("row").rows:
            facts = {**everything, **row}
            node = condition(chance, inside=True)

            assert value(node, {atom: holds(atom, facts) for atom in atoms_of(node)}) is holds(node, facts)
