"""Two laws against the same requests and the same roll: what flips, which way, by whose rule; the same law, nothing."""

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from tests.conftest import ROOT
from tests.make import a_bundle, a_fact, a_rule, a_vocabulary

from ostiary import strict_yaml
from ostiary.decide.compile import fixed_facts
from ostiary.decide.flips import (
    Uncompared,
    Way,
    opens_on_roll,
    read_both,
    request_flips,
    roll_flips,
    same_words,
)
from ostiary.decide.interpret import Reading
from ostiary.decide.person import judge_person, person_facts
from ostiary.decide.verdict import Outcome, Reason
from ostiary.errors import BadInput, RequestError
from ostiary.law.rule import Kind
from ostiary.vocabulary import Base, FactType, Level

EXAMPLES = sorted((ROOT / "examples").glob("[1-8]*.yaml"))
FLEEING = next(path for path in EXAMPLES if path.stem.startswith("6"))


def repealed(bundle, *names):
    """The law without some rules: repealed long before any request."""
    gone = dt.date(1900, 1, 1)
    rules = tuple(replace(rule, until=gone) if rule.id in names else rule for rule in bundle.rules)
    assert {rule.id for rule in rules} >= set(names)
    return replace(bundle, rules=rules, _at={})


def documents(paths=EXAMPLES):
    return [strict_yaml.read(path) for path in paths]


# The same law


def test_a_replay_of_the_same_law_flips_nothing(bundle):
    found = request_flips(bundle, bundle, documents())

    assert found.requests == len(EXAMPLES)
    assert found.items > len(EXAMPLES)
    assert (found.flips, found.uncompared, found.faults) == ((), (), ())


def test_the_same_law_over_a_roll_flips_nothing(bundle, roll, engine):
    both = read_both(bundle, bundle, strict_yaml.read(FLEEING))
    (found,) = roll_flips(bundle, bundle, both, roll, engine)

    assert found.cells > found.people > 0
    assert found.flips == ()


# Requests


def test_a_repealed_mandate_no_longer_lets_out(bundle):
    """The rules that decide are named, before and after."""
    found = request_flips(bundle, repealed(bundle, "us.snap.E.fleeing"), documents([FLEEING]))
    closed = {flip.copy.element: flip for flip in found.flips}

    assert set(closed) == {"address_residential", "ssn", "photo"}
    assert {flip.copy.program for flip in found.flips} == {"snap"}
    assert all("us.snap.E.fleeing" in flip.before.deciding for flip in found.flips)
    assert all("us.snap.E.fleeing" not in flip.after.deciding for flip in found.flips)


def test_what_newly_leaves_comes_first_then_what_no_longer_does(bundle):
    old = repealed(bundle, "us.hipaa.access", "us.snap.safeguard", "us.snap.A.bulk")
    ways = [flip.way for flip in request_flips(old, repealed(bundle, "us.snap.E.fleeing"), documents()).flips]

    assert ways == sorted(ways, key=list(Way).index)
    assert set(ways) == set(Way)


def test_backwards_each_flip_is_turned_round(bundle):
    less = repealed(bundle, "us.snap.E.fleeing")
    there = request_flips(bundle, less, documents()).flips
    back = request_flips(less, bundle, documents()).flips

    turned = {(flip.request, flip.group, flip.copy, flip.after, flip.before) for flip in back}
    assert there
    assert {(flip.request, flip.group, flip.copy, flip.before, flip.after) for flip in there} == turned


def test_both_laws_are_read_as_of_the_day_that_is_named(bundle):
    later = repealed(bundle, "us.snap.E.fleeing")

    assert request_flips(bundle, later, documents([FLEEING]), dt.date(1970, 1, 1)).flips == ()


def test_a_fault_of_the_engine_is_told_and_hides_nothing(bundle):
    class Broken(dict):
        def __getitem__(self, key):
            raise ZeroDivisionError

    broken = replace(bundle, _at={})
    broken.__dict__["reads"] = Broken()
    found = request_flips(broken, broken, documents([FLEEING]))

    assert found.flips == ()
    assert found.faults == (str(FLEEING),)


# Words


