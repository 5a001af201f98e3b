"""The verifier agrees with RFC 6962's own recursion, and refuses whatever was touched."""

import gzip
import hashlib
import http.server
import json
import re
import stat
import threading
from typing import ClassVar

import pytest
from cryptography.hazmat.primitives.asymmetric import mldsa

import ostiary_verify as verify
from ostiary_verify import VerifyError
from tests.conftest import ROOT
from tests.ledger import naive

LOG = naive.Key("log.example/one")
PAPER = naive.Key("paper.example/w", 4)
UNION = naive.Key("union.example/w", 4)
COURT = naive.Key("court.example/w", 4)
ALONE = verify.parse_policy(f"log {LOG.vkey}\nquorum none\n")
WITNESSED = verify.parse_policy(
    f"log {LOG.vkey}\nwitness paper {PAPER.vkey}\nwitness union {UNION.vkey}\nwitness court {COURT.vkey}\n"
    "group two 2 paper union court\nquorum two\n"
)
LEAVES = tuple(naive.leaf(bytes([i % 256, i // 256])) for i in range(300))


# --- trees


def every_inclusion(most):
    for size in range(1, most + 1):
        leaves = LEAVES[:size]
        root = naive.mth(leaves)
        for index in range(size):
            yield index, size, leaves[index], naive.path(index, leaves), root


def every_consistency(most):
    for size in range(1, most + 1):
        root = naive.mth(LEAVES[:size])
        for old in range(1, size + 1):
            yield old, naive.mth(LEAVES[:old]), size, root, naive.consistency(old, LEAVES[:size])


def agree(most):
    for case in every_inclusion(most):
        verify.verify_inclusion(*case)
    for case in every_consistency(most):
        verify.verify_consistency(*case)


def test_every_proof_of_every_small_tree_verifies():
    agree(64)


@pytest.mark.long
def test_every_proof_of_every_tree_to_300_leaves_verifies():
    agree(300)


def flipped(data, bit):
    return data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :]


def touched(proof):
    """A proof with one thing wrong, in each way."""
    for at, item in enumerate(proof):
        yield [*proof[:at], flipped(item, 7 * at % 256), *proof[at + 1 :]]
        yield [*proof[:at], *proof[at + 1 :]]
        yield [*proof[:at], item[:31], *proof[at + 1 :]]
        yield [*proof[:at], item + b"\0", *proof[at + 1 :]]
        yield [*proof[:at], item, *proof[at:]]
        yield [*proof[:at], b"", *proof[at + 1 :]]
        if at and proof[at] != proof[at - 1]:
            yield [*proof[: at - 1], proof[at], proof[at - 1], *proof[at + 1 :]]
    yield [*proof, LEAVES[299]]


def refused(act, *case):
    try:
        act(*case)
    except VerifyError:
        return True
    return False


def test_a_touched_inclusion_proof_is_refused():
    for index, size, leaf, proof, root in every_inclusion(20):
        wrong = [(index, size, leaf, other, root) for other in touched(proof)]
        wrong += [(other, size, leaf, proof, root) for other in range(-1, size + 2) if other != index]
        wrong += [(index, size, flipped(leaf, 3), proof, root), (index, size, leaf, proof, flipped(root, 250))]
        wrong += [(index, size, b"", proof, root), (index, size, leaf, proof, b""), (index, 2**63, leaf, proof, root)]

        assert [case for case in wrong if not refused(verify.verify_inclusion, *case)] == []


def test_bytes_moved_over_the_border_of_two_hashes_are_refused():
    """What is hashed stays the same: only the lengths tell."""
    leaf, [first, *rest], root = LEAVES[0], naive.path(0, LEAVES[:6]), naive.mth(LEAVES[:6])
    assert refused(verify.verify_inclusion, 0, 6, leaf + first[:1], [first[1:], *rest], root)
    assert refused(verify.verify_inclusion, 0, 1, b"", [], b"")
    assert refused(verify.verify_consistency, 5, b"", 5, b"", [])
    [first, second, *rest] = naive.consistency(3, LEAVES[:6])
    shifted = [first[:-1], first[-1:] + second, *rest]
    assert refused(verify.verify_consistency, 3, naive.mth(LEAVES[:3]), 6, root, shifted)


def test_an_inclusion_proof_is_refused_for_a_tree_of_another_shape():
    """A size that gives the entry's path the same turns is caught by the signed head, not by the proof."""
    for index, size, leaf, proof, root in every_inclusion(20):
        for other in range(0, 2 * size + 2):
            if len(naive.path(index, LEAVES[:other]) if index < other else [None] * 99) != len(proof):
                assert refused(verify.verify_inclusion, index, other, leaf, proof, root)


def test_a_touched_consistency_proof_is_refused():
    for old, old_root, size, root, proof in every_consistency(20):
        wrong = [(old, old_root, size, root, other) for other in touched(proof)]
        wrong += [(old, flipped(old_root, 9), size, root, proof), (old, old_root, size, flipped(root, 0), proof)]
        wrong += [(other, old_root, size, root, proof) for other in range(-1, size + 2) if other != old]
        wrong += [(size, root, old, old_root, proof)] if old != size else []
        wrong += [(0, verify.EMPTY_ROOT, size, root, []), (old, b"", size, root, proof)]

        assert [case for case in wrong if not refused(verify.verify_consistency, *case)] == []


def test_the_right_edge_has_the_root_of_the_recursion_and_finishes_the_tiles_of_the_specification():
    edge = verify.RightEdge()
    for size, leaf in enumerate(LEAVES):
        assert (edge.size, edge.root()) == (size, naive.mth(LEAVES[:size]))
        finished = edge.add(leaf)
        assert [(level, len(row)) for level, row in finished] == ([(0, 256)] if size == 255 else [])


def test_both_roots_come_from_one_set_of_subtrees():
    def peak(height, index):
        return naive.mth(LEAVES[index << height : (index + 1) << height])

    for size in range(70):
        for old in range(size + 1):
            roots = naive.mth(LEAVES[:old]), naive.mth(LEAVES[:size])
            assert verify.prefix_roots(peak, old, size) == roots


# --- tiles


@pytest.mark.parametrize(
    ("path", "want"),
    [
        (verify.tile_path(0, 1234067), "tile/0/x001/x234/067"),
        (verify.tile_path(0, 0), "tile/0/000"),
        (verify.tile_path(63, 999, 1), "tile/63/999.p/1"),
        (verify.tile_path(1, 1000, 255), "tile/1/x001/000.p/255"),
        (verify.entries_path(70000), "tile/entries/x070/000"),
        (verify.entries_path(3, 112), "tile/entries/003.p/112"),
    ],
)
def test_tiles_stand_where_the_specification_says(path, want):
    assert path == want


@pytest.mark.parametrize("case", [(64, 0, 1), (-1, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257), (0, 2**63, 1)])
def test_no_path_leads_to_a_tile_that_cannot_be(case):
    assert refused(verify.tile_path, *case)


@pytest.mark.parametrize("bundle", [b"\0", b"\0\1", b"\0\1a\0", b"\0\1a\0\2b", b"\xff\xff" + b"a" * 65534])
def test_a_bundle_that_is_cut_off_is_refused(bundle):
    assert refused(verify.split_entries, bundle)


NUMBERS = [
    "",
    "+1",
    "-1",
    "1_0",
    " 1",
    "1 ",
    "01",
    "00",
    "1.0",
    "1e3",
    "٣",
    "１",
    "0x1",
    str(2**63),
    "9" * 20,
    "9" * 5000,
]


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_plain_digits(text):
    assert refused(verify.parse_size, text.encode())
    root = naive.b64(naive.mth(LEAVES))
    assert refused(verify.parse_checkpoint, f"log\n{text}\n{root}\n".encode())
    assert refused(verify.parse_proof, f"c2sp.org/tlog-proof@v1\nindex {text}\n\nx\n".encode())


def test_the_largest_number_is_read():
    assert verify.parse_size(str(2**63 - 1).encode()) == 2**63 - 1
    assert refused(verify.parse_size, b"1\n")


@pytest.mark.parametrize("text", ["QQ", "QQ=", "QR==", "Q Q==", "QQ==\n", "QQ!==", "-_==", "QQ==QQ==", "=", "é==="])
def test_base64_has_one_way_to_write_it(text):
    assert refused(verify.decode_base64, text)


# --- notes, keys, checkpoints


TEXT = f"log.example/one\n300\n{naive.b64(naive.mth(LEAVES))}\n".encode()
SIGNED = naive.note(TEXT, LOG, PAPER, UNION)

MALFORMED_NOTES = {
    "empty": b"",
    "no signature": TEXT + b"\n",
    "no empty line": TEXT + LOG.line(TEXT).encode(),
    "no last newline": SIGNED[:-1],
    "a blank line at the end": SIGNED + b"\n",
    "CRLF": SIGNED.replace(b"\n", b"\r\n"),
    "a tab": SIGNED.replace(b"300", b"300\t"),
    "a NUL": SIGNED + b"\0",
    "not UTF-8": b"\xff" + SIGNED,
    "a short dash": SIGNED.replace("\N{EM DASH}".encode(), b"-"),
    "two spaces": SIGNED.replace("\N{EM DASH} ".encode(), "\N{EM DASH}  ".encode()),
    "no name": SIGNED.replace(b" log.example/one ", b"  "),
    "a plus in the name": SIGNED.replace(b" log.example/one ", b" log+example/one "),
    "a wide space in the name": SIGNED.replace(b" log.example/one ", " log\u2003example/one ".encode()),
    "stray base64": SIGNED.replace(b"==\n", b"=*=\n").replace(b"=\n", b"!=\n"),
    "only a key number": TEXT + b"\n" + "\N{EM DASH} a AAAAAA==\n".encode(),
    "101 signatures": TEXT + b"\n" + LOG.line(TEXT).encode() * 101,
    "too large": b"a" * 1_000_001 + SIGNED,
}


@pytest.mark.parametrize("data", MALFORMED_NOTES.values(), ids=MALFORMED_NOTES.keys())
def test_a_malformed_note_is_refused(data):
    assert refused(verify.parse_note, data)


def key(maker):
    return verify.parse_vkey(maker.vkey)


def test_a_note_gives_its_signers_and_their_times():
    note = verify.parse_note(SIGNED)

    assert set(verify.verify_note(note, [key(LOG), key(COURT), key(UNION)])) == {LOG.name, UNION.name}
    assert verify.cosignature_time(note, key(PAPER)) == 1_790_000_000
    assert note.to_bytes() == SIGNED


def test_the_text_of_a_note_may_have_empty_lines():
    text = b"a\n\n\nb\n"
    assert verify.parse_note(naive.note(text, LOG)).text == text


def test_a_repeated_signature_counts_once_but_two_different_ones_of_a_key_are_refused():
    twice = TEXT + b"\n" + (PAPER.line(TEXT) * 2).encode()
    torn = TEXT + b"\n" + (PAPER.line(TEXT, 1) + PAPER.line(TEXT, 2)).encode()

    assert set(verify.verify_note(verify.parse_note(twice), [key(PAPER)])) == {PAPER.name}
    assert refused(verify.verify_note, verify.parse_note(torn), [key(PAPER)])


BAD_SIGNATURES = {
    "another text": lambda: SIGNED.replace(b"\n300\n", b"\n301\n"),
    "another key of the name": lambda: TEXT + b"\n" + forged(naive.Key(LOG.name, 1, seed="other")).encode(),
    "a time changed": lambda: TEXT + b"\n" + retimed(PAPER).encode(),
    "cut": lambda: TEXT + b"\n" + f"\N{EM DASH} {LOG.name} {naive.b64(LOG.id + bytes(63))}\n".encode(),
    "nobody known": lambda: naive.note(TEXT, UNION),
}


def forged(other):
    return f"\N{EM DASH} {LOG.name} {naive.b64(LOG.id + other.private.sign(TEXT))}\n"


def retimed(maker):
    blob = verify.parse_note(TEXT + b"\n" + maker.line(TEXT).encode()).signatures[0].blob
    return f"\N{EM DASH} {maker.name} {naive.b64(maker.id + flipped(blob, 60))}\n"


@pytest.mark.parametrize("make", BAD_SIGNATURES.values(), ids=BAD_SIGNATURES.keys())
def test_a_bad_signature_of_a_known_key_is_refused(make):
    assert refused(verify.verify_note, verify.parse_note(make()), [key(LOG), key(PAPER)])


def test_a_plain_key_makes_no_cosignature():
    note = verify.parse_note(SIGNED)
    assert refused(verify.cosignature_time, note, key(LOG))
    assert refused(verify.cosignature_time, note, key(COURT))


NAME, NUMBER, CODED = LOG.vkey.split("+", 2)
BAD_KEYS = [
    *("", NAME, f"{NAME}+{NUMBER}", f"+{NUMBER}+{CODED}", f"{NAME}+{NUMBER.upper()}+{CODED}x", f"{NAME}+{NUMBER}+"),
    *(
        f"{NAME}+{NUMBER[:7]}+{CODED}",
        f"other+{NUMBER}+{CODED}",
        f"{NAME}+{NUMBER}+{CODED[:-4]}",
        f"a b+{NUMBER}+{CODED}",
    ),
    *(
        naive.Key("a", 2).vkey,
        naive.Key("a", 5).vkey,
        naive.Key("a", 255).vkey,
        naive.Key("a", 6).vkey,
        f"\ud800+{NUMBER}+{CODED}",
    ),
]


@pytest.mark.parametrize("text", BAD_KEYS)
def test_a_malformed_or_unknown_key_is_refused(text):
    assert refused(verify.parse_vkey, text)


SUM = naive.b64(naive.mth(LEAVES))
BAD_HEADS = {
    "two lines": "log\n300\n",
    "no name": f"\n300\n{SUM}\n",
    "no last newline": f"log\n300\n{SUM}",
    "CRLF": f"log\r\n300\r\n{SUM}\r\n",
    "an empty extension": f"log\n300\n{SUM}\n\n",
    "a short root": "log\n300\nQQ==\n",
    "stray base64": f"log\n300\n!{SUM}\n",
    "spare bits": f"log\n300\n{SUM[:-2]}{chr(ord(SUM[-2]) + 1)}=\n",
    "a root over nothing": f"log\n0\n{SUM}\n",
    "not UTF-8": f"log\udcff\n300\n{SUM}\n",
}


@pytest.mark.parametrize("text", BAD_HEADS.values(), ids=BAD_HEADS.keys())
def test_a_malformed_checkpoint_is_refused(text):
    assert refused(verify.parse_checkpoint, text.encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("origin", ["", "a\nb", "a\r", "\ud800"])
def test_a_checkpoint_that_could_not_be_read_back_is_not_written(origin):
    assert refused(verify.checkpoint_text, origin, 300, naive.mth(LEAVES))
    assert refused(verify.checkpoint_text, "log", 300, naive.mth(LEAVES), [origin])


def test_a_post_quantum_cosignature_is_checked():
    private = mldsa.MLDSA44PrivateKey.from_seed_bytes(bytes(32))
    signer = verify.VerifierKey.make("pq.example/w", 6, private.public_key().public_bytes_raw())
    blob = (77).to_bytes(8, "big") + private.sign(verify.signed_message(signer, TEXT, 77))
    note = verify.Note(TEXT, (verify.Signature(signer.name, signer.key_id, blob),))

    assert verify.parse_vkey(signer.text()) == signer
    assert verify.cosignature_time(note, signer) == 77
    for bit in (3, 63, 64, 9999):
        bad = verify.Note(TEXT, (verify.Signature(signer.name, signer.key_id, flipped(blob, bit)),))
        assert refused(verify.verify_note, bad, [signer])


# --- policies


def note_by(*keys, text=TEXT):
    return verify.parse_note(naive.note(text, *keys))


def test_a_head_with_its_quorum_is_accepted():
    assert WITNESSED.check(note_by(LOG, PAPER, COURT)).size == 300
    assert ALONE.check(note_by(LOG)).size == 300


def test_what_is_missing_is_named():
    with pytest.raises(VerifyError, match=r"too few witnesses .*`two` needs 2 of 3, has 1, lacks `union`, `court`"):
        WITNESSED.check(note_by(LOG, PAPER))
    with pytest.raises(VerifyError, match="has not signed this head with a key of the policy"):
        WITNESSED.check(note_by(PAPER, UNION))
    with pytest.raises(VerifyError, match=r"policy knows: `log\.example/one`"):
        WITNESSED.check(note_by(LOG, text=TEXT.replace(b"one", b"two")))


def test_the_key_of_one_log_does_not_speak_for_another():
    other = naive.Key("log.example/two")
    policy = verify.parse_policy(f"log {LOG.vkey}\nlog {other.vkey}\nquorum none\n")
    with pytest.raises(VerifyError, match="has not signed"):
        policy.check(note_by(other))


def test_groups_nest():
    policy = verify.parse_policy(
        f"log {LOG.vkey}\nwitness a {PAPER.vkey}\nwitness b {UNION.vkey} https://union.example/\nwitness c {COURT.vkey}\n"
        "# any of the press, and the court\ngroup press any a b\n\tgroup all-two all press c \nquorum all-two\n"
    )
    assert policy.witnesses[1].url == "https://union.example/"
    assert policy.check(note_by(LOG, UNION, COURT)).size == 300
    with pytest.raises(VerifyError, match="lacks `press`; `press` needs 1 of 2, has 0, lacks `a`, `b`"):
        policy.check(note_by(LOG, COURT))


A, B = f"witness a {PAPER.vkey}\n", f"witness b {UNION.vkey}\n"
BAD_POLICIES = {
    "empty": "",
    "no quorum": A,
    "cut off": A + "quorum a",
    "two quorums": A + "quorum a\nquorum a\n",
    "unknown quorum": A + "quorum b\n",
    "quorum before": "quorum a\n" + A,
    "unknown member": A + "group g any a b\nquorum g\n",
    "no member": A + "group g any\nquorum g\n",
    "a member twice": A + "group g 1 a a\nquorum g\n",
    "a member of two groups": A + "group g any a\ngroup h any a\nquorum h\n",
    "a group of itself": A + "group g any g\nquorum g\n",
    "0 of 1": A + "group g 0 a\nquorum g\n",
    "2 of 1": A + "group g 2 a\nquorum g\n",
    "+1": A + "group g +1 a\nquorum g\n",
    "1_0": A + B + "group g 1_0 a b\nquorum g\n",
    "Arabic": A + "group g ١ a\nquorum g\n",
    "a name twice": A + f"witness a {UNION.vkey}\nquorum a\n",
    "a key twice": A + f"witness b {PAPER.vkey}\nquorum b\n",
    "a key under two names": A + f"witness b {naive.Key('x', 4, seed=PAPER.name).vkey}\nquorum b\n",
    "a log's key twice": f"log {LOG.vkey}\nlog {LOG.vkey}\nquorum none\n",
    "a witness with a plain key": f"witness a {LOG.vkey}\nquorum a\n",
    "a witness called any": f"witness any {PAPER.vkey}\nquorum any\n",
    "none as a member": A + "group g any none\nquorum g\n",
    "unknown line": "logs x\nquorum none\n",
    "a comment behind": "quorum none # none\n",
    "CRLF": A.replace("\n", "\r\n") + "quorum a\r\n",
    "a wide space": A + "quorum\u2003a\n",
}


@pytest.mark.parametrize("text", BAD_POLICIES.values(), ids=BAD_POLICIES.keys())
def test_a_malformed_policy_is_refused(text):
    assert refused(verify.parse_policy, text)


# --- proofs


ENTRIES = [f"entry {i}".encode() for i in range(300)]


def proof_of(index, size=300):
    leaves = tuple(map(naive.leaf, ENTRIES[:size]))
    head = naive.head(LOG.name, ENTRIES[:size], LOG, PAPER, UNION)
    return verify.proof_text(index, naive.path(index, leaves), head, b"opening")


def test_a_proof_goes_round_and_verifies_its_entry_only():
    proof = verify.parse_proof(proof_of(77))

    assert proof.check(WITNESSED, b"entry 77").size == 300
    assert (proof.index, proof.extra) == (77, b"opening")
    assert refused(proof.check, WITNESSED, b"entry 78")
    assert refused(proof.check, WITNESSED, b"entry 77 ")


def test_every_flipped_byte_of_a_proof_is_refused():
    data = proof_of(4, 6)
    extra = range(data.index(b"extra"), data.index(b"index"))  # not authenticated, and its text says so
    for at in range(len(data)):
        touched = flipped(data, at * 8 + at % 7)
        if at not in extra:
            assert refused(lambda data=touched: verify.parse_proof(data).check(WITNESSED, b"entry 4")), at


# --- following a log


def follower(folder, policy=ALONE, state=None, **more):
    return verify.Follower(verify.FolderSource(folder), policy, state, **more)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 300, 511, 512, 513, 1000])
def test_a_whole_log_is_followed(tmp_path, size):
    folder = naive.write(tmp_path / "log", LOG.name, [b"%d" % i for i in range(size)], LOG)
    report = follower(folder).update()
    assert (report.size, report.old_size, report.opaque, report.breach_count) == (size, 0, size, 0)


def test_a_log_is_followed_over_the_second_level(tmp_path):
    entries = [b"%d" % i for i in range(256 * 256 + 300)]
    source = naive.files(entries) | {"checkpoint": naive.head(LOG.name, entries, LOG)}
    first = naive.files(entries[:65_000]) | {"checkpoint": naive.head(LOG.name, entries[:65_000], LOG)}
    place = tmp_path / "state"

    assert verify.Follower(Memory(first), ALONE, place).update().size == 65_000
    assert verify.Follower(Memory(source), ALONE, place).update().old_size == 65_000


class Memory:
    """A log in memory; ``read`` names what is not there."""

    def __init__(self, files):
        self.files = files

    def read(self, path):
        if path not in self.files:
            raise verify.Missing(path)
        return self.files[path]


def test_a_growing_log_is_followed_step_by_step(tmp_path):
    log, state = tmp_path / "log", tmp_path / "state"
    one = follower(log, state=state)
    old = 0
    for size in (0, 3, 3, 200, 256, 300, 520, 900):
        naive.write(log, LOG.name, [b"%d" % i for i in range(size)], LOG)
        for watcher in (one, follower(log, state=tmp_path / "other")):
            report = watcher.update()
            assert (report.old_size, report.opaque) == (old, size - old)
        old = size
    assert [path.name for path in tmp_path.iterdir() if path.suffix in (".tmp", ".note")] == []


def test_a_partial_tile_may_be_replaced_by_the_full_one(tmp_path):
    folder = naive.write(tmp_path, LOG.name, ENTRIES[:256], LOG)
    (folder / "checkpoint").write_bytes(naive.head(LOG.name, ENTRIES[:100], LOG))
    assert follower(folder).update().size == 100


def test_a_log_that_goes_back_is_refused(tmp_path):
    log, state = tmp_path / "log", tmp_path / "state"
    follower(naive.write(log, LOG.name, ENTRIES, LOG), state=state).update()
    kept = state.read_bytes()
    naive.write(log, LOG.name, ENTRIES[:299], LOG)
    with pytest.raises(VerifyError, match="the log went back: it had 300 entries at the last visit and shows 299 now"):
        follower(log, state=state).update()
    assert state.read_bytes() == kept


@pytest.mark.parametrize("size", [300, 301, 512, 700])
def test_a_second_view_is_an_alarm_with_both_heads_as_evidence(tmp_path, size):
    log, state = tmp_path / "log", tmp_path / "state"
    follower(naive.write(log, LOG.name, ENTRIES, LOG), state=state).update()
    first, kept = (log / "checkpoint").read_bytes(), state.read_bytes()
    other = [b"entry 5, rewritten" if i == 5 else b"entry %d" % i for i in range(size)]
    naive.write(tmp_path / "second", LOG.name, other, LOG)

    with pytest.raises(verify.SplitView, match="changed its past") as caught:
        follower(tmp_path / "second", state=state).update()

    notes = first, (tmp_path / "second" / "checkpoint").read_bytes()
    assert caught.value.notes == notes
    assert {path.read_bytes() for path in caught.value.evidence} == set(notes)
    assert {path.parent for path in caught.value.evidence} == {tmp_path}
    assert state.read_bytes() == kept


@pytest.mark.parametrize("name", ["tile/0/001.p/144", "tile/1/000.p/1"])
def test_a_changed_tile_is_no_second_view(tmp_path, name):
    """Only what leads to a signed root may accuse the log; a tile that was changed on the way is a refusal."""
    log, state = tmp_path / "log", tmp_path / "state"
    follower(naive.write(log, LOG.name, ENTRIES, LOG), state=state).update()
    naive.write(log, LOG.name, [*ENTRIES, *ENTRIES[:100]], LOG)
    edit(log, name, lambda data: flipped(data, 9))

    with pytest.raises(VerifyError, match="the tiles do not lead to the root that the log signed") as caught:
        follower(log, state=state).update()
    assert not isinstance(caught.value, verify.SplitView)


def test_evidence_that_cannot_be_written_does_not_hide_the_alarm(tmp_path):
    log, state = tmp_path / "log", tmp_path / "state"
    one = follower(naive.write(log, LOG.name, ENTRIES, LOG), state=state)
    one.update()
    one.state = tmp_path / "gone" / "state"
    naive.write(log, LOG.name, [b"x", *ENTRIES[1:]], LOG)

    with pytest.raises(verify.SplitView) as caught:
        one.update()
    assert caught.value.evidence == ()


def test_a_second_view_after_a_whole_subtree_is_proven_too(tmp_path):
    """Where the old tree is one whole subtree, a consistency proof alone could not tell whose fault it is."""
    state = tmp_path / "state"
    follower(naive.write(tmp_path / "a", LOG.name, ENTRIES[:256], LOG), state=state).update()
    naive.write(tmp_path / "b", LOG.name, [b"x", *ENTRIES[1:]], LOG)
    with pytest.raises(verify.SplitView):
        follower(tmp_path / "b", state=state).update()


def edit(folder, name, change):
    place = folder / name
    data = change(place.read_bytes())
    place.unlink() if data is None else place.write_bytes(data)


EDITS = {
    "an entry": (
        "tile/entries/000",
        lambda data: data.replace(b"entry 7", b"entry 8", 1),
        "do not agree about entry 7:",
    ),
    "an entry of the last bundle": (
        "tile/entries/001.p/44",
        lambda data: data.replace(b"270", b"271"),
        "about entry 270:",
    ),
    "a tile": ("tile/0/000", lambda data: flipped(data, 32 * 8 * 9), "do not agree about entry 9:"),
    "an upper tile": ("tile/1/000.p/1", lambda data: flipped(data, 5), "entries 0 to 255:"),
    "a partial tile": ("tile/0/001.p/44", lambda data: flipped(data, 5), "do not agree about entry 256:"),
    "no tile": ("tile/0/000", lambda data: None, "no file `tile/0/000`"),
    "no partial tile": ("tile/0/001.p/44", lambda data: None, "no file `tile/0/001.p/44`: part of the log is withheld"),
    "no bundle": ("tile/entries/000", lambda data: None, "no file `tile/entries/000`"),
    "no checkpoint": ("checkpoint", lambda data: None, "no file `checkpoint`"),
    "a tile cut": ("tile/0/000", lambda data: data[:-1], "has 8191 bytes, not 8192"),
    "a tile extended": ("tile/0/000", lambda data: data + b"x", "larger than such a file can be"),
    "a partial tile extended": ("tile/0/001.p/44", lambda data: data + b"x", "has 1409 bytes, not 1408"),
    "a bundle cut": (
        "tile/entries/000",
        lambda data: data[:-1],
        "`tile/entries/000`: the bundle is cut off in its entry 255",
    ),
    "a bundle shorter": ("tile/entries/000", lambda data: data[:-11], "has 255 entries, not 256"),
    "a bundle extended": ("tile/entries/000", lambda data: data + b"\0\1a", "has 257 entries, not 256"),
    "a partial bundle extended": ("tile/entries/001.p/44", lambda data: data + b"\0\0", "has 45 entries, not 44"),
    "a signature": ("checkpoint", lambda data: data.replace(b"\n300\n", b"\n299\n"), "is not good"),
}


@pytest.mark.parametrize(("name", "change", "message"), EDITS.values(), ids=EDITS.keys())
def test_whatever_was_touched_is_refused_and_named(tmp_path, name, change, message):
    folder, state = naive.write(tmp_path / "log", LOG.name, ENTRIES, LOG), tmp_path / "state"
    edit(folder, name, change)
    with pytest.raises(VerifyError, match=re.escape(message)):
        follower(folder, state=state).update()
    assert not state.exists()


def test_an_old_entry_changed_together_with_its_tile_is_refused_at_the_next_visit(tmp_path):
    log, state = tmp_path / "log", tmp_path / "state"
    follower(naive.write(log, LOG.name, ENTRIES[:290], LOG), state=state).update()
    naive.write(log, LOG.name, ENTRIES, LOG)
    edit(log, "tile/entries/001.p/44", lambda data: data.replace(b"entry 260", b"entry 999"))
    with pytest.raises(VerifyError, match="entry 260 in `tile/entries/001` was changed since the last visit"):
        follower(log, state=state).update()


def test_entries_and_tiles_that_agree_but_not_with_the_head_are_refused(tmp_path):
    other = naive.files([b"x", *ENTRIES[1:]])
    with pytest.raises(VerifyError, match="do not lead to the root that the log signed"):
        verify.Follower(Memory(other | {"checkpoint": naive.head(LOG.name, ENTRIES, LOG)}), ALONE).update()


@pytest.mark.parametrize("change", [lambda s: s[:-9], lambda s: s.replace("a", "b"), lambda s: "{}", lambda s: "[]"])
def test_a_damaged_state_is_not_taken_for_a_first_visit(tmp_path, change):
    log, state = naive.write(tmp_path / "log", LOG.name, ENTRIES, LOG), tmp_path / "state"
    follower(log, state=state).update()
    state.write_text(change(state.read_text()))
    with pytest.raises(VerifyError, match="the state file `state` is damaged; restore it from a copy"):
        follower(log, state=state).update()


def test_a_state_whose_hashes_do_not_make_its_own_root_is_damaged(tmp_path):
    log, state = naive.write(tmp_path / "log", LOG.name, ENTRIES, LOG), tmp_path / "state"
    follower(log, state=state).update()
    found = json.loads(state.read_text())
    found["edge"][0][3] = "00" * 32
    state.write_text(json.dumps(found))
    with pytest.raises(VerifyError, match="the state file `state` is damaged"):
        follower(log, state=state).update()


def test_extension_lines_need_a_signature_that_covers_them():
    private = mldsa.MLDSA44PrivateKey.from_seed_bytes(bytes(32))
    signer = verify.VerifierKey.make(LOG.name, 6, private.public_key().public_bytes_raw())
    policy = verify.parse_policy(f"log {LOG.vkey}\nlog {signer.text()}\nquorum none\n")
    for text, good in ((TEXT, True), (TEXT + b"more\n", False)):
        blob = bytes(8) + private.sign(verify.signed_message(signer, text))
        line = verify.Signature(signer.name, signer.key_id, blob)
        assert refused(policy.check, verify.Note(text, (line,))) is not good
        assert policy.check(verify.Note(text, (line, *note_by(LOG, text=text).signatures))).size == 300


def test_a_cosignature_beyond_all_time_is_refused():
    assert refused(verify.cosignature_parts, (2**63).to_bytes(8, "big") + bytes(64), 4)


def test_another_s_words_cannot_move_the_terminal(capsys):
    verify._show("a\x1b[2Jb\u202ec\nd")
    assert capsys.readouterr().out == "a\ufffd[2Jb\ufffdc\nd\n"


def test_the_state_of_another_log_is_refused(tmp_path):
    other = naive.Key("log.example/two")
    policy = verify.parse_policy(f"log {LOG.vkey}\nlog {other.vkey}\nquorum none\n")
    follower(naive.write(tmp_path / "a", LOG.name, ENTRIES, LOG), policy, tmp_path / "state").update()
    naive.write(tmp_path / "b", other.name, ENTRIES, other)
    with pytest.raises(VerifyError, match=r"the state file is of `log\.example/one`"):
        follower(tmp_path / "b", policy, tmp_path / "state").update()


# --- what witnesses saw


BY_PAPER = verify.parse_policy(f"log {LOG.vkey}\nwitness paper {PAPER.vkey} https://paper.example/\nquorum none\n")


def seen_by_paper(tmp_path, note):
    """A report on a log of 300 entries, where the witness ``paper`` shows this note of it."""
    name = hashlib.sha256(LOG.name.encode()).hexdigest()
    views = Memory({f"{name}/checkpoint": note} if note else {})
    folder = naive.write(tmp_path, LOG.name, ENTRIES, LOG)
    return follower(folder, BY_PAPER, witness_source=lambda url: views).update()


@pytest.mark.parametrize("size", [0, 1, 256, 299, 300])
def test_a_witness_that_saw_a_beginning_of_the_log_agrees(tmp_path, size):
    assert seen_by_paper(tmp_path, naive.head(LOG.name, ENTRIES[:size], LOG, PAPER)).warnings == []


@pytest.mark.parametrize("size", [7, 256, 300])
def test_a_witness_that_saw_another_log_is_an_alarm(tmp_path, size):
    with pytest.raises(verify.SplitView, match="the log showed witness `paper` other entries than us"):
        seen_by_paper(tmp_path, naive.head(LOG.name, [b"x", *ENTRIES[1:size]], LOG, PAPER))


@pytest.mark.parametrize(
    ("note", "message"),
    [
        (None, "witness `paper`: "),
        (naive.head(LOG.name, [*ENTRIES, b"more"], LOG, PAPER), "has seen 301 entries, we were shown 300"),
        (naive.head(LOG.name, [b"x"], PAPER), "not a head of this log, signed by the log and by the witness"),
        (naive.head(LOG.name, [b"x"], LOG), "not a head of this log, signed by the log and by the witness"),
        (b"nonsense", "has no signatures"),
    ],
)
def test_a_witness_that_says_nothing_of_use_is_a_warning(tmp_path, note, message):
    [warning] = seen_by_paper(tmp_path, note).warnings
    assert message in warning


# --- rules


def entry(kind, step, docket="d1", day="2026-05-01", **public):
    found = {"v": "ostiary.entry/1", "kind": kind, "docket": docket, "day": day, "step": step, "public": public}
    return json.dumps(found, sort_keys=True, separators=(",", ":")).encode()


GOOD = [
    entry("request.received", 1),
    entry("review.submitted", 2, role="counsel"),
    entry("decision.approved", 3),
    entry("release.sealed", 4),
    entry("release.delivered", 5),
]


def breaches(entries, kinds=None):
    files = naive.files(entries) | {"checkpoint": naive.head(LOG.name, entries, LOG)}
    report = verify.Follower(Memory(files), ALONE, kinds=kinds).update()
    return [(breach.index, breach.rule) for breach in report.breaches], report


NEEDS, DAYS, STEPS = "nothing-without-what-it-needs", "no-back-dating", "no-gap-in-steps"
RULE_CASES = {
    "in order": (GOOD, []),
    "no approval": ([GOOD[0], GOOD[1], entry("release.sealed", 3)], [(2, NEEDS)]),
    "denied": ([*GOOD[:2], entry("decision.denied", 3), *GOOD[3:]], [(3, NEEDS), (4, NEEDS)]),
    "denied after approval": ([*GOOD[:4], entry("decision.denied", 5), entry("release.delivered", 6)], [(5, NEEDS)]),
    "reopened": ([*GOOD[:4], entry("decision.reopened", 5), entry("release.delivered", 6)], [(5, NEEDS)]),
    "approved in another docket": ([*GOOD[:3], entry("release.sealed", 1, docket="d2")], [(3, NEEDS)]),
    "released unsealed": ([*GOOD[:3], entry("release.delivered", 4)], [(3, NEEDS)]),
    "one day back": ([GOOD[0], entry("note", 2, day="2026-04-30")], []),
    "two days back": ([GOOD[0], entry("note", 2, day="2026-04-29")], [(1, DAYS)]),
    "a step missing": ([GOOD[0], entry("note", 3)], [(1, STEPS)]),
    "a step twice": ([GOOD[0], GOOD[0]], [(1, STEPS)]),
    "not from 1": ([entry("note", 2)], [(0, STEPS)]),
    "not canonical": ([GOOD[0].replace(b":", b": ", 1)], [(0, "well-made")]),
    "a key twice": ([GOOD[0].replace(b"{", b'{"day":"2026-05-01",', 1)], [(0, "well-made")]),
    "no such day": ([entry("note", 1, day="2026-02-30")], [(0, "well-made")]),
    "a step that is true": ([entry("note", True)], [(0, "well-made")]),
    "a role that is a list": ([entry("note", 1, role=[1], outcome={})], []),
    "opaque": ([b"", b"\xff", b"[]", b'{"v":"other/1"}', b"1e999", b"[" * 5000], []),
}


@pytest.mark.parametrize(("entries", "want"), RULE_CASES.values(), ids=RULE_CASES.keys())
def test_entries_are_held_to_the_rules(entries, want):
    assert breaches(entries)[0] == want


CATALOGUE = verify.read_kinds(
    json.dumps(
        {
            "kinds": [
                {"kind": "received"},
                {"kind": "judged"},
                {"kind": "review", "needs": [{"kinds": ["received"], "least": 1}]},
                {"kind": "held"},
                {"kind": "hold_lifted"},
                {
                    "kind": "released",
                    "needs": [
                        {"kinds": ["review"], "least": 2, "differ": "role", "tracks": ["adverse"]},
                        {"kinds": ["checked"], "where": {"passed": [True]}},
                    ],
                    "blocked_by": [{"kind": "held", "until": "hold_lifted"}],
                },
                {"kind": "checked"},
            ]
        }
    ).encode()
)


@pytest.mark.parametrize(
    ("steps", "good"),
    [
        ("judged:own checked:true", True),
        ("judged:adverse checked:true", False),
        ("checked:true", False),
        ("received judged:adverse review:a review:b checked:true", True),
        ("received judged:adverse review:a review:a checked:true", False),
        ("judged:own checked:true checked:false", False),
        ("judged:own checked:1", False),
        ("judged:own checked:true held", False),
        ("judged:own checked:true held hold_lifted", True),
    ],
)
def test_the_catalogue_says_what_a_kind_needs(steps, good):
    names = {"judged": "track", "review": "role", "checked": "passed"}
    values = {"true": True, "false": False, "1": 1}
    entries = []
    for step, text in enumerate(steps.split(), 1):
        kind, _, value = text.partition(":")
        entries.append(entry(kind, step, **({names[kind]: values.get(value, value)} if value else {})))
    found, report = breaches([*entries, entry("released", len(entries) + 1)], CATALOGUE)
    assert found == ([] if good else [(len(entries), NEEDS)])
    assert report.unknown_kinds == {}


RELEASE = [
    *("request.received", "request.docketed", "verdict.given:own", "review.submitted:privacy", "decision.approved"),
    *("release.cleared", "release.packaged", "release.checked:true", "release.approved:custodian"),
    *("release.approved:checker", "release.sealed", "release.delivered"),
]


@pytest.mark.parametrize("missing", [None, *range(1, 11)], ids=lambda at: "nothing" if at is None else RELEASE[at])
def test_the_published_catalogue_holds_a_release_to_every_step(missing):
    """Leaving out any one of the steps of the person's own track is a breach by the time of the release."""
    published = verify.read_kinds((ROOT / "src" / "ostiary" / "ledger" / "kinds.json").read_bytes())
    names = {"verdict.given": "track", "release.checked": "passed"}
    entries = []
    for at, text in enumerate(RELEASE):
        kind, _, value = text.partition(":")
        public = {names.get(kind, "role"): True if value == "true" else value} if value else {}
        entries += [] if at == missing else [entry(kind, len(entries) + 1, **public)]
    found, report = breaches(entries, published)
    assert (found == []) == (missing is None)
    assert {rule for _, rule in found} <= {NEEDS}
    assert report.unknown_kinds == {}


def test_what_was_checked_must_be_what_is_sealed():
    kinds = verify.read_kinds(b'{"kinds":[{"kind":"sealed","needs":[{"kinds":["checked"],"same":"manifest"}]}]}')
    for manifest, want in (("one", []), ("two", [(1, NEEDS)])):
        assert breaches([entry("checked", 1, manifest="one"), entry("sealed", 2, manifest=manifest)], kinds)[0] == want


def test_unknown_kinds_are_reported_not_refused():
    found, report = breaches([entry("received", 1), entry("gift", 2), entry("gift", 3)], CATALOGUE)
    assert (found, report.unknown_kinds) == ([], {"gift": 2})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"kinds":[1]}',
        b'{"kinds":[{"kind":"a","needs":[{}]}]}',
        b'{"kinds":[{"kind":"a","needs":3}]}',
        b'{"kinds":[{"kind":"a","needs":[{"kinds":["b"],"least":""}]}]}',
        b'{"kinds":[{"kind":"a","needs":[{"kinds":["b"],"least":true}]}]}',
        b'{"kinds":[{"kind":"a","needs":[{"kinds":["b"],"leest":2}]}]}',
        b'{"kinds":[{"kind":"a","needs":[{"kinds":["b"],"where":{"passed":true}}]}]}',
        b'{"kinds":[{"kind":"a","blocked_by":[{"until":"b"}]}]}',
    ],
)
def test_a_malformed_catalogue_is_refused(data):
    assert refused(verify.read_kinds, data)


