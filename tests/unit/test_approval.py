"""A pack's `changes.yaml`: who approved that more may leave. What is wrong is named, with its line and the cure."""

import datetime as dt
import shutil
from dataclasses import replace

import pytest

from ostiary.errors import PackError
from ostiary.law.approval import Approval, covered, given_since, read_approvals
from ostiary.law.bundle import load_bundle

GOOD = """
- widens: [us.snap.B.gao, us.snap.safeguard]
  approved_by: "A. Example, General Counsel"
  approved_on: 2026-02-01
  cites: [snap_gao_7usc2020e8B]
  because: the auditors may read what they audit
"""


def law(bundle, folder, text):
    """The shipped law, with a `changes.yaml` in its base pack."""
    home = folder / "us-federal"
    home.mkdir()
    (home / "changes.yaml").write_text(text)
    base, *others = bundle.packs
    assert base.name == home.name
    return replace(bundle, packs=(replace(base, folder=home), *others))


def unapproved(packs, folder):
    """The shipped packs without anybody's approval."""
    return shutil.copytree(packs, folder / "packs", ignore=shutil.ignore_patterns("changes.yaml"))


def test_a_pack_without_the_file_has_no_approvals(packs, tmp_path):
    home = unapproved(packs, tmp_path)
    assert read_approvals(load_bundle([home / "demo-agency"], home)) == ()


def test_the_shipped_packs_say_that_no_counsel_approved_them(bundle):
    assert {found.approved_by for found in read_approvals(bundle)} == {"the authors of Ostiary, not counsel"}


def test_an_approval_is_read_and_is_no_part_of_the_law(tmp_path, packs, bundle):
    unapproved(packs, tmp_path)
    (tmp_path / "packs" / "us-federal" / "changes.yaml").write_text(GOOD)
    approved = load_bundle([tmp_path / "packs" / "demo-agency"], tmp_path / "packs")
    (found,) = read_approvals(approved)

    assert found.approved_by == "A. Example, General Counsel"
    assert found.approved_on == dt.date(2026, 2, 1)
    assert found.where == "us-federal/changes.yaml:2"
    assert approved.digest == bundle.digest


def one(rule, on=1, why="so"):
    return Approval((rule,), "somebody", dt.date(2026, 1, on), ("law",), why)


def test_a_rule_is_covered_by_the_latest_approval_that_names_it():
    assert covered([one("a", 1), one("a", 3), one("a", 2), one("b", 9)], "a") == one("a", 3)
    assert covered([one("a")], "c") is None
    assert covered([], "a") is None


def test_an_approval_of_an_earlier_change_approves_no_later_one():
    assert given_since([one("a")], [one("a"), one("a", 2), one("b")]) == (one("a", 2), one("b"))


WRONG = {
    "not a list": ((GOOD, "widens: [us.snap.B.gao]\n"), "changes.yaml:1: must be a list of approvals"),
    "a misspelt key": (("approved_by", "aproved_by"), "changes.yaml:3: approval 1: unknown key `aproved_by`; did you"),
    "nobody": (('"A. Example, General Counsel"', '""'), "changes.yaml:3: approval 1: `approved_by` must be text"),
    "blanks for a name": (('"A. Example, General Counsel"', '"  "'), "`approved_by` must be text, and not empty"),
    "no reason": (("  because: the auditors may read what they audit\n", ""), "key `because` is missing"),
    "an empty reason": (("the auditors may read what they audit", '""'), "`because` must be text, and not empty"),
    "no day": (("2026-02-01", '"soon"'), "changes.yaml:4: approval 1: `approved_on` must be a date"),
    "no such rule": (
        ("us.snap.B.gao", "us.snap.B.goa"),
        "there is no rule `us.snap.B.goa`; did you mean `us.snap.B.gao`",
    ),
    "a rule that is gone": (("us.snap.B.gao", "qqqq"), "there is no rule `qqqq`; name a rule that is in the law"),
    "no such authority": (("snap_gao_7usc2020e8B]", "zzz]"), "cites `zzz`, which is not in the register; register it"),
    "no rule": (("[us.snap.B.gao, us.snap.safeguard]", "[]"), "name at least one rule"),
    "no authority": (("[snap_gao_7usc2020e8B]", "[]"), "cite at least one authority"),
    "one rule as a text": (("[us.snap.B.gao, us.snap.safeguard]", "us.snap.B.gao"), "`widens` must be a list of texts"),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named(case, tmp_path, bundle):
    (old, new), told = case
    assert old in GOOD
    wrong = law(bundle, tmp_path, GOOD.replace(old, new))
    with pytest.raises(PackError) as fault:
        read_approvals(wrong)

    assert "us-federal/changes.yaml:" in str(fault.value)
    assert told in str(fault.value)
