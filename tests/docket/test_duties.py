"""Separation of duties, S1 to S12: each rule with who it stops, and that the rest may go on."""

import datetime as dt
from dataclasses import replace

import pytest

from ostiary_web.casework.docket import duties
from ostiary_web.casework.docket.bulk import MOST, BulkStep, bulk
from ostiary_web.casework.docket.roles import NEVER_ACT, OFFICIALS, Role
from ostiary_web.casework.docket.snapshot import Choice, ClockName, Settled
from ostiary_web.casework.docket.staffing import CONTESTED, Member, staffing
from ostiary_web.casework.docket.states import DocketKind, State
from ostiary_web.casework.docket.world import Delegation
from tests.docket.making import ADA, FAR, LINKED, NOON, PAPER, POLICY, Desk, a_person, a_world, an_opened, at


@pytest.mark.parametrize("stake", [True, None])
def test_s1_nobody_acts_where_they_have_a_part_or_have_not_said_that_they_have_none(stake):
    assert at("decision").has("dan", stake=stake).refused("approve") == "duty_s1"


def test_s1_an_outsider_acts_only_in_a_docket_of_their_own():
    desk = Desk().has("quinn", party_to=frozenset())
    assert desk.refused("withdraw", "quinn") == "duty_s1"


def test_s2_two_reviewers_of_two_units_each_once():
    desk = at("in_review").do("review", "cora")
    assert desk.refused("finish_review", "cora") == "duty_s2"
    desk.has("priya", unit="unit of cora")
    assert desk.refused("finish_review", "priya") == "duty_s2"
    desk.has("priya", unit="")
    assert desk.refused("finish_review", "priya") == "duty_s2"
    desk.has("priya", unit="privacy").do("finish_review", "priya")
    assert desk.docket.state is State.CONSOLIDATING


def test_s2_reviewers_are_blind_until_both_have_submitted():
    roles = {"cora": frozenset({Role.REVIEWER_COUNSEL}), "audra": frozenset({Role.AUDITOR})}
    one, two = at("in_review").do("review", "cora").docket, at("consolidating").docket

    assert not duties.may_read_reviews(one, "cora", roles, 2, True)
    assert duties.may_read_reviews(two, "cora", roles, 2, True)
    assert duties.may_read_reviews(one, "audra", roles, 2, True)
    assert duties.may_read_reviews(one, "cora", roles, 2, False)


@pytest.mark.parametrize(
    ("acted", "state", "act", "role"),
    [
        ("ines", "in_review", "review", Role.REVIEWER_COUNSEL),
        ("vera", "in_review", "review", Role.REVIEWER_PRIVACY),
        ("ines", "decision", "approve", Role.DECIDER),
        ("cora", "decision", "approve", Role.DECIDER),
        ("leda", "decision", "approve", Role.DECIDER),
        ("dan", "cleared", "package", Role.CUSTODIAN),
        ("dan", "packaged", "check", Role.CHECKER),
        ("cyd", "packaged", "check", Role.CHECKER),
        ("dan", "sealed", "release", Role.RELEASE_OFFICER),
        ("cyd", "sealed", "release", Role.RELEASE_OFFICER),
        ("chet", "sealed", "release", Role.RELEASE_OFFICER),
        ("kay", "sealed", "release", Role.RELEASE_OFFICER),
    ],
)  # fmt: skip
def test_s3_who_acted_in_one_role_does_not_act_in_one_kept_apart(acted, state, act, role):
    desk = at(state)
    held = desk.world.people[acted]
    desk.has(acted, roles=held.roles | {role}, trained={**held.trained, role: FAR})
    assert desk.refused(act, acted, role) == "duty_s3"


def test_s3_opening_a_docket_again_frees_nobody():
    desk = at("approved").do("reopen", "leda").do("revise_verdict", "bot")
    desk.has("dan", roles=frozenset({Role.REVIEWER_COUNSEL}), trained={Role.REVIEWER_COUNSEL: FAR})
    assert desk.refused("review", "dan") == "duty_s3"


def test_s4_the_hearing_officer_is_new_to_the_docket():
    desk = at("notified").do("challenge").do("stay")
    desk.has("nora", roles=frozenset({Role.HEARING_OFFICER}), trained={Role.HEARING_OFFICER: FAR})
    assert desk.refused("decide_challenge", "nora") == "duty_s4"
    desk.do("decide_challenge", "hugo").do("end_stay", "hugo")


