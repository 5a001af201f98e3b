"""What the exhaustive search tries: who acts with what, how the world turns, and which worlds shut every way out."""

from dataclasses import replace
from datetime import timedelta

from ostiary.decide.verdict import Outcome
from ostiary.law.tracks import Procedure
from ostiary_web.casework.docket.machine import RULES
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.search import READ, Model, Move
from ostiary_web.casework.docket.snapshot import Choice, Hold, Instrument, ItemKey, JudgedItem, Settled
from ostiary_web.casework.docket.world import Counterparty, Log
from tests.docket.making import (
    ADA,
    BEN,
    FAR,
    GIVEN,
    KEY,
    NAMES,
    PAPER,
    a_person,
    a_verdict,
    a_world,
    procedure,
)

CARL = ItemKey("p3", "program-one", "address", "client")  # nobody named him
_ITEMS = (
    JudgedItem(ADA, Outcome.MANDATED, Outcome.MANDATED, True, ("rule-a",)),
    JudgedItem(BEN, Outcome.RELEASE, Outcome.RELEASE, True, ("rule-b",)),
    JudgedItem(CARL, Outcome.RELEASE, Outcome.RELEASE, False, ("rule-b",)),
)
FIRST = a_verdict(items=_ITEMS)
# Ben took his consent back: today's law withholds what the law of the request's day let go.
SECOND = a_verdict(facts="sha256:" + "9" * 64, items=(_ITEMS[0], replace(_ITEMS[1], now=Outcome.WITHHOLD), _ITEMS[2]))
# Notes that change nothing are tried once, elsewhere; here they would only cost time.
IDLE = {
    "acknowledge",
    "consult",
    "correct_entry",
    "review_outside",
    "note_returned",
    "open_entry",
    "search_roll",
    "run_out",
    "extend",
}
# After an appeal others review and decide: the spare ones, who do not act before.
SPARE, SPARED = {"cora2", "priya2", "dan2"}, {"cora", "priya", "dan"}
MANIFEST = GIVEN["package"]["manifest"]
_GROUND = "defective_instrument"


def law():
    """The shipped procedure, but that a clock may stand still only once: enough to see that it may not again."""
    found = procedure()
    limits = dict(found.limits)
    limits["decide"] = replace(limits["decide"], tolls=1, toll_days=20)
    return Procedure(found.tracks, limits)


def a_model_world(track="adverse", people=None):
    world = a_world(verdict=FIRST, track=track)
    world = replace(world, law=replace(world.law, procedure=law()))
    if people is None:
        people = dict(world.people)
        for name, role in (("cora2", Role.REVIEWER_COUNSEL), ("priya2", Role.REVIEWER_PRIVACY), ("dan2", Role.DECIDER)):
            people[name] = a_person(name, role)
        people = {name: replace(one, on_call=name in ("cora", "priya")) for name, one in people.items()}
    return replace(world, people=people)


def _choices(docket, world):
    """For each act, what can be given with it here."""
    package = docket.package
    granted = tuple(sorted(docket.decision.granted)) if docket.decision else ()
    open_ = [one for one in docket.challenges if not one.outcome]
    allowed = tuple(sorted(docket.allowed_items))
    manifest = {"manifest": package.manifest if package else MANIFEST}
    return {
        **{act: [given] for act, given in GIVEN.items()},
        "verify": [GIVEN["verify"]],
        "review": [{"opinion": "grant", "needed": (ADA, BEN)}],
        "finish_review": [{"opinion": "grant", "needed": (ADA, BEN)}, {"opinion": "deny", "needed": (ADA, BEN)}],
        "consolidate": [{"memo": PAPER}],
        "pass_on": [{}],
        "approve": [{"grants": grants} for grants in ((ADA, BEN), (ADA,), (ADA, CARL))],
        "deny": [{"refusals": _refusal(docket)}, {"refusals": ()}],
        "reopen": [{"cause": "verdict_changed"}],
        "notify": [{"letter": PAPER}],
        "delay_notice": [{"until": world.today.replace(year=2027), "basis": "a_rule", "order": PAPER}],
        "clear": [
            {"cause": "window_over"},
            {"cause": "waived", "waivers": PAPER},
            {"cause": "notice_delayed"},
            {"cause": "no_window"},
            {"cause": "court_shortened"},
        ],
        "challenge": [] if docket.challenges else [{"ground": "not_me", "items": granted[:1]}],
        "decide_challenge": [
            given
            for one in open_[:1]
            for given in (
                {"number": one.number, "outcome": "upheld"},
                {"number": one.number, "outcome": "rejected", "freed": one.items},
            )
        ],
        "hold": [] if docket.on_hold else [{"cause": "litigation"}],
        "lift_hold": [{"number": hold.number, "cause": "cause_gone"} for hold in docket.holds if hold.lifted is None],
        "appeal_part": [] if docket.linked else [GIVEN["appeal_part"] | {"items": (BEN,)}],
        "package": [manifest | {"items": items} for items in ((allowed,) if allowed else ()) + ((ADA, BEN),)],
        "check": [manifest],
        "fail_check": [manifest],
        "agree_to_seal": [manifest],
        "seal": [GIVEN["seal"] | manifest | {"retain_until": world.today.replace(year=2027)}],
        "dispose": [{"certified_on": world.today, "method": "erased", "certificate": PAPER}],
    }