def test_rules_hold_from_one_visit_to_the_next(tmp_path):
    log, state = tmp_path / "log", tmp_path / "state"
    follower(naive.write(log, LOG.name, GOOD[:4], LOG), state=state).update()
    assert follower(naive.write(log, LOG.name, GOOD, LOG), state=state).update().breaches == []
    naive.write(log, LOG.name, [*GOOD, entry("note", 9)], LOG)
    report = follower(log, state=state).update()
    assert [(breach.index, breach.rule) for breach in report.breaches] == [(5, STEPS)]
    assert follower(log, state=state).update().earlier_breaches == 1


def test_another_catalogue_reads_the_whole_log_again(tmp_path):
    """What it asks of earlier entries was not kept: better read twice than a false alarm."""
    log, state = tmp_path / "log", tmp_path / "state"
    steps = [entry("judged", 1, track="own"), entry("checked", 2, passed=True)]
    follower(naive.write(log, LOG.name, steps, LOG), state=state).update()
    report = follower(
        naive.write(log, LOG.name, [*steps, entry("released", 3)], LOG), state=state, kinds=CATALOGUE
    ).update()
    assert report.breaches == []


# --- sources


@pytest.mark.parametrize(
    "url",
    [
        "http://log.example/",
        "ftp://log.example/",
        "file:///etc",
        "https://",
        "https:///x",
        "https://a/?q",
        "https://a/#f",
        "https://[",
        "http://127.0.0.1.example/",
    ],
)
def test_an_address_is_https_or_on_this_machine(url):
    assert refused(verify.UrlSource, url)


