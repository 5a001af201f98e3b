"""A run over a small roll that holds everybody who is easily taken for another."""

import datetime as dt
import json
import math
from dataclasses import replace

import pytest

from ostiary.errors import BadInput, RollError
from ostiary.match.cache import normal_roll, roll_key
from ostiary.match.candidates import linking_connection
from ostiary.match.confirmed import Confirmation, Verdict, matched_people
from ostiary.match.decision import (
    COMPARED,
    Band,
    MatchDecision,
    pair_columns,
    read_decisions,
    read_pairs,
    write_decisions,
)
from ostiary.match.model import read_model, train, write_model
from ostiary.match.run import manifest_of, match, write_run
from ostiary.match.subjects import Subject
from ostiary.roll.identifiers import Field
from ostiary.roll.reading import read_roll
from tests.match.small_roll import make_roll

TODAY = dt.date(2026, 3, 1)


def quiet(what):
    """For those who want no progress."""


class Desk:
    """A roll, its cache and its model, and what a clerk does with them."""

    def __init__(self, folder, words, without=()):
        self.roll = read_roll(make_roll(folder / "roll", without), words)
        self.normal = normal_roll(self.roll, folder / "cache.duckdb", TODAY, quiet)
        with linking_connection(self.normal.path) as connection:
            self.model = train(connection, self.roll.name, self.normal.people, self.normal.key, 42)

    def ask(self, *texts):
        subjects = [Subject(f"S{place}", fields(text)) for place, text in enumerate(texts)]
        return match(subjects, self.roll, self.normal, self.model, TODAY, quiet)

    def one(self, text):
        return self.ask(text).decisions[0]


def fields(text):
    """``first=Jo last=Roe street=12_Oak_St`` as a subject's texts."""
    pairs = [part.split("=") for part in text.split()]
    return {Field(name): value.replace("_", " ") for name, value in pairs}


@pytest.fixture(scope="module")
def desk(tmp_path_factory, bundle):
    return Desk(tmp_path_factory.mktemp("desk"), bundle.words)


AUTOMATIC, CLERICAL, TWO, NONE = Band.AUTOMATIC, Band.CLERICAL, Band.CLERICAL_TWO, Band.NO_MATCH
MARIA = "first=Maria last=Garcia_Lopez dob=1985-03-12"
MAIN = "street=77_Main_St city=Cairo zip=62914"
PARK = "street=3_Park_Pl city=Joliet zip=60431"


CASES = [
    # ways to write one person
    (f"{MARIA} ssn=900-11-0001", AUTOMATIC, "T1", "maria"),
    ("first=Maria last=Lopez-Garcia dob=03/12/1985 ssn=900110001", AUTOMATIC, "T1", "maria"),
    ("first=María last=García dob=1985-03-12 ssn=900110001", AUTOMATIC, "T1", "maria"),
    ("first=Sokolova last=Irina dob=1979-04-14 ssn=900110010", AUTOMATIC, "T1", "russian"),
    ("first=Maria last=Garcia dob=1985-12-03 ssn=900110001", AUTOMATIC, "T1", "maria"),
    (f"{MARIA} street=12_Oak_Street city=Pana", AUTOMATIC, "T2", "maria"),
    (f"{MARIA} middle=Guadalupe zip=62557", AUTOMATIC, "T3", "maria"),
    ("first=Irina last=Sokolova dob=1979-04-14 ssn=900110010", AUTOMATIC, "T1", "russian"),
    ("first=Patty last=Oyelaran dob=1967-11-23 other_number=ZZ-012-3456", AUTOMATIC, "T1", "plain"),
    # name and birth date, and no more
    (MARIA, TWO, "T4", "maria"),
    (f"{MARIA} sex=F", TWO, "T4", "maria"),
    (f"{MARIA} middle=G", CLERICAL, "T3", "maria"),
    # something speaks against it
    (f"{MARIA} ssn=900-11-9999", TWO, "T4", "maria"),
    (f"{MARIA} ssn=900-11-0001 sex=M", CLERICAL, "T1", "maria"),
    (f"{MARIA} street=12_Oak_St city=Pana middle=T", CLERICAL, "T2", "maria"),
    # a twin who is not on the roll, of another name and of a like one
    ("first=Ewa last=Nowak dob=1990-05-05 street=9_Elm_Ave_Apt_3 city=Pana", CLERICAL, "", "twin"),
    ("first=Rose last=Nowak dob=1990-05-05 street=9_Elm_Ave_Apt_3 city=Pana ssn=900110003", CLERICAL, "", "twin"),
    ("first=Rose middle=T last=Nowak dob=1990-05-05 street=9_Elm_Ave_Apt_3 city=Pana", CLERICAL, "", "twin"),
    ("first=Rosaa middle=T last=Nowak dob=1990-05-05 street=9_Elm_Ave_Apt_3 city=Pana", AUTOMATIC, "T2", "twin"),
    # twins who both are: the address tells nothing, the number does
    (f"first=Anna last=Kowalski dob=2001-09-09 {PARK}", CLERICAL, "T2", "both1"),
    ("first=Anna last=Kowalski dob=2001-09-09 ssn=900-11-0007", AUTOMATIC, "T1", "both1"),
    # father and son of one name
    (f"first=John middle=A last=Smith suffix=Jr dob=1975-06-07 {MAIN}", AUTOMATIC, "T2", "son"),
    (f"first=John middle=A last=Smith suffix=Jr dob=1950-02-03 {MAIN}", CLERICAL, "T2", "father"),
    ("first=John last=Smith suffix=Sr dob=1975-06-07 ssn=900-11-0004", CLERICAL, "T1", "son"),
    # two strangers of one name and one birth date
    ("first=James middle=R last=Wilson dob=1980-08-08", CLERICAL, "T3", "namesake1"),
    ("first=James middle=R last=Wilson dob=1980-08-08 street=500_Hill_Rd city=Peoria", AUTOMATIC, "T2", "namesake2"),
    ("first=James middle=R last=Wilson dob=1980-08-08 street=9_New_St city=Elgin zip=60120", CLERICAL, "T3", "namesake1"),
    # a birth date that stands for "not known", an initial for a name
    ("first=Ahmed last=Hassan dob=1988-01-01 street=15_Mill_Ln city=Dixon", CLERICAL, "", "default"),
    (f"first=J last=Smith dob=1975-06-07 {MAIN}", CLERICAL, "", "son"),
    # strangers
    ("first=Otto last=Quasimodo dob=1931-10-30 ssn=900-40-4040", NONE, "", None),
    ("last=Quasimodo dob=1931-10-30", NONE, "", None),
]  # fmt: skip


