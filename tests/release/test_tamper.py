"""Whatever is done to a package on its way, nothing of it is opened, and nothing is left behind."""

import base64
import dataclasses
import datetime as dt
import io
import json
import tarfile

import pytest
import tink
from tink import secret_key_access, streaming_aead

from ostiary.errors import BadInput
from ostiary.release import manifest as form
from ostiary.release.dsse import sign
from ostiary.release.keys import new_recipient, read_recipient, read_recipient_key
from ostiary.release.payload import PayloadKey, Sink, Slice
from ostiary.release.refused import PackageRefused
from ostiary.release.sealing import finish, prepare
from ostiary.release.signers import new_signer, read_signers
from ostiary.release.tarball import END, header, padding
from tests.release.makers import TODAY, YEAR, Key, Log, World, no_passphrase

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    log = Log(witnesses=[Key("w.example/1", 4), Key("w.example/2", 4)], leaves=[b"before", b"between"])
    return World(tmp_path_factory.mktemp("tamper") / "world", log)


@pytest.fixture(scope="module")
def package(world):
    return world.seal("good.tar", notice="Keep it.").read_bytes()


def refused(world, data: bytes, message: str = r"\w", **others) -> str:
    """The bytes are refused, and there is no plaintext and no temporary file."""
    path = world.root / "bad.tar"
    path.write_bytes(data)
    with pytest.raises(PackageRefused, match=message) as caught:
        world.open(path, **others)
    assert world.leftovers() == []
    return str(caught.value)


def parts_of(package: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(package)) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar.getmembers()}


def tar_of(parts: dict[str, bytes]) -> bytes:
    return b"".join(header(name, len(data)) + data + padding(len(data)) for name, data in parts.items()) + END


def flips(package: bytes, step: int):
    for place in range(0, len(package), step):
        changed = bytearray(package)
        changed[place] ^= 1 << place % 8
        yield place, bytes(changed)


def everything_is_refused(world, package: bytes, step: int) -> None:
    path = world.root / "bad.tar"
    opened = []
    for place, changed in flips(package, step):
        path.write_bytes(changed)
        try:
            world.open(path)
            opened.append(place)
        except PackageRefused:
            pass
    assert opened == []
    assert world.leftovers() == []


def test_the_untouched_package_opens(world, package):
    """Else all that follows would prove nothing."""
    parts = parts_of(package)
    assert tar_of(parts) == package
    (world.root / "same.tar").write_bytes(package)
    world.open(world.root / "same.tar", "fine")


def test_a_flipped_bit_anywhere_is_refused(world, package):
    everything_is_refused(world, package, 13)


@pytest.mark.long
def test_a_flipped_bit_in_every_byte_is_refused(world, package):
    everything_is_refused(world, package, 1)


def test_a_cut_anywhere_is_refused(world, package):
    for length in [0, 1, 511, 512, *range(600, len(package), 997), len(package) - 1024, len(package) - 512]:
        refused(world, package[:length], "not a whole package")
    refused(world, package[:-1], "not a whole package")


@pytest.mark.parametrize("more", [b"\0", b"x", bytes(512), bytes(1024), bytes(8192)], ids=len)
def test_bytes_after_the_end_are_refused(world, package, more):
    refused(world, package + more, "something stands after the last file")
    refused(world, more + package, "not a whole package")


@pytest.mark.parametrize("pair", [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)])
def test_parts_in_another_order_are_refused(world, package, pair):
    names = list(form.MEMBERS)
    names[pair[0]], names[pair[1]] = names[pair[1]], names[pair[0]]
    parts = parts_of(package)

    refused(world, tar_of({name: parts[name] for name in names}), "not where it must be")


@pytest.mark.parametrize("name", form.MEMBERS)
def test_a_part_left_out_or_twice_or_of_another_package_is_refused(world, package, name):
    parts = parts_of(package)
    other = parts_of(world.seal("other.tar", notice="Keep it.").read_bytes())
    (world.root / "other.tar").unlink()

    refused(world, tar_of({one: data for one, data in parts.items() if one != name}), "not a whole package")
    twice = header(name, len(parts[name])) + parts[name] + padding(len(parts[name]))
    refused(world, package[:-1024] + twice + END, "something stands after the last file")
    refused(world, tar_of(parts | {name: other[name]}), "is not the one that was signed")


