"""The log's key: who may read it, what it is called, and what it will not sign."""

import os
import subprocess
from contextlib import closing

import pytest

import ostiary_verify as verify
from ostiary.ledger.faults import LedgerError, LedgerInput
from ostiary.ledger.signed import Past, Signed
from ostiary.ledger.signing import FileSigner, new_key, write_new_key
from tests.ledger import naive
from tests.ledger.making import NAME, a_signer


def text(size, fill=1):
    root = verify.EMPTY_ROOT if size == 0 else bytes([fill]) * 32
    return verify.checkpoint_text(NAME, size, root)


def note(signer, size, base=None, fill=1):
    return text(size, fill) + b"\n" + signer.sign(text(size, fill), base).encode()


@pytest.fixture
def signer(tmp_path):
    with closing(a_signer(tmp_path)) as found:
        yield found


def test_a_signature_verifies_under_the_public_key(signer):
    parsed = verify.parse_note(note(signer, 0))

    assert list(verify.verify_note(parsed, [verify.parse_vkey(signer.vkey)])) == [NAME]


def test_a_new_key_is_two_lines_of_one_number():
    private, vkey = new_key("log.example/a")

    assert private.startswith(f"PRIVATE+KEY+log.example/a+{vkey.split('+')[1]}+")
    assert verify.parse_vkey(vkey).name == "log.example/a"


def test_a_key_in_pem_takes_its_name_from_outside(tmp_path):
    path = tmp_path / "key.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", path], check=True, capture_output=True)
    path.chmod(0o600)

    with closing(FileSigner(path, NAME)) as found:
        assert verify.verify_note(verify.parse_note(note(found, 0)), [verify.parse_vkey(found.vkey)])
    with pytest.raises(LedgerInput, match="a key in PEM has no name"):
        FileSigner(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o644, 0o601])
def test_a_key_that_others_may_touch_is_refused(tmp_path, mode):
    path = tmp_path / "log.key"
    write_new_key(path, NAME)
    path.chmod(mode)

    with pytest.raises(LedgerInput, match="others may read this key; `chmod 600` it"):
        FileSigner(path)


def test_a_new_key_is_its_owners_alone_and_never_written_over(tmp_path):
    path = tmp_path / "log.key"
    write_new_key(path, NAME)
    before = path.read_bytes()

    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(LedgerInput, match="a key is never written over"):
        write_new_key(path, NAME)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is no key file"),
        (b"PRIVATE+KEY+a+00000000", "is no key file"),
        (b"PRIVATE+KEY+a+00000000+!!!", "is no Ed25519 key"),
        (b"PRIVATE+KEY+a+00000000+AQID", "is no Ed25519 key"),
        (b"PRIVATE+KEY+a+00000000+" + naive.b64(b"\x01" + bytes(32)).encode(), "number is not its own"),
        (b"PRIVATE+KEY++00000000+" + naive.b64(b"\x01" + bytes(32)).encode(), "cannot be a log's name"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "is no private key in PEM"),
    ],
)
def test_what_is_no_key_is_said_so(tmp_path, data, message):
    path = tmp_path / "key"
    path.write_bytes(data)
    path.chmod(0o600)

    with pytest.raises(LedgerInput, match=message):
        FileSigner(path)


def test_a_missing_key_a_folder_and_another_name_are_said_so(tmp_path):
    with pytest.raises(LedgerInput, match="cannot be read: No such file"):
        FileSigner(tmp_path / "none")
    with pytest.raises(LedgerInput, match="cannot be read: Is a directory"):
        FileSigner(tmp_path)
    write_new_key(tmp_path / "key", NAME)
    with pytest.raises(LedgerInput, match=f"the key is named `{NAME}`, not `other`"):
        FileSigner(tmp_path / "key", "other")


def test_no_error_shows_the_key(tmp_path):
    private, _ = new_key(NAME)
    path = tmp_path / "key"
    path.write_text(private.strip() + "AAAA\n")
    path.chmod(0o600)

    with pytest.raises(LedgerInput) as caught:
        FileSigner(path)
    assert private.split("+", 4)[4][:8] not in str(caught.value)


def test_a_head_that_does_not_follow_is_not_signed(signer):
    first = note(signer, 0)
    second = note(signer, 5, first)
    signer.confirm(second)

    for size, base, fill in [(5, first, 2), (4, first, 1), (6, first, 1), (4, second, 1), (5, second, 2), (0, None, 1)]:
        with pytest.raises(LedgerError, match="will not sign: this key has signed a head of size 5"):
            note(signer, size, base, fill)
    assert note(signer, 5, second) == second
    assert note(signer, 6, second)


def test_until_it_is_confirmed_a_head_may_be_replaced(signer):
    first = note(signer, 0)
    signer.confirm(first)
    note(signer, 5, first)
    other = note(signer, 4, first, fill=2)  # COMMIT had failed

    signer.confirm(other)
    with pytest.raises(LedgerError):
        note(signer, 5, first)


def test_what_was_signed_is_remembered_by_the_next_process(signer, tmp_path):
    first = note(signer, 0)
    signer.confirm(first)
    signer.confirm(note(signer, 5, first))

    with closing(a_signer(tmp_path)) as again, pytest.raises(LedgerError):
        note(again, 6, first)


def test_a_torn_write_leaves_what_was_signed_before(signer, tmp_path):
    first = note(signer, 0)
    second = note(signer, 5, first)
    signer.confirm(second)
    path = tmp_path / "log.key.signed"
    data = bytearray(path.read_bytes())
    for at in (4096, 8192):  # the signature of 5, and its confirmation
        data[at + 80 : at + 120] = bytes(40)
    path.write_bytes(data)

    # What is left knows of no 5. The log holds it, with this key's signature: so it goes on.
    assert note(signer, 6, second)


def test_a_memory_that_cannot_be_read_stops_the_key(signer, tmp_path):
    note(signer, 0)
    (tmp_path / "log.key.signed").write_bytes(b"x" * 12288)

    with pytest.raises(LedgerError, match="cannot be read; compare the log with its witnesses"):
        note(signer, 1)


def test_a_lost_memory_is_taken_up_again_from_a_head_of_its_own(signer, tmp_path):
    first = note(signer, 0)
    second = note(signer, 5, first)
    os.truncate(tmp_path / "log.key.signed", 0)
    forged = second.replace(naive.b64(bytes([1]) * 32).encode(), naive.b64(bytes(32)).encode())

    with pytest.raises(LedgerError):
        note(signer, 6, forged)
    assert note(signer, 6, second)


def test_many_heads_that_nobody_confirms_do_not_wedge_the_key():
    past, base = Past(), None
    for size in range(100):
        new = Signed(size, "00")
        after = past.following(base, new, lambda: False)
        assert after is not None
        past, base = after, new

    assert past.latest() == Signed(99, "00")
    assert len(past.pending) <= 32
