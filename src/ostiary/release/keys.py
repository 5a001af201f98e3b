"""Recipients' keys: to whom a package can be sealed, and who can open it.

Hybrid keys of Tink: ECIES on P-256, HKDF-SHA-256, AES-256-GCM. The public file is registered with the agency after
a person compared its key id over another channel; the private file never leaves the recipient.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary.canonical import digest
from ostiary.errors import BadInput
from ostiary.release import shape
from ostiary.release.private_files import BOX, Ask, lock, read_private, read_small, unlock, write_pair

if TYPE_CHECKING:
    import tink

PUBLIC_SCHEMA = "ostiary.recipient/1"
PRIVATE_SCHEMA = "ostiary.recipient-private/1"
_TYPE = "type.googleapis.com/google.crypto.tink.EciesAeadHkdf"
_HEAD = {
    "name": shape.text(shape.NAME, 128),
    "key_id": shape.text(shape.DIGEST),
    "valid_from": shape.day,
    "valid_until": shape.day,
}


def _keyset(value: object, where: str) -> dict[str, Any]:
    """Any object: Tink reads it, and ``_tink_public`` says whether it is the one kind that we take."""
    if not isinstance(value, dict):
        raise ValueError(f"{where} must be an object")
    return value


_PUBLIC = shape.record({"schema": shape.exactly(PUBLIC_SCHEMA), **_HEAD, "keyset": _keyset})
_PRIVATE = shape.record(
    {"schema": shape.exactly(PRIVATE_SCHEMA), **_HEAD, "box": BOX, "keyset": _keyset}, frozenset({"box", "keyset"})
)


@dataclass(frozen=True)
class Recipient:
    """One registered public key: whose it is, and from when until when it is used."""

    name: str
    key_id: str
    valid_from: dt.date
    valid_until: dt.date
    keyset: dict[str, Any]

    def wrap(self, secret: bytes, bound: bytes) -> bytes:
        """A secret that only this recipient can read, bound to some context."""
        from tink import hybrid

        return bytes(_tink_public(self.keyset).primitive(hybrid.HybridEncrypt).encrypt(secret, bound))

    def as_data(self) -> dict[str, Any]:
        """The public file."""
        return {
            "schema": PUBLIC_SCHEMA,
            "name": self.name,
            "key_id": self.key_id,
            "valid_from": self.valid_from.isoformat(),
            "valid_until": self.valid_until.isoformat(),
            "keyset": self.keyset,
        }


@dataclass(frozen=True)
class RecipientKey:
    """A recipient's private key, unlocked; only in memory."""

    public: Recipient
    handle: tink.KeysetHandle

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes | None:
        """The secret; None when it was not wrapped for this key, or not in this context."""
        import tink
        from tink import hybrid

        try:
            return bytes(self.handle.primitive(hybrid.HybridDecrypt).decrypt(wrapped, bound))
        except tink.TinkError:
            return None


def new_recipient(name: str, folder: Path, valid: tuple[dt.date, dt.date], passphrase: str | None) -> tuple[Path, Path]:
    """Make a key pair; returns the public and the private file.

    :param passphrase: None leaves the private file without one, guarded only by its rights.
    :raises BadInput: when a file is there already or cannot be written, or the name or days do not do.
    """
    import tink
    from tink import secret_key_access

    handle = tink.new_keyset_handle(template())
    public = Recipient("", "", *valid, json.loads(_no_secret(handle.public_keyset_handle())))
    public = parse_recipient(
        json.dumps(public.as_data() | {"name": name, "key_id": digest(public.keyset)}).encode(), f"the key of `{name}`"
    )
    head = private_head(public)
    secret = tink.json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN)
    body: dict[str, Any] = (
        {"keyset": json.loads(secret)} if passphrase is None else {"box": lock(secret.encode(), passphrase, head)}
    )
    at_public, at_private = folder / f"{file_name(name)}.pub.json", folder / f"{file_name(name)}.key.json"
    write_pair((at_public, pretty(public.as_data())), (at_private, pretty(head | body)))
    return at_public, at_private


def private_head(public: Recipient) -> dict[str, str]:
    """What a private file says openly; the box around the secret is bound to it."""
    return {
        "schema": PRIVATE_SCHEMA,
        **{name: str(value) for name, value in public.as_data().items() if name not in ("schema", "keyset")},
    }


def read_recipient(path: Path) -> Recipient:
    """A registered public key.

    :raises BadInput: when the file is no such key, or of a kind that we do not seal to.
    """
    return parse_recipient(read_small(path), str(path))


