"""The made-up roll: the same bytes again, nobody's real number, and people who are hard to tell apart."""

import datetime as dt
from pathlib import Path

import duckdb
import pytest
import yaml

from ostiary.errors import BadInput
from ostiary.roll.mapping import Household, Newest
from ostiary.roll.reading import read_roll
from ostiary.roll.synthetic.identifiers import SSN_SPACE
from ostiary.roll.synthetic.people import AS_OF_YEAR
from ostiary.roll.synthetic.streams import Stream, Topic
from ostiary.roll.synthetic.writing import generate

PEOPLE, SEED, CHUNK = 40_000, 42, 20_000
PINNED = [729581, 2715, 594869, 776133, 920974]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("rolls") / "one"
    return generate(PEOPLE, SEED, out, chunk=CHUNK, workers=1).parent


@pytest.fixture(scope="module")
def ask(folder):
    """The first row of a question; tables by the names of roll.yaml."""
    tables = yaml.safe_load((folder / "roll.yaml").read_text())["tables"]
    with duckdb.connect() as connection:
        for name, files in tables.items():
            connection.execute(f"create view {name} as from '{folder / files}'")
        yield lambda question: connection.execute(question).fetchall()[0]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_workers_write_the_same_bytes_as_one(folder, tmp_path):
    done: list[int] = []
    mapping = generate(PEOPLE, SEED, tmp_path / "two", chunk=CHUNK, workers=2, on_chunk=done.append)

    assert mapping == tmp_path / "two" / "roll.yaml"
    assert contents(mapping.parent) == contents(folder)
    assert done == [CHUNK, PEOPLE]
    assert sorted(contents(folder)) == [
        "consents.parquet",
        "enrolment/part-00000.parquet",
        "enrolment/part-00001.parquet",
        "opt_outs.parquet",
        "people/part-00000.parquet",
        "people/part-00001.parquet",
        "roll.yaml",
    ]


def test_another_seed_gives_other_people_and_one_person_is_enough(tmp_path):
    one, two = (generate(1, seed, tmp_path / str(seed)).parent for seed in (1, 2))

    assert contents(one)["people/part-00000.parquet"] != contents(two)["people/part-00000.parquet"]


def test_the_random_draws_are_the_ones_they_were():
    """A new numpy must not quietly make other people of the same seed."""
    draws = Stream(SEED, 3, Topic.HOMES).whole(5, 0, 1_000_000)

    assert draws.tolist() == PINNED
    assert Stream(SEED, 3, Topic.AGES).whole(5, 0, 1_000_000).tolist() != PINNED


def test_no_identifier_can_be_a_real_one(ask):
    unsafe = {
        "social_security_no": "9[0-9]{2}(0[1-9]|[1-4][0-9])[0-9]{4}",
        "itin_no": "9[0-9]{2}(0[1-9]|[1-4][0-9])[0-9]{4}",
        "phone_no": "[0-9]{3}55501[0-9]{2}",
        "email_address": "p[0-9]+@example[.]org",
        "a_number": "A000[0-9]{6}",
        "bank_account_no": "000000000-[0-9]{10}",
        "ebt_account_no": "000000[0-9]{10}",
        "recipient_no": "000[0-9]{9}",
        "state_id_no": "ZZ0[0-9]{9}",
        "account_log": "192[.]0[.]2[.][0-9]+",
    }
    for column, safe in unsafe.items():
        there, wrong = ask(
            f"select count({column}), count(*) filter (not regexp_full_match({column}, '{safe}')) from people"
        )
        assert there > 0, column
        assert wrong == 0, column


def test_keys_and_numbers_are_unique(ask):
    found = ask(
        "select count(distinct person_id), count(coalesce(social_security_no, itin_no)),"
        " count(distinct coalesce(social_security_no, itin_no)) from people"
    )
    assert found[0] == PEOPLE
    assert found[1] == found[2]


def test_the_mapping_is_good_and_every_mapped_column_is_there(folder, ask, bundle):
    roll = read_roll(folder / "roll.yaml", bundle.words)
    have = {name: set(ask(f"select list(column_name) from (describe {name})")[0]) for name in roll.tables}

    assert {name: set(columns) - have[name] for name, columns in roll.columns().items()} == {
        name: set() for name in have
    }
    assert {name for name in bundle.words.facts if name.startswith("flags.")} == set(roll.facts)
    assert isinstance(roll.facts["flags.opt_out"], Newest)
    assert isinstance(roll.facts["flags.mixed_status_household"], Household)
    mapped = {held.element for held in roll.copies}
    assert len(mapped) >= 45
    assert not mapped & {"address_confidential", "photo", "biometric_fingerprint"}
    assert yaml.safe_load((folder / "roll.yaml").read_text())["as_of"] == dt.date(AS_OF_YEAR, 1, 1)


