"""A bound is claimed only where the counts carry it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from ostiary.match.bounds import Rate, claimable, needed


# The rule of thumb 3.689 / limit (3,689 and 36,889) is one or two more than the exact least number.
@pytest.mark.parametrize(("limit", "decisions"), [(1e-3, 3_688), (1e-4, 36_887)])
def test_how_many_decisions_without_a_fault_carry_a_claim(limit, decisions):
    assert needed(limit) == decisions
    assert claimable(0, decisions, limit)
    assert not claimable(0, decisions - 1, limit)
    assert decisions <= 3.689 / limit <= decisions + 3


def test_one_fault_makes_the_claim_dearer():
    assert needed(1e-3, false=1) > needed(1e-3)
    assert claimable(1, needed(1e-3, false=1), 1e-3)
    assert not claimable(1, needed(1e-3, false=1) - 1, 1e-3)


@given(st.integers(0, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_is_that_of_the_exact_test(counts):
    hits, of = counts
    rate = Rate(hits, of)
    if of == 0:
        assert (rate.share, rate.low, rate.high) == (None, 0.0, 1.0)
        return
    exact = binomtest(hits, of).proportion_ci(0.95, method="exact")

    assert (rate.low, rate.high) == pytest.approx((exact.low, exact.high), abs=1e-9)
    assert rate.low <= hits / of <= rate.high


def test_nothing_decided_claims_nothing():
    assert not claimable(0, 0, 0.999)


@pytest.mark.parametrize("limit", [0, 1, -1, 2])
def test_a_limit_is_a_share(limit):
    with pytest.raises(ValueError, match="share"):
        needed(limit)
