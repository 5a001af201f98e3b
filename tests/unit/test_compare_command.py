"""`ostiary compare`: two small laws, requests, a roll of four people, and the gate that wants a name for each widening."""

import json
import shutil
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from typer.testing import CliRunner

from ostiary.cli import comparing
from ostiary.cli.main import app
from ostiary.errors import BadInput
from ostiary.law.approval import read_approvals

VOCABULARY = """
codes:
  programs: {meals: school meals}
  sources: {client: the client}
  element_groups: {contact: contact}
  element_classes: {C1: plain}
  agency_kinds: {office: an office}
  complete_groups: {flags: what is known of a person}
  askers: {teacher: a teacher, stranger: a stranger}
facts:
  request_date: {type: date, level: request, label: day, question: When?, by: intake}
  as_of: {type: date, level: request, label: law, question: As of when?, by: system}
  programs: {type: list of programs, level: request, label: programs, question: Which?, by: intake}
  elements_requested: {type: list of elements, level: request, label: elements, question: Which?, by: intake}
  asker: {type: askers, level: request, label: who asks, question: Who asks?, by: intake}
  element.id: {type: elements, level: element, label: element, question: Which?, by: system}
  copy.program: {type: programs, level: copy, label: program, question: Which?, by: system}
  flags.hidden: {type: bool, level: person, label: hidden, question: Is the person hidden?, by: custodian}
"""
ELEMENTS = """
- {id: phone, label: Phone, group: contact, class: C1, sources: [client], held_under: all}
- {id: street, label: Street, group: contact, class: C1, sources: [client], held_under: all}
"""
AUTHORITIES = """
- id: the_act
  citation: "1 XYZ 2"
  jurisdiction: "here"
  programs: "meals"
  effect: permits
  what: "What teachers may have."
  conditions: "None."
  elements: "all"
  requesters: "teachers"
  status: "In force"
  evidence: {mark: verified, note: "read"}
"""
RULES = """
- id: teacher
  kind: permit
  regime: ours
  title: Teachers may have a street
  authority: [the_act]
  in_force: {from: 2000-01-01}
  interpretation: {status: settled}
  elements: element.id = 'street'
  when: asker = 'teacher'
  lifts:
    - {rule: secret, because: it says so}
- id: secret
  kind: forbid
  regime: ours
  title: Records are secret
  tags: [ours]
  authority: [the_act]
  in_force: {from: 2000-01-01}
  interpretation: {status: settled}
  elements: element.id IN ('phone', 'street')
- id: hidden
  kind: forbid
  regime: ours
  title: The hidden stay hidden
  tags: [ours]
  authority: [the_act]
  in_force: {from: 2000-01-01}
  interpretation: {status: settled}
  elements: element.id IN ('phone', 'street')
  when: flags.hidden
"""
HEAD = """
name: base
version: "1"
title: A small law
layer: federal
binds: [office]
tags: {ours: our own}
agency: {name: The Office, kinds: [office]}
"""
REQUEST = """
request_date: 2026-03-10
asker: {asker}
programs: [meals]
elements_requested: [phone, street]
complete: [flags]
"""
# What NEW may do with the rules: (old text, new text).
PHONES_TOO = ("elements: element.id = 'street'\n  when", "elements: element.id IN ('phone', 'street')\n  when")
NONE_HIDDEN = ("when: flags.hidden", "when: flags.hidden AND asker = 'stranger'")

APPROVAL = """
- widens: [{rules}]
  approved_by: B. Example, counsel
  approved_on: 2026-03-01
  cites: [the_act]
  because: the Act says teachers may have it
"""


@dataclass(frozen=True)
class Change:
    rule: str
    words: str = "a stranger may have the street"
    request: dict = field(default_factory=dict)
    before: str = "withhold"
    after: str = "release"


@dataclass(frozen=True)
class Difference:
    widens: tuple = ()
    narrows: tuple = ()
    unknown: tuple = ()