def test_every_code_in_the_data_is_in_its_value_table_and_every_mapped_column_has_values(folder, ask, bundle):
    values = yaml.safe_load((folder / "roll.yaml").read_text())["values"]
    roll = read_roll(folder / "roll.yaml", bundle.words)

    assert set(ask("select list(distinct recipient_code) from consents")[0]) == set(values["consent_recipients"])
    assert set(ask("select list(distinct scope_code) from consents")[0]) == set(values["consent_elements"])
    for held in roll.copies:
        assert ask(f"select count({held.key}) from people")[0] > 0, held.key
        if held.origin_column:
            codes = ask(f"select list(distinct {held.origin_column}) from people")[0]
            mapped = {code for some in held.origins.values() for code in some}
            assert set(codes) - {None} <= mapped, f"{held.element}: a source that it cannot have"


def test_three_in_a_hundred_of_every_flag_are_unknown(ask, folder):
    columns = [name for name in ask("select list(column_name) from (describe people)")[0] if name.startswith("flag_")]
    shares = ask("select " + ", ".join(f"avg(({name} is null)::int)" for name in columns) + " from people")

    assert len(columns) == 26
    assert all(0.026 < share < 0.042 for share in shares), dict(zip(columns, shares, strict=True))
    assert ask("select avg((flag_minor is null and flag_us_citizen is null)::int) from people")[0] < 0.003


def test_flags_agree_with_the_data(ask):
    agree = {
        "flag_minor": "dob > date '2008-01-01'",
        "flag_minor_12_17": "dob > date '2008-01-01' and dob <= date '2014-01-01'",
        "flag_us_citizen": "not noncitizen",
        "flag_knows_unlawful_final": "determination_on is not null",
        "flag_hiv_record": "hiv_code is not null",
        "flag_part2_record": "part2_code is not null",
        "flag_mental_health_record": "mental_code is not null",
        "flag_save_no_record": "coalesce(save_code = 'N', false)",
        "flag_nonapplicant": "in_snap and snap_since is null",
        "flag_state_only_funded": "in_state_medical and not in_medicaid and not in_emergency_medicaid",
    }
    for flag, condition in agree.items():
        assert ask(f"select count(*) from people where {flag} <> ({condition})")[0] == 0, flag
    hidden = "fti_income_cents is not null or address_source = 'I'"
    assert ask(f"select count(*) from people where not flag_fti_in_file and ({hidden})")[0] == 0
    assert ask("select count(*) from people where flag_removal_stayed and determination_on is null")[0] == 0


def test_everybody_is_on_the_roll_for_a_reason_and_some_by_state_money_only(ask):
    programs = [name for name in ask("select list(column_name) from (describe people)")[0] if name.startswith("in_")]

    assert len(programs) == 11
    assert ask(f"select count(*) from people where not ({' or '.join(programs)})")[0] == 0
    assert all(ask(f"select count(*) from people where {name}")[0] > 0 for name in programs)
    assert ask("select count(*) from people where in_state_medical and not in_medicaid and not in_snap")[0] > 50


def test_one_in_twenty_medical_copies_differs(ask):
    there, share = ask("""
        select count(*), avg((first_name <> med_first_name or last_name <> med_last_name
            or address_line1 <> med_address_line1)::int)
        from people where in_medicaid or in_emergency_medicaid or in_state_medical""")

    assert there > 0.9 * PEOPLE
    assert 0.04 < share < 0.06
    assert ask("select count(*) from people where med_first_name is null and recipient_no is not null")[0] == 0


def test_a_few_values_came_from_federal_agencies_and_a_few_sources_are_not_noted(ask):
    irs, ssa, unknown = ask("""select avg((address_source = 'I')::int), avg((address_source = 'S')::int),
        avg((address_source is null)::int) from people""")

    assert 0.01 < irs < 0.02
    assert 0.015 < ssa < 0.025
    assert 0.003 < unknown < 0.007


