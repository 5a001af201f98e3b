"""Random dockets, thousands of acts: the events give the docket again, the ledger's own order agrees, I1 to I9 hold."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from ostiary.ledger.kinds import catalogue
from ostiary_web.casework.docket import replay as replaying
from ostiary_web.casework.docket.codec import CodecError
from ostiary_web.casework.docket.invariants import broken
from ostiary_web.casework.docket.machine import Step, step
from ostiary_web.casework.docket.states import DocketKind, State
from ostiary_web.casework.docket.world import Counterparty, Log
from tests.docket.making import ADA, BEN, Desk, at
from tests.docket.model import FIRST, HOLDS, SECOND, a_model_world, model

TRIED = {"acts": 0, "done": 0}


class RandomDocket(RuleBasedStateMachine):
    """Somebody does something, days pass, the world changes; whatever happens, what must hold holds."""

    @initialize(
        track=st.sampled_from(["adverse", "own", "program", "emergency"]),
        kind=st.sampled_from([DocketKind.REQUEST] * 4 + [DocketKind.PRESERVATION]),
    )
    def begin(self, track, kind):
        self.desk = Desk(a_model_world(track), kind=kind)

    @rule(data=st.data(), times=st.integers(1, 6))
    def act(self, data, times):
        for _ in range(times):
            self.one_act(data)

    def one_act(self, data):
        desk, world = self.desk, self.desk.world
        moves = list(model(leave_out=()).moves(desk.docket, world))
        if not moves:
            return
        # What leads onward is tried more often, so that long lives are seen too.
        onward = [one for one in moves if one.act not in HOLDS | {"withdraw", "redirect", "reopen", "extend"}]
        move = data.draw(st.sampled_from(onward or moves) if data.draw(st.booleans()) else st.sampled_from(moves))
        TRIED["acts"] += 1
        found = step(
            desk.docket, world, move.act, move.by, move.role, world.now, second=move.second, **dict(move.given)
        )
        if isinstance(found, Step):
            TRIED["done"] += 1
            assert broken(desk.docket, found, world) == ()
            desk.docket = found.docket
            desk.events.append(found.event)
            # Every entry is one that the public log's own order allows: a watchdog's verifier would say the same.
            desk._enter(found.entry_kind, found.entry_public)
            known = set(found.entry_public) | set(found.entry_later)
            assert known <= set(catalogue().kind(found.entry_kind).public)

    @rule(days=st.integers(1, 40))
    def wait(self, days):
        self.desk.when(now=self.desk.world.now + timedelta(days=min(days, 400 - self._age())))

    def _age(self):
        return (self.desk.world.today - self.desk.docket.received).days

    @rule(other=st.sampled_from([FIRST, SECOND, None]))
    def law(self, other):
        self.desk.when(verdict=other)

    @precondition(lambda self: self.desk.world.log.writable is True)
    @rule(log=st.sampled_from([Log(True, True, True), Log(True, True, None), Log(None, True, True)]))
    def log(self, log):
        self.desk.when(log=log)

    @rule(frozen=st.sampled_from([True, None, False]))
    def body(self, frozen):
        self.desk.when(counterparty=replace(self.desk.world.counterparty or Counterparty(), frozen=frozen))

    @rule()
    def mend(self):
        good = a_model_world()
        self.desk.when(log=good.log, counterparty=good.counterparty, verdict=self.desk.world.verdict or FIRST)

    def teardown(self):
        """The stored events give the stored docket."""
        if hasattr(self, "desk"):
            desk = self.desk
            plain = [replaying.event_to_plain(event) for event in desk.events]
            assert replaying.replay(desk.opened, map(replaying.event_from_plain, plain)) == desk.docket
            assert replaying.docket_from_plain(replaying.docket_to_plain(desk.docket)) == desk.docket
            assert len(desk.entries) == desk.docket.events == len(desk.events) + 1


def some(examples, steps):
    return settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )


TestRandomDockets = RandomDocket.TestCase
TestRandomDockets.settings = some(8, 30)


@pytest.mark.long
def test_thousands_of_random_acts():
    run_state_machine_as_test(RandomDocket, settings=some(400, 60))
    print(f"\n{TRIED['acts']} acts tried, {TRIED['done']} done")
    assert TRIED["done"] > 1000


def test_an_event_that_does_not_follow_is_refused():
    desk = at("docketed")
    first, *_ = desk.events
    with pytest.raises(CodecError, match="does not follow"):
        replaying.replay(desk.opened, [first, first])
    forged = replace(first, changes=(*first.changes, ("state", State.RELEASED)))
    with pytest.raises(CodecError, match="no act changes"):
        replaying.replay(desk.opened, [forged])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("by"),
        lambda data: data.update(extra=1),
        lambda data: data.update(target="somewhere"),
        lambda data: data["changes"].update(verdct=None),
        lambda data: data["changes"].update(track=7),
        lambda data: data.update(at="yesterday"),
    ],
)
def test_a_stored_event_is_read_strictly(spoil):
    data = replaying.event_to_plain(at("docketed").events[0])
    spoil(data)
    with pytest.raises(CodecError):
        replaying.event_from_plain(data)


def test_a_stored_docket_is_read_strictly_and_no_message_holds_a_value():
    data = replaying.docket_to_plain(at("approved").docket)
    data["decision"]["choices"][0]["key"]["who"] = 7
    with pytest.raises(CodecError) as caught:
        replaying.docket_from_plain(data)
    assert str(caught.value) == "Docket.decision.choices.key.who: does not fit"


def test_the_same_act_twice_is_refused_the_second_time():
    desk = at("sealed").do("release")
    assert desk.refused("release") == "state"
    assert desk.docket.package.items == (ADA, BEN)
