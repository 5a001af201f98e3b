"""Packing: exactly the approved cells, checked by another person by another way, packed anew when anything changed."""

import json

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from ostiary_web.casework import cells, kept, models, packaging, queries_release, queries_work, recheck, roll
from ostiary_web.casework.actions import packing
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError, Refused
from tests.web.matched import STRANGER, matched, on_the_roll
from tests.web.released import (
    agreed,
    asked_to_pack,
    checked,
    cleared,
    packed,
    rewritten,
    walking,
    work,
)
from tests.web.walking import sound


@pytest.fixture(scope="module")
def desk(releasing_desk):
    """One desk for the file, at the machine's own time."""
    return releasing_desk


@pytest.fixture
def walk(desk):
    """A court's order, cleared, its one person known."""
    return cleared(walking(desk))


def place_of(walk):
    return kept.place_of(*queries_release.standing(walk.docket).place)


def inside(walk):
    """What is inside the sealed payload, as rows."""
    with packaging.opened(place_of(walk)) as folder:
        return parquet.read_table(folder / "released.parquet").to_pylist()


def test_exactly_the_approved_cells_of_the_one_person_are_packed(walk):
    packed(walk)

    (row,) = inside(walk)
    elements = {name.split("__")[1] for name in row}
    granted = {key.element for key in walk.docket.decision.granted}
    assert elements <= granted
    street = next(value for name, value in row.items() if name.endswith("__address_line1"))
    assert street == walk.person["address_line1"]
    assert walk.state == "packaged"
    sound(walk)


def test_no_plaintext_lies_on_the_disk_once_it_is_built(walk):
    packed(walk)

    files = {one.name for one in place_of(walk).rglob("*")}
    assert files == {"payload", "payload.key", "package.json"}
    street = walk.person["address_line1"].encode()
    assert not any(street in one.read_bytes() for one in place_of(walk).iterdir())
    assert (place_of(walk) / "payload.key").stat().st_mode & 0o077 == 0


def test_another_person_finds_it_right_by_another_way(walk):
    checked(packed(walk))

    assert walk.docket.package.passed is True
    found = queries_release.standing(walk.docket)
    assert found.checked_by == walk.desk.by(Role.CHECKER)
    assert found.finding["cells"] > 0


def test_whoever_had_a_hand_in_it_checks_nothing(walk):
    packed(walk)
    models.MatchWord.objects.create(
        work_id=queries_work.latest_done(walk.id, "match").number, subject="1", candidate="x", verdict="same",
        by=walk.desk.by(Role.CHECKER), role="checker", at=walk.desk.now,
    )  # fmt: skip

    with pytest.raises(Refused, match="no part in the matching"):
        checked(walk)
    assert walk.docket.package.passed is None


# --- the checker's own teeth ----------------------------------------------------------------------------


def tampered(walk, monkeypatch, change):
    """A package whose maker was made to make a mistake; what the checker says of it."""
    write = cells._write

    def wrong(table, folder):
        write(change(table), folder)

    monkeypatch.setattr(cells, "_write", wrong)
    packed(walk)
    monkeypatch.undo()
    return packing.check(docket=walk.id, by=walk.desk.by(Role.CHECKER), at=walk.desk.minute())[1].faults


def other_value(table):
    name = next(one for one in table.schema.names if one.endswith("__address_line1"))
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(name), [["1 Elsewhere Street"]])


def one_more_row(table):
    return pa.concat_tables([table, table])


def one_value_less(table):
    name = next(one for one in table.schema.names if one.endswith("__address_line1"))
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(name), [pa.nulls(table.num_rows, table.schema.field(name).type)])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (other_value, "another value than the records have"),
        (one_more_row, "2 rows, and 1 persons"),
        (one_value_less, "a value that was decided is missing"),
    ],
)
def test_a_wrong_cell_is_found_and_the_package_goes_nowhere(walk, monkeypatch, change, why):
    faults = tampered(walk, monkeypatch, change)

    assert any(why in one for one in faults), faults
    assert walk.state == "cleared"
    assert not kept.place_of("work", str(queries_work.latest(walk.id, "package").number)).exists()
    packed(walk)  # and it can be packed anew


def test_a_fault_names_no_value(walk, monkeypatch):
    faults = tampered(walk, monkeypatch, other_value)

    assert not any("Elsewhere" in one or walk.person["address_line1"] in one for one in faults)


