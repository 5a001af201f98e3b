"""Third persons in a text: it is read by the custodian, read again by the checker, and never leaves as it stands."""

import io
import json
import re
import stat
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from ostiary.decide.person import find_people
from ostiary.release import keys
from ostiary_web.casework import models, packaging, queries_release, recheck, roll, stripping
from ostiary_web.casework.actions import intake, packing
from ostiary_web.casework.actions import stripping as act
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.ordering import speaks_of_others
from ostiary_web.ledger_link.models import Read
from tests.web import released
from tests.web.corrected import looked_for
from tests.web.pages_desk import enrolled, number_of, page, said
from tests.web.released import (
    VALID,
    known_one,
    of_whom_something_leaves,
    packed,
    retain,
    rewritten,
    texts_of,
)
from tests.web.test_packing import inside, place_of
from tests.web.walking import FAR, Walk, own

NOTE = "Called on Monday. Her neighbour Rosa Quill, 312 555 0142, looks after the child; the mother is well."
CLEAN = "Called on Monday. [removed] looks after the child; the mother is well."


@pytest.fixture(scope="module")
def desk(releasing_desk):
    """One desk for the file, at the machine's own time; everybody on its roll has a note."""
    with pytest.MonkeyPatch.context() as patch:
        # Of whom something leaves is remembered for all desks: elsewhere nobody has this note.
        patch.setattr(released, "_LETS_GO", {})
        for row in roll.opened().engine.query("SELECT person_id FROM people").to_pylist():
            rewritten(releasing_desk, str(row["person_id"]), "case_note", NOTE)
        yield releasing_desk


@pytest.fixture(scope="module")
def asked(desk):
    """A person asks for the own file, the note too; cleared. Tests that change it make one of their own."""
    return a_walk(desk)


def a_walk(desk):
    walk = Walk(desk, own(), body="").in_review()
    folder = desk.folder / f"person-{number_of(walk)}"
    folder.mkdir()
    public, walk.key = keys.new_recipient("A person", folder, VALID, None)
    by = desk.by(Role.VERIFIER)
    intake.register_own_key(docket=walk.id, public=public.read_text(), until=FAR, by=by, at=desk.minute())
    place = next(n for n, row in enumerate(of_whom_something_leaves(walk)) if has_note(walk, row))
    known_one(walk, place)
    return walk.reviewed().approved().cleared()


def has_note(walk, row):
    """Whether the note of this person is among what the person may have."""
    return row["in_snap"] or row["in_medicaid"]


def ask(walk):
    by, desk = walk.desk.by(Role.CUSTODIAN), walk.desk
    return packing.ask(docket=walk.id, retain_until=retain(desk), by=by, at=desk.minute())


def strip(walk, text=CLEAN, who=Role.CUSTODIAN, seen=None):
    left = {one.key: (seen or one.seen, text) for one in texts_of(walk)}
    return act.strip(docket=walk.id, left=left, by=walk.desk.by(who), at=walk.desk.minute())


def test_a_text_that_nobody_read_is_not_packed(asked):
    (text,) = texts_of(asked)
    assert (text.original, text.left) == (NOTE, "")
    with pytest.raises(CaseworkError, match="may speak of other people"):
        ask(asked)


def test_also_where_it_is_not_asked_first(asked, tmp_path):
    """The packer itself refuses: asking first only saves the time."""
    from ostiary_web.casework import cells

    with pytest.raises(CaseworkError, match="may speak of other people"):
        cells.write(queries_release.order_of(asked.docket, asked.desk.now.date()), roll.opened(), tmp_path, print)


def test_what_is_proposed_lacks_long_numbers_and_keeps_the_rest(asked):
    (text,) = texts_of(asked)
    assert text.proposed == NOTE.replace("312 555 0142", "[removed]")


