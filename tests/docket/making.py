"""Makers for dockets: a full desk of people, a world in which all is well, and a desk that walks a docket."""

import datetime as dt
from dataclasses import replace
from functools import cache

from ostiary.decide.verdict import Outcome
from ostiary.law.bundle import load_bundle
from ostiary.ledger.entry import Entry, new_docket
from ostiary.ledger.kinds import catalogue
from ostiary.ledger.order import unmet
from ostiary_web.casework.docket.calendar import Calendar, first_filling
from ostiary_web.casework.docket.machine import RULES, Step, step
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.opening import Opened, open_docket
from ostiary_web.casework.docket.replay import event_from_plain, event_to_plain, replay
from ostiary_web.casework.docket.roles import OUTSIDERS, Role
from ostiary_web.casework.docket.snapshot import DocketVerdict, Instrument, ItemKey, JudgedItem
from ostiary_web.casework.docket.states import DocketKind
from ostiary_web.casework.docket.transitions import TABLE, find
from ostiary_web.casework.docket.world import Counterparty, Law, Log, Person, World
from tests.conftest import ROOT

ZONE = dt.timezone(dt.timedelta(hours=-6))
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=ZONE)  # a Monday
FAR = dt.date(2027, 12, 31)
POLICY = "sha256:" + "a" * 64
BUNDLE = "sha256:" + "b" * 64
FACTS = "sha256:" + "c" * 64
PAPER = "sha256:" + "d" * 64
MANIFEST = "sha256:" + "e" * 64
KEY = "sha256:" + "f" * 64
ID = new_docket(lambda n: bytes(range(n)))
RELEASE = new_docket(lambda n: bytes(range(1, n + 1)))
LINKED = new_docket(lambda n: bytes(range(2, n + 2)))

ADA = ItemKey("p1", "program-one", "address", "client")
ADA_PAY = ItemKey("p1", "program-one", "income", "client")
BEN = ItemKey("p2", "program-one", "address", "client")
BEN_SECRET = ItemKey("p2", "program-two", "diagnosis", "client")

# Who does what at a desk with one person for each role; names begin like the role's.
DESK = {
    "ines": Role.INTAKE,
    "vera": Role.VERIFIER,
    "cora": Role.REVIEWER_COUNSEL,
    "priya": Role.REVIEWER_PRIVACY,
    "leda": Role.LEAD_COUNSEL,
    "theo": Role.THIRD_REVIEWER,
    "dan": Role.DECIDER,
    "exa": Role.EXECUTIVE,
    "nora": Role.NOTICE_OFFICER,
    "hugo": Role.HEARING_OFFICER,
    "cyd": Role.CUSTODIAN,
    "chet": Role.CHECKER,
    "rolf": Role.RELEASE_OFFICER,
    "kay": Role.KEY_HOLDER,
    "rita": Role.RECORDS_OFFICER,
    "abe": Role.APPEAL_OFFICER,
    "pia": Role.PUBLISHER,
    "paul": Role.POLICY_AUTHOR,
    "petra": Role.POLICY_APPROVER,
    "audra": Role.AUDITOR,
    "quinn": Role.REQUESTER,
    "reese": Role.RECIPIENT,
    "ada": Role.CONCERNED,
    "ola": Role.OVERSEER,
    "bot": Role.MACHINE,
}
NAMES = {role: name for name, role in DESK.items()}


@cache
def procedure():
    return load_bundle([ROOT / "packs" / "us-federal"]).procedure


@cache
def calendar():
    return Calendar(frozenset(first_filling("IL", [2026, 2027])), FAR)


def a_person(name, *roles, **changes):
    """Trained, attested, with no stake; each of a unit of their own."""
    found = frozenset(roles or {DESK[name]})
    outside = bool(found & OUTSIDERS)
    values = {
        "stake": None if outside else False,
        "trained": {} if outside else dict.fromkeys(found, FAR),
        "attested": "" if outside else POLICY,
        "keys": frozenset(),
        "party_to": frozenset({ID, LINKED}) if outside else frozenset(),
    }
    return Person(name, f"unit of {name}", found, **(values | changes))