def parse_recipient(data: bytes, where: str) -> Recipient:
    """A registered public key, from the bytes of its file."""
    try:
        found = _PUBLIC(shape.read_json(data, "the file"), "the file")
    except ValueError as fault:
        raise BadInput(f"{where}: is no recipient's public key: {fault}") from None
    first, last = dt.date.fromisoformat(found["valid_from"]), dt.date.fromisoformat(found["valid_until"])
    if first > last:
        raise BadInput(f"{where}: the key ends before it begins; correct `valid_from` or `valid_until`")
    if digest(found["keyset"]) != found["key_id"]:
        raise BadInput(f"{where}: `key_id` is not that of the key in the file; ask its owner for the file again")
    try:
        _tink_public(found["keyset"])
    except ValueError as fault:
        raise BadInput(f"{where}: {fault}") from None
    return Recipient(found["name"], found["key_id"], first, last, found["keyset"])


def read_recipient_key(path: Path, ask: Ask) -> RecipientKey:
    """A private key, unlocked with the passphrase that ``ask`` brings.

    :raises BadInput: when others can read the file, the passphrase is wrong, or the key is not what its head says.
    """
    import tink
    from tink import secret_key_access

    try:
        found = _PRIVATE(shape.read_json(read_private(path), "the file"), "the file")
    except ValueError as fault:
        raise BadInput(f"{path}: is no recipient's private key: {fault}") from None
    if ("box" in found) == ("keyset" in found):
        raise BadInput(f"{path}: must hold either `box` or `keyset`")
    head = {name: found[name] for name in ("schema", *_HEAD)}
    secret = (
        unlock(found["box"], ask(f"passphrase of {path.name}"), head, str(path)).decode()
        if "box" in found
        else json.dumps(found["keyset"])
    )
    _register()
    try:
        handle = tink.json_proto_keyset_format.parse(secret, secret_key_access.TOKEN)
        keyset = json.loads(_no_secret(handle.public_keyset_handle()))
    except (tink.TinkError, ValueError):
        raise BadInput(f"{path}: holds no key that can be read; the file is damaged") from None
    data = head | {"schema": PUBLIC_SCHEMA, "keyset": keyset}
    return RecipientKey(parse_recipient(json.dumps(data).encode(), str(path)), handle)


def _no_secret(handle: Any) -> str:
    import tink

    return str(tink.json_proto_keyset_format.serialize_without_secret(handle))


def _tink_public(keyset: dict[str, Any]) -> Any:
    """Tink's handle of a public keyset of the one kind that we take.

    :raises ValueError: when it has several keys, a disabled one, or one of another kind.
    """
    import tink
    from google.protobuf.message import DecodeError
    from tink.proto import ecies_aead_hkdf_pb2, tink_pb2

    _register()
    wrong = ValueError("the key must be one ECIES key on P-256 with AES-256-GCM; make it with `ostiary keys`")
    try:
        handle = tink.json_proto_keyset_format.parse_without_secret(json.dumps(keyset))
        inside = tink_pb2.Keyset.FromString(tink.proto_keyset_format.serialize_without_secret(handle))
        key = ecies_aead_hkdf_pb2.EciesAeadHkdfPublicKey.FromString(inside.key[0].key_data.value)
    except (tink.TinkError, DecodeError, IndexError, ValueError):
        raise wrong from None
    wanted = ecies_aead_hkdf_pb2.EciesAeadHkdfKeyFormat.FromString(template().value).params
    only, enabled = len(inside.key) == 1, inside.key[0].status == tink_pb2.ENABLED
    if not (only and enabled and inside.key[0].key_data.type_url == _TYPE + "PublicKey" and key.params == wanted):
        raise wrong
    return handle


def template() -> Any:
    """Tink's ready template has AES-128 inside; this one is the same with AES-256."""
    from tink import aead
    from tink.proto import common_pb2, ecies_aead_hkdf_pb2, tink_pb2

    _register()
    form = ecies_aead_hkdf_pb2.EciesAeadHkdfKeyFormat()
    form.params.kem_params.curve_type = common_pb2.NIST_P256
    form.params.kem_params.hkdf_hash_type = common_pb2.SHA256
    form.params.dem_params.aead_dem.CopyFrom(aead.aead_key_templates.AES256_GCM)
    form.params.ec_point_format = common_pb2.UNCOMPRESSED
    return tink_pb2.KeyTemplate(
        type_url=_TYPE + "PrivateKey", value=form.SerializeToString(), output_prefix_type=tink_pb2.TINK
    )


def _register() -> None:
    from tink import hybrid

    hybrid.register()


def pretty(data: Any) -> bytes:
    """JSON for a file that people look at."""
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


def file_name(name: str) -> str:
    """A name as the start of a file's name: small letters, digits and dashes."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name.lower()).strip("-")
    if not plain:
        raise BadInput("a name needs letters or digits")
    return plain