def test_a_value_that_nobody_granted_is_found(desk, monkeypatch):
    walk = cleared(walking(desk), least=2)
    packed(walk)
    order = queries_release.order_of(walk.docket, desk.now.date())
    rest = sorted(order.items)[1:]

    class Fewer(type(order)):
        __slots__ = ()

        @property
        def items(self):
            return frozenset(rest)

    fewer = Fewer(order.docket, order.text, order.today, order.people, order.alone, order.opted_out)
    with packaging.opened(place_of(walk)) as folder:
        found = recheck.check(fewer, roll.opened(), folder, queries_release.standing(walk.docket).items)

    assert any("holds a value that nobody decided" in one for one in found.faults)


# --- when anything changed ------------------------------------------------------------------------------


@pytest.fixture
def same_roll(desk):
    """The roll as it was, afterwards."""
    files = {one: one.read_bytes() for one in (desk.folder / "roll" / "people").glob("*.parquet")}
    yield
    for one, data in files.items():
        one.write_bytes(data)


def test_a_record_that_changed_after_the_packing_fails_the_check(walk, same_roll):
    packed(walk)
    rewritten(walk.desk, walk.person["person_id"], "address_line1", "9 New Street")

    _, result = packing.check(docket=walk.id, by=walk.desk.by(Role.CHECKER), at=walk.desk.minute())

    assert result.faults == ("the records of the people in it have changed",)
    packed(walk)
    assert any(value == "9 New Street" for value in inside(walk)[0].values())


def test_a_record_that_changed_after_the_check_stops_the_agreement(walk, same_roll):
    checked(packed(walk))
    rewritten(walk.desk, walk.person["person_id"], "address_line1", "9 New Street")

    with pytest.raises(Refused, match="records of the people in it have changed"):
        agreed(walk)


def test_another_persons_record_changes_nothing(walk, same_roll):
    checked(packed(walk))
    mine = walk.person
    other = next(row for row in on_the_roll(walk.desk) if row["household_id"] != mine["household_id"])
    rewritten(walk.desk, other["person_id"], "address_line1", "9 New Street")

    agreed(walk)


def test_bytes_that_were_changed_on_the_disk_are_noticed(walk):
    checked(packed(walk))
    payload = place_of(walk) / "payload"
    data = bytearray(payload.read_bytes())
    data[700] ^= 1
    payload.write_bytes(bytes(data))

    with pytest.raises(Refused, match="bytes of the package are not those that were built"):
        agreed(walk)


def test_a_manifest_that_was_edited_in_the_folder_is_noticed(walk):
    checked(packed(walk))
    about = place_of(walk) / "package.json"
    data = json.loads(about.read_text())
    data["core"]["retain_until"] = "2059-01-01"
    about.write_text(json.dumps(data))

    with pytest.raises(Refused, match="bytes of the package are not those that were built"):
        agreed(walk)


def test_a_fact_that_changes_while_it_is_packed_stops_it(walk, monkeypatch):
    number = asked_to_pack(walk)
    write = cells.write

    def meanwhile(*args):
        walk.do("challenge", Role.NOTICE_OFFICER, ground="not_me", items=tuple(sorted(walk.docket.decision.granted)))
        return write(*args)

    monkeypatch.setattr(cells, "write", meanwhile)

    assert work(walk, number) is False
    assert queries_work.work(number).failed
    assert walk.state == "cleared"
    assert models.Packing.objects.filter(docket_id=walk.id).count() == 0


# --- what cannot be packed --------------------------------------------------------------------------------


def test_a_person_known_by_one_identifier_is_not_packed(walk):
    models.Identified.objects.filter(person__docket_id=walk.id).update(strong='["dob"]')

    with pytest.raises(Refused) as refused:
        asked_to_pack(walk)
    assert refused.value.reason == "identified"


def test_nobody_known_is_nothing_packed(desk):
    walk = matched(walking(desk).in_review(), STRANGER).reviewed().approved().cleared()
    number = asked_to_pack(walk)

    assert work(walk, number) is False
    assert "no value leaves" in queries_work.work(number).fault
    assert walk.state == "cleared"


def test_only_the_custodian_packs(walk):
    with pytest.raises(Refused):
        packing.ask(
            docket=walk.id, retain_until=walk.desk.now.date().replace(year=2059), by=walk.desk.by(Role.CHECKER),
            role=Role.CHECKER, at=walk.desk.minute(),
        )  # fmt: skip


def test_a_day_of_destruction_lies_ahead(walk):
    with pytest.raises(CaseworkError, match="lies ahead"):
        asked_to_pack(walk, days=0)
