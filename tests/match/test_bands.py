"""The bands: what the machine may decide, and that nothing which speaks against a pair ever helps it."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ostiary.match.bands import AGREEING, MARGIN, Candidate, contradictions, decide, second_identifiers
from ostiary.match.comparisons import LADDERS
from ostiary.match.decision import Band, Level, Trait

ORDER = [Band.NO_MATCH, Band.CLERICAL_TWO, Band.CLERICAL, Band.AUTOMATIC]
NAME_AND_BIRTH = {Trait.FIRST: Level.EXACT, Trait.LAST: Level.EXACT, Trait.DOB: Level.EXACT}
E_, N_, D_, P_ = Level.EXACT, Level.NEAR, Level.DIFFERS, Level.PART

possible = {ladder.trait: sorted({rung.level for rung in ladder.rungs} | {Level.MISSING}) for ladder in LADDERS}
levels = st.fixed_dictionaries({trait: st.sampled_from(found) for trait, found in possible.items()})
# Half of the pairs agree in name and birth date: else hardly one would come near the machine's tiers.
likely = st.one_of(levels, levels.map(lambda found: {**found, **NAME_AND_BIRTH}))
pairs = st.builds(Candidate, st.sampled_from("abcd"), st.floats(-20, 60), likely, st.booleans())


def pair(weight=30.0, crowded=False, person="a", **more):
    return Candidate(
        person, weight, {**NAME_AND_BIRTH, **{Trait(name): level for name, level in more.items()}}, crowded
    )


def rank(*candidates):
    return ORDER.index(decide(candidates).band)


@pytest.mark.parametrize(
    ("case", "band", "tier"),
    [
        (pair(ssn=E_), Band.AUTOMATIC, "T1"),
        (pair(ssn=E_, first=Level.NICKNAME, last=N_, dob=N_), Band.AUTOMATIC, "T1"),
        (pair(ssn=E_, first=Level.SWAPPED, last=Level.SWAPPED, dob=Level.SWAPPED), Band.AUTOMATIC, "T1"),
        (pair(ssn=E_, first=D_), Band.CLERICAL, ""),  # a relative who gives the number of another
        (pair(ssn=E_, first=P_), Band.CLERICAL, ""),  # an initial is no name
        (pair(ssn=E_, dob=Level.WEAK), Band.CLERICAL, ""),
        (pair(ssn=E_, sex=D_), Band.CLERICAL, "T1"),
        (pair(ssn=E_, suffix=D_), Band.CLERICAL, "T1"),  # junior with senior's number
        (pair(other_number=E_), Band.AUTOMATIC, "T1"),
        (pair(other_number=E_, ssn=D_), Band.CLERICAL, "T1"),
        (pair(address=E_), Band.AUTOMATIC, "T2"),
        (pair(address=E_, crowded=True), Band.CLERICAL, "T2"),  # a twin on the roll
        (pair(address=E_, crowded=True, ssn=E_), Band.AUTOMATIC, "T1"),
        (pair(address=E_, first=D_), Band.CLERICAL, ""),  # a twin who is not
        (pair(address=E_, first=N_), Band.CLERICAL, ""),  # a slip, or a twin of a like name
        (pair(address=E_, first=N_, middle=E_), Band.AUTOMATIC, "T2"),
        (pair(address=E_, first=Level.NICKNAME, middle=E_), Band.CLERICAL, ""),  # twins: Anna and Savannah
        (pair(address=E_, middle=D_), Band.CLERICAL, "T2"),
        (pair(address=E_, suffix=D_), Band.CLERICAL, "T2"),  # father and son
        (pair(address=E_, ssn=D_), Band.CLERICAL, "T2"),
        (pair(address=E_, dob=N_), Band.CLERICAL, ""),
        (pair(address=P_), Band.CLERICAL_TWO, "T4"),  # the same ZIP code is not the same address
        (pair(middle=E_), Band.CLERICAL, "T3"),
        (pair(middle=E_, address=P_), Band.AUTOMATIC, "T3"),
        (pair(middle=E_, address=D_), Band.CLERICAL, "T3"),  # a namesake elsewhere
        (pair(middle=E_, ssn=P_), Band.AUTOMATIC, "T3"),
        (pair(), Band.CLERICAL_TWO, "T4"),
        (pair(sex=E_), Band.CLERICAL_TWO, "T4"),
        (pair(sex=E_, weight=60.0), Band.CLERICAL_TWO, "T4"),  # no weight makes name and birth date enough
        (pair(ssn=D_), Band.CLERICAL_TWO, "T4"),
        (pair(first=D_, weight=3.0), Band.CLERICAL_TWO, ""),
        (pair(ssn=E_, weight=-0.1), Band.NO_MATCH, ""),
    ],
)
def test_who_decides(case, band, tier):
    found = decide([case])

    assert (found.band, found.tier) == (band, tier)


def test_nobody_found():
    assert decide([]).band is Band.NO_MATCH
    assert decide([]).best is None


def test_a_tie_is_never_automatic():
    found = decide([pair(person="b", ssn=E_), pair(person="a", ssn=E_)])

    assert found.band is Band.CLERICAL
    assert (found.best.person, found.margin, found.against) == ("a", 0.0, ("rival:margin",))


def test_a_runner_up_within_the_margin_stops_the_machine():
    assert decide([pair(30.0, ssn=E_), pair(30.0 - MARGIN + 0.1, person="b")]).band is Band.CLERICAL
    assert decide([pair(30.0, ssn=E_), pair(30.0 - MARGIN, person="b")]).band is Band.AUTOMATIC


@given(st.lists(pairs, min_size=1, max_size=4, unique_by=lambda each: each.person), st.sampled_from(sorted(Trait)))
def test_a_contradiction_never_helps(candidates, trait):
    best = max(candidates, key=lambda each: each.weight)
    worse = replace(best, levels={**best.levels, trait: Level.DIFFERS})
    others = [each for each in candidates if each is not best]

    assert rank(worse, *others) <= rank(best, *others)


@given(st.lists(pairs, min_size=1, max_size=4, unique_by=lambda each: each.person), st.sampled_from(sorted(Trait)))
def test_an_agreement_less_never_helps(candidates, trait):
    best = max(candidates, key=lambda each: each.weight)
    assume(best.levels[trait] in AGREEING)
    poorer = replace(best, levels={**best.levels, trait: Level.MISSING})
    others = [each for each in candidates if each is not best]

    assert rank(poorer, *others) <= rank(best, *others)


@given(pairs)
def test_a_twin_on_the_roll_never_helps(one):
    assert rank(replace(one, crowded=True)) <= rank(replace(one, crowded=False))


@given(pairs, pairs)
def test_a_rival_never_helps(one, rival):
    assume(one.person != rival.person and rival.weight < one.weight)
    assert rank(one, rival) <= rank(one)


@given(st.lists(pairs, max_size=4, unique_by=lambda each: each.person))
def test_automatic_needs_a_second_identifier_a_margin_and_no_contradiction(candidates):
    found = decide(candidates)
    if found.band is Band.AUTOMATIC:
        assert second_identifiers(found.best.levels)
        assert not contradictions(found.best.levels)
        assert found.margin is None or found.margin >= MARGIN
        assert found.best.weight >= 0
        assert found.best.levels[Trait.DOB] in {Level.EXACT, Level.NEAR, Level.SWAPPED}


@given(likely, st.floats(0, 100))
def test_name_and_birth_date_alone_are_never_automatic(found, weight):
    alone = {trait: found[trait] for trait in (Trait.FIRST, Trait.LAST, Trait.DOB, Trait.SEX, Trait.SUFFIX)}

    assert decide([Candidate("a", weight, alone, False)]).band is Band.CLERICAL_TWO


@given(st.lists(pairs, max_size=4, unique_by=lambda each: each.person), st.randoms())
def test_the_order_of_candidates_means_nothing(candidates, chance):
    shuffled = list(candidates)
    chance.shuffle(shuffled)

    assert decide(shuffled) == decide(candidates)


def test_the_properties_reach_every_band():
    """The strategies are not so thin that a property holds for want of cases."""
    seen = set()

    @given(st.lists(pairs, max_size=2, unique_by=lambda each: each.person))
    def look(candidates):
        seen.add(decide(candidates).band)

    look()
    assert seen == set(Band)
