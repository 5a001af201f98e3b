"""The log's key: an Ed25519 signature on each head, and a refusal to sign what would fork the log.

A key is a file of one line, ``PRIVATE+KEY+<name>+<key id>+<base64>`` as of the Go note package, or a PKCS #8 PEM,
which has no name of its own. Its name is the log's origin. Other places for a key (PKCS #11, a KMS, a process of its
own) are other classes of the shape of ``Signer``.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

import ostiary_verify as verify
from ostiary.ledger.faults import LedgerError, LedgerInput
from ostiary.ledger.notes import unverified, verified
from ostiary.ledger.signed import PastFile, Signed

# C2SP signed-note's number for a plain Ed25519 signature.
_ED25519 = 0x01


class Signer(Protocol):
    """Whatever holds the log's key."""

    @property
    def name(self) -> str:
        """The key's name, which is the log's origin."""

    @property
    def vkey(self) -> str:
        """The public key as C2SP signed-note writes it: ``<name>+<key id>+<base64>``."""

    def sign(self, text: bytes, base: bytes | None) -> str:
        """The signature line, with its newline, for a checkpoint's text.

        :param base: the signed head that stands in the log now, None for a log that has none.
        :raises LedgerError: if signing this on top of that could fork the log.
        """

    def confirm(self, note: bytes) -> None:
        """Say that this head is committed. Call it after COMMIT and before anybody is told of the head."""


class FileSigner:
    """An Ed25519 key in a file that only its owner may read; beside it, in ``<file>.signed``, what it has signed."""

    def __init__(self, path: Path, name: str = "") -> None:
        self._path = path
        self.name, self._key = _read_key(path, name)
        self._id, self.vkey = _public(self.name, self._key)
        try:
            self._past = PastFile(path.with_name(path.name + ".signed"))
        except OSError as fault:
            raise LedgerInput(f"{fault.filename}: what the key signs is kept here; {fault.strerror}") from None

    def sign(self, text: bytes, base: bytes | None) -> str:
        """The signature line; see ``Signer.sign``."""
        head = _signed(verify.parse_checkpoint(text))
        before = None if base is None else _signed(unverified(base))
        with self._past.locked():
            past = self._past.read()
            after = past.following(before, head, lambda: base is not None and self._is_ours(base))
            if after is None:
                latest = past.latest()
                raise LedgerError(
                    f"{self._path}: will not sign: this key has signed a head of size "
                    f"{latest.size if latest else 0}, and the log stands at "
                    f"{before.size if before else 'nothing'}; was the database restored from a backup, or is it "
                    "another log's key?"
                )
            self._past.write_signed(after)
        return f"\u2014 {self.name} {_base64(self._id + self._key.sign(text))}\n"

    def confirm(self, note: bytes) -> None:
        """Remember that this head is committed; back once the disk remembers that it was signed."""
        self._past.settle()
        with self._past.locked():
            past = self._past.read()
            after = past.confirming(_signed(unverified(note)))
            if after is not past:
                self._past.write_confirmed(after)

    def close(self) -> None:
        """Let the files go."""
        self._past.close()

    def _is_ours(self, note: bytes) -> bool:
        try:
            verified(note, self.vkey)
        except verify.VerifyError:
            return False
        return True


def new_key(name: str) -> tuple[str, str]:
    """A new private key as the one line of a key file, and its public key as a vkey.

    :param name: the log's origin, such as ``ledger.agency.example/2026``: no space, no plus.
    """
    key = Ed25519PrivateKey.generate()
    ident, vkey = _public(name, key)
    seed = _base64(bytes([_ED25519]) + key.private_bytes_raw())
    return f"PRIVATE+KEY+{name}+{ident.hex()}+{seed}\n", vkey


def write_new_key(path: Path, name: str) -> str:
    """Make a key file that only its owner may read; its vkey.

    :raises LedgerInput: if there is a file already.
    """
    private, vkey = new_key(name)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise LedgerInput(f"{path}: is there already; a key is never written over") from None
    except OSError as fault:
        raise LedgerInput(f"{path}: cannot be written: {fault.strerror}") from None
    with os.fdopen(handle, "w") as out:
        out.write(private)
        out.flush()
        os.fsync(out.fileno())
    return vkey


def _read_key(path: Path, name: str) -> tuple[str, Ed25519PrivateKey]:
    data = _read_private(path)
    if data.startswith(b"-----BEGIN"):
        try:
            key = load_pem_private_key(data, None)
        except (ValueError, TypeError):
            raise LedgerInput(f"{path}: is no private key in PEM without a passphrase") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise LedgerInput(f"{path}: is no Ed25519 key; a log signs with Ed25519")
        if not name:
            raise LedgerInput(f"{path}: a key in PEM has no name; give the log's name too")
        return name, key
    parts = data.decode(errors="replace").strip().split("+", 4)
    if len(parts) != 5 or parts[:2] != ["PRIVATE", "KEY"]:
        raise LedgerInput(f"{path}: is no key file; make one with `ostiary log init`")
    try:
        raw = base64.b64decode(parts[4], validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != 33 or raw[0] != _ED25519:
        raise LedgerInput(f"{path}: is no Ed25519 key")
    if name and name != parts[2]:
        raise LedgerInput(f"{path}: the key is named `{parts[2]}`, not `{name}`")
    key = Ed25519PrivateKey.from_private_bytes(raw[1:])
    if _public(parts[2], key)[0].hex() != parts[3]:
        raise LedgerInput(f"{path}: the key's number is not its own: was the file changed?")
    return parts[2], key


def _public(name: str, key: Ed25519PrivateKey) -> tuple[bytes, str]:
    """The key's number (4 bytes) and its vkey, which the outsider's verifier must be able to read."""
    public = key.public_key().public_bytes_raw()
    ident = verify.key_id(name, _ED25519, public)
    vkey = f"{name}+{ident.hex()}+{_base64(bytes([_ED25519]) + public)}"
    try:
        verify.parse_vkey(vkey)
    except verify.VerifyError as fault:
        raise LedgerInput(f"`{name}` cannot be a log's name: {fault}") from None
    return ident, vkey


def _read_private(path: Path) -> bytes:
    """The file's bytes; its rights are those of the very file that is read."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise LedgerInput(f"{path}: is no file")
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise LedgerInput(f"{path}: others may read this key; `chmod 600` it, and think about making a new one")
            return file.read(65536)
    except OSError as fault:
        raise LedgerInput(f"{path}: cannot be read: {fault.strerror}") from None


def _signed(head: verify.Checkpoint) -> Signed:
    return Signed(head.size, head.root.hex())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
