"""Seal and open: MB/s a core, and peak memory, against a bare AES-GCM loop and against Tink alone, in the same run.

    python -m bench.sealing [MEGABYTES ...]        default: 256 2048

Each work runs in a process of its own, so that its peak memory is its own. "A core": bytes of plaintext over the
processor's time of the process (user and system), so that a busy disk or machine does not count against it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

MIB = 1 << 20
TIMES = 3  # the best counts: what disturbs a run only makes it slower
DAYS = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def a_folder(folder: Path, megabytes: int) -> None:
    """A folder as ``ostiary minimise`` writes it, with a large CSV; nobody in it exists."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    folder.mkdir()
    parquet.write_table(arrow.table({"x__y__line": ["1 Nowhere Street"]}), folder / "released.parquet")
    with (folder / "released.csv").open("wb") as file:
        file.write(b'"x__y__line"\n')
        block = os.urandom(MIB // 2).hex().encode()
        for _ in range(megabytes):
            file.write(block)
    column = {
        **{"element": "y", "label": "A label", "program": "x", "part": "value", "sources": ["client"], "rules": ["r"]},
        **{"authorities": [{"id": "an_act", "citation": "1 Act 2"}], "duties": []},
    }
    data = {"schema": "ostiary.dictionary/1", "bundle": "sha256:" + "ab" * 32, "as_of": "2026-03-19"}
    (folder / "dictionary.json").write_text(json.dumps({**data, "columns": {"x__y__line": column}}))


def a_log(root: Path) -> None:
    """The smallest log: a key, a policy, and a proof made for the one entry."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    (root / "log.key").write_bytes(key.private_bytes_raw())
    (root / "policy").write_text(f"log {_vkey(key.public_key().public_bytes_raw()).text()}\nquorum none\n")


def _vkey(public: bytes):
    from ostiary_verify import VerifierKey

    return VerifierKey.make("bench.example/log", 1, public)


def append(root: Path, entry: bytes) -> bytes:
    """A log of one entry."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ostiary_verify import Note, Signature, checkpoint_text, leaf_hash, proof_text

    key = Ed25519PrivateKey.from_private_bytes((root / "log.key").read_bytes())
    text = checkpoint_text("bench.example/log", 1, leaf_hash(entry))
    vkey = _vkey(key.public_key().public_bytes_raw())
    return proof_text(0, [], Note(text, (Signature(vkey.name, vkey.key_id, key.sign(text)),)).to_bytes())


def run_seal(root: Path) -> Callable[[], object]:
    """Keys are read before the clock starts: a passphrase costs 0.3 s whatever the size."""
    from ostiary.release.keys import read_recipient
    from ostiary.release.sealing import Terms, default_notice, seal
    from ostiary.release.signers import load_signer
    from ostiary_verify import parse_policy

    recipient = read_recipient(root / "bench.pub.json")
    last = dt.date(2026, 9, 30)
    terms = Terms("D-1", "D-1/1", recipient, default_notice(last), dt.date(2026, 3, 19), dt.date(2026, 4, 18), last)
    signer = load_signer(f"file:{root / 'bench.key.pem'}", (), str)
    policy = parse_policy((root / "policy").read_text())
    logged = partial(append, root)
    return partial(seal, root / "folder", root / "package.tar", terms, logged, policy, signer)


def run_open(root: Path) -> Callable[[], object]:
    from ostiary.release.keys import read_recipient_key
    from ostiary.release.opening import open_package
    from ostiary.release.signers import read_signers
    from ostiary_verify import parse_policy

    key = read_recipient_key(root / "bench.key.json", lambda what: "correct horse battery")
    signers = read_signers(root / "bench.signers.json")
    policy = parse_policy((root / "policy").read_text())
    now = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
    return partial(open_package, root / "package.tar", root / "out", key, signers, policy, now)


def run_bare_seal(root: Path) -> None:
    """The limit: read, AES-256-GCM in segments of 1 MiB, write. No digest, no tar, no key."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key = AESGCM(bytes(32))
    with (root / "folder/released.csv").open("rb") as source, (root / "bare").open("wb") as target:
        number = 0
        while data := source.read(MIB):
            target.write(key.encrypt(number.to_bytes(12, "big"), data, None))
            number += 1
        target.flush()
        os.fsync(target.fileno())


def run_bare_open(root: Path) -> None:
    """The same, back."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key = AESGCM(bytes(32))
    with (root / "bare").open("rb") as source, (root / "bare.out").open("wb") as target:
        number = 0
        while data := source.read(MIB + 16):
            target.write(key.decrypt(number.to_bytes(12, "big"), data, None))
            number += 1
        target.flush()
        os.fsync(target.fileno())


WORKS = {
    "bare seal": lambda root: partial(run_bare_seal, root),
    "seal": run_seal,
    "bare open": lambda root: partial(run_bare_open, root),
    "open": run_open,
}


def measured(work: str, root: Path, megabytes: int) -> dict[str, float]:
    """One work in a process of its own: MB/s a core, MB/s by the clock, peak memory in MB."""
    command = [sys.executable, "-m", "bench.sealing", "--work", work, str(root)]
    done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    size = megabytes * MIB / 1e6
    return {"core": size / done["cpu"], "clock": size / done["clock"], "peak": done["peak"], "start": done["start"]}


def work_here(work: str, root: Path) -> None:
    """Run one work and say what it took: time without the imports, which a large package does not notice."""
    if work in ("seal", "open"):
        import ostiary.release.opening  # noqa: F401
    start = peak()
    ready = WORKS[work](root)
    clock, cpu = time.perf_counter(), time.process_time()
    ready()
    taken = {"cpu": time.process_time() - cpu, "clock": time.perf_counter() - clock}
    print(json.dumps({**taken, "peak": peak(), "start": start}))


def peak() -> float:
    """The most memory since this program began, in MB. (``ru_maxrss`` would also count the parent's, before exec.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def main() -> None:
    from ostiary.release.keys import new_recipient
    from ostiary.release.signers import new_signer

    sizes = [int(word) for word in sys.argv[1:]] or [256, 2048]
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'':12}{'MB':>6}{'MB/s a core':>13}{'MB/s clock':>12}{'peak MB':>9}{'of the bare loop':>18}")
    for megabytes in sizes:
        with tempfile.TemporaryDirectory(prefix="sealing-") as name:
            root = Path(name)
            a_folder(root / "folder", megabytes)
            a_log(root)
            new_recipient("bench", root, DAYS, "correct horse battery")
            new_signer("bench", root, DAYS, None)
            found = {work: measured(work, root, megabytes) for work in WORKS}
            for _ in range(TIMES - 1):
                for made in ("bare", "bare.out", "package.tar"):
                    (root / made).unlink()
                shutil.rmtree(root / "out")
                for work in WORKS:
                    found[work] = max(found[work], measured(work, root, megabytes), key=lambda one: one["core"])
            for work, one in found.items():
                share = one["core"] / found["bare " + work.split()[-1]]["core"]
                print(
                    f"{work:12}{megabytes:>6}{one['core']:>13.0f}{one['clock']:>12.0f}{one['peak']:>9.0f}{share:>17.0%}"
                )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work_here(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
