"""``ostiary seal``, ``open``, ``keys``, ``doctor``, ``law sign`` and ``law verify``."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ostiary.cli.log_first import LogPlace, append_and_prove, read_policy
from ostiary.cli.shared import bundle_from, console, day_or_today, draw, read_text, write_json
from ostiary.errors import BadInput
from ostiary.release.private_files import Ask, read_small

if TYPE_CHECKING:
    from ostiary.release.sealing import Prepared
    from ostiary_verify import Policy

Append = Callable[[bytes], bytes]


@dataclass(frozen=True)
class SealOptions:
    """All that ``ostiary seal`` was told."""

    recipient: Path
    signer: str
    signer_public: Path | None
    policy: Path
    log: LogPlace
    docket: str
    step: int
    decision: str
    notice: Path | None
    days: int
    retain_until: str
    out: Path
    passphrase_fd: int | None
    as_json: bool


def run_seal(folder: Path, options: SealOptions, append: Append | None = None) -> int:
    """Seal a folder of ``ostiary minimise``; the log first."""
    from ostiary.ledger.entry import new_docket
    from ostiary.release.keys import read_recipient
    from ostiary.release.sealing import Terms, default_notice, finish, prepare
    from ostiary.release.signers import load_signer, read_signers

    today = dt.date.today()
    if options.days < 0:
        raise BadInput("`--days` must not be negative")
    retain = day_or_today(options.retain_until, "--retain-until")
    terms = Terms(
        docket=options.docket or new_docket(),
        decision=options.decision,
        recipient=read_recipient(options.recipient),
        notice=read_text(options.notice) if options.notice else default_notice(retain),
        sealed_on=today,
        valid_until=today + dt.timedelta(days=options.days),
        retain_until=retain,
    )
    policy = read_policy(options.policy)
    listed = read_signers(options.signer_public) if options.signer_public else ()
    signer = load_signer(options.signer, listed, asking(options.passphrase_fd))
    with prepare(folder, options.out, terms) as prepared:
        entry = _entry(prepared, options.step)
        sealed = finish(prepared, (append or _append_to_log(options.log, policy))(entry), policy, signer, entry)
    if options.as_json:
        write_json({"package": str(sealed), "recipient": terms.recipient.name, "valid_until": terms.valid_until})
    else:
        console().print(
            f"{sealed}: sealed for {terms.recipient.name}, to be opened until {terms.valid_until}. "
            "Send it with your list of signers and the log's policy."
        )
    return 0


def _entry(prepared: Prepared, step: int) -> bytes:
    """The entry of a sealing by the published catalogue. What it commits to besides is nothing, and looks the same."""
    from ostiary.ledger.commitment import seal
    from ostiary.ledger.entry import Words, build_entry, new_docket
    from ostiary.ledger.kinds import catalogue
    from ostiary.release.manifest import ENTRY_KIND

    core = prepared.core
    public = {
        "release": new_docket(),
        "manifest": prepared.seal,
        "recipient_key": prepared.recipient.key_id,
        "conditions": [],
        "retain_until": core.retain_until,
    }
    return build_entry(
        catalogue(), Words({}), kind=ENTRY_KIND, docket=core.docket, step=step, day=core.sealed_on, public=public,
        committed=seal({}).committed,
    ).encode()  # fmt: skip


def _append_to_log(log: LogPlace, policy: Policy) -> Append:
    """How an entry gets into the log, and what it gives back: the proof that it is there."""
    return partial(append_and_prove, log, policy)


def run_open(package: Path, key: Path, signers: Path, policy: Path, out: Path, fd: int | None, *, as_json: bool) -> int:
    """Open a package, after every check."""
    from ostiary.release.keys import read_recipient_key
    from ostiary.release.opening import open_package
    from ostiary.release.signers import read_signers

    trusted, rule = read_signers(signers), read_policy(policy)
    unlocked = read_recipient_key(key, asking(fd))
    opened = open_package(package, out, unlocked, trusted, rule, dt.datetime.now().astimezone())
    core = opened.core
    if as_json:
        write_json({"folder": str(opened.folder), "signer": opened.signer, "log": opened.origin,
                    "entry": opened.index, "manifest": core.as_data()})  # fmt: skip
        return 0
    laws = {one["citation"] for column in core.columns.values() for one in column["authorities"]}
    console().print(
        f"The package is whole. It was signed by {opened.signer} on {core.sealed_on}, "
        f"and is entry {opened.index} of the public log {opened.origin}.\n"
        f"{core.people:,} people, {len(core.columns)} columns, under {'; '.join(sorted(laws))}.\n"
        f"Written to {opened.folder}. Read NOTICE.txt first. Destroy every copy by {core.retain_until}.",
        markup=False,
    )
    return 0


def run_new_recipient(name: str, out: Path, days: int, fd: int | None, *, passphrase: bool, as_json: bool) -> int:
    """Make a recipient's key pair."""
    from ostiary.release.keys import new_recipient, read_recipient

    public, private = new_recipient(name, out, _validity(days), _new_passphrase(fd) if passphrase else None)
    return _said_keys(read_recipient(public).key_id, public, private, passphrase=passphrase, as_json=as_json)