def _refusal(docket):
    return (Choice(ADA, Settled.REFUSED, _GROUND, PAPER),) if docket.verdict else ()


DOUBTFUL = {
    "verify": [
        GIVEN["verify"],
        GIVEN["verify"] | {"requester_verified": False},
        GIVEN["verify"] | {"instrument": Instrument(True, False, FAR)},
        GIVEN["verify"] | {"instrument": Instrument(False, True, FAR)},
    ]
}
# Holds double every situation: the search asks on each edge what a hold would do, and a small search takes them up.
HOLDS = {"hold", "lift_hold"}
ASIDE = {
    "challenge",
    "stay",
    "appeal",
    "appeal_part",
    "withdraw",
    "return_request",
    "redirect",
    "refuse_form",
    "recall",
}


def model(rules=RULES, *, leave_out=HOLDS, turning=True, given=None, shutting=True):
    """The search's model under some rules. ``leave_out``: acts that are not tried. ``turning``: the law may change.

    ``given``: what is given with some acts instead of the usual. ``shutting``: ask on each edge what shuts it (I6).
    """
    skipped = IDLE | set(leave_out)

    def moves(docket, world):
        choices = None
        for row in rules.table:
            if docket.state not in row.sources or row.act in skipped:
                continue
            choices = choices or _choices(docket, world) | (given or {})
            second = NAMES[min(row.second)] if row.second else ""
            for name, person in world.people.items():
                if name in (SPARED if docket.before else SPARE):
                    continue
                for role in sorted(person.roles & row.roles):
                    for one in choices.get(row.act, [{}]):
                        yield Move(row.act, name, role, second, tuple(one.items()))

    def turns(docket, world):
        # Past each of them, not past the next alone: a day that this state does not read must not hide one that it does.
        for day in sorted({day for day in _last_days(docket) if day is not None and day >= world.today}):
            ahead = (day - world.today).days + 1
            yield f"{ahead} days pass", replace(world, now=world.now + timedelta(days=ahead))
        if turning and docket.verdict is not None and world.verdict == FIRST:
            yield "a consent is taken back", replace(world, verdict=SECOND)

    def shut(docket, world):
        if not shutting:
            return
        held = replace(docket, holds=(*docket.holds, Hold(99, "litigation", world.today)))
        yield "a hold stands", held, world
        for name, around in _shut_worlds(world):
            yield name, docket, around

    return Model(moves, turns, shut, rules)


def _last_days(docket):
    """The days whose passing opens or shuts something; waiting past others would change nothing that is read."""
    yield docket.preserve_until
    for part, name in ((docket.notice, "until"), (docket.decision, "lapses"), (docket.seal, "expires")):
        yield getattr(part, name, None)
    yield from (clock.due for clock in docket.clocks if clock.name in READ)


def _shut_worlds(world):
    yield "the body is frozen", replace(world, counterparty=Counterparty(True, True, KEY, FAR, FAR))
    yield "the body is not registered", replace(world, counterparty=None)
    yield "the rules are suspended", replace(world, law=replace(world.law, suspended=True))
    yield "whether the rules are suspended is not known", replace(world, law=replace(world.law, suspended=None))
    yield "another bundle is in use", replace(world, law=replace(world.law, bundle=KEY))
    yield "the log cannot be written", replace(world, log=Log(False, True, True))
    yield "the roll is gone", replace(world, roll=None)
    yield "the request cannot be judged", replace(world, verdict=None)