def test_s4_on_appeal_reviewers_and_decider_are_new():
    refused = (Choice(ADA, Settled.REFUSED, "order_stayed", PAPER),)
    desk = at("decision").do("deny", refusals=refused).do("appeal").do("reverse").do("revise_verdict")
    assert desk.docket.before == ("cora", "dan", "priya")
    assert desk.refused("review", "cora") == "duty_s4"
    desk.has("cara", roles=frozenset({Role.REVIEWER_COUNSEL}), trained={Role.REVIEWER_COUNSEL: FAR})
    desk.do("review", "cara")


def test_s4_in_a_linked_docket_the_people_of_the_first_are_barred():
    first = at("approved").do("appeal_part")
    opened = an_opened(first.world, id=LINKED, kind=DocketKind.APPEAL, parent=first.docket)
    assert opened.docket.before == ("cora", "dan", "priya")
    assert opened.entry_public["follows"] == first.docket.id
    assert an_opened(first.world, kind=DocketKind.APPEAL, parent=first.docket).reason == "parent"


@pytest.mark.parametrize(("days", "reason"), [(10, "duty_s5"), (90, "duty_s5"), (91, "")])
def test_s5_who_wrote_a_deciding_rule_decides_nothing_for_90_days(days, reason):
    desk = at("decision").has("dan", wrote={"rule-a": NOON.date() - dt.timedelta(days=days)})
    assert getattr(desk.attempt("approve"), "reason", "") == reason


def test_s5_an_idle_rule_binds_nobody():
    at("decision").has("dan", wrote={"rule-z": NOON.date()}).do("approve")


@pytest.mark.parametrize("changes", [{"administers": True}, {"roles": frozenset({Role.INTAKE, Role.AUDITOR})}])
def test_s6_administrators_and_auditors_move_nothing(changes):
    assert Desk().has("ines", **changes).refused("docket_request", "ines") == "duty_s6"


@pytest.mark.parametrize(
    "changes",
    [
        {"trained": {}},
        {"trained": {Role.DECIDER: NOON.date() - dt.timedelta(days=1)}},
        {"trained": {Role.INTAKE: FAR}},
        {"attested": ""},
        {"attested": PAPER},
    ],
)
def test_s7_a_role_is_used_only_with_its_training_and_the_policy_in_force(changes):
    assert at("decision").has("dan", **changes).refused("approve") == "duty_s7"


def test_s7_where_no_policy_is_known_nobody_has_attested_to_it():
    assert at("decision").when(policy="").has("dan", attested="").refused("approve") == "duty_s7"


def test_s8_a_role_is_lent_for_days_and_dockets_and_never_past_an_exclusion():
    day, desk = NOON.date(), at("decision")
    lent = Delegation(Role.DECIDER, "dan", day, day, frozenset({desk.docket.id}))
    trained = {Role.DECIDER: FAR, Role.NOTICE_OFFICER: FAR}

    def with_(**changes):
        return desk.has("nora", trained=trained, delegations=(replace(lent, **changes),)).attempt(
            "approve", "nora", Role.DECIDER
        )

    assert not hasattr(with_(), "reason")
    assert with_(until=day - dt.timedelta(days=1)).reason == "not_held"
    assert with_(since=day + dt.timedelta(days=1)).reason == "not_held"
    assert with_(scope=frozenset({LINKED})).reason == "not_held"
    assert with_(lender="nora").reason == "not_held"
    desk.has("cora", trained=trained, delegations=(lent,))
    assert desk.refused("approve", "cora", Role.DECIDER) == "duty_s3"


def test_s9_a_limit_is_moved_by_two_people_with_a_memo_and_only_an_internal_one():
    desk, later = at("in_review"), NOON.date() + dt.timedelta(days=11)
    gift = {"clock": ClockName.REVIEW, "until": later, "memo": PAPER}
    assert desk.refused("extend", second="exa", **gift) == "second"
    assert desk.refused("extend", **(gift | {"until": desk.docket.clock(ClockName.REVIEW).due})) == "given_until"
    assert desk.refused("extend", **(gift | {"until": FAR})) == "given_until"
    assert desk.refused("extend", **(gift | {"memo": ""})) == "given_clock"
    assert desk.refused("extend", **(gift | {"clock": ClockName.WINDOW})) == "given_clock"

    assert desk.do("extend", **gift).docket.clock(ClockName.REVIEW).due == later