class Server(http.server.BaseHTTPRequestHandler):
    """A log on this machine; ``answers`` maps a path to status, headers and body."""

    answers: ClassVar = {}

    def do_GET(self):
        status, headers, body = self.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def serve():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield lambda answers: (setattr(Server, "answers", answers), f"http://127.0.0.1:{server.server_port}")[1]
        finally:
            server.shutdown()
            thread.join()


def test_a_log_on_the_web_is_followed_packed_or_not(serve):
    files = naive.files(ENTRIES) | {"checkpoint": naive.head(LOG.name, ENTRIES, LOG)}
    answers = {f"/{name}": (200, {}, data) for name, data in files.items()}
    packed = "/tile/entries/000"
    answers[packed] = (200, {"Content-Encoding": "gzip"}, gzip.compress(files["tile/entries/000"]))

    assert verify.Follower(verify.UrlSource(serve(answers)), ALONE).update().size == 300


BOMB = gzip.compress(bytes(50_000_000))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((404, {}, b""), "the log has no file `tile/0/000`"),
        ((410, {}, b""), "the log has no file `tile/0/000`"),
        ((500, {}, b""), "the server answers 500 for `tile/0/000`; try again later"),
        ((302, {"Location": "/elsewhere"}, b""), "the server answers 302"),
        ((200, {}, bytes(8193)), "`tile/0/000` is larger than such a file can be"),
        ((200, {"Content-Encoding": "gzip"}, BOMB), "`tile/0/000` is larger than such a file can be"),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(9000))), "cut off, or larger than such a file can be"),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"x")[:-1]), "cut off, or larger than such a file can be"),
        ((200, {"Content-Encoding": "gzip"}, b"x" * 99), "is not the gzip that it claims to be"),
    ],
)
def test_a_server_that_answers_amiss_is_an_error(serve, answer, message):
    source = verify.UrlSource(serve({"/tile/0/000": answer, "/elsewhere": (200, {}, b"x")}))
    with pytest.raises(VerifyError, match=message):
        source.read("tile/0/000")