@pytest.fixture(scope="module")
def answers(desk):
    """The decision on each case. Those of one person are asked in different runs: in one they would be rivals."""
    found = {}
    waiting = list(CASES)
    while waiting:
        persons = {case[3]: case for case in reversed(waiting)}
        found |= {
            case[0]: decision
            for case, decision in zip(
                persons.values(), desk.ask(*(case[0] for case in persons.values())).decisions, strict=True
            )
        }
        waiting = [case for case in waiting if case[0] not in found]
    return found


@pytest.mark.parametrize(("asked", "band", "tier", "person"), CASES)
def test_who_is_meant(answers, asked, band, tier, person):
    found = answers[asked]

    assert (found.band, found.tier, found.person) == (band, tier, person)


def test_a_decision_says_what_agreed_and_what_did_not(desk):
    found = desk.one("first=Patty last=Oyelaran dob=1967-11-23 ssn=900-11-9999 phone=2175550142")

    assert found.agreed == ("first:nickname", "last:exact", "dob:exact", "phone:exact")
    assert found.contradicted == ("ssn:differs",)
    assert found.weight > 0
    assert found.model == desk.model.digest


def test_a_rival_is_named(desk):
    found = desk.one("first=James middle=R last=Wilson dob=1980-08-08")

    assert found.margin == pytest.approx(0.0)
    assert "rival:margin" in found.contradicted
    assert "rival:household" in desk.one(f"first=Anna last=Kowalski dob=2001-09-09 {PARK}").contradicted


def test_one_person_for_two_subjects_who_differ_is_for_people(desk):
    found = desk.ask(f"{MARIA} ssn=900-11-0001", f"{MARIA} street=12_Oak_St city=Pana middle=G ssn=900-11-0002")
    alone = desk.one(f"{MARIA} ssn=900-11-0001")

    assert alone.band is AUTOMATIC
    assert [each.band for each in found.decisions] == [CLERICAL, CLERICAL]
    assert "rival:subject" in found.decisions[0].contradicted


def test_the_same_data_under_two_ids_is_decided_alike_and_said(desk):
    found = desk.ask(f"{MARIA} ssn=900-11-0001", f"{MARIA} ssn=900-11-0001")

    assert [each.band for each in found.decisions] == [AUTOMATIC, AUTOMATIC]
    assert found.notes == ("2 subjects are written exactly as another one is; they are decided alike",)