def test_a_byte_in_the_filling_or_the_end_is_refused(world, package):
    """What no digest covers is zero, or the package is refused."""
    size = len(parts_of(package)[form.ENTRY])
    start = package.index(header(form.ENTRY, size)) + 512 + size
    for place in (start, start + len(padding(size)) - 1, len(package) - 1024, len(package) - 1):
        refused(world, package[:place] + b"x" + package[place + 1 :], "not a whole package")


def test_a_part_more_is_refused(world, package):
    refused(world, package[:-1024] + header("more.txt", 0) + END, "something stands after the last file")


@pytest.mark.parametrize(
    "trick",
    [
        {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"},
        {"type": tarfile.LNKTYPE, "linkname": "entry.json"},
        {"type": tarfile.CHRTYPE},
        {"type": tarfile.FIFOTYPE},
        {"type": tarfile.DIRTYPE},
        {"type": tarfile.GNUTYPE_SPARSE},
        {"type": tarfile.XHDTYPE},
        {"name": "../key.tink"},
        {"name": "/key.tink"},
        {"name": "./key.tink"},
        {"name": "key.tink\0x"},
        {"mode": 0o4755},
        {"uid": 1},
        {"uname": "root"},
        {"mtime": 1},
        {"size": 5000},
        {"size": 1 << 40},
        {"size": 1 << 62},
    ],
    ids=str,
)
def test_tricks_of_tar_are_refused(world, package, trick):
    made = tarfile.TarInfo("key.tink")
    made.size, made.mode = len(parts_of(package)["key.tink"]), 0o600
    for name, value in trick.items():
        setattr(made, name, value)
    plain = header("key.tink", len(parts_of(package)["key.tink"]))
    changed = package.replace(plain, made.tobuf(tarfile.GNU_FORMAT)[-512:])
    assert changed != package

    refused(world, changed, "not a whole package")


def test_a_size_written_in_another_way_is_refused(world, package):
    """Base-256, spaces, a sign: the same number in a form of its own."""
    size = len(parts_of(package)["key.tink"])
    plain = header("key.tink", size)
    for raw in (b"\x80" + size.to_bytes(11, "big"), b"%11o " % size, b"+%010o\0" % size, b"\xff" * 12):
        block = bytearray(plain)
        block[124:136] = raw
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        refused(world, package.replace(plain, bytes(block)), "not a whole package|not where it must be|too large")


def test_another_recipient_cannot_open_it(world, package):
    _, private = new_recipient("Somebody Else", world.root / "else", YEAR, None)

    said = refused(world, package, key=read_recipient_key(private, no_passphrase))

    assert said.startswith("the package is sealed for another key (of `County Sheriff`, sha256:")
    assert said.endswith("use that key, or ask the agency to seal it for yours")


def test_a_key_that_only_claims_to_be_the_recipients_opens_nothing(world, package):
    _, private = new_recipient("A Thief", world.root / "thief", YEAR, None)
    thief = read_recipient_key(private, no_passphrase)

    refused(world, package, "your key does not open", key=dataclasses.replace(thief, public=world.recipient))


def test_a_lapsed_package_is_refused(world, package):
    last = dt.datetime(2026, 4, 18, 23, 59, tzinfo=dt.UTC)
    (world.root / "last.tar").write_bytes(package)
    world.open(world.root / "last.tar", "on-the-last-day", now=last)

    said = refused(world, package, now=last + dt.timedelta(minutes=1))

    assert said == (
        "the package could be opened until 2026-04-18, and that day has passed; ask the agency for a new one"
    )


def test_a_clock_that_was_put_back_is_noticed(world, package):
    refused(world, package, "set the clock", now=dt.datetime(2026, 3, 17, 23, tzinfo=dt.UTC))


def test_a_signer_who_is_not_listed_is_refused(world, package):
    listed, _ = new_signer("Stranger", world.root / "stranger", YEAR, None)

    refused(world, package, "signed by nobody on your list of signers", signers=read_signers(listed))


def test_a_signer_whose_days_are_over_is_refused(world, package):
    late = [dataclasses.replace(one, valid_until=TODAY - dt.timedelta(days=1)) for one in world.signers]

    refused(world, package, "`Release Officer` may not sign for 2026-03-19", signers=late)


def envelope_with(package: bytes, change) -> bytes:
    parts = parts_of(package)
    data = json.loads(parts[form.MANIFEST])
    change(data)
    return tar_of(parts | {form.MANIFEST: form.shape.canonical(data)})


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["signatures"].clear(),
        lambda data: data["signatures"].append(data["signatures"][0]),
        lambda data: data.update(signatures=[{"keyid": data["signatures"][0]["keyid"], "sig": ""}]),
        lambda data: data.update(payloadType="text/plain"),
        lambda data: data.update(more=1),
        lambda data: data["signatures"][0].update(sig=data["signatures"][0]["sig"].rstrip("=") + "A" * 4),
        lambda data: data.update(payload=data["payload"].replace("+", "-").replace("/", "_") + "-"),
        lambda data: data.update(payload=base64.b64encode(base64.b64decode(data["payload"])[:-1]).decode()),
    ],
    ids=["unsigned", "twice", "empty", "type", "key", "longer", "url-base64", "shorter"],
)
def test_an_envelope_that_was_tampered_with_is_refused(world, package, change):
    refused(world, envelope_with(package, change), "damaged or was changed")


