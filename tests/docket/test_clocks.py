"""Days, limits, tolling, and what a limit's end does. Nothing is back-dated, and no end discloses."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.ledger.kinds import catalogue
from ostiary_web.casework.docket.calendar import Calendar, CalendarEnds, first_filling
from ostiary_web.casework.docket.clocks import ACROSS, EXPIRY, RUNS, collision, expiry
from ostiary_web.casework.docket.snapshot import ClockName, Instrument
from ostiary_web.casework.docket.states import STAGES, State
from ostiary_web.casework.docket.transitions import find
from tests.docket.making import FAR, GIVEN, NOON, PAPER, Desk, a_world, an_opened, at, calendar, procedure

DAY = dt.timedelta(days=1)


def test_the_day_after_thanksgiving_is_off_although_the_library_works_on_it():
    import holidays

    friday = dt.date(2026, 11, 27)
    assert friday not in holidays.country_holidays("US", subdiv="IL", years=2026)
    assert friday in first_filling("IL", [2026])
    assert not calendar().is_open(friday)
    assert calendar().add(dt.date(2026, 11, 25), 1, business=True) == dt.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("start", "count", "business", "end"),
    [
        (dt.date(2026, 3, 2), 5, True, dt.date(2026, 3, 9)),
        (dt.date(2026, 3, 6), 1, True, dt.date(2026, 3, 9)),
        (dt.date(2026, 7, 2), 1, True, dt.date(2026, 7, 6)),  # the Fourth falls on a Saturday: Friday is off
        (dt.date(2026, 3, 2), 5, False, dt.date(2026, 3, 9)),  # ends on a Saturday, runs to Monday
        (dt.date(2026, 3, 2), 7, False, dt.date(2026, 3, 9)),
    ],
)
def test_the_first_day_does_not_count_and_the_last_is_a_business_day(start, count, business, end):
    assert calendar().add(start, count, business=business) == end


@given(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 1)), st.integers(1, 60))
def test_business_days_added_are_business_days_counted(start, count):
    end = calendar().add(start, count, business=True)
    assert calendar().is_open(end)
    assert calendar().between(start, end) == count


def test_beyond_the_agencys_table_nothing_is_guessed_and_nothing_is_done():
    short = Calendar(frozenset(), NOON.date() + 3 * DAY)
    with pytest.raises(CalendarEnds, match="2026-03-05"):
        short.add(NOON.date(), 9, business=True)
    assert Desk().when(calendar=short).refused("docket_request") == "calendar"


def test_every_open_state_has_a_clock_whose_end_is_an_act_that_discloses_nothing():
    for state in State:
        running = (
            {name for name, states in ACROSS.items() if state in states} | {RUNS[state]} if state in RUNS else set()
        )
        assert bool(running) is (state is not State.CLOSED)
        for name in running:
            row = find(expiry(name, state), state)
            assert row is not None
            assert row.machine
            assert row.target not in STAGES


def test_every_limit_that_can_run_out_stands_in_the_ledgers_list():
    ending = {name.value for name, ends in EXPIRY.items() if "run_out" in ends.values()}
    assert ending <= catalogue().lists["clocks"]
    assert set(procedure().limits) == {name.value for name in ClockName}


def test_a_limit_that_passes_is_said_once_and_moves_nothing():
    desk = at("docketed")
    assert desk.refused("run_out", clock=ClockName.VERIFY) == "given_clock"
    desk.wait(4).do("run_out", clock=ClockName.VERIFY)
    assert desk.docket.state is State.DOCKETED


def test_the_answer_stands_still_while_the_requester_owes_one():
    desk = at("in_review").wait(1)
    before = desk.docket.clock(ClockName.DECIDE)
    desk.do("ask")
    assert desk.docket.clock(ClockName.DECIDE).tolled == desk.world.today
    assert desk.refused("run_out", clock=ClockName.DECIDE) == "given_clock"
    desk.wait(7).do("answer")
    after = desk.docket.clock(ClockName.DECIDE)

    assert desk.entries[-1].public == {"tolled_days": 7}
    assert (after.tolled, after.toll_days, after.tolls) == (None, 7, 1)
    assert calendar().between(before.due, after.due) == 5


def test_it_stands_still_only_so_often():
    desk = at("in_review")
    for _ in range(2):
        desk.do("ask").wait(1).do("answer")
    assert desk.refused("ask") == "may_toll"


def test_it_stands_still_only_for_so_many_days():
    limits = {**procedure().limits, "decide": replace(procedure().limits["decide"], toll_days=10)}
    world = a_world()
    world = replace(world, law=replace(world.law, procedure=replace(procedure(), limits=limits)))
    desk = at("in_review", world).do("ask").wait(29).do("answer")

    assert desk.docket.clock(ClockName.DECIDE).toll_days == 10
    assert desk.refused("ask") == "may_toll"


def test_a_limit_that_ends_during_a_hold_ends_and_still_nothing_leaves():
    desk = at("notified").do("hold", "leda").wait(20)
    desk.do("run_out", clock=ClockName.WINDOW)
    assert desk.refused("clear") == "no_hold"
    assert desk.do("lift_hold").do("clear").docket.state is State.CLEARED


def test_no_answer_in_time_ends_the_request():
    desk = Desk().do("return_request")
    assert desk.refused("abandon", "bot") == "answer_overdue"
    assert desk.wait(60).do("abandon", "bot").docket.state is State.ABANDONED


def test_a_late_entry_says_how_late_and_its_limits_began_when_it_came():
    received = NOON.date() - 5 * DAY
    opened = an_opened(a_world(), received=received)
    assert opened.entry_public["entered_late_days"] == 5
    assert opened.docket.clock(ClockName.DOCKET).started == received
    assert an_opened(a_world(), received=NOON.date() + DAY).reason == "time"


@pytest.mark.parametrize("off", [dt.timedelta(minutes=1), dt.timedelta(minutes=-1), dt.timedelta(days=-1)])
def test_an_act_is_of_now_never_ahead_nor_before_the_last_nor_of_yesterday(off):
    from ostiary_web.casework.docket.machine import step
    from ostiary_web.casework.docket.roles import Role

    desk = Desk()
    if off == dt.timedelta(days=-1):
        desk.wait(3)
    found = step(desk.docket, desk.world, "docket_request", "ines", Role.INTAKE, desk.world.now + off)
    assert found.reason == "time"


def test_a_time_without_its_zone_is_refused():
    from ostiary_web.casework.docket.machine import step
    from ostiary_web.casework.docket.roles import Role

    desk, bare = Desk(), NOON.replace(tzinfo=None)
    assert step(desk.docket, desk.world, "docket_request", "ines", Role.INTAKE, bare).reason == "time"


def test_a_court_date_inside_the_window_is_shown_and_two_people_decide():
    soon = NOON.date() + 3 * DAY
    desk = at("docketed")
    desk.do("verify", **(GIVEN["verify"] | {"instrument": Instrument(True, True, FAR, soon)}))
    for act, who in (("judge", ""), ("assign_reviewers", "bot"), ("review", "cora"), ("finish_review", "priya")):
        desk.do(act, who)
    desk.do("consolidate").do("approve").do("notify")

    assert collision(desk.docket).court_date == soon
    assert desk.refused("shorten_window", second="", court_date=soon, order=PAPER) == "second"
    assert desk.refused("shorten_window", court_date=soon + DAY, order=PAPER) == "given_court_date"
    desk.do("shorten_window", court_date=soon, order=PAPER)
    assert desk.refused("clear", cause="court_shortened") == "window_over"
    assert desk.wait(3).do("clear", cause="court_shortened").docket.state is State.CLEARED
