"""From a folder of `minimise` to the recipient's folder, and nothing on the way."""

import json
import subprocess

import pytest

from ostiary.errors import BadInput
from ostiary.release import manifest as form
from ostiary.release.sealing import finish, prepare
from tests.release.makers import Key, Log, World


@pytest.fixture
def world(tmp_path):
    return World(tmp_path / "world")


def test_what_was_minimised_arrives_byte_for_byte(world):
    opened = world.open(world.seal())

    for name in ("released.parquet", "released.csv", "dictionary.json"):
        assert (opened.folder / name).read_bytes() == (world.folder / name).read_bytes()
    assert {path.name for path in opened.folder.iterdir()} == {*form.PLAIN_FILES, form.CONTENTS}
    assert "Destroy every copy by 2026-09-30" in (opened.folder / "NOTICE.txt").read_text()
    assert (opened.core.people, opened.core.values) == (3, {"x__y__line": 2})
    assert (opened.signer, opened.origin, opened.index) == ("Release Officer", "agency.example/log", 0)
    assert world.leftovers() == ["out"]


def test_plaintext_and_package_are_for_their_owner_only(world):
    path = world.seal()
    opened = world.open(path)

    assert [place.stat().st_mode & 0o077 for place in (path, opened.folder, *opened.folder.iterdir())] == [0] * 7


@pytest.mark.parametrize("size", [0, 1, 2, 6, 7, 200])
def test_a_log_of_any_size_and_witnesses_prove_the_entry(tmp_path, size):
    log = Log(witnesses=[Key("w.example/1", 4), Key("w.example/2", 4)], leaves=[b"%d" % one for one in range(size)])
    world = World(tmp_path / "world", log)

    assert world.open(world.seal()).index == size


def test_any_tar_lists_the_parts(world):
    path = world.seal()
    listed = subprocess.run(["tar", "tf", path], capture_output=True, text=True, check=True)

    assert listed.stdout.split() == list(form.MEMBERS)
    assert listed.stderr == ""


def test_the_entry_and_the_manifest_on_the_way_hold_nothing_to_guess_at(world):
    """No digest of a plaintext file stands outside the seal: a small file could be found by trying."""
    path = world.seal()
    opened = world.open(path)
    outside = path.read_bytes() + world.log.leaves[0]

    for one in json.loads((opened.folder / form.CONTENTS).read_bytes())["files"]:
        assert one["sha256"].encode() not in outside
    assert b"Sheriff" not in world.log.leaves[0]


def test_the_same_folder_twice_shares_no_digest(world):
    first, second = world.seal("a.tar"), world.seal("b.tar")
    contents = [(world.open(path, path.stem).folder / form.CONTENTS).read_bytes() for path in (first, second)]

    assert world.log.leaves[0] != world.log.leaves[1]
    assert form.parse_contents(contents[0]) == form.parse_contents(contents[1])
    assert contents[0] != contents[1]
    assert first.stat().st_size - second.stat().st_size in range(-16, 17)


def test_the_entry_is_appended_before_the_package_exists(world):
    there = []

    def append(entry):
        there.extend(path.name for path in world.root.iterdir() if path.name.endswith("package.tar"))
        return world.log.append(entry)

    world.seal(append=append)

    assert there == []


def test_no_proof_no_package(world):
    def lost(entry):
        raise BadInput("the log does not answer")

    with pytest.raises(BadInput, match="the log does not answer"):
        world.seal(append=lost)
    assert world.leftovers() == []
    assert not (world.root / "package.tar").exists()


def test_a_log_may_say_more_in_its_entry(world):
    with prepare(world.folder, world.root / "package.tar", world.terms()) as prepared:
        richer = form.shape.canonical({**json.loads(prepared.entry), "step": 7})
        path = finish(prepared, world.log.append(richer), world.log.policy, world.signer, richer)

    assert world.open(path).index == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"docket": "a docket"}, "core.docket is not a text of the right form"),
        ({"valid_until": form.dt.date(2026, 3, 1)}, "sealed before it lapses"),
        ({"valid_until": form.dt.date(2027, 1, 1), "retain_until": form.dt.date(2027, 2, 1)}, "shorten that"),
        ({"notice": "x" * 20_001}, "core.notice"),
    ],
)
def test_terms_that_do_not_go_together_seal_nothing(world, change, message):
    with pytest.raises(BadInput, match=message):
        world.seal(**change)
    assert world.leftovers() == []


def test_a_file_that_minimise_did_not_write_never_leaves(world):
    (world.folder / "more.csv").write_text("x")

    with pytest.raises(BadInput, match="and no other file"):
        world.seal()


def test_a_column_that_the_dictionary_does_not_name_never_leaves(world):
    text = (world.folder / "released.csv").read_text()
    (world.folder / "released.csv").write_text(text.replace("x__y__line", "x__y__other"))

    with pytest.raises(BadInput, match=r"are not those of dictionary\.json"):
        world.seal()


def test_a_link_in_the_folder_is_not_followed(world):
    (world.folder / "released.csv").rename(world.root / "elsewhere.csv")
    (world.folder / "released.csv").symlink_to(world.root / "elsewhere.csv")

    with pytest.raises(BadInput, match="and no other file"):
        world.seal()


def test_a_column_without_authority_never_leaves(world):
    data = json.loads((world.folder / "dictionary.json").read_text())
    data["columns"]["x__y__line"]["authorities"] = []
    (world.folder / "dictionary.json").write_text(json.dumps(data))

    with pytest.raises(BadInput, match="without a cited authority"):
        world.seal()


def test_nothing_is_written_over(world):
    path = world.seal()

    with pytest.raises(BadInput, match="is there already; name a new file"):
        world.seal()
    (world.root / "out").mkdir()
    with pytest.raises(BadInput, match="is there already; name a new folder"):
        world.open(path)