def many(count):
    world = a_world()
    from ostiary.ledger.entry import new_docket

    return [(an_opened(world, id=new_docket()).docket, world) for _ in range(count)]


def test_s10_a_bulk_act_is_small_seconded_whole_and_published():
    cases = many(3)
    sign = ("leda", Role.LEAD_COUNSEL, "exa", Role.EXECUTIVE, NOON)
    done = bulk(cases, "hold", *sign, cause="litigation")

    assert isinstance(done, BulkStep)
    assert len(done.steps) == 3
    assert done.entry_kind == "bulk.done"
    assert done.entry_public["dockets"] == 3
    assert done.listed == tuple(sorted(docket.id for docket, _ in cases))
    assert bulk(many(MOST + 1), "hold", *sign, cause="litigation").reason == "bulk_many"
    assert bulk([], "hold", *sign, cause="litigation").reason == "bulk_many"
    assert bulk(cases[:1] * 2, "hold", *sign, cause="litigation").reason == "bulk_many"
    assert bulk(cases, "approve", *sign, grants=(ADA,)).reason == "bulk_act"
    alone = ("leda", Role.LEAD_COUNSEL, "leda", Role.LEAD_COUNSEL, NOON)
    assert bulk(cases, "hold", *alone, cause="litigation").reason == "bulk_second"
    assert bulk([*cases, (at("closed").docket, a_world())], "hold", *sign, cause="litigation").reason == "state"


def test_s11_who_holds_the_logs_key_seals_and_releases_nothing():
    desk = at("packaged").do("check")
    desk.has("kay", keys=frozenset({"log"}))
    assert desk.refused("agree_to_seal", "kay") == "duty_s11"
    desk.has("kay", keys=None)
    assert desk.refused("agree_to_seal", "kay") == "duty_s11", "not known who has it is not known to be another"


def test_s12_the_machine_does_what_the_table_lets_it_and_never_as_somebody_else():
    desk = at("decision")
    desk.has("bot", roles=frozenset({Role.MACHINE, Role.DECIDER}), trained={Role.DECIDER: FAR})
    assert desk.refused("approve", "bot", Role.DECIDER) == "duty_s12"


def test_a_second_person_is_another_one_with_the_other_role_and_duties_of_their_own():
    desk = at("docketed")
    assert desk.refused("refuse_form", second="") == "second"
    assert desk.refused("refuse_form", second="vera") == "second"
    assert desk.refused("refuse_form", second="nora") == "not_held"
    desk.has("leda", attested=PAPER)
    assert desk.refused("refuse_form") == "duty_s7"
    desk.has("leda", attested=POLICY).do("refuse_form")
    assert "leda" in desk.docket.who(Role.LEAD_COUNSEL)


def everybody(count, **changes):
    return [replace(Member(f"p{n}", f"u{n}", OFFICIALS - NEVER_ACT), **changes) for n in range(count)]


@pytest.mark.parametrize(
    ("roster", "blocked"),
    [
        (everybody(4), ()),
        (everybody(3), ("S3",)),
        (everybody(4, unit="one"), ("S2",)),
        (everybody(4, administers=True), None),
        (everybody(4, roles=OFFICIALS - NEVER_ACT - {Role.CHECKER}), ("nobody may act as checker",)),
        (everybody(9, holds_log_key=True), None),
    ],
    ids=["four", "three", "one-unit", "administrators", "no-checker", "log-keys"],
)
def test_staffing_names_the_rule_that_blocks_a_roster(roster, blocked):
    found = staffing(roster)
    assert found.enough is (blocked == ())
    if blocked:
        assert found.blocked == blocked


def test_an_objection_and_an_appeal_need_two_more_people():
    assert not staffing(everybody(5), CONTESTED).enough
    assert staffing(everybody(6), CONTESTED).enough


def test_the_roster_that_staffing_finds_walks_a_docket_to_its_end():
    found = staffing(everybody(4)).assignment
    world = a_world()
    roles = {name: [role for role, one in found.items() if one == name] for name in found.values()}
    people = {name: a_person(name, *held) for name, held in roles.items()}
    people |= {name: world.people[name] for name in ("bot", "reese")}
    desk = at("closed", a_world(people=people), by=found)

    assert len({one.person for one in desk.docket.acted} - {"bot", "reese"}) == 4