def words_with(**changes):
    return a_bundle([a_rule("open", Kind.PERMIT)], replace(a_vocabulary(), **changes))


def test_words_that_new_adds_are_noted():
    old = words_with()
    facts = {**old.words.facts, "hail": a_fact("hail")}
    new = words_with(facts=facts, codes={"programs": {"snap": "SNAP"}}, relations={"visit": "a visit"})

    assert same_words(old, old) == ()
    assert same_words(old, new) == (
        "fact `hail` is new in NEW; OLD knows nothing of it",
        "code `snap` of programs is new in NEW",
        "relation `visit` is new in NEW",
    )


RAIN = a_fact("rain")
ADDRESS = a_vocabulary().elements["address"]
OTHER_WORDS = {
    "a fact that is gone": ({"facts": {}}, "fact `rain` is gone in NEW"),
    "another type": (
        {"facts": {"rain": replace(RAIN, type=FactType(Base.DATE))}},
        "fact `rain`: `type` differs: bool in OLD, date in NEW",
    ),
    "another level": (
        {"facts": {"rain": replace(RAIN, level=Level.PERSON)}},
        "fact `rain`: `level` differs: request in OLD, person in NEW",
    ),
    "optional now": (
        {"facts": {"rain": replace(RAIN, optional=True)}},
        "fact `rain`: `optional` differs: false in OLD, true in NEW",
    ),
    "an element that is gone": ({"elements": {}}, "element `address` is gone in NEW"),
    "another class": (
        {"elements": {"address": replace(ADDRESS, cls="C1")}},
        "element `address`: `class` differs: C3 in OLD, C1 in NEW",
    ),
    "a source that is gone": (
        {"elements": {"address": replace(ADDRESS, sources=())}},
        "element `address`: `sources` differs: client in OLD,  in NEW",
    ),
    "no longer held": (
        {"elements": {"address": replace(ADDRESS, held_under=frozenset())}},
        "element `address`: `held_under` differs: snap in OLD,  in NEW",
    ),
}


@pytest.mark.parametrize("case", OTHER_WORDS.values(), ids=OTHER_WORDS.keys())
def test_words_that_change_or_go_cannot_be_compared(case):
    changes, told = case
    with pytest.raises(BadInput, match="keep the old word as it was") as fault:
        same_words(words_with(), words_with(**changes))

    assert told in str(fault.value)


def test_a_code_that_is_gone_is_named(bundle):
    codes = {**bundle.words.codes, "purposes": {}}
    with pytest.raises(BadInput, match="of purposes is gone in NEW") as fault:
        same_words(bundle, replace(bundle, words=replace(bundle.words, codes=codes)))

    assert "… and" in str(fault.value)


# A request in words that only NEW knows


@pytest.fixture
def narrower(bundle):
    """The law before its purpose of the fleeing felon was a word."""
    purposes = dict(bundle.words.codes["purposes"])
    del purposes["felony_fugitive_location"]
    return replace(bundle, words=replace(bundle.words, codes={**bundle.words.codes, "purposes": purposes}))


def test_a_request_that_old_cannot_read_is_told_with_what_new_lets_out(narrower, bundle):
    found = request_flips(narrower, bundle, documents())
    (told,) = found.uncompared

    assert found.requests == len(EXAMPLES)
    assert told.request == str(FLEEING)
    assert "OLD cannot read it" in told.why
    assert "felony_fugitive_location" in told.why


def test_over_the_roll_it_is_told_what_new_lets_out(narrower, bundle, roll, engine):
    told = read_both(narrower, bundle, strict_yaml.read(FLEEING))

    assert isinstance(told, Uncompared)
    assert "us.snap.E.fleeing" in opens_on_roll(bundle, told.after, roll, engine)


def test_a_request_that_neither_can_read_is_wrong(bundle):
    doc = strict_yaml.parse(FLEEING.read_text().replace("us_marshals", "us_marshal"), "odd.yaml")
    with pytest.raises(RequestError, match=r"odd.yaml:4: .*did you mean `us_marshals`"):
        request_flips(bundle, bundle, [doc])


# A whole roll, against the interpreter on the same people


