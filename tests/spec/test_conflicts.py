"""Every place where law meets law is known, explained in a pack, and shown by a case that the interpreter bears out."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from tests.spec.test_teeth import SETTLED, sabotaged
from typer.testing import CliRunner

from ostiary.cli.main import app
from ostiary.decide.conflicts import Clash, Doubt, conflicts
from ostiary.decide.interpret import lives
from ostiary.decide.verdict import Outcome
from ostiary.errors import PackError
from ostiary.law.defeat import defeat_graph
from ostiary.law.known_clash import read_known_clashes
from ostiary.law.meaning import Missing

SINCE = dt.date(2026, 1, 1)


@pytest.fixture(scope="module")
def found(bundle):
    return list(conflicts(bundle, SINCE))


def test_every_clash_is_explained_and_every_explanation_is_of_a_clash(bundle, found):
    clashes = {(one.mandate, one.bar) for one in found if isinstance(one, Clash)}
    assert clashes == set(read_known_clashes(bundle))


def test_nothing_leaves_in_any_of_the_cases(bundle, found):
    for one in found:
        item = one.witness.judged(bundle)
        assert not item.outcome.discloses
        if isinstance(one, Clash):
            full = lives(one.witness.reading(bundle), one.witness.copy).full
            assert full[one.mandate] is full[one.bar] is True
        elif bundle.by_id[one.rule].kind.helps:
            assert item.outcome in (Outcome.REFER, Outcome.CONFLICT)


def test_the_preemption_claim_meets_every_secrecy_that_it_could_be_said_to_break(found):
    met = {one.bar for one in found if isinstance(one, Clash) and one.mandate == "us.1373"}
    assert {"us.snap.safeguard", "us.medicaid.safeguard", "il.pac.11-9", "us.hipaa", "us.tanf.205-50"} <= met


def test_every_contested_rule_that_can_decide_says_why_it_is_doubtful(bundle, found):
    doubts = [one.rule for one in found if isinstance(one, Doubt)]
    assert len(doubts) > 30
    assert all(bundle.by_id[name].interpretation.why for name in doubts)


def test_a_case_cannot_be_made_smaller(bundle, found):
    clash = next(one for one in found if isinstance(one, Clash) and one.mandate == "us.1373")
    for name, value in clash.witness.facts.items():
        if name != "as_of" and isinstance(value, str):
            less = clash.witness.but({name: Missing.UNKNOWN})
            full = lives(less.reading(bundle), less.copy).full
            assert not (full[clash.mandate] is True and full[clash.bar] is True)


def test_a_new_clash_is_seen(bundle):
    worse = sabotaged(bundle, "gate.purpose", "statements.purpose_contradicted AND requester.identity_verified")
    worse = sabotaged(worse, "us.snap.C.violation", SETTLED)
    known = set(read_known_clashes(bundle))
    rules = tuple(rule if rule.id != "gate.purpose" else replace(rule, discretionary=False) for rule in worse.rules)
    worse = rebuilt(worse, rules)
    fresh = {(one.mandate, one.bar) for one in conflicts(worse, SINCE) if isinstance(one, Clash)} - known
    assert ("us.snap.C.violation", "gate.purpose") in fresh


def rebuilt(bundle, rules):
    return replace(bundle, rules=rules, defeat=defeat_graph(rules), _at={})


def test_the_command_ends_with_0_only_when_all_is_explained():
    done = CliRunner().invoke(app, ["conflicts", "us.med.mfcu", "--since", "2026-01-01", "--json"])
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert {(one["mandate"], one["bar"]) for one in told["clashes"]} == {
        ("us.med.mfcu", "il.acp"),
        ("us.med.mfcu", "us.ssn"),
    }
    assert all(one["explained"] and one["request"] and len(one["texts"]) == 2 for one in told["clashes"])


WRONG = [
    # entry                                                                     the message has
    ("- {mandates: [us.1373], bars: [us.snap.safegard], because: x}", "did you mean `us.snap.safeguard`?"),
    ("- {mandates: [us.snap.safeguard], bars: [us.hipaa], because: x}", "a mandate must stand here"),
    ("- {mandates: [us.1373], bars: [us.hipaa], why: x}", "unknown key `why`"),
    ("- {mandates: [us.1373], bars: [us.hipaa, us.hipaa], because: x}", "is explained twice"),
    ("mandates: [us.1373]", "must be a list"),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_explanation_is_an_error_that_says_where(text, message, bundle, tmp_path):
    (tmp_path / "conflicts.yaml").write_text(text)
    pack = replace(bundle.packs[0], folder=tmp_path)
    with pytest.raises(PackError, match=message) as fault:
        read_known_clashes(replace(bundle, packs=(pack,)))
    assert "conflicts.yaml" in str(fault.value)
