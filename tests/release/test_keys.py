"""Keys: made once, guarded, and only of the one kind."""

import dataclasses
import json
import os
import stat

import pytest
import tink
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from tink import hybrid

from ostiary.canonical import digest
from ostiary.errors import BadInput
from ostiary.release.keys import file_name, new_recipient, parse_recipient, read_recipient, read_recipient_key
from ostiary.release.private_files import write_private
from ostiary.release.signers import describe, load_signer, new_signer, parse_signers, read_signers
from tests.release.makers import PASSPHRASE, YEAR, no_passphrase


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A recipient's two files, under a passphrase."""
    return new_recipient("County Sheriff", tmp_path_factory.mktemp("keys"), YEAR, PASSPHRASE)


def test_what_is_wrapped_for_a_recipient_only_its_key_reads(made, tmp_path):
    public, private = read_recipient(made[0]), read_recipient_key(made[1], lambda what: PASSPHRASE)
    _, other = new_recipient("Other", tmp_path, YEAR, None)

    wrapped = public.wrap(b"secret", b"bound")

    assert private.public == public
    assert private.unwrap(wrapped, b"bound") == b"secret"
    assert private.unwrap(wrapped, b"elsewhere") is None
    assert private.unwrap(b"", b"bound") is None
    assert read_recipient_key(other, no_passphrase).unwrap(wrapped, b"bound") is None


def test_private_files_are_for_their_owner_only(made, tmp_path):
    _, pem = new_signer("Officer", tmp_path, YEAR, None)
    _, boxed = new_signer("Officer 2", tmp_path, YEAR, PASSPHRASE)

    assert [stat.S_IMODE(path.stat().st_mode) for path in (made[1], pem, boxed)] == [0o600] * 3


def test_no_secret_stands_in_a_file_under_a_passphrase(made):
    secret = read_recipient_key(made[1], lambda what: PASSPHRASE)
    clear = json.loads(
        tink.json_proto_keyset_format.serialize(
            secret.handle, tink.secret_key_access.TOKEN
        )  # what must not stand there
    )["key"][0]["keyData"]["value"]

    assert clear not in made[1].read_text()
    assert clear not in repr(secret)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_a_private_file_that_others_can_read_is_refused(made, mode, tmp_path):
    path = tmp_path / "sheriff.key.json"
    path.write_bytes(made[1].read_bytes())
    path.chmod(mode)

    with pytest.raises(BadInput, match="can be read by others than its owner; run `chmod 600` on it"):
        read_recipient_key(path, lambda what: PASSPHRASE)


def test_a_wrong_passphrase_opens_nothing(made):
    with pytest.raises(BadInput, match="the passphrase is wrong, or the file was changed"):
        read_recipient_key(made[1], lambda what: PASSPHRASE + "!")


@pytest.mark.parametrize(
    ("key", "value"), [("name", "Somebody Else"), ("valid_until", "2099-01-01"), ("key_id", "sha256:" + "00" * 32)]
)
def test_the_head_of_a_locked_file_is_bound_to_its_secret(made, tmp_path, key, value):
    path = tmp_path / "changed.key.json"
    write_private(path, json.dumps(json.loads(made[1].read_bytes()) | {key: value}).encode())

    with pytest.raises(BadInput, match="the passphrase is wrong, or the file was changed"):
        read_recipient_key(path, lambda what: PASSPHRASE)


def test_a_short_passphrase_makes_no_key(tmp_path):
    with pytest.raises(BadInput, match="at least 12 characters"):
        new_recipient("Sheriff", tmp_path, YEAR, "too short")
    assert list(tmp_path.iterdir()) == []


def test_no_key_is_ever_written_over_another(made):
    before = [path.read_bytes() for path in made]
    with pytest.raises(BadInput, match="no key is ever written over another"):
        new_recipient("County Sheriff", made[0].parent, YEAR, None)
    made[0].rename(made[0].with_suffix(".away"))
    with pytest.raises(BadInput, match="no key is ever written over another"):
        new_recipient("County Sheriff", made[0].parent, YEAR, None)
    made[0].with_suffix(".away").rename(made[0])

    assert [path.read_bytes() for path in made] == before


def test_a_private_file_is_never_written_through_a_link(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")

    with pytest.raises(BadInput, match="is there already"):
        write_private(tmp_path / "link", b"secret")
    assert not (tmp_path / "target").exists()


def test_a_folder_or_a_pipe_is_no_private_file(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("", "pipe"):
        with pytest.raises(BadInput, match="is no plain file"):
            read_recipient_key(tmp_path / name, no_passphrase)


def changed_public(made, **changes) -> bytes:
    return json.dumps(json.loads(made[0].read_bytes()) | changes).encode()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key_id": "sha256:" + "00" * 32}, "`key_id` is not that of the key in the file"),
        ({"valid_from": "2027-01-01"}, "the key ends before it begins"),
        ({"valid_from": "2026-02-30"}, "is no day"),
        ({"name": "a\nb"}, "not a text of the right form"),
        ({"more": 1}, "a key that this version does not know"),
        ({"schema": "ostiary.recipient/2"}, "must be `ostiary.recipient/1`"),
        ({"keyset": []}, "must be an object"),
    ],
)
def test_a_public_file_that_is_not_right_is_refused(made, changes, message):
    with pytest.raises(BadInput, match=message):
        parse_recipient(changed_public(made, **changes), "sheriff.pub.json")


def other_kind(template) -> dict:
    hybrid.register()
    handle = tink.new_keyset_handle(template).public_keyset_handle()
    return json.loads(tink.json_proto_keyset_format.serialize_without_secret(handle))