def run_new_signer(name: str, out: Path, days: int, fd: int | None, *, passphrase: bool, as_json: bool) -> int:
    """Make a signing key."""
    from ostiary.release.signers import new_signer, read_signers

    public, private = new_signer(name, out, _validity(days), _new_passphrase(fd) if passphrase else None)
    return _said_keys(read_signers(public)[0].key.keyid, public, private, passphrase=passphrase, as_json=as_json)


def _said_keys(key_id: str, public: Path, private: Path, *, passphrase: bool, as_json: bool) -> int:
    if not passphrase:
        sys.stderr.write(f"ostiary: warning: {private} has no passphrase; whoever can copy the file has the key\n")
    if as_json:
        write_json({"key_id": key_id, "public": str(public), "private": str(private)})
    else:
        console().print(
            f"key id {key_id}\n{public}: give this to the other side, and read them the key id by phone.\n"
            f"{private}: keep this to yourself. Nobody can make it again.",
            markup=False,
        )
    return 0


def run_new_log(name: str, out: Path, *, as_json: bool) -> int:
    """Make a log's key, with no log beside it."""
    from ostiary.ledger.signing import write_new_key

    vkey = write_new_key(out, name)
    if as_json:
        write_json({"origin": name, "vkey": vkey, "file": str(out)})
    else:
        sys.stdout.write(f"{vkey}\n")
    return 0


def run_show(path: Path, *, as_json: bool) -> int:
    """What a file of keys says openly; needs no passphrase."""
    from ostiary.release.signers import describe

    rows = describe(path)
    if as_json:
        write_json(rows)
    else:
        draw(str(path), list(rows[0]), [list(row.values()) for row in rows])
    return 0


def run_doctor(keys: Sequence[Path], *, as_json: bool) -> int:
    """Say what does the cryptography here; 1 when something must be mended."""
    from ostiary.release.doctor import examine

    found = examine(keys)
    if as_json:
        write_json(found.as_data())
        return int(bool(found.faults))
    rows = [(one.name, one.version, one.linked_to, one.fips) for one in found.libraries]
    draw("Libraries", ["library", "version", "linked to", "FIPS mode"], rows)
    draw("Algorithms", ["for", "algorithm", "by"], found.algorithms, shares=[2, 5, 3])
    for note in found.notes:
        console().print(f"note: {note}", markup=False)
    for fault in found.faults:
        console().print(f"fault: {fault}", markup=False)
    console().print("nothing is wrong" if not found.faults else f"{len(found.faults)} to mend")
    return int(bool(found.faults))


def run_law_sign(packs: Sequence[Path] | None, uri: str, public: Path | None, out: Path, fd: int | None) -> int:
    """Sign the bundle of some packs."""
    from ostiary.release.signed_bundle import sign_bundle
    from ostiary.release.signers import load_signer, read_signers

    if out.exists():
        raise BadInput(f"{out}: is there already; name a new file")
    bundle = bundle_from(packs)
    signer = load_signer(uri, read_signers(public) if public else (), asking(fd))
    data = sign_bundle(bundle, signer, dt.date.today())
    try:
        out.write_bytes(data)
    except OSError as fault:
        raise BadInput(f"{out}: cannot be written: {fault.strerror}") from None
    console().print(f"{out}: bundle {bundle.digest} signed", markup=False)
    return 0


def run_law_verify(file: Path, packs: Sequence[Path] | None, signers: Path, *, as_json: bool) -> int:
    """Check that the packs are those that were signed."""
    from ostiary.release.signed_bundle import verify_bundle
    from ostiary.release.signers import read_signers

    found = verify_bundle(read_small(file), bundle_from(packs), read_signers(signers))
    if as_json:
        write_json({"digest": found.digest, "signer": found.signer, "signed_on": found.signed_on,
                    "packs": [{"name": name, "version": version} for name, version in found.packs]})  # fmt: skip
    else:
        named = ", ".join(f"{name} {version}" for name, version in found.packs)
        console().print(f"signed by {found.signer} on {found.signed_on}: {named}; {found.digest}", markup=False)
    return 0


def asking(fd: int | None) -> Ask:
    """Asks on the terminal, or reads an open file descriptor: never an argument, which every process can read."""

    def ask(what: str) -> str:
        if fd is None:
            return _prompt(f"{what}: ")
        try:
            with os.fdopen(os.dup(fd), encoding="utf-8") as file:
                return file.readline(4096).rstrip("\n")
        except (OSError, UnicodeDecodeError):
            raise BadInput(f"file descriptor {fd} cannot be read; open it, as in `--passphrase-fd 3 3<FILE`") from None

    return ask


def _new_passphrase(fd: int | None) -> str:
    if fd is not None:
        return asking(fd)("new passphrase")
    first = _prompt("new passphrase (12 characters or more): ")
    if first != _prompt("the same again: "):
        raise BadInput("the two passphrases differ; nothing was made")
    return first


def _prompt(text: str) -> str:
    import getpass

    if not sys.stdin.isatty():
        raise BadInput("a passphrase is needed and there is no terminal to ask on; use `--passphrase-fd`")
    return getpass.getpass(text)


def _validity(days: int) -> tuple[dt.date, dt.date]:
    if not 1 <= days <= 3_650:
        raise BadInput("`--days` must be between 1 and 3650")
    today = dt.date.today()
    return today, today + dt.timedelta(days=days)
