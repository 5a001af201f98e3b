"""Thousands of acts, most of them wrong, on random dockets through the real actions: what is done is what is recorded.

After each walk every docket is rebuilt from its events and held against the log; nothing is released but through every
step, and whoever holds the log alone finds it whole.
"""

import datetime as dt
import random
from contextlib import ExitStack

import pytest

from ostiary.ledger.entry import new_docket
from ostiary_web.casework import queries
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import ClockName, Instrument
from ostiary_web.casework.docket.transitions import ACTS, find
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.registry.actions import rules
from tests.web.walking import (
    MANIFEST,
    PAPER,
    SETTINGS,
    STOPS,
    Walk,
    a_database,
    a_desk,
    emergency,
    order,
    own,
    sound,
    subpoena,
    verified,
    with_consent,
)

REQUESTS = (order, subpoena, emergency, with_consent, own)


def some(chance, values):
    found = tuple(values)
    return tuple(chance.sample(found, chance.randint(0, len(found))))


def given(act, walk, chance):
    """What an act takes: mostly fit, sometimes not."""
    docket, today = walk.docket, walk.desk.now.date()
    items = [item.key for item in docket.verdict.items] if docket.verdict else []
    packed = docket.package.manifest if docket.package else MANIFEST
    lawful = walk.lawful if docket.verdict else ()
    makers = {
        "return_request": lambda: {"missing": ("identity",)},
        "redirect": lambda: {"cause": "other_agency"},
        "refuse_form": lambda: {"defects": ("not_signed",)},
        "verify": lambda: {
            "requester_verified": chance.choice((True, True, None, False)),
            "instrument": Instrument(True, chance.choice((True, True, None))),
            "requester_proof": "call_back", "instrument_check": "court_record",
        },
        "name_body": lambda: {
            "requester_body": chance.choice((walk.body, "nobody")),
            "requester_proof": "call_back", "instrument_check": "court_record",
        },
        "review": lambda: {"opinion": chance.choice(("grant", "deny")), "needed": lawful},
        "finish_review": lambda: {"opinion": chance.choice(("grant", "deny")), "needed": lawful},
        "ask": lambda: {"questions": 1, "asked_for": ("scope",)},
        "consolidate": lambda: {"memo": chance.choice(("", PAPER))},
        "approve": lambda: {"grants": chance.choice((lawful, some(chance, items)))},
        "deny": lambda: {"refusals": ()},
        "reopen": lambda: {"cause": "verdict_changed"},
        "notify": lambda: {"letter": PAPER},
        "tell_late": lambda: {"letter": PAPER},
        "delay_notice": lambda: {"until": today + dt.timedelta(days=30), "basis": "hipaa_512f", "order": PAPER},
        "shorten_window": lambda: {"court_date": today, "order": PAPER},
        "clear": lambda: chance.choice(
            ({"cause": "window_over"}, {"cause": "waived", "waivers": PAPER}, {"cause": "no_window"})
        ),
        "challenge": lambda: {"ground": "not_me", "items": some(chance, lawful)},
        "decide_challenge": lambda: {"number": 1, "outcome": "rejected", "freed": lawful},
        "stay": lambda: {"cause": "suit"},
        "end_stay": lambda: {"cause": "review_over"},
        "hold": lambda: {"cause": "litigation"},
        "lift_hold": lambda: {"number": len(docket.holds), "cause": "cause_gone"},
        "reverse": lambda: {"partly": False},
        "appeal_part": lambda: {"follow_up": new_docket(), "items": some(chance, items)},
        "package": lambda: {"manifest": MANIFEST, "items": chance.choice((lawful, some(chance, items)))},
        "check": lambda: {"manifest": packed},
        "fail_check": lambda: {"manifest": packed},
        "agree_to_seal": lambda: {"manifest": packed},
        "release": lambda: {"manner": "picked_up"},
        "dispose": lambda: {"certified_on": today, "method": "erased", "certificate": PAPER},
        "recall": lambda: {"cause": "error"},
        "correct": lambda: {"notice": PAPER},
        "review_emergency": lambda: {"finding": "justified"},
        "review_outside": lambda: {"outcome": "upheld"},
        "extend": lambda: {"clock": ClockName.VERIFY, "until": today + dt.timedelta(days=9), "memo": PAPER},
        "run_out": lambda: {"clock": ClockName.VERIFY},
    }  # fmt: skip
    return makers[act]() if act in makers else {}