def test_a_server_that_is_not_there_is_an_error():
    with pytest.raises(VerifyError, match="cannot fetch `checkpoint`: URLError; is the address right"):
        verify.UrlSource("http://127.0.0.1:1").read("checkpoint")


# --- the command


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with a log, a policy, an entry and its proof."""
    monkeypatch.chdir(tmp_path)
    naive.write(tmp_path / "log", LOG.name, ENTRIES, LOG, PAPER, UNION)
    (tmp_path / "policy").write_text(
        f"log {LOG.vkey}\nwitness paper {PAPER.vkey}\nwitness union {UNION.vkey}\ngroup both all paper union\nquorum both\n"
    )
    (tmp_path / "entry").write_bytes(b"entry 77")
    (tmp_path / "proof").write_bytes(proof_of(77))
    return tmp_path


def test_a_good_log_is_0(desk, capsys):
    assert verify.main(["log", "--policy", "policy", "--state", "state"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("verified: the log `log.example/one` has 300 entries, 300 of them new")
    assert "cosigned by paper (2026-09-21 14:13 UTC), union" in out
    assert stat.S_ISREG((desk / "state").stat().st_mode)


def test_one_line_of_json_a_visit(desk, capsys):
    assert verify.main(["log", "--policy", "policy", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["size"] == 300


def test_a_touched_log_is_1(desk, capsys):
    edit(desk / "log", "tile/entries/000", lambda data: data.replace(b"entry 7", b"entry 8", 1))
    assert verify.main(["log", "--policy", "policy", "--json"]) == 1
    captured = capsys.readouterr()
    assert "do not agree about entry 7" in captured.err
    assert json.loads(captured.out)["split_view"] is False


@pytest.mark.parametrize(
    "words",
    [
        ["log", "--policy", "nowhere"],
        ["log", "--policy", "entry"],
        ["http://log.example", "--policy", "policy"],
        ["log", "--policy", "policy", "--kinds", "entry"],
        ["proof", "proof", "--policy", "policy", "--entry", "nowhere"],
        ["note", "log/checkpoint", "--key", "nonsense"],
    ],
)
def test_bad_input_is_2(desk, words):
    assert verify.main(words) == 2


def test_a_wrong_option_is_2(desk, capsys):
    with pytest.raises(SystemExit) as caught:
        verify.main(["log"])
    assert caught.value.code == 2
    assert "--policy" in capsys.readouterr().err


def test_a_split_view_is_3_and_says_where_the_evidence_is(desk, capsys):
    verify.main(["log", "--policy", "policy", "--state", "state"])
    naive.write(desk / "log", LOG.name, [b"x", *ENTRIES[1:]], LOG, PAPER, UNION)
    assert verify.main(["log", "--policy", "policy", "--state", "state"]) == 3
    err = capsys.readouterr().err
    assert "ALARM, split view: the log changed its past" in err
    assert "The two signed heads are kept beside the state, in `state.evidence-" in err


def test_a_broken_rule_is_3(desk, capsys):
    naive.write(desk / "log", LOG.name, [entry("received", 2)], LOG, PAPER, UNION)
    assert verify.main(["log", "--policy", "policy"]) == 3
    assert "ALARM: entry 0 breaks the rule no-gap-in-steps" in capsys.readouterr().out


def test_a_monitor_looks_again_until_it_is_stopped_or_alarmed(desk, capsys):
    waits = []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 1:
            naive.write(desk / "log", LOG.name, [*ENTRIES, b"more"], LOG, PAPER, UNION)
        elif len(waits) == 2:
            naive.write(desk / "log", LOG.name, [b"x"] * 400, LOG, PAPER, UNION)
        else:
            raise KeyboardInterrupt

    assert verify.main(["log", "--policy", "policy", "--monitor", "60"], sleep=wait) == 3
    captured = capsys.readouterr()
    assert waits == [60, 60]
    assert "301 entries, 1 of them new" in captured.out
    assert captured.err.count("\N{EM DASH} log.example/one") == 2


def test_a_stopped_monitor_says_the_worst_it_saw(desk):
    (desk / "log" / "checkpoint").unlink()

    def stop(seconds):
        raise KeyboardInterrupt

    assert verify.main(["log", "--policy", "policy", "--monitor", "60"], sleep=stop) == 1


def test_a_proof_is_checked(desk, capsys):
    words = ["proof", "proof", "--policy", "policy", "--entry", "entry"]
    assert verify.main(words) == 0
    assert "verified: this is entry 77 of the log `log.example/one`" in capsys.readouterr().out
    (desk / "entry").write_bytes(b"entry 78")
    assert verify.main(words) == 1
    assert "refused: the proof does not lead from this entry" in capsys.readouterr().err


def test_a_note_is_checked(desk, capsys):
    assert verify.main(["note", "log/checkpoint", "--key", LOG.vkey, "--key", PAPER.vkey]) == 0
    assert "signed by `paper.example/w` at 2026-09-21 14:13 UTC" in capsys.readouterr().out
    assert verify.main(["note", "log/checkpoint", "--key", COURT.vkey]) == 1


def test_help_says_what_must_be_trusted(capsys):
    with pytest.raises(SystemExit) as caught:
        verify.main(["--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert "What you must trust" in out
    assert "ostiary-verify proof FILE --policy FILE --entry FILE" in out