def test_the_other_s_of_a_signature_is_refused(world, package):
    """ECDSA has two signatures for each: only one of them is ours, so a package has one form."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    def other(data):
        r, s = decode_dss_signature(base64.b64decode(data["signatures"][0]["sig"]))
        data["signatures"][0]["sig"] = base64.b64encode(encode_dss_signature(r, ORDER - s)).decode()

    refused(world, envelope_with(package, other), "damaged or was changed")


def test_the_same_json_in_another_form_is_refused(world, package):
    parts = parts_of(package)
    for form_of in (json.dumps(json.loads(parts[form.MANIFEST])).encode(), parts[form.MANIFEST] + b"\n"):
        refused(world, tar_of(parts | {form.MANIFEST: form_of}), "damaged or was changed")


# An agency's signer who is careless or worse: the signature is good, but something behind it is not.


def signed_again(world, package: bytes, **changed: bytes) -> bytes:
    """The package with other parts, and a good signature over them."""
    parts = parts_of(package)
    parts |= {name.replace("_", "."): data for name, data in changed.items() if name != "origin"}
    envelope = json.loads(parts[form.MANIFEST])
    statement = form.parse_statement(base64.b64decode(envelope["payload"]))
    digests = {**statement.digests, **{name: form.sha256(parts[name]) for name in form.MEMBERS[:-1]}}
    statement = dataclasses.replace(statement, digests=digests, origin=changed.get("origin", statement.origin))
    parts[form.MANIFEST] = sign(statement.as_bytes(), form.PAYLOAD_TYPE, world.signer)
    return tar_of(parts)


def with_proof(world, package: bytes, proof: bytes) -> bytes:
    return signed_again(world, package, **{form.PROOF.replace("proof.tlog", "proof_tlog"): proof})


def test_the_proof_of_another_entry_is_refused(world, package):
    for proof in (world.log.proof(0), world.log.proof(1)):
        refused(world, with_proof(world, package, proof), "does not prove that it stands in the public log")


def test_a_head_without_the_witnesses_that_the_policy_asks_for_is_refused(world, package):
    index = int(parts_of(package)[form.PROOF].split(b"index ")[1].split(b"\n")[0])
    proof = world.log.proof(index, cosigned=False)

    refused(world, with_proof(world, package, proof), "too few witnesses cosigned this head")


def test_a_log_that_the_policy_does_not_know_is_refused(world, package):
    refused(world, package, "does not prove that it stands in the public log", policy=Log().policy)


def test_another_origin_in_the_manifest_is_refused(world, package):
    refused(world, signed_again(world, package, origin="other.example/log"), "names another log")


@pytest.mark.parametrize("change", [{"docket": "D-1"}, {"kind": "release.delivered"}, {"public": {}}, {"v": "x"}])
def test_an_entry_that_is_not_this_packages_is_refused(world, package, change):
    entry = form.shape.canonical({**json.loads(parts_of(package)[form.ENTRY]), **change})
    proof = world.log.append(entry)

    refused(world, with_proof(world, signed_again(world, package, entry_json=entry), proof), "of another package")


def test_the_payload_of_another_package_is_refused_though_it_is_signed(world, package):
    other = parts_of(world.seal("other.tar", notice="Keep it.").read_bytes())
    (world.root / "other.tar").unlink()

    refused(world, signed_again(world, package, payload_tink=other[form.PAYLOAD]), "public log")


def test_a_wrapped_key_of_another_package_is_refused_though_it_is_signed(world, package):
    other = parts_of(world.seal("other.tar", notice="Keep it.").read_bytes())
    (world.root / "other.tar").unlink()

    refused(world, signed_again(world, package, key_tink=other[form.KEY]), "your key does not open this package")


def another_stream() -> bytes:
    """A good key of Tink, for AES-128 in small segments."""
    streaming_aead.register()
    handle = tink.new_keyset_handle(streaming_aead.streaming_aead_key_templates.AES128_GCM_HKDF_4KB)
    return tink.proto_keyset_format.serialize(handle, secret_key_access.TOKEN)


@pytest.mark.parametrize(
    "secret", [b"", b"no keyset", bytes(64), another_stream()], ids=["none", "text", "zeros", "other"]
)
def test_a_key_of_another_kind_is_refused(world, package, secret):
    core = form.parse_statement(base64.b64decode(json.loads(parts_of(package)[form.MANIFEST])["payload"])).core
    wrapped = world.recipient.wrap(secret, core.bound(form.KEY))

    refused(world, signed_again(world, package, key_tink=wrapped), "of a kind that this version does not open")


# Inside the seal: an agency's program that is broken. Signed, logged, and still not what the manifest says.


def inner_of(files: dict[str, bytes], contents: bytes | None = None) -> bytes:
    listed = [form.PlainFile(name, len(data), form.sha256(data)) for name, data in files.items()]
    contents = form.contents_bytes(tuple(listed), bytes(32)) if contents is None else contents
    return tar_of({**files, form.CONTENTS: contents})


def broken(world, inner: bytes, claim: bytes | None = None, cut: int = 0) -> bytes:
    """A package whose payload is ``inner``, logged and signed as if it were right."""
    with prepare(world.folder, world.root / "broken.tar", world.terms(notice="Keep it.")) as prepared:
        sealed = io.BytesIO()
        sink = Sink(sealed)
        with prepared.key.sealing(sink, prepared.core.bound(form.PAYLOAD)) as writer:
            writer.write(inner)
        payload = sealed.getvalue()[: len(sealed.getvalue()) - cut]
        contents = claim or parts_of(inner)[form.CONTENTS]
        block = header(form.PAYLOAD, len(payload)) + payload + padding(len(payload))
        prepared.partial.write_bytes(block)
        prepared = dataclasses.replace(
            prepared, contents=form.sha256(contents), payload_sha256=form.sha256(payload), written=len(block)
        )
        path = finish(prepared, world.log.append(prepared.entry), world.log.policy, world.signer)
    data = path.read_bytes()
    path.unlink()
    return data


FILES = dict.fromkeys(form.PLAIN_FILES, b"some text")


def test_a_payload_made_by_hand_opens(world):
    (world.root / "hand.tar").write_bytes(broken(world, inner_of(FILES)))
    world.open(world.root / "hand.tar", "by-hand")


@pytest.mark.parametrize(
    "inner",
    [
        b"",
        END,
        inner_of({"../released.csv": b"x", **FILES}),
        inner_of({name: FILES[name] for name in reversed(form.PLAIN_FILES)}),
        inner_of({name: FILES[name] for name in form.PLAIN_FILES[:3]}),
        inner_of(FILES)[:-1024],
        inner_of(FILES) + bytes(512),
        inner_of(FILES) + b"x",
        inner_of(FILES, b"{}"),
        inner_of(FILES, form.contents_bytes((), bytes(32))),
        inner_of(FILES).replace(b"some text", b"SOME text", 1),
        inner_of(FILES).replace(header("released.csv", 9), header("released.csv", 10)),
        inner_of(FILES).replace(header("released.csv", 9), header("released.csv", 1 << 43)),
    ],
    ids=[
        "empty",
        "end",
        "path",
        "order",
        "missing",
        "no-end",
        "more",
        "extra",
        "contents",
        "none",
        "file",
        "size",
        "huge",
    ],
)
def test_what_is_inside_must_be_what_the_manifest_says(world, inner):
    claim = parts_of(inner_of(FILES))[form.CONTENTS]

    refused(world, broken(world, inner, claim), "what is inside the package is not what its manifest says")


def test_the_contents_must_be_those_that_were_signed(world):
    """The same files under another salt: right in themselves, and not what the log and the manifest commit to."""
    listed = tuple(form.PlainFile(name, len(data), form.sha256(data)) for name, data in FILES.items())
    claim = form.contents_bytes(listed, b"\1" * 32)

    refused(world, broken(world, inner_of(FILES), claim), "what is inside the package is not what its manifest says")


@pytest.mark.parametrize("cut", [1, 16, 100])
def test_a_missing_last_segment_is_refused(world, cut):
    refused(world, broken(world, inner_of(FILES), cut=cut), "the sealed data are damaged")


def test_every_segment_counts():
    """Three segments: flipped, swapped, dropped, or one bound to another core."""
    key, sealed = PayloadKey.fresh(), io.BytesIO()
    with key.sealing(Sink(sealed), b"core") as writer:
        writer.write(bytes(2_500_000))
    good, mib = sealed.getvalue(), 1 << 20
    swapped = good[:mib] + good[2 * mib :] + good[mib : 2 * mib]
    bad = [good[: 2 * mib], good[:mib] + good[2 * mib :], swapped, good + b"x", good[:40], b""]
    bad += [good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :] for at in (0, 1, 39, 40, mib, 2 * mib, len(good) - 1)]

    def read(data, bound=b"core"):
        with key.opening(Slice(io.BytesIO(data), 0, len(data)), bound) as reader:
            return sum(len(piece) for piece in reader.chunks(10_000_000))

    assert read(good) == 2_500_000
    for data in bad:
        with pytest.raises(PackageRefused, match="the sealed data are damaged"):
            read(data)
    with pytest.raises(PackageRefused):
        read(good, b"another core")


def test_a_proof_that_does_not_hold_seals_nothing(world):
    for append in (lambda entry: b"", lambda entry: world.log.proof(0), lambda entry: Log().append(entry)):
        with pytest.raises(BadInput, match="the log's proof does not hold"):
            world.seal("never.tar", append=append)
        assert not (world.root / "never.tar").exists()
        assert world.leftovers() == []


def test_a_signer_that_breaks_seals_nothing(world):
    class Broken:
        def sign(self, payload):
            raise RuntimeError("the token was pulled out")

    with pytest.raises(BadInput, match=r"the signing key cannot be used \(RuntimeError\)"):
        world.seal("never.tar", signer=Broken())
    assert not (world.root / "never.tar").exists()
    assert world.leftovers() == []


def test_a_folder_that_appears_meanwhile_is_not_written_over(world, package):
    """And a file that cannot be read is a fault of the disk, not of the package."""
    with pytest.raises(BadInput, match="cannot be read or written: No such file"):
        world.open(world.root / "nowhere.tar")
    assert world.leftovers() == []


def test_sealing_for_a_key_that_is_not_valid_yet_is_refused(world):
    days = (TODAY + dt.timedelta(days=1), YEAR[1])
    public, _ = new_recipient("Too Early", world.root / "early", days, None)

    with pytest.raises(BadInput, match="is good from 2026-03-20 until 2026-12-31"):
        world.seal("never.tar", recipient=read_recipient(public))


def test_a_day_ends_at_the_readers_midnight(world, package):
    """In Chicago at seven in the evening it is tomorrow in UTC: the message "that day has passed" would be untrue."""
    (world.root / "zone.tar").write_bytes(package)
    there = dt.timezone(dt.timedelta(hours=-6))
    world.open(world.root / "zone.tar", "zone", now=dt.datetime(2026, 4, 18, 23, 59, tzinfo=there))
    refused(world, package, "that day has passed", now=dt.datetime(2026, 4, 19, 0, 0, tzinfo=there))