FIELDS = {
    "docket_request": {"instrument_form": "copy"},
    "package": {"parameters": SETTINGS},
    "search_roll": {"parameters": SETTINGS, "matched": "1-10"},
    "seek_wrong": {"parameters": SETTINGS},
    "correct": {"fields": ["contact"], "people": "1-10"},
    "note_returned": {"returned": "0"},
    "correct_entry": {},
}


def tried(walk, chance):
    """One random act by whoever might do it; True if it was done."""
    docket = walk.docket
    possible = [act for act in ACTS if find(act, docket.state)]
    act = chance.choice(possible if chance.random() < 0.95 else ACTS)
    row = find(act, docket.state)
    roles = sorted(role for role in (row.roles if row else Role) if role.value in walk.desk.who)
    if not roles:
        return False
    if act == "seal":
        return done(walk.seal)
    fields = {"paper_fields": FIELDS[act]} if act in FIELDS else {}
    return done(lambda: walk.do(act, chance.choice(roles), **given(act, walk, chance), **fields))


def done(act):
    """Whether it was done. What the engine lets pass, the log must take: a fault of the log fails the test."""
    try:
        act()
    except (Refused, CaseworkError):
        return False
    return True


def walked(desk, seed, acts):
    """A random walk; how many acts were done."""
    chance = random.Random(seed)
    request = chance.choice(REQUESTS)
    walk = Walk(desk, request(), body="" if request is own else None)
    stop = chance.choice(["", *STOPS])
    count = 0
    if stop and request is order:
        STOPS[stop](walk)
    for _ in range(acts):
        count += tried(walk, chance)
        if chance.random() < 0.015:
            walk.tick(days=chance.randint(0, 12))
    check(walk)
    return count


def check(walk):
    sound(walk)
    acts = walk.acts
    for leaving, needed in {
        "release": (
            "verify",
            "judge",
            "finish_review",
            "approve",
            "clear",
            "package",
            "check",
            "agree_to_seal",
            "seal",
        ),
        "seal": ("check", "agree_to_seal"),
    }.items():
        if leaving in acts:
            before = acts[: acts.index(leaving)]
            assert [act for act in needed if act not in before] == []
    released = [one for one in queries.history(walk.id) if one.act == "release"]
    assert len(released) <= 1


@pytest.mark.parametrize("seed", range(6))
def test_random_acts_leave_a_docket_that_its_events_rebuild(walking_desk, seed):
    walked(walking_desk, seed, 25)


def test_the_log_of_random_acts_is_whole(walking_desk):
    assert verified(walking_desk) == 0


BATCH = 100


@pytest.fixture
def a_new_desk(tmp_path, django_db_blocker, request):
    """A desk and a log of its own: the machine's pass goes over every open docket of a desk each time."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        desk = stack.enter_context(a_desk(tmp_path / "desk", url))
        words = rules.add_letter(
            code="late_notice", language="en", text="We gave ...", by=desk.who["notice_officer"], at=desk.minute()
        )
        rules.review_letter(letter=words.pk, by=desk.who["reviewer_counsel"], at=desk.minute())
        yield desk


@pytest.mark.long
@pytest.mark.parametrize("first", range(1_000, 3_000, BATCH))
def test_thousands_of_random_dockets(a_new_desk, first, capsys):
    done_ = sum(walked(a_new_desk, seed, 6) for seed in range(first, first + BATCH))
    with capsys.disabled():
        print(f"\n{BATCH} random dockets, {6 * BATCH} acts tried, {done_} done")
    assert done_ > BATCH
    assert verified(a_new_desk) == 0


@pytest.mark.long
def test_thousands_of_random_acts(walking_desk, capsys):
    done_ = sum(walked(walking_desk, seed, 50) for seed in range(100, 140))
    with capsys.disabled():
        print(f"\n2,000 acts tried, {done_} done")
    assert done_ > 200
    assert verified(walking_desk) == 0
