"""Whatever bytes a reader is given, it reads them or raises ``VerifyError``; and what it reads, it writes back."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import ostiary_verify as verify
from tests.ledger import naive

LOG = naive.Key("log.example/one")
WITNESS = naive.Key("w.example/w", 4)
HEAD = naive.head(LOG.name, [b"a", b"b", b"c"], LOG, WITNESS)
POLICY = f"log {LOG.vkey} https://log.example/\nwitness w {WITNESS.vkey}\ngroup g 1 w\nquorum g\n"
LEAVES = tuple(map(naive.leaf, (b"a", b"b", b"c")))
PROOF = verify.proof_text(1, naive.path(1, LEAVES), HEAD, b"x")
ENTRY = (
    b'{"day":"2026-05-01","docket":"d","kind":"decision.approved","public":{"role":"x"},"step":1,"v":"ostiary.entry/1"}'
)
KINDS = b'{"kinds":[{"blocked_by":[{"kind":"b","until":"c"}],"kind":"a","needs":[{"differ":"r","kinds":["b"],"least":2,"same":"x","where":{"x":[true]}}]}]}'
STATE = verify._Last(
    HEAD, verify.parse_checkpoint(verify.parse_note(HEAD).text), verify.RightEdge([LEAVES]), verify.Seen({}), 0
).to_json()

BITS = [
    b"\n",
    b"\n\n",
    b"\r\n",
    b" ",
    b"+",
    b"=",
    "\N{EM DASH} ".encode(),
    b"0",
    b"-1",
    b"1_0",
    "٣".encode(),
    b"\0",
    b"\xff",
    b"\x85",
    b"[",
    b"{",
    b'"',
    b"null",
    b"9" * 30,
]


@st.composite
def near(draw, good):
    """Some good bytes with a few cuts, copies and insertions."""
    data = good
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        to = draw(st.integers(at, min(len(data), at + 40)))
        new = draw(st.sampled_from([*BITS, b"", data[at:to] * 2]) | st.binary(max_size=4))
        data = data[:at] + new + data[to:]
    return data


def any_bytes(good):
    return st.binary(max_size=200) | near(good)


def try_to(read, data):
    """What was read, or None. Anything but ``VerifyError`` fails the test."""
    try:
        return read(data)
    except verify.VerifyError:
        return None


@given(any_bytes(HEAD))
def test_notes(data):
    note = try_to(verify.parse_note, data)
    if note is not None:
        assert note.to_bytes() == data
        try_to(
            lambda note: verify.verify_note(note, [verify.parse_vkey(LOG.vkey), verify.parse_vkey(WITNESS.vkey)]), note
        )
        head = try_to(verify.parse_policy(POLICY).check, note)
        # Only lines of unknown keys, or the witness's own line again, can change without notice.
        assert head is None or note.text == verify.parse_note(HEAD).text


@given(any_bytes(HEAD.partition(b"\n\n")[0] + b"\n"))
def test_checkpoints(data):
    head = try_to(verify.parse_checkpoint, data)
    if head is not None:
        assert verify.checkpoint_text(head.origin, head.size, head.root, head.extensions) == data


@given(
    st.text(),
    st.integers(-1, 2**64),
    st.binary(max_size=33) | st.binary(min_size=32, max_size=32),
    st.lists(st.text(), max_size=2),
)
def test_written_checkpoints(origin, size, root, extensions):
    text = try_to(lambda parts: verify.checkpoint_text(*parts), (origin, size, root, extensions))
    if text is not None:
        assert verify.parse_checkpoint(text) == verify.Checkpoint(origin, size, root, tuple(extensions))


@given(any_bytes(LOG.vkey.encode()))
def test_keys(data):
    text = data.decode("utf-8", "surrogateescape")
    key = try_to(verify.parse_vkey, text)
    assert key is None or key.text() == text


@given(any_bytes(POLICY.encode()))
def test_policies(data):
    policy = try_to(verify.parse_policy, data.decode("utf-8", "surrogateescape"))
    if policy is not None:
        try_to(policy.check, verify.parse_note(HEAD))


@given(any_bytes(PROOF))
def test_proofs(data):
    proof = try_to(verify.parse_proof, data)
    if proof is not None:
        assert verify.proof_text(proof.index, proof.hashes, proof.checkpoint, proof.extra) == data
        try_to(lambda proof: proof.check(verify.parse_policy(POLICY), b"b"), proof)


@given(
    st.integers(0, 2**63 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.binary(min_size=1),
    st.none() | st.binary(min_size=1),
)
def test_written_proofs(index, hashes, note, extra):
    proof = verify.parse_proof(verify.proof_text(index, hashes, note, extra))
    assert proof == verify.TlogProof(index, tuple(hashes), note, extra)


@given(any_bytes(b"\0\1a\0\0\0\5bcdef"))
def test_bundles(data):
    entries = try_to(verify.split_entries, data)
    if entries is not None:
        assert b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries) == data


@given(any_bytes(b"1234567890"))
def test_numbers(data):
    number = try_to(verify.parse_size, data)
    assert number is None or str(number).encode() == data


@given(st.text() | st.binary().map(naive.b64))
def test_base64(text):
    data = try_to(verify.decode_base64, text)
    assert data is None or verify.encode_base64(data) == text


@given(st.binary(max_size=80), st.sampled_from([1, 4, 6]))
def test_cosignatures(blob, kind):
    parts = try_to(lambda blob: verify.cosignature_parts(blob, kind), blob)
    assert parts is None or parts[0].to_bytes(8, "big") + parts[1] == blob


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    any_bytes(ENTRY)
    | st.fixed_dictionaries(
        {"v": st.just("ostiary.entry/1")}, optional=dict.fromkeys(("day", "docket", "kind", "public", "step"), values)
    ).map(lambda found: json.dumps(found, sort_keys=True, separators=(",", ":")).encode())
)
def test_entries(data):
    entry = verify.parse_entry(0, data)
    if isinstance(entry, verify.Entry):
        seen = verify.Seen(verify.BASIC_NEEDS)
        for _ in range(2):
            for rule in verify.RULES.values():
                rule(seen, entry)
            seen.add(entry)


@given(any_bytes(KINDS))
def test_catalogues(data):
    kinds = try_to(verify.read_kinds, data)
    if kinds is not None:
        seen = verify.Seen(kinds)
        for kind in [*kinds, "b", "c"] * 2:
            entry = verify.Entry(0, kind, "d", "2026-05-01", 1, {"r": "x", "x": True, "track": "own"})
            verify.RULES["nothing-without-what-it-needs"](seen, entry)
            seen.add(entry)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("state") / "state"


@example(STATE)
@given(any_bytes(STATE))
def test_states(place, data):
    place.write_bytes(data)
    policy = verify.parse_policy(POLICY)
    last = try_to(lambda _: verify.Follower(verify.FolderSource(place.parent), policy, place)._load(), None)
    if data == STATE:
        assert last is not None
        assert last.to_json() == STATE


@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(-2, 9), st.integers(-2, 9), st.binary(max_size=33))
def test_proofs_of_any_shape(proof, index, size, root):
    """Bytes of any length where hashes belong: refused, whatever else."""
    try_to(lambda case: verify.verify_inclusion(*case), (index, size, root, proof, root))
    try_to(lambda case: verify.verify_consistency(*case), (index, root, size, root, proof))


@given(st.text())
def test_addresses(text):
    try_to(verify.UrlSource, text)
    try_to(verify.UrlSource, "https://" + text)


@given(st.binary(max_size=300))
def test_gzip(data):
    try_to(lambda data: verify._unzip(data, "tile/0/000"), data)
