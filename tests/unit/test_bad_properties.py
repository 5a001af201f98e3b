"""A property that says nothing, or is not decided, is never a green line; and a wrong word is an error that helps."""

import datetime as dt
import shutil

import pytest
from tests.conftest import ROOT
from typer.testing import CliRunner

from ostiary.cli.main import app
from ostiary.decide.prove import Result, prove
from ostiary.decide.solver import Said, Solver
from ostiary.errors import BadInput, PackError
from ostiary.law.bundle import load_bundle
from ostiary.law.property import read_properties

SINCE = dt.date(2026, 1, 1)
GOOD = """
- id: test.property
  says: Tax data stays.
  authority: [fti_26usc6103]
  never: leaves
  when: element.id = 'fti'
"""

WRONG = [
    # what is wrong                      the text in place of this        becomes                      the message has
    ("a fact that no vocabulary has", "element.id = 'fti'", "element.idd = 'fti'", "did you mean `element.id`?"),
    ("a code that no list has", "'fti'", "'ftii'", "did you mean `fti`?"),
    ("an optional fact, unguarded", "element.id = 'fti'", "holder = 'contractor'", "is optional and not guarded"),
    ("knows in a `when`", "element.id = 'fti'", "knows(flags.minor)", "`knows` may only stand"),
    ("an authority out of the register", "fti_26usc6103", "fti_26usc6104", "not in the register"),
    ("no authority at all", "[fti_26usc6103]", "[]", "must cite at least one authority"),
    ("an outcome that cannot be named", "never: leaves", "never: leavs", "did you mean `leaves`?"),
    ("a misspelt key", "when:", "wehn:", "unknown key `wehn`"),
    ("rules where none belong", "never: leaves", "never: leaves\n  rules: [{layer: agency}]", "`rules` belongs to"),
    ("no rules where they belong", "never: leaves\n  when: element.id = 'fti'", "never: blocks_a_mandate", "needs it"),
    ("a tag that no rule has", "never: leaves\n  when: element.id = 'fti'",
     "never: blocks_a_mandate\n  rules: [{tag: nobody}]", "nothing that could block"),
    ("a condition of a whole theorem", "never: leaves", "never: leaves_for_want_of_a_fact", "takes no `when`"),
    ("half an exchange", "never: leaves", "never: mandate_hangs_on_it", "`instead` belongs to"),
]  # fmt: skip


@pytest.fixture
def law(tmp_path):
    """The shipped packs in a folder of the test's own, and what joins them with one properties file."""
    for name in ("us-federal", "us-il", "demo-agency"):
        ignored = shutil.ignore_patterns("properties", "tests")
        shutil.copytree(ROOT / "packs" / name, tmp_path / name, ignore=ignored)

    def with_property(text):
        folder = tmp_path / "us-federal" / "properties"
        folder.mkdir(exist_ok=True)
        (folder / "test.yaml").write_text(text)
        return load_bundle([tmp_path / "demo-agency"], tmp_path)

    return with_property


@pytest.mark.parametrize(("old", "new", "message"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_is_wrong_is_an_error_that_says_where(old, new, message, law):
    assert old in GOOD
    with pytest.raises(PackError) as fault:
        read_properties(law(GOOD.replace(old, new, 1)))
    assert message in str(fault.value)
    assert "us-federal/properties/test.yaml:" in str(fault.value)


def test_the_same_id_twice_is_an_error(law):
    with pytest.raises(PackError, match="already stands at"):
        read_properties(law(GOOD + GOOD))


VACUOUS = [
    # a guard that can never hold                                        because
    ("element.id = 'fti' AND element.id = 'ssn'", "no element is two"),
    ("copy.program = 'nslp' AND element.id = 'medicaid_id'", "no such copy can exist"),
    ("expired(instrument.expires_on, as_of) AND NOT expired(instrument.expires_on, as_of)", "it contradicts itself"),
]


@pytest.mark.parametrize(("guard", "because"), VACUOUS, ids=[because for _, because in VACUOUS])
def test_a_guard_that_can_never_hold_is_said_to_say_nothing(guard, because, law):
    bundle = law(GOOD.replace("element.id = 'fti'", guard))
    (proof,) = prove(bundle, read_properties(bundle), SINCE)
    assert proof.result is Result.VACUOUS


def test_a_guard_that_its_own_exception_swallows_says_nothing_either(law):
    bundle = law(GOOD + "  unless: element.id = 'fti'\n")
    (proof,) = prove(bundle, read_properties(bundle), SINCE)
    assert proof.result is Result.VACUOUS


def test_a_solver_that_runs_out_of_time_has_proved_nothing(law):
    bundle = law(GOOD)
    (proof,) = prove(bundle, read_properties(bundle), SINCE, seconds=0.0)
    assert proof.result is Result.UNDECIDED
    assert "no answer within" in proof.why


def test_after_a_time_out_the_solver_answers_again():
    with Solver("(declare-const |a| Bool)\n(assert |a|)\n", seconds=0.0) as solver:
        assert solver.ask("|a|")[0] is Said.UNKNOWN
        solver.seconds = 60.0
        assert solver.ask("|a|")[0] is Said.SAT
        assert solver.ask("(not |a|)")[0] is Said.UNSAT


def test_a_question_that_the_solver_cannot_read_is_not_an_answer():
    with Solver("(declare-const |a| Bool)\n") as solver:
        assert solver.ask("|nobody|")[0] is Said.UNKNOWN


def test_a_solver_that_is_not_there_is_a_clear_error():
    with pytest.raises(BadInput, match="the solver `nobody` does not answer"):
        Solver("", name="nobody")


COMMANDS = [
    # arguments                                                 exit   words
    (["prove", "nowhere"], 2, "no pack `nowhere`"),
    (["prove", "--since", "tomorrow"], 2, "--since"),
    (["conflicts", "us.snap.safegard"], 2, "did you mean `us.snap.safeguard`?"),
]


@pytest.mark.parametrize(("words", "status", "message"), COMMANDS, ids=[" ".join(words) for words, _, _ in COMMANDS])
def test_the_commands_refuse_bad_words(words, status, message):
    found = CliRunner().invoke(app, words)
    assert (getattr(found.exception, "exit_code", found.exit_code), message in str(found.exception)) == (status, True)