def test_names_of_the_household_are_proposed_to_go_and_the_own_stays(asked):
    """Two people of the roll who share a household, as the roll is read."""
    found = roll.opened()
    pairs = "SELECT a.person_id, a.first_name, b.first_name AS other FROM people a JOIN people b USING (household_id)"
    row = found.engine.query(f"{pairs} WHERE a.first_name <> b.first_name ORDER BY 1 LIMIT 1").to_pylist()[0]
    (person,) = find_people(found.roll, found.engine, [str(row["person_id"])])

    text = stripping.proposal(found.roll, person, f"{row['first_name']} lives with {row['other'].upper()}, 3 dogs.")

    assert text == f"{row['first_name']} lives with [removed], 3 dogs."


def test_a_column_of_numbers_is_no_free_text(asked):
    """The mapping is wrong; nobody could read it on a page. Everything stays."""
    found = roll.opened()
    wrong = replace(
        found.roll, copies=tuple(replace(one, free_text=frozenset(one.columns)) for one in found.roll.copies)
    )

    with pytest.raises(CaseworkError, match=r"holds no texts; mend roll\.yaml"):
        speaks_of_others(wrong, "household_size", 4)


@pytest.mark.parametrize(("value", "free"), [("short code", False), ("x" * 121, True), (17, False), (None, False)])
def test_a_long_text_counts_though_nobody_declared_it(asked, value, free):
    assert speaks_of_others(roll.opened().roll, "employer_name", value) is free


def test_only_the_custodian_says_what_may_leave(asked):
    with pytest.raises(Refused):
        strip(asked, who=Role.CHECKER)


@pytest.mark.parametrize(
    ("text", "seen", "why"), [("  ", None, "write .removed."), ("ok", "sha256:" + "0" * 64, "another one by now")]
)
def test_nothing_is_kept_of_what_is_empty_or_was_read_before_it_changed(asked, text, seen, why):
    with pytest.raises(CaseworkError, match=why):
        strip(asked, text, seen=seen)
    assert not models.StrippedText.objects.filter(docket_id=asked.id).exists()


def test_what_was_written_leaves_and_the_recipient_is_told(desk):
    walk = a_walk(desk)
    strip(walk)
    packed(walk)

    (row,) = inside(walk)
    notes = [value for name, value in row.items() if name.endswith("__case_note")]
    assert notes and set(notes) == {CLEAN}  # noqa: PT018 - under each program that holds it
    with packaging.opened(place_of(walk)) as folder:
        assert "what they say of other people was taken out" in (folder / "NOTICE.txt").read_text()
        assert not [one for one in folder.iterdir() if b"Rosa Quill" in one.read_bytes()]


def test_what_left_so_is_not_taken_for_a_wrong_value_later(desk):
    """The records still say the whole text: that is no mistake of which a recipient must be told."""
    walk = a_walk(desk)
    strip(walk)
    released.released(released.sealed(walk), "media")

    _, found = looked_for(walk)
    assert (found.lines, found.later, found.missing) == ((), 0, ())
    rewritten(desk, walk.person["person_id"], "case_note", "It was another person.")
    _, found = looked_for(walk)
    assert {one.element for one in found.lines} == {"case_notes"}
    rewritten(desk, walk.person["person_id"], "case_note", NOTE)


def test_a_text_left_as_it_is_is_not_said_to_be_changed(desk):
    walk = a_walk(desk)
    strip(walk, NOTE)
    packed(walk)
    with packaging.opened(place_of(walk)) as folder:
        assert "taken out" not in (folder / "NOTICE.txt").read_text()


def test_a_text_that_changed_since_is_read_again(desk):
    walk = a_walk(desk)
    strip(walk)
    rewritten(desk, walk.person["person_id"], "case_note", NOTE + " Her brother Ned too.")

    with pytest.raises(CaseworkError, match="may speak of other people"):
        ask(walk)
    rewritten(desk, walk.person["person_id"], "case_note", NOTE)