def test_the_pairs_show_the_evidence_and_add_up(desk):
    found = desk.ask("first=James middle=R last=Wilson dob=1980-08-08", f"{MARIA} ssn=900-11-0001", MARIA)
    rows = found.pairs.to_pylist()

    assert tuple(found.pairs.schema.names) == pair_columns()
    assert [row["person"] for row in rows if row["subject"] == "S0"][:2] == ["namesake1", "namesake2"]
    assert {row["subject"] for row in rows} == {"S0", "S2"}
    assert rows[0]["street_subject"] is None
    assert rows[0]["street_roll"] == "1 Lake Dr"
    assert (rows[0]["gamma_first"], rows[0]["gamma_address"]) == ("exact", "missing")
    for row in rows:
        assert row["weight"] == pytest.approx(row["prior"] + sum(row[f"mw_{trait}"] for trait in COMPARED))


def test_a_roll_without_numbers_works_and_says_so(tmp_path, bundle):
    desk = Desk(tmp_path, bundle.words, without=("ssn", "other_number"))
    found = desk.ask(f"{MARIA} ssn=900-11-0001", f"{MARIA} street=12_Oak_St city=Pana")

    assert [each.band for each in found.decisions] == [TWO, AUTOMATIC]
    assert found.notes == ("the roll maps no `ssn`: tier T1 cannot be reached through it, so more goes to people",)


def test_the_answer_does_not_hang_on_the_order_or_on_the_others(desk):
    texts = [
        MARIA,
        "first=James middle=R last=Wilson dob=1980-08-08",
        f"first=Anna last=Kowalski dob=2001-09-09 {PARK}",
    ]
    together = desk.ask(*texts).decisions
    reverse = desk.ask(*reversed(texts)).decisions

    assert [replace(each, subject="") for each in together] == [replace(each, subject="") for each in reversed(reverse)]
    assert replace(together[1], subject="") == replace(desk.one(texts[1]), subject="")


