"""A pack that is wrong does not load: file, line, rule, what is wrong, what to write."""

import shutil
from pathlib import Path

import pytest

from ostiary.errors import PackError
from ostiary.law.bundle import load_bundle

PACK = """
name: ours
version: "1"
title: our own State
layer: state
requires: [us-federal]
binds: [state_benefits_agency]
tags: {ours: our law}
"""
RULE = """
- id: ours.a
  kind: permit
  regime: ours
  title: A permit
  authority: [snap_safeguard_7usc2020e8]
  in_force: {from: 2020-01-01}
  interpretation: {status: settled}
  elements: copy.program = 'snap'
  when: requester.identity_verified
  lifts:
    - rule: us.snap.safeguard
      because: it says so
"""


def load(tmp_path: Path, packs: Path, rule: str, pack: str = PACK):
    folder = tmp_path / "ours"
    (folder / "rules").mkdir(parents=True)
    (folder / "pack.yaml").write_text(pack)
    (folder / "rules" / "a.yaml").write_text(rule)
    return load_bundle([folder], packs)


def test_a_lawful_pack_loads(tmp_path, packs):
    assert "ours.a" in load(tmp_path, packs, RULE).by_id


WRONG = {
    "a misspelt key": (("kind: permit", "kind: permit\n  efect: x"), "unknown key `efect`"),
    "a misspelt kind": (("kind: permit", "kind: permitt"), "`kind` cannot be `permitt`; did you mean `permit`?"),
    "no citation": (("[snap_safeguard_7usc2020e8]", "[]"), "a rule must cite at least one authority"),
    "a citation that is not registered": (("7usc2020e8]", "7usc2020]"), "cites `snap_safeguard_7usc2020`, which is not"),
    "a code that does not exist": (("'snap'", "'snapp'"), "unknown code `snapp` of programs; did you mean `snap`?"),
    "a fact that does not exist": (("identity_verified", "identity"), "unknown fact or definition `requester.identity`"),
    "a constant condition": (("requester.identity_verified", "1 = 1"), "compares two constants"),
    "a constant inside": (("requester.identity_verified", "requester.identity_verified OR TRUE"), "a constant inside"),
    "a comment": (("requester.identity_verified", "requester.identity_verified -- yes"), "a comment inside a condition"),
    "a second statement": (("requester.identity_verified", "'requester.identity_verified; DROP'"), "not a condition"),
    "IS NULL": (("requester.identity_verified", "requester.kind IS NULL"), "`IS` asks about NULL"),
    "COALESCE": (("requester.identity_verified", "COALESCE(instrument.signed, TRUE)"), "COALESCE"),
    "CASE": (("requester.identity_verified", "CASE WHEN instrument.signed THEN TRUE END"), "CASE is not allowed"),
    "LIKE": (("requester.identity_verified", "requester.state LIKE 'I%'"), "LIKE is not portable"),
    "a sub-query": (("requester.identity_verified", "purpose IN (SELECT 1)"), "sub-queries are not allowed"),
    "a bare code": (("requester.identity_verified", "requester.kind"), "is a code of requesters, not a yes or no"),
    "a compared yes or no": (("requester.identity_verified", "instrument.signed = TRUE"), "write it bare"),
    "an order of codes": (("requester.identity_verified", "purpose > 'audit'"), "only numbers and dates have an order"),
    "two types": (("requester.identity_verified", "purpose = requester.kind"), "is a code of purposes but"),
    "a class of other codes": (("requester.identity_verified", "purpose IN law_enforcement"), "holds requesters"),
    "an unguarded optional": (
        ("requester.identity_verified", "instrument.form = 'I-205'"),
        "`instrument.form` is optional and not guarded; write present(instrument.form) AND ... beside it",
    ),
    "present of what is not optional": (("requester.identity_verified", "present(purpose)"), "is not optional"),
    "a negated knows": (("requester.identity_verified", "NOT knows(instrument.signed)"), "`knows` may only stand"),
    "possibly in a permit": (("requester.identity_verified", "possibly(instrument.signed)"), "`possibly` may only stand"),
    "elements that read the request": (("copy.program = 'snap'", "instrument.signed"), "may only read element and copy"),
    "an unknown function": (("requester.identity_verified", "lower(requester.state) = 'il'"), "a fact's name must stand on one side"),
    "a lift of nothing": (("us.snap.safeguard", "us.snap.safegard"), "no rule; did you mean `us.snap.safeguard`?"),
    "a lift of a permit": (("us.snap.safeguard", "us.snap.B.gao"), "a permit; a forbid must stand there"),
    "a lift without a reason": (("      because: it says so\n", ""), "key `because` is missing"),
    "contested without why": (("status: settled", "status: contested"), "a contested reading must say `why`"),
    "dates turned round": (("from: 2020-01-01", "from: 2020-01-01, to: 2019-01-01"), "`to` must be later"),
    "an order without an end": (("kind: permit", "kind: permit\n  layer: order"), "an order without a date of end"),
    "an unknown duty": (("  lifts:", "  obligations:\n    - {do: notfy_counsel}\n  lifts:"), "`do` cannot be `notfy_counsel`"),
    "a bare no": (("A permit", "no"), "ambiguous"),
    "the same id on the same day": ((RULE, RULE + RULE), "its dates overlap"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_rule_does_not_load(tmp_path, packs, change, message):
    with pytest.raises(PackError) as fault:
        load(tmp_path, packs, RULE.replace(*change))

    assert message in str(fault.value)
    assert "ours/rules/a.yaml:" in str(fault.value)


def test_a_circle_of_defeat_does_not_load(tmp_path, packs):
    circle = (
        RULE
        + """
- id: ours.b
  kind: forbid
  regime: ours
  title: A forbid
  authority: [snap_safeguard_7usc2020e8]
  in_force: {from: 2020-01-01}
  interpretation: {status: settled}
  elements: copy.program = 'snap'
  overrides:
    - rule: ours.a
      because: it says so
"""
    )
    circle = circle.replace("us.snap.safeguard", "ours.b", 1)
    with pytest.raises(PackError, match="defeat each other in a circle: `ours"):
        load(tmp_path, packs, circle)


def test_two_rules_that_never_meet_may_point_at_each_other(tmp_path, packs):
    apart = (
        RULE.replace("us.snap.safeguard", "ours.b")
        + """
- id: ours.b
  kind: forbid
  regime: ours
  title: A forbid
  authority: [snap_safeguard_7usc2020e8]
  in_force: {from: 2020-01-01}
  interpretation: {status: settled}
  elements: copy.program = 'tanf'
  overrides:
    - rule: ours.a
      because: it says so
"""
    )
    assert "ours.b" in load(tmp_path, packs, apart).by_id


def test_agency_policy_may_only_forbid(tmp_path, packs):
    with pytest.raises(PackError, match="the agency layer may only forbid"):
        load(tmp_path, packs, RULE, PACK.replace("layer: state", "layer: agency"))


def test_a_pack_that_is_missing_is_named(tmp_path, packs):
    with pytest.raises(PackError, match="requires pack `us-wi`, which is not there"):
        load(tmp_path, packs, RULE, PACK.replace("us-federal", "us-wi"))


def test_a_stray_file_is_an_error(tmp_path, packs):
    shutil.copytree(packs / "us-federal", tmp_path / "us-federal")
    (tmp_path / "us-federal" / "rulez.yaml").write_text("- a\n")
    with pytest.raises(PackError, match="a pack has no such file"):
        load_bundle([tmp_path / "us-federal"])


def test_the_federal_pack_stands_alone(packs):
    assert load_bundle([packs / "us-federal"]).agency.name == "any State benefits agency"


def test_the_digest_is_of_the_law_not_of_the_place(tmp_path, packs, bundle):
    for name in ("us-federal", "us-il", "demo-agency"):
        shutil.copytree(packs / name, tmp_path / name)
    assert load_bundle([tmp_path / "demo-agency"], tmp_path).digest == bundle.digest

    rules = tmp_path / "us-il" / "rules" / "orders.yaml"
    rules.write_text(rules.read_text().replace("2025-09-18", "2025-09-19", 1))
    assert load_bundle([tmp_path / "demo-agency"], tmp_path).digest != bundle.digest