PAIR = "from people a join people b on a.dob = b.dob and a.last_name = b.last_name and a.person_id < b.person_id"


def test_twins_live_at_one_address(ask):
    pairs = ask(f"select count(*) {PAIR} and a.household_id = b.household_id and a.first_name <> b.first_name")[0]

    assert PEOPLE / 900 < pairs < PEOPLE / 450


def test_strangers_share_name_and_birth_date(ask):
    assert ask(f"select count(*) {PAIR} and a.first_name = b.first_name and a.household_id <> b.household_id")[0] >= 10


def test_fathers_and_sons_share_a_name(ask):
    pairs, marked = ask("""
        select count(*), count(*) filter (a.suffix = 'Sr' and b.suffix = 'Jr') from people a join people b
        on a.household_id = b.household_id and a.first_name = b.first_name and a.last_name = b.last_name
        and a.dob + 15 * 365 < b.dob and a.sex_code = 'M' and b.sex_code = 'M'""")

    assert pairs > 100
    assert 0.3 * pairs < marked < pairs


def test_consents(ask):
    one, more = ask("""select count(*), count(*) filter (rows > 1)
        from (select count(*) as rows from consents group by person_id)""")
    open_ended, revoked = ask("select avg((expires_on is null)::int), avg((revoked_on is not null)::int) from consents")

    assert one / PEOPLE == pytest.approx(0.15, abs=0.01)
    assert more / PEOPLE == pytest.approx(0.02, abs=0.005)
    assert open_ended == pytest.approx(0.2, abs=0.03)
    assert revoked == pytest.approx(0.07, abs=0.02)
    assert ask("select count(*) from consents join people using (person_id) where revoked_on < signed_on")[0] == 0


def test_opt_outs_and_the_newest_row(ask):
    people, back = ask("""select count(*), count(*) filter (not newest)
        from (select max_by(opted_out, recorded_on) as newest from opt_outs group by person_id)""")

    assert people / PEOPLE == pytest.approx(0.011, abs=0.002)
    assert back > 20
    assert (
        ask("select count(*) from (from opt_outs select 1 group by person_id, recorded_on having count(*) > 1)")[0] == 0
    )


def test_spells_follow_one_another_and_the_last_is_open(ask):
    wrong = ask("""select count(*) from (
        select to_month, lead(from_month) over (partition by person_id, program_code order by from_month) as later
        from enrolment) where (to_month is null) <> (later is null) or later <= to_month""")[0]
    fewest, most = ask(
        "select min(n), max(n) from (select count(*) as n from enrolment group by person_id, program_code)"
    )
    receives = ask("select count(distinct person_id) from enrolment where program_code = 'FS'")

    assert wrong == 0
    assert (fewest, most) == (1, 3)
    assert receives == ask("select count(snap_since) from people")


@pytest.mark.parametrize(
    ("people", "seed", "chunk", "words"),
    [
        (0, 1, 100, "people: `0` is too few; give a number from 1 to 49,000,000"),
        (-5, 1, 100, "is too few"),
        (SSN_SPACE + 1, 1, 100, "more than there are safe identifiers; give at most 49,000,000"),
        (10, -1, 100, "seed: `-1` is out of range; give"),
        (10, 2**64, 100, "is out of range"),
        (10, 1, 0, "chunk: `0` is too small; give"),
    ],
)
def test_numbers_out_of_range_are_refused(tmp_path, people, seed, chunk, words):
    with pytest.raises(BadInput, match=words):
        generate(people, seed, tmp_path / "roll", chunk=chunk)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(BadInput, match="not an empty folder; name a new one"):
        generate(10, 1, tmp_path)
    with pytest.raises(BadInput, match="not an empty folder"):
        generate(10, 1, tmp_path / "mine.txt")
    assert contents(tmp_path) == {"mine.txt": b"mine"}


def test_an_empty_folder_is_taken_and_a_missing_parent_is_made(tmp_path):
    (tmp_path / "empty").mkdir()

    assert generate(10, 1, tmp_path / "empty").is_file()
    assert generate(10, 1, tmp_path / "a" / "b").is_file()


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(BadInput, match=r"cannot be written .*; give a folder"):
        generate(10, 1, tmp_path / "file" / "roll")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_stops_half_way_leaves_nothing(tmp_path, workers):
    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(600, 1, tmp_path / "roll", chunk=100, workers=workers, on_chunk=stop)
    assert list(tmp_path.iterdir()) == []