def a_verdict(**changes):
    """Ada's address is commanded, her income and Ben's address permitted; Ben's diagnosis is forbidden."""
    items = (
        JudgedItem(ADA, Outcome.MANDATED, Outcome.MANDATED, True, ("rule-a",)),
        JudgedItem(ADA_PAY, Outcome.RELEASE, Outcome.RELEASE, True, ("rule-b",)),
        JudgedItem(BEN, Outcome.RELEASE, Outcome.RELEASE, True, ("rule-b",)),
        JudgedItem(BEN_SECRET, Outcome.WITHHOLD, Outcome.WITHHOLD, True, ("rule-c",)),
    )
    return DocketVerdict(**({"bundle": BUNDLE, "facts": FACTS, "items": items, "needs_agreement": False} | changes))


def a_world(**changes):
    """A world in which nothing stands in the way."""
    values = {
        "now": NOON,
        "law": Law(BUNDLE, procedure(), frozenset({"paul", "petra"}), False),
        "calendar": calendar(),
        "people": {name: a_person(name) for name in DESK},
        "counterparty": Counterparty(True, False, KEY, FAR, FAR),
        "verdict": a_verdict(),
        "track": "adverse",
        "policy": POLICY,
        "log": Log(True, True, True),
        "roll": True,
    }
    return World(**(values | changes))


# What an act gives where a test does not care.
GIVEN = {
    "return_request": {"missing": ("identity",)},
    "redirect": {"cause": "other_agency"},
    "refuse_form": {"defects": ("not_signed",)},
    "verify": {
        "requester_verified": True,
        "instrument": Instrument(True, True, FAR),
        "requester_proof": "call_back",
        "instrument_check": "court_record",
    },
    "name_body": {
        "requester_body": "county_court",
        "requester_proof": "call_back",
        "instrument_check": "court_record",
    },
    "review": {"opinion": "grant", "needed": (ADA, ADA_PAY, BEN)},
    "finish_review": {"opinion": "grant", "needed": (ADA, ADA_PAY, BEN)},
    "ask": {"questions": 1, "asked_for": ("scope",)},
    "approve": {"grants": (ADA, BEN)},
    "reopen": {"cause": "verdict_changed"},
    "notify": {"letter": PAPER},
    "tell_late": {"letter": PAPER},
    "delay_notice": {"until": dt.date(2026, 6, 1), "basis": "a_rule", "order": PAPER},
    "shorten_window": {"court_date": dt.date(2026, 3, 5), "order": PAPER},
    "clear": {"cause": "window_over"},
    "challenge": {"ground": "not_me", "items": (ADA,)},
    "decide_challenge": {"number": 1, "outcome": "rejected", "freed": (ADA,)},
    "stay": {"cause": "suit"},
    "end_stay": {"cause": "review_over"},
    "hold": {"cause": "litigation"},
    "lift_hold": {"number": 1, "cause": "cause_gone"},
    "reverse": {"partly": False},
    "appeal_part": {"follow_up": LINKED, "items": (BEN_SECRET,)},
    "package": {"manifest": MANIFEST, "items": (ADA, BEN)},
    "check": {"manifest": MANIFEST},
    "fail_check": {"manifest": MANIFEST},
    "agree_to_seal": {"manifest": MANIFEST},
    "seal": {
        "release": RELEASE,
        "manifest": MANIFEST,
        "recipient_key": KEY,
        "retain_until": dt.date(2026, 12, 1),
    },
    "release": {"manner": "picked_up"},
    "recall": {"cause": "error"},
    "correct": {"notice": PAPER},
    "review_emergency": {"finding": "justified"},
    "review_outside": {"outcome": "upheld"},
    "deny": {"refusals": ()},
}


def an_opened(world, id=ID, clerk="ines", **changes):
    values = {"received": world.today, "body": "a-body"} | changes
    return open_docket(world, id, clerk, Role.INTAKE, world.now, **values)