def one_by_one(old, new, both, roll, people):
    """What each law says of each value of each person, by the reference meaning."""
    found = Counter()
    groups = zip(both[0].groups, both[1].groups, strict=True)
    for was, now in groups:
        sides = [
            (law, group, request.as_of, fixed_facts(law, group, roll))
            for law, group, request in ((old, was, both[0]), (new, now, both[1]))
        ]
        for person in people:
            before, after = (
                judge_person(
                    Reading(law, person_facts(fixed, roll, person), day, law.agency.kinds), roll, group, person
                )
                for law, group, day, fixed in sides
            )
            for a, b in zip(before, after, strict=True):
                found[b.copy, (a.outcome, a.reason, a.deciding), (b.outcome, b.reason, b.deciding)] += 1
    return found


# Per case: the request, the rules that only OLD lacks, and those that only NEW lacks.
CASES = {
    "opened and closed at once": ("6", ["us.ssa-data", "us.fti", "il.acp"], ["us.tanf.608a9B"]),
    "a mandate repealed": ("6", [], ["us.snap.E.fleeing"]),
    "other reasons alone": ("1", ["us.snap.A.bulk"], ["us.ssa-data"]),
    "own records": ("8", ["us.hipaa.access"], ["us.fti"]),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_pairs_counted_are_those_of_the_interpreter(case, bundle, roll, engine, people):
    number, before, after = case
    old, new = repealed(bundle, *before), repealed(bundle, *after)
    both = read_both(old, new, strict_yaml.read(next(path for path in EXAMPLES if path.stem[0] == number)))
    (found,) = roll_flips(old, new, both, roll, engine)
    wanted = one_by_one(old, new, both, roll, people)
    flipped = {key: count for key, count in wanted.items() if key[1][:2] != key[2][:2]}
    counted = {
        (
            flip.copy,
            (flip.before.outcome, flip.before.reason, flip.before.deciding),
            (flip.after.outcome, flip.after.reason, flip.after.deciding),
        ): flip.cells
        for flip in found.flips
    }

    assert (found.people, found.cells) == (sum(has_file(person, both, roll) for person in people), wanted.total())
    assert counted == flipped
    assert flipped


def has_file(person, both, roll):
    return any(person.row[roll.programs[program]] for program in both[1].groups[0].programs)


def test_of_a_bar_on_some_people_only_their_cells_flip(bundle, roll, engine):
    """The other way round, the same cells are turned; what newly leaves comes first."""
    less = repealed(bundle, "us.ssa-data", "il.acp")
    both = read_both(bundle, less, strict_yaml.read(FLEEING))
    (found,) = roll_flips(bundle, less, both, roll, engine)
    (back,) = roll_flips(less, bundle, both, roll, engine)

    assert 0 < found.total(Way.OPENS) < sum(found.matrix().values()) < found.cells
    assert {(copy, b, a): n for (copy, a, b), n in found.matrix().items()} == back.matrix()
    assert [found.total(way) for way in Way] == [back.total(way) for way in (Way.CLOSES, Way.OPENS, Way.ELSE)]
    assert [flip.way for flip in found.flips] == sorted((f.way for f in found.flips), key=list(Way).index)


def test_a_request_for_what_the_roll_does_not_hold_counts_nothing(bundle, roll, engine):
    both = read_both(bundle, bundle, strict_yaml.read(FLEEING))
    (found,) = roll_flips(bundle, bundle, both, replace(roll, copies=()), engine)

    assert (found.people, found.cells, found.flips) == (0, 0, ())


def test_another_reason_alone_is_a_flip_that_lets_nothing_out(bundle):
    found = request_flips(bundle, repealed(bundle, "us.snap.safeguard"), documents())

    assert [flip for flip in found.flips if flip.before.outcome is flip.after.outcome]
    for flip in found.flips:
        assert (flip.before.outcome, flip.before.reason) != (flip.after.outcome, flip.after.reason)
    assert Outcome.WITHHOLD in {flip.before.outcome for flip in found.flips}
    assert Reason.ENGINE_ERROR not in {flip.after.reason for flip in found.flips}