@pytest.fixture(autouse=True)
def solver(monkeypatch):
    """What the solver would say; it has its own tests."""

    def say(**found):
        monkeypatch.setattr(comparing, "_difference", lambda old, new, since: Difference(**found))

    say()
    return say


def law(place, *changes, vocabulary=VOCABULARY, approvals=""):
    """A folder of packs with one small pack."""
    folder = place / "base"
    (folder / "rules").mkdir(parents=True)
    rules = RULES
    for old, new in changes:
        assert rules.count(old) == 1
        rules = rules.replace(old, new)
    texts = {
        "pack.yaml": HEAD,
        "vocabulary.yaml": vocabulary,
        "elements.yaml": ELEMENTS,
        "authorities.yaml": AUTHORITIES,
        "rules/a.yaml": rules,
        **({"changes.yaml": approvals} if approvals else {}),
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    return place


@pytest.fixture
def old(tmp_path):
    return law(tmp_path / "old")


@pytest.fixture
def requests(tmp_path):
    folder = tmp_path / "requests"
    folder.mkdir()
    for asker in ("stranger", "teacher"):
        (folder / f"{asker}.yaml").write_text(REQUEST.format(asker=asker))
    return folder


@pytest.fixture
def roll(tmp_path):
    """Four people: one is hidden, of one it is not known; one has no phone, one no file."""
    table = pa.table(
        {
            "id": [1, 2, 3, 4],
            "eats": [True, True, True, False],
            "hidden": pa.array([False, True, None, False]),
            "phone": ["1", None, "3", "4"],
            "street": ["a", "b", "c", "d"],
        }
    )
    parquet.write_table(table, tmp_path / "people.parquet")
    path = tmp_path / "roll.yaml"
    path.write_text(
        "roll: 1\nname: four people\nas_of: 2026-01-01\ntables: {people: people.parquet}\npeople: {table: people, id: id}\n"
        "programs: {meals: eats}\nfacts: {flags.hidden: {column: hidden}}\n"
        "copies:\n"
        "  - {element: phone, programs: [meals], columns: [phone], source: client}\n"
        "  - {element: street, programs: [meals], columns: [street], source: client}\n"
    )
    return path


def compare(*words):
    done = CliRunner().invoke(app, ["compare", *map(str, words)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_the_same_law_differs_in_nothing_and_passes(old, requests, roll):
    done = compare(old, old, "--requests", requests, "--roll", roll, "--gate")

    assert done.exit_code == 0
    assert "Widens: nothing." in done.stdout
    assert "2 requests compared, 4 items: 0 newly leave, 0 no longer do, 0 change otherwise." in done.stdout
    assert "+0 and −0 cells that leave, on 2 requests over the roll." in done.stdout
    assert "gate: open." in done.stdout


def test_a_request_that_newly_lets_out_is_shown_with_its_rule(tmp_path, old, requests):
    done = compare(old, law(tmp_path / "new", PHONES_TOO), "--requests", requests)

    assert done.exit_code == 0  # without --gate it only tells
    assert "1 newly leave" in done.stdout.replace("\n", " ")
    assert "teacher" in done.stdout
    assert "gate:" not in done.stdout


def test_over_the_roll_the_cells_are_counted(tmp_path, old, requests, roll):
    """Three have a file. Of the one who is hidden, and the one of whom it is not known, nothing leaves under OLD."""
    new = law(tmp_path / "new", PHONES_TOO, NONE_HIDDEN)
    found = json.loads(compare(old, new, "--requests", requests, "--roll", roll, "--json").stdout)
    stranger, teacher = found["roll"]

    assert (teacher["people"], teacher["cells"]) == (3, 5)
    assert (teacher["opens"], teacher["closes"]) == (4, 0)
    assert (stranger["opens"], stranger["closes"], stranger["flips"]) == (0, 0, [])
    told = {(flip["element"], flip["before"]["reason"]): flip["cells"] for flip in teacher["flips"]}
    assert told == {
        ("phone", "forbidden"): 2,
        ("street", "forbidden"): 1,
        ("street", "missing_facts"): 1,
    }


def test_the_sum_over_the_roll_stands_in_one_line(tmp_path, old, requests, roll):
    done = compare(law(tmp_path / "new", PHONES_TOO), old, "--requests", requests, "--roll", roll)

    assert "+0 and −1 cells that leave, on 2 requests over the roll." in done.stdout
    assert "may be given → stays" in " ".join(done.stdout.split())


# The gate


def gate(old, new, *words):
    return compare(old, new, "--gate", *words)


def test_a_widening_that_nobody_approved_closes_the_gate(tmp_path, old, requests):
    """It names the rule, the file, and what to write there."""
    new = law(tmp_path / "new", PHONES_TOO)
    done = gate(old, new, "--requests", requests)

    assert done.exit_code == 1
    assert f"Add to {new / 'base' / 'changes.yaml'}, and fill in:" in done.stdout
    assert "- widens: [teacher]" in done.stdout
    assert "cites: [the_act]" in done.stdout
    assert "gate: closed. Not approved: 1." in done.stdout


def test_what_it_says_to_write_is_refused_until_it_is_filled_in(tmp_path, old, requests):
    new = law(tmp_path / "new", PHONES_TOO)
    text = gate(old, new, "--requests", requests).stdout
    snippet = text[text.index("- widens:") : text.index("gate: closed")]
    (new / "base" / "changes.yaml").write_text(snippet)
    with pytest.raises(BadInput, match="`approved_by` must be text, and not empty"):
        gate(old, new)

    filled = snippet.replace('by: ""', "by: counsel").replace('because: ""', "because: the Act")
    (new / "base" / "changes.yaml").write_text(filled)
    assert gate(old, new, "--requests", requests).exit_code == 0


def test_an_approval_opens_the_gate(tmp_path, old, requests):
    new = law(tmp_path / "new", PHONES_TOO, approvals=APPROVAL.format(rules="teacher"))
    done = gate(old, new, "--requests", requests)

    assert done.exit_code == 0
    assert "1 newly leave" in done.stdout


def test_the_approval_of_an_earlier_change_does_not(tmp_path, requests):
    said = APPROVAL.format(rules="teacher")
    old, new = law(tmp_path / "old", approvals=said), law(tmp_path / "new", PHONES_TOO, approvals=said)

    assert gate(old, new, "--requests", requests).exit_code == 1


def test_an_approval_of_another_rule_does_not(tmp_path, old, requests):
    new = law(tmp_path / "new", PHONES_TOO, approvals=APPROVAL.format(rules="secret"))

    assert gate(old, new, "--requests", requests).exit_code == 1


def test_a_bar_that_is_taken_away_is_named_beside_the_rule_that_now_lets_out(tmp_path, old, requests, roll):
    new = law(tmp_path / "new", NONE_HIDDEN)
    (one,) = json.loads(gate(old, new, "--requests", requests, "--roll", roll, "--json").stdout)["gate"]["wanted"]

    assert one["rule"] == "teacher"
    assert one["why"].endswith("before: forbidden hidden")


def test_what_leaves_only_over_the_roll_needs_an_approval_too(tmp_path, old, requests, roll):
    new = law(tmp_path / "new", NONE_HIDDEN)

    assert gate(old, new, "--requests", requests).exit_code == 0
    assert gate(old, new, "--requests", requests, "--roll", roll).exit_code == 1


def test_what_the_solver_finds_needs_an_approval(tmp_path, old, solver):
    solver(widens=(Change("teacher"),))
    approved = law(tmp_path / "new", approvals=APPROVAL.format(rules="teacher"))
    done = gate(old, law(tmp_path / "bare"))

    assert done.exit_code == 1
    assert "a stranger may have the street" in done.stdout
    assert "withhold → release" in done.stdout
    assert gate(old, approved).exit_code == 0


def test_what_the_solver_finds_narrower_needs_none(old, solver):
    solver(narrows=(Change("teacher"),))

    assert gate(old, old).exit_code == 0


UNDECIDED = {
    "a rule that is approved": ("no time for `teacher`", 0),
    "a rule that is not": ("no time for `secret`", 1),
    "one of the two": ("no time for `teacher` against `secret`", 1),
    "no rule at all": ("no time", 1),
}


@pytest.mark.parametrize("case", UNDECIDED.values(), ids=UNDECIDED.keys())
def test_what_the_solver_cannot_decide_counts_as_a_widening(case, tmp_path, old, solver):
    text, status = case
    solver(unknown=(text,))
    done = gate(old, law(tmp_path / "new", approvals=APPROVAL.format(rules="teacher")))

    assert done.exit_code == status
    assert f"not decided: {text}" in done.stdout


def test_as_data_the_gate_says_the_same(tmp_path, old, requests):
    new = law(tmp_path / "new", PHONES_TOO)
    done = gate(old, new, "--requests", requests, "--json")
    found = json.loads(done.stdout)

    assert done.exit_code == 1
    assert found["schema"] == "ostiary.compare/1"
    assert [flip["way"] for flip in found["requests"]["flips"]] == ["opens"]
    assert found["gate"]["passed"] is False
    assert [one["rule"] for one in found["gate"]["wanted"]] == ["teacher"]


def test_a_request_that_only_new_can_read_is_told_and_counts(tmp_path, old, requests, roll):
    """Nobody could be given anything on it before, so all that leaves is new."""
    words = VOCABULARY.replace("a stranger}", "a stranger, nurse: a nurse}")
    new = law(tmp_path / "new", ("when: asker = 'teacher'", "when: asker IN ('teacher', 'nurse')"), vocabulary=words)
    (requests / "nurse.yaml").write_text(REQUEST.format(asker="nurse"))
    done = gate(old, new, "--requests", requests, "--roll", roll)
    text = " ".join(done.stdout.split())

    assert done.exit_code == 1
    assert "note: code `nurse` of askers is new in NEW" in text
    assert "not comparable:" in text
    assert "NEW would let out by: teacher." in text
    assert "2 requests compared" in text


# What is wrong


def test_words_that_are_gone_are_named(tmp_path, old):
    words = VOCABULARY.replace(", stranger: a stranger", "")
    with pytest.raises(BadInput, match="code `stranger` of askers is gone in NEW"):
        compare(old, law(tmp_path / "new", vocabulary=words))


def test_a_roll_needs_requests(old, roll):
    with pytest.raises(BadInput, match="--roll: needs --requests"):
        compare(old, old, "--roll", roll)


def test_an_empty_folder_of_requests_is_told(old, tmp_path):
    (tmp_path / "none").mkdir()
    with pytest.raises(BadInput, match="holds no request file"):
        compare(old, old, "--requests", tmp_path / "none")


def test_a_folder_without_packs_is_told(old, tmp_path):
    with pytest.raises(BadInput, match="is no pack and holds none"):
        compare(old, tmp_path / "nowhere")


# Which packs


def test_a_required_pack_is_taken_from_beside_never_from_what_ships(tmp_path, packs):
    """The shipped pack of the same name has other approvals than the one beside."""
    shutil.copytree(packs, tmp_path / "packs", ignore=shutil.ignore_patterns("changes.yaml"))
    text = APPROVAL.format(rules="us.snap.safeguard").replace("the_act", "snap_safeguard_7usc2020e8")
    (tmp_path / "packs" / "us-federal" / "changes.yaml").write_text(text)
    found = comparing._load(tmp_path / "packs" / "demo-agency")

    assert {pack.folder.resolve().parent for pack in found.packs} == {(tmp_path / "packs").resolve()}
    assert len(read_approvals(found)) == 1


def test_a_pack_that_is_not_beside_is_taken_from_what_ships_and_told(tmp_path, packs):
    shutil.copytree(packs / "demo-agency", tmp_path / "demo-agency")
    done = compare(tmp_path, packs)

    assert "note: OLD has no `us-federal`, `us-il`; taken from the packs that ship with Ostiary" in " ".join(
        done.stdout.split()
    )