class Desk:
    """A docket, its world, and what was done: every step is checked against the ledger's own order and by replay."""

    def __init__(self, world=None, *, rules=RULES, check=True, **opening):
        self.world = world or a_world()
        self.rules, self.check, self.names = rules, check, NAMES
        opened = an_opened(self.world, **opening)
        assert isinstance(opened, Opened), opened
        self.opened = self.docket = opened.docket
        self.events, self.entries = [], []
        self._enter(opened.entry_kind, opened.entry_public)

    def _enter(self, kind, public):
        entry = Entry(kind, self.docket.id, len(self.entries) + 1, self.world.today, dict(public), bytes(32))
        if self.check:
            assert unmet(catalogue(), self.entries, entry) == ()
        self.entries.append(entry)

    def attempt(self, act, who="", role=None, **given):
        """What the engine says of an act by this person, or by whoever has the first role that does it."""
        row = find(act, self.docket.state, self.rules.table)
        known = sorted(row.roles if row else {one for r in TABLE if r.act == act for one in r.roles})
        name = who or self.names[known[0]]
        person = self.world.people.get(name)
        held = person.roles if person else frozenset()
        role = role or next((one for one in known if one in held), None) or known[0]
        second = given.pop("second", self.names[min(row.second)] if row and row.second else "")
        given = GIVEN.get(act, {}) | given
        if act == "dispose" and "certified_on" not in given:
            given |= {"certified_on": self.world.today, "method": "erased", "certificate": PAPER}
        return step(self.docket, self.world, act, name, role, self.world.now, second=second, rules=self.rules, **given)

    def do(self, act, who="", role=None, **given):
        found = self.attempt(act, who, role, **given)
        assert isinstance(found, Step), f"{act}: {found}"
        self.docket = found.docket
        self.events.append(found.event)
        self._enter(found.entry_kind, found.entry_public)
        assert replay(self.opened, self.events) == self.docket
        assert event_from_plain(event_to_plain(found.event)) == found.event
        return self

    def refused(self, act, who="", role=None, **given):
        """The reason's code."""
        found = self.attempt(act, who, role, **given)
        assert isinstance(found, Refusal), f"{act} is not refused"
        return found.reason

    def wait(self, days):
        self.world = replace(self.world, now=self.world.now + dt.timedelta(days=days))
        return self

    def when(self, **changes):
        self.world = replace(self.world, **changes)
        return self

    def has(self, name, **changes):
        """Someone at the desk is otherwise than the maker made them."""
        people = dict(self.world.people)
        people[name] = replace(people.get(name) or a_person(name, Role.INTAKE), **changes)
        return self.when(people=people)


PATH = [
    "docket_request",
    "verify",
    "judge",
    "assign_reviewers",
    "review",
    "finish_review",
    "consolidate",
    "approve",
    "notify",
    "clear",
    "package",
    "check",
    "agree_to_seal",
    "agree_to_seal",
    "seal",
    "release",
    "receipt",
    "dispose",
    "close",
]
BY = {
    "review": Role.REVIEWER_COUNSEL,
    "finish_review": Role.REVIEWER_PRIVACY,
    "assign_reviewers": Role.MACHINE,
    "close": Role.MACHINE,
    "receipt": Role.RECIPIENT,
}


def at(state, world=None, by=None, **opening):
    """A desk whose docket has come to this state by the usual way. ``by``: who plays which role, where not the desk."""
    names = NAMES | (by or {})
    desk = Desk(world, clerk=names[Role.INTAKE], **opening)
    desk.names = names
    agreed = iter((Role.KEY_HOLDER, Role.RELEASE_OFFICER))
    for act in PATH:
        if desk.docket.state == state:
            break
        if act == "clear":
            desk.wait(20)
        role = next(agreed) if act == "agree_to_seal" else BY.get(act)
        desk.do(act, names[role] if role else "", role)
    assert desk.docket.state == state
    return desk


def preservation(world=None):
    return Desk(world, kind=DocketKind.PRESERVATION)