def test_the_same_roll_and_seed_make_the_same_model(desk, tmp_path):
    with linking_connection(desk.normal.path) as connection:
        again = train(connection, desk.roll.name, desk.normal.people, desk.normal.key, 42)
        other = train(connection, desk.roll.name, desk.normal.people, desk.normal.key, 43)
    write_model(again, tmp_path / "m.json")

    assert again.digest == desk.model.digest == read_model(tmp_path / "m.json").digest
    assert other.digest != again.digest
    assert again.prior == pytest.approx(math.log2(0.5 / desk.normal.people), abs=0.01)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.update(forms=0), "was made by another version of Ostiary"),
        (lambda data: data.update(extra=1), "is no model of this format"),
        (lambda data: data["splink"]["comparisons"].reverse(), "was made by another version of Ostiary"),
        (lambda data: data["splink"].pop("comparisons"), "was made by another version of Ostiary"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(desk, tmp_path, change, said):
    write_model(desk.model, tmp_path / "m.json")
    data = json.loads((tmp_path / "m.json").read_text())
    change(data)
    (tmp_path / "m.json").write_text(json.dumps(data))

    with pytest.raises(BadInput, match=said):
        read_model(tmp_path / "m.json")


def test_the_cache_is_kept_until_the_roll_changes(desk, tmp_path, bundle):
    roll = read_roll(make_roll(tmp_path / "r"), bundle.words)
    steps = []
    first = normal_roll(roll, tmp_path / "c.duckdb", TODAY, quiet)
    again = normal_roll(roll, tmp_path / "c.duckdb", TODAY, steps.append)
    changed = replace(roll, identifiers={**roll.identifiers, Field.MIDDLE: ("first",)})

    assert first == again
    assert steps == ["hashing the roll"]
    assert roll_key(changed) != first.key
    assert normal_roll(changed, tmp_path / "c.duckdb", TODAY, quiet).key == roll_key(changed)
    assert (tmp_path / "c.duckdb").stat().st_mode & 0o077 == 0


def test_a_cache_cut_short_is_made_anew(tmp_path, bundle):
    roll = read_roll(make_roll(tmp_path / "r"), bundle.words)
    first = normal_roll(roll, tmp_path / "c.duckdb", TODAY, quiet)
    whole = (tmp_path / "c.duckdb").read_bytes()
    (tmp_path / "c.duckdb").write_bytes(whole[: len(whole) // 2])

    assert normal_roll(roll, tmp_path / "c.duckdb", TODAY, quiet) == first


def test_a_roll_cut_short_is_refused_and_leaves_nothing(tmp_path, bundle):
    roll = read_roll(make_roll(tmp_path / "r"), bundle.words)
    people = tmp_path / "r" / "people.parquet"
    people.write_bytes(people.read_bytes()[:-5000])

    with pytest.raises(RollError, match="table `people`"):
        normal_roll(roll, tmp_path / "c.duckdb", TODAY, quiet)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r"]


def test_one_id_for_two_people_is_refused(tmp_path, bundle):
    roll = read_roll(make_roll(tmp_path / "r"), bundle.words)

    with pytest.raises(RollError, match="column `last` is empty or the same for"):
        normal_roll(replace(roll, id="last"), tmp_path / "c.duckdb", TODAY, quiet)


def test_what_the_roll_cannot_mean_says_nothing_and_is_counted(tmp_path, bundle):
    roll = read_roll(make_roll(tmp_path / "r"), bundle.words)
    mixed = replace(roll, identifiers={**roll.identifiers, Field.SSN: ("zip",), Field.DOB: ("city",)})
    found = normal_roll(mixed, tmp_path / "c.duckdb", TODAY, quiet)

    assert found.unusable["dob"] > 1
    assert found.unusable["ssn"] > 1


def test_a_roll_that_maps_no_names_is_refused(tmp_path, bundle):
    mapping = make_roll(tmp_path / "r", without=("last",))
    with pytest.raises(RollError, match="does not say which column holds `last`"):
        roll_key(read_roll(mapping, bundle.words))
    mapping.write_text(mapping.read_text() + "  lsat: last\n")
    with pytest.raises(RollError, match="unknown key `lsat`; did you mean `last`"):
        read_roll(mapping, bundle.words)


def test_a_run_is_written_whole_and_read_back(desk, tmp_path):
    found = desk.ask(f"{MARIA} ssn=900-11-0001", MARIA)
    (tmp_path / "s.csv").write_text("as asked")
    write_run(found, manifest_of(found, desk.roll, desk.normal, desk.model, tmp_path / "s.csv"), tmp_path / "out")
    manifest = (tmp_path / "out" / "manifest.json").read_text()

    assert read_decisions(tmp_path / "out" / "decisions.parquet") == found.decisions
    assert read_pairs(tmp_path / "out" / "pairs.parquet") == found.pairs
    assert json.loads(manifest)["bands"] == {"automatic": 1, "clerical": 0, "clerical_two": 1, "no_match": 0}
    assert "maria" not in manifest.lower()
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0
    with pytest.raises(BadInput, match="is there already"):
        write_run(found, {}, tmp_path / "out")


def test_a_file_that_is_no_run_is_refused(tmp_path, desk):
    (tmp_path / "decisions.parquet").write_text("no")
    with pytest.raises(BadInput, match="cannot be read as Parquet"):
        read_decisions(tmp_path / "decisions.parquet")
    write_decisions([], tmp_path / "d.parquet")
    with pytest.raises(BadInput, match="has other columns"):
        read_pairs(tmp_path / "d.parquet")


def decided(subject, band, person):
    return MatchDecision(subject, band, "", person, 1.0, None, (), (), "sha256:0")


def said(by, verdict=Verdict.SAME, person="p1", subject="S"):
    return Confirmation(subject, person, by, verdict)


@pytest.mark.parametrize(
    ("band", "words", "used"),
    [
        (AUTOMATIC, [], {"p1"}),
        (AUTOMATIC, [said("ann", Verdict.OTHER)], set()),
        (AUTOMATIC, [said("ann", person="p2")], set()),
        (CLERICAL, [], set()),
        (CLERICAL, [said("ann")], {"p1"}),
        # The runner-up is right: the band spoke of the other one, so two must say so.
        (CLERICAL, [said("ann", person="p2")], set()),
        (CLERICAL, [said("ann", person="p2"), said("bob", person="p2")], {"p2"}),
        (CLERICAL, [said("ann"), said("bob", person="p2")], set()),
        (CLERICAL, [said("ann"), said("bob", Verdict.OTHER)], set()),
        (CLERICAL, [said("ann", Verdict.UNSURE)], set()),
        (CLERICAL, [said("ann"), said("bob", Verdict.OTHER, person="p2")], {"p1"}),
        (TWO, [said("ann")], set()),
        (TWO, [said("ann"), said("ann")], set()),
        (TWO, [said("ann"), said(" ANN ")], set()),
        (TWO, [said("ann lee"), said("Ann  LEE")], set()),
        (TWO, [said("ann"), said("bob")], {"p1"}),
        (TWO, [said("ann"), said("bob"), said("cat", Verdict.UNSURE)], set()),
        (NONE, [said("ann"), said("bob")], set()),
    ],
)
def test_who_may_be_used(band, words, used):
    assert matched_people([decided("S", band, "p1")], words) == used


def test_words_of_nobody_or_about_nobody_are_refused():
    with pytest.raises(BadInput, match="has no author"):
        matched_people([decided("S", CLERICAL, "p1")], [said(" ")])
    with pytest.raises(BadInput, match="do not have"):
        matched_people([decided("S", CLERICAL, "p1")], [said("ann", subject="T")])