def test_another_text_after_the_packing_is_another_package(desk):
    walk = a_walk(desk)
    strip(walk)
    packed(walk)
    before = queries_release.order_of(walk.docket, desk.now.date())
    changed = {place: type(one)(one.original, "other words") for place, one in before.stripped.items()}

    assert replace(before, stripped=changed).basis != before.basis


def test_a_packer_that_puts_in_the_text_as_it_stands_is_found(desk):
    walk = a_walk(desk)
    strip(walk, NOTE)
    packed(walk)
    order = queries_release.order_of(walk.docket, desk.now.date())
    with packaging.opened(place_of(walk)) as folder:
        items = queries_release.standing(walk.docket).items
        as_it_stands = recheck.check(replace(order, stripped={}), roll.opened(), folder, items)

    assert any("case_note" in one and "nobody decided" in one for one in as_it_stands.faults)


def test_by_the_pages_the_custodian_writes_and_the_checker_refuses(desk):
    walk = a_walk(desk)
    custodian = enrolled(desk.who["custodian"])
    path = f"/desk/{number_of(walk)}/package/texts/"
    assert "Texts that may speak of other people" in said(page(walk, "custodian"))
    shown = custodian.get(path).content.decode()
    assert "Rosa Quill" in shown
    assert Read.objects.filter(whose=walk.id, why="strip", by=desk.by(Role.CUSTODIAN)).exists()
    fields = dict(re.findall(r'name="(seen-[^"]+)"[^>]*value="([^"]+)"', shown))
    left = {name.replace("seen-", "left-"): "" for name in fields}

    assert custodian.post(path, fields | left).status_code == 422
    stale = dict.fromkeys(fields, "sha256:" + "0" * 64)
    again = custodian.post(path, stale | dict.fromkeys(left, "Typed before it changed."))
    assert again.status_code == 422
    shown_again = again.content.decode()
    assert "Typed before it changed." in shown_again
    assert all(f'value="{seen}"' in shown_again for seen in fields.values())  # of the text as it stands now
    assert custodian.post(path, fields | dict.fromkeys(left, "The neighbour Rosa helps.")).status_code == 302
    packed(walk)
    checker = enrolled(desk.who["checker"])
    compared = checker.get(f"/desk/{number_of(walk)}/package/check/").content.decode()
    assert "Rosa Quill" in compared
    assert "The neighbour Rosa helps." in compared
    checker.post(f"/desk/{number_of(walk)}/package/check/", {"others": ""})

    assert walk.state == "cleared"
    finding = json.loads(models.Packing.objects.filter(docket_id=walk.id).latest("pk").finding)
    assert finding["faults"] == ["a text in it still speaks of other people"]
    assert enrolled(desk.who["checker"]).get(path).status_code == 302


def test_by_command_through_a_file_that_its_owner_alone_reads(desk, tmp_path):
    walk, file, mail = a_walk(desk), tmp_path / "texts.json", "custodian@agency.example"

    assert "texts that may speak of other people: 1" in told("texts", number_of(walk), str(file), "--by", mail)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    data = json.loads(file.read_text())
    (one,) = data.values()
    assert "312 555 0142" in one["original"] and "312 555 0142" not in one["left"]  # noqa: PT018
    file.write_text(json.dumps({key: one | {"left": CLEAN} for key in data}))
    assert "texts kept: 1" in told("texts", number_of(walk), str(file), "--read", "--by", mail)
    assert [one.left for one in texts_of(walk)] == [CLEAN]

    with pytest.raises(CommandError, match=r"texts\.json: File exists"):
        told("texts", number_of(walk), str(file), "--by", mail)
    file.write_text("[]")
    with pytest.raises(CommandError, match="is not a file that"):
        told("texts", number_of(walk), str(file), "--read", "--by", mail)


def told(*words):
    said = io.StringIO()
    call_command("release", *words, stdout=said)
    return said.getvalue()
