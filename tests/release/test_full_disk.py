"""A disk that fills up: no part of a package and no part of its plaintext stays."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.release.makers import World, a_folder

CHILD = """
import resource, sys
from pathlib import Path
from tests.release.test_full_disk import again

root, limit, what = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
world = again(root)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    world.seal("new.tar") if what == "seal" else world.open(root / "good.tar")
except Exception as fault:
    print(type(fault).__name__, fault)
else:
    print("done")
"""


def again(root: Path) -> World:
    """The same world in another process: keys and folder from its files."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ostiary.release.keys import read_recipient, read_recipient_key
    from ostiary.release.signers import load_signer, read_signers
    from tests.release.makers import Key, Log, no_passphrase

    world = object.__new__(World)
    world.root, world.folder = root, root / "released"
    seed = Ed25519PrivateKey.from_private_bytes((root / "log.key").read_bytes())
    world.log = Log(Key("agency.example/log", 1, seed))
    world.recipient = read_recipient(root / "recipient/county-sheriff.pub.json")
    world.key = read_recipient_key(root / "recipient/county-sheriff.key.json", no_passphrase)
    world.signers = read_signers(root / "signer/release-officer.signers.json")
    world.signer = load_signer(f"file:{root / 'signer/release-officer.key.pem'}", (), no_passphrase)
    return world


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("disk") / "world")
    for path in world.folder.iterdir():
        path.unlink()
    world.folder.rmdir()
    a_folder(world.folder, rows=3_000, padding=1_000)  # a payload of several segments
    (world.root / "log.key").write_bytes(world.log.key.private.private_bytes_raw())
    world.seal("good.tar")
    return world


def run(world: World, limit: int, what: str) -> str:
    command = [sys.executable, "-W", "error", "-c", CHILD, str(world.root), str(limit), what]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stderr == ""
    return done.stdout


def test_without_a_limit_both_work(world):
    """Else the limit would prove nothing."""
    assert run(world, resource.RLIM_INFINITY, "seal") == "done\n"
    assert run(world, resource.RLIM_INFINITY, "open") == "done\n"
    assert world.leftovers() == ["out"]
    (world.root / "new.tar").unlink()
    for path in (world.root / "out").iterdir():
        path.unlink()
    (world.root / "out").rmdir()


@pytest.mark.parametrize("share", [0.0001, 0.5, 0.9999])
def test_a_package_that_does_not_fit_leaves_nothing(world, share):
    limit = int((world.root / "good.tar").stat().st_size * share)

    said = run(world, limit, "seal")

    assert said.startswith("BadInput ")
    assert said.endswith("new.tar: cannot be written: File too large; nothing is left behind\n")
    assert world.leftovers() == []
    assert not (world.root / "new.tar").exists()


@pytest.mark.parametrize("share", [0.0001, 0.5, 0.9999])
def test_plaintext_that_does_not_fit_leaves_nothing(world, share):
    limit = int((world.folder / "released.csv").stat().st_size * share)

    said = run(world, limit, "open")

    assert said.startswith("BadInput ")
    assert said.endswith("cannot be read or written: File too large; nothing is left behind\n")
    assert world.leftovers() == []
