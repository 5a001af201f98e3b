"""Who signs manifests and bundles: a key in a file, in a PKCS#11 token or in a cloud's KMS, named by a URI.

    file:NAME.key.pem      ECDSA P-256 in a PEM file, or under a passphrase in our own box
    hsm:...                a PKCS#11 token (needs python-pkcs11, and PYKCS11LIB)
    gcpkms:... awskms:...  a key that never leaves the cloud's module (needs that cloud's client)

All but ``file:`` need the public key too, as a signers file of one. securesystemslib does the signing.
The signers file is a list that a recipient keeps: whose signature counts, and for packages of which days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary.errors import BadInput
from ostiary.release import keys, shape
from ostiary.release.keys import file_name, pretty
from ostiary.release.private_files import BOX, Ask, lock, read_private, read_small, unlock, write_pair

if TYPE_CHECKING:
    from securesystemslib.signer import Signer, SSlibKey

SCHEMA = "ostiary.signers/1"
PRIVATE_SCHEMA = "ostiary.signer-private/1"
SCHEMES = ("file", "hsm", "gcpkms", "awskms")
_ONE = shape.record(
    {
        "name": shape.text(shape.NAME, 128),
        "key_id": shape.text(shape.HEX_32),
        "public": shape.text(r"-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n", 1_000),
        "valid_from": shape.day,
        "valid_until": shape.day,
    }
)
_LIST = shape.record({"schema": shape.exactly(SCHEMA), "signers": shape.rows(_ONE, 100)})
_BOXED = shape.record({"schema": shape.exactly(PRIVATE_SCHEMA), "key_id": shape.text(shape.HEX_32), "box": BOX})


@dataclass(frozen=True)
class TrustedSigner:
    """A public key whose signature counts on packages sealed between two days."""

    name: str
    key: SSlibKey
    valid_from: dt.date
    valid_until: dt.date

    def as_data(self) -> dict[str, str]:
        """One row of a signers file."""
        return {
            "name": self.name,
            "key_id": self.key.keyid,
            "public": str(self.key.keyval["public"]).rstrip("\n") + "\n",
            "valid_from": self.valid_from.isoformat(),
            "valid_until": self.valid_until.isoformat(),
        }


def new_signer(name: str, folder: Path, valid: tuple[dt.date, dt.date], passphrase: str | None) -> tuple[Path, Path]:
    """Make a signing key; returns the signers file (a list of one) and the private file.

    :raises BadInput: when a file is there already or cannot be written.
    """
    from securesystemslib.signer import CryptoSigner

    made = CryptoSigner.generate_ecdsa()
    data = TrustedSigner(name, made.public_key, *valid).as_data()
    at_public = folder / f"{file_name(name)}.signers.json"
    listed = {"schema": SCHEMA, "signers": [data]}
    parse_signers(pretty(listed), f"the key of `{name}`")
    if passphrase is None:
        at_private, secret = folder / f"{file_name(name)}.key.pem", made.private_bytes
    else:
        at_private = folder / f"{file_name(name)}.signer-key.json"
        head = {"schema": PRIVATE_SCHEMA, "key_id": made.public_key.keyid}
        secret = pretty(head | {"box": lock(made.private_bytes, passphrase, head)})
    write_pair((at_public, pretty(listed)), (at_private, secret))
    return at_public, at_private


def read_signers(path: Path) -> tuple[TrustedSigner, ...]:
    """The signers of a file, each with the days on which its signature counts.

    :raises BadInput: when the file is no such list, or a key is not ECDSA on P-256.
    """
    return parse_signers(read_small(path), str(path))


def parse_signers(data: bytes, where: str) -> tuple[TrustedSigner, ...]:
    """The signers of a list, from the bytes of its file."""
    try:
        found = _LIST(shape.read_json(data, "the file"), "the file")
    except ValueError as fault:
        raise BadInput(f"{where}: is no list of signers: {fault}") from None
    listed = tuple(_signer(row, where) for row in found["signers"])
    if not listed:
        raise BadInput(f"{where}: lists no signer")
    if len({one.key.keyid for one in listed}) != len(listed):
        raise BadInput(f"{where}: lists one key twice")
    return listed


def _signer(row: dict[str, str], where: str) -> TrustedSigner:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from securesystemslib.signer import ECDSA_SHA2_NISTP256, SSlibKey

    try:
        key = SSlibKey.from_crypto(load_pem_public_key(row["public"].encode()))
    except (ValueError, UnsupportedAlgorithm):
        raise BadInput(f"{where}: holds a public key that cannot be read") from None
    if key.scheme != ECDSA_SHA2_NISTP256:
        raise BadInput(f"{where}: a signer's key must be ECDSA on P-256; make it with `ostiary keys new-signer`")
    if key.keyid != row["key_id"]:
        raise BadInput(f"{where}: a `key_id` is not that of its key; ask its owner for the file again")
    first, last = dt.date.fromisoformat(row["valid_from"]), dt.date.fromisoformat(row["valid_until"])
    return TrustedSigner(row["name"], key, first, last)


def load_signer(uri: str, listed: Sequence[TrustedSigner], ask: Ask) -> Signer:
    """The signer that a URI names.

    :param listed: for every scheme but ``file:``, the signers file of this one key.
    :raises BadInput: when it cannot be reached, or is not the key that is listed.
    """
    from securesystemslib.signer import Signer

    scheme, _, place = uri.partition(":")
    if scheme not in SCHEMES or (not place and scheme == "file"):
        raise BadInput("`--signer` must be a URI that begins with " + ", ".join(f"`{name}:`" for name in SCHEMES))
    if scheme == "file":
        return _from_file(Path(place), ask)
    if len(listed) != 1:
        raise BadInput(f"a `{scheme}:` key needs its public half: name a signers file of one with `--signer-public`")
    try:
        return Signer.from_priv_key_uri(uri, listed[0].key, ask)
    # Each kind of module has faults of its own (no driver, no network, a wrong PIN): none may reach a package.
    except Exception as fault:
        raise BadInput(
            f"the key of `{scheme}:` cannot be used ({type(fault).__name__}); see the module's set-up"
        ) from None


def _from_file(path: Path, ask: Ask) -> Signer:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from securesystemslib.signer import ECDSA_SHA2_NISTP256, CryptoSigner

    data: Any = read_private(path)
    if not data.startswith(b"-----BEGIN"):
        try:
            found = _BOXED(shape.read_json(data, "the file"), "the file")
        except ValueError as fault:
            raise BadInput(f"{path}: is no signing key: {fault}") from None
        head = {name: found[name] for name in ("schema", "key_id")}
        data = unlock(found["box"], ask(f"passphrase of {path.name}"), head, str(path))
    try:
        signer = CryptoSigner(load_pem_private_key(data, None))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadInput(f"{path}: holds no signing key that can be read") from None
    if signer.public_key.scheme != ECDSA_SHA2_NISTP256:
        raise BadInput(f"{path}: must be ECDSA on P-256; make it with `ostiary keys new-signer`")
    return signer


def describe(path: Path) -> list[dict[str, str]]:
    """What a file of keys says openly, a row for each key; nothing secret is unlocked or shown.

    :raises BadInput: when it is none of our files of keys.
    """
    data = read_small(path)
    try:
        found = shape.read_json(data, "the file")
    except ValueError:
        found = None
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema == SCHEMA:
        rows = [one.as_data() | {"kind": "signer"} for one in parse_signers(data, str(path))]
        return [{name: row[name] for name in ("kind", "name", "key_id", "valid_from", "valid_until")} for row in rows]
    if schema == keys.PUBLIC_SCHEMA:
        public = {"kind": "recipient", **keys.parse_recipient(data, str(path)).as_data()}
        return [{name: str(value) for name, value in public.items() if name not in ("schema", "keyset")}]
    if schema in (keys.PRIVATE_SCHEMA, PRIVATE_SCHEMA) and isinstance(found, dict):
        guarded = "under a passphrase" if "box" in found else "WITHOUT a passphrase"
        head = {name: str(found[name]) for name in ("name", "key_id", "valid_from", "valid_until") if name in found}
        return [{"kind": f"private key, {guarded}", **head}]
    raise BadInput(f"{path}: is no file of keys that `ostiary keys` makes")