def test_a_key_of_another_kind_is_refused(made):
    """AES-128, X25519, two keys, a disabled one, an empty set, a private one, or nonsense."""
    kinds = hybrid.hybrid_key_templates
    good = json.loads(made[0].read_bytes())["keyset"]
    sets = [
        other_kind(kinds.ECIES_P256_HKDF_HMAC_SHA256_AES128_GCM),
        other_kind(kinds.DHKEM_X25519_HKDF_SHA256_HKDF_SHA256_AES_256_GCM),
        {**good, "key": good["key"] * 2},
        {**good, "key": [{**good["key"][0], "status": "DISABLED"}]},
        {**good, "key": []},
        {**good, "key": [{**good["key"][0], "keyData": {**good["key"][0]["keyData"], "value": "AAAA"}}]},
        {"nonsense": 1},
        {},
    ]
    for keyset in sets:
        with pytest.raises(BadInput, match="must be one ECIES key on P-256 with AES-256-GCM"):
            parse_recipient(changed_public(made, keyset=keyset, key_id=digest(keyset)), "x")


def test_a_signer_signs_from_a_file_with_and_without_a_passphrase(tmp_path):
    listed, pem = new_signer("Officer", tmp_path, YEAR, None)
    listed_2, boxed = new_signer("Officer 2", tmp_path, YEAR, PASSPHRASE)

    for at, public, ask in ((pem, listed, no_passphrase), (boxed, listed_2, lambda what: PASSPHRASE)):
        signer = load_signer(f"file:{at}", (), ask)
        [trusted] = read_signers(public)
        trusted.key.verify_signature(signer.sign(b"text"), b"text")
    assert pem.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    with pytest.raises(BadInput, match="the passphrase is wrong"):
        load_signer(f"file:{boxed}", (), lambda what: "another passphrase")


@pytest.mark.parametrize("uri", ["", "file:", "x", "http://example", "file2:x", "envvar:KEY", "gnupg:"])
def test_a_uri_of_another_kind_is_refused(uri):
    with pytest.raises(BadInput, match="must be a URI that begins with `file:`, `hsm:`, `gcpkms:`, `awskms:`"):
        load_signer(uri, (), no_passphrase)


@pytest.mark.parametrize("uri", ["hsm:2?label=none", "gcpkms:projects/p", "awskms:alias/a"])
def test_a_token_or_cloud_that_is_not_there_is_said_so(uri, tmp_path):
    listed, _ = new_signer("Officer", tmp_path, YEAR, None)

    with pytest.raises(BadInput, match="needs its public half"):
        load_signer(uri, (), no_passphrase)
    with pytest.raises(BadInput, match="cannot be used"):
        load_signer(uri, read_signers(listed), no_passphrase).sign(b"text")


def test_a_signing_key_of_another_kind_is_refused(tmp_path):
    for place, key in enumerate((ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate())):
        path = tmp_path / f"{place}.pem"
        write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        with pytest.raises(BadInput, match="must be ECDSA on P-256"):
            load_signer(f"file:{path}", (), no_passphrase)
    for place, text in enumerate((b"", b"-----BEGIN PRIVATE KEY-----\n", b"{}", b"\xff")):
        path = tmp_path / f"no-{place}"
        write_private(path, text)
        with pytest.raises(BadInput, match="no signing key"):
            load_signer(f"file:{path}", (), no_passphrase)


def test_a_list_of_signers_that_is_not_right_is_refused(tmp_path):
    listed, _ = new_signer("Officer", tmp_path, YEAR, None)
    data = json.loads(listed.read_bytes())
    [row] = data["signers"]
    other = ec.generate_private_key(ec.SECP384R1()).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for rows, message in (
        ([], "lists no signer"),
        ([row, row], "lists one key twice"),
        ([{**row, "key_id": "00" * 32}], "is not that of its key"),
        ([{**row, "public": pem}], "must be ECDSA on P-256"),
        ([{**row, "public": row["public"].replace("M", "A")}], "cannot be read"),
        ([{**row, "public": "x"}], "not a text of the right form"),
        ([{**row, "more": 1}], "does not know"),
    ):
        with pytest.raises(BadInput, match=message):
            parse_signers(json.dumps({**data, "signers": rows}).encode(), "x")


def test_show_tells_what_is_open_and_nothing_secret(made, tmp_path):
    listed, pem = new_signer("Officer", tmp_path, YEAR, None)
    _, plain = new_recipient("Other", tmp_path, YEAR, None)
    key_id = read_recipient(made[0]).key_id

    assert describe(made[0])[0]["key_id"] == describe(made[1])[0]["key_id"] == key_id
    assert describe(made[1])[0]["kind"] == "private key, under a passphrase"
    assert describe(plain)[0]["kind"] == "private key, WITHOUT a passphrase"
    assert "keyset" not in describe(plain)[0]
    assert describe(listed)[0]["name"] == "Officer"
    with pytest.raises(BadInput, match="no file of keys"):
        describe(pem)


def test_names_become_plain_file_names():
    assert file_name("Cook Co. Sheriff/../x") == "cook-co--sheriff----x"
    with pytest.raises(BadInput, match="needs letters or digits"):
        file_name("../")


def test_a_key_is_never_shown_by_accident(made):
    private = read_recipient_key(made[1], lambda what: PASSPHRASE)

    assert "encryptedKeyset" not in repr(private)
    assert "value" not in repr(dataclasses.replace(private, public=None))
