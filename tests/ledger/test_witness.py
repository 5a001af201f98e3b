"""What a witness cosigns and what it refuses; its folder and its command."""

import json
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

import ostiary_verify as verify
from ostiary.ledger import witness as witness_module
from ostiary.ledger.faults import LedgerInput
from ostiary.ledger.witness import Refusal, Witness, add_log, init, main
from tests.ledger.naive import mth
from tests.ledger.notes import Log, question
from tests.ledger.witnesses import LOG, NOW, a_witness, ask


@pytest.fixture
def witness(tmp_path):
    return a_witness(tmp_path / "w1")


# What it cosigns, and what it refuses


def test_a_head_that_follows_is_cosigned_with_the_time(witness):
    assert ask(witness, 0, 5).status == 200
    answer = ask(witness, 5, 8)

    note = verify.parse_note(LOG.head(8) + answer.body)
    assert answer.status == 200
    assert verify.cosignature_time(note, witness.key) == NOW


def test_what_it_last_cosigned_can_be_fetched(witness):
    digest = sha256(LOG.name.encode()).hexdigest()
    assert witness.checkpoint(digest).status == 404
    ask(witness, 0, 5)
    ask(witness, 5, 8)

    found = verify.parse_note(witness.checkpoint(digest).body)

    assert found.text == verify.parse_note(LOG.head(8)).text
    assert set(verify.verify_note(found, [witness.key, verify.parse_vkey(LOG.vkey)])) == {LOG.name, witness.key.name}
    assert witness.checkpoint("0" * 64).status == 404


def test_the_same_head_again_is_cosigned_again(witness):
    ask(witness, 0, 5)

    assert ask(witness, 5, 5).status == 200


def test_an_empty_log_is_cosigned(witness):
    assert ask(witness, 0, 0).status == 200
    assert ask(witness, 0, 3).status == 200


@pytest.mark.parametrize("old", range(1, 9))
@pytest.mark.parametrize("new", range(1, 9))
def test_every_small_step_forward_is_cosigned_and_none_back(tmp_path, old, new):
    witness = a_witness(tmp_path)
    ask(witness, 0, old)

    assert ask(witness, old, new, proof=None if new >= old else []).status == (200 if new >= old else 400)


def test_another_old_size_is_answered_with_the_one_held(witness):
    ask(witness, 0, 5)

    answer = ask(witness, 2, 8)

    assert (answer.status, answer.body, answer.type) == (409, b"5\n", "text/x.tlog.size")


@pytest.mark.parametrize(("old", "new", "status"), [(8, 5, 400), (5, 5, 409), (0, 5, 409)])
def test_it_never_goes_back(witness, old, new, status):
    ask(witness, 0, 8)

    assert ask(witness, old, new, proof=[]).status == status
    assert witness.checkpoint(sha256(LOG.name.encode()).hexdigest()).body.split(b"\n")[1] == b"8"


@pytest.mark.parametrize(("new", "fork"), [(8, 2), (8, 4), (6, 0)])
def test_a_fork_is_not_cosigned(witness, new, fork):
    ask(witness, 0, 5)

    assert ask(witness, 5, new, fork=fork).status == 422


def test_two_heads_of_one_size_are_refused_and_kept_as_evidence(witness):
    ask(witness, 0, 5)

    assert ask(witness, 5, 5, fork=2).status == 422

    [(held, shown)] = witness.evidence()
    assert held.startswith(LOG.head(5))
    assert shown == LOG.head(5, fork=2)


def test_evidence_does_not_fill_the_disk(witness, monkeypatch):
    monkeypatch.setattr(witness_module, "_MOST_EVIDENCE", 2)
    ask(witness, 0, 5)

    for fork in range(5):
        ask(witness, 5, 5, fork=fork)

    assert len(witness.evidence()) == 2


@pytest.mark.parametrize("spoil", ["none", "short", "long", "changed", "swapped", "no hashes"])
def test_a_wrong_proof_is_refused(witness, spoil):
    ask(witness, 0, 5)
    right = LOG.proof(5, 8)
    wrong = {
        "none": [],
        "short": right[:-1],
        "long": [*right, bytes(32)],
        "changed": [bytes(32), *right[1:]],
        "swapped": right[::-1],
        "no hashes": [b"\xaa\xaa"] * len(right),
    }

    assert ask(witness, 5, 8, proof=wrong[spoil]).status == 422


def test_from_nothing_the_proof_is_empty(witness):
    assert ask(witness, 0, 5, proof=[bytes(32)]).status == 422


def test_an_unknown_log_is_not_found(witness):
    assert ask(witness, 0, 5, log=Log("other.example")).status == 404


def test_another_key_of_the_same_name_is_forbidden(witness):
    assert ask(witness, 0, 5, log=Log(seed="x")).status == 403


def test_a_signature_with_one_bit_flipped_is_forbidden(witness):
    note = verify.parse_note(LOG.head(5))
    [one] = note.signatures
    broken = verify.Note(note.text, (verify.Signature(one.name, one.key_id, bytes([one.blob[0] ^ 1]) + one.blob[1:]),))

    assert witness.add_checkpoint(question(0, [], broken.to_bytes())).status == 403


def test_lines_of_strangers_are_neither_trusted_nor_kept(witness):
    stranger = Log("stranger.example")
    text = verify.parse_note(LOG.head(5)).text

    answer = witness.add_checkpoint(question(0, [], LOG.head(5) + stranger.signature(text)))

    assert answer.status == 200
    assert b"stranger" not in witness.checkpoint(sha256(LOG.name.encode()).hexdigest()).body


HASH = "A" * 43 + "="
GOOD = LOG.head(5)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0",
        b"old 0\n",
        b"old 0\n\n",
        b"old 0\n" + GOOD,
        b"0\n\n" + GOOD,
        b"old  0\n\n" + GOOD,
        b"old 00\n\n" + GOOD,
        b"old +0\n\n" + GOOD,
        b"old -1\n\n" + GOOD,
        b"old 1_0\n\n" + GOOD,
        "old ٣\n\n".encode() + GOOD,
        b"old 99999999999999999999\n\n" + GOOD,
        b"old 0\r\n\r\n" + GOOD,
        f"old 0\n{HASH} \n\n".encode() + GOOD,
        f"old 0\n{HASH[:-2]}B=\n\n".encode() + GOOD,
        ("old 0\n" + f"{HASH}\n" * 64 + "\n").encode() + GOOD,
        b"old 0\n\n" + GOOD[:-1],
        b"old 0\n\n" + GOOD.partition(b"\n\n")[0] + b"\n",
        b"old 0\n\n" + GOOD.replace(b"\n5\n", b"\n05\n"),
        b"old 0\n\n" + GOOD.replace(b"\n5\n", b"\n-5\n"),
        b"old 0\n\n\xff\xfe",
        b"\x00" * 100,
    ],
)
def test_a_malformed_body_is_a_bad_request(witness, body):
    assert witness.add_checkpoint(body).status == 400


def test_a_clock_that_went_back_cosigns_nothing(tmp_path):
    ask(a_witness(tmp_path, now=NOW), 0, 5)

    assert ask(a_witness(tmp_path, now=NOW - 1), 5, 8).status == 503
    assert ask(a_witness(tmp_path, now=NOW), 5, 8).status == 200


def test_it_remembers_after_a_restart(tmp_path):
    ask(a_witness(tmp_path), 0, 8)

    again = a_witness(tmp_path)

    assert ask(again, 0, 5).body == b"8\n"
    assert ask(again, 8, 9).status == 200


def test_of_two_histories_at_once_one_is_cosigned(tmp_path):
    """Thirty-two ask at once with two signed histories: never are both cosigned."""
    witness = a_witness(tmp_path)
    ask(witness, 0, 5)
    bodies = [question(5, LOG.proof(5, 9), LOG.head(9)), question(5, LOG.proof(5, 9, 6), LOG.head(9, 6))] * 16
    start = threading.Barrier(len(bodies))

    def one(body):
        start.wait()
        return witness.add_checkpoint(body).status

    with ThreadPoolExecutor(len(bodies)) as pool:
        statuses = list(pool.map(one, bodies))

    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 409}


def test_checking_and_storing_are_one_act(tmp_path, monkeypatch):
    """The race of the specification: a slower request for fewer entries must not undo a faster one for more."""
    witness = a_witness(tmp_path)
    ask(witness, 0, 5)
    inside, waiting = threading.Event(), threading.Event()
    honest = witness_module._check_growth

    def slow(*given):
        honest(*given)
        inside.set()
        waiting.wait(timeout=30)

    monkeypatch.setattr(witness_module, "_check_growth", slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, witness, 5, 6)
        assert inside.wait(timeout=30)
        second = pool.submit(ask, witness, 5, 9)
        waiting.set()
        found = sorted([first.result().status, second.result().status])

    assert found == [200, 409]
    assert witness.checkpoint(sha256(LOG.name.encode()).hexdigest()).body.split(b"\n")[1] == b"6"


def test_a_lost_memory_answers_nothing(tmp_path):
    witness = a_witness(tmp_path)
    (tmp_path / "state.db").write_bytes(b"no database at all" * 100)
    for name in ("state.db-wal", "state.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)

    with pytest.raises(LedgerInput, match="cannot be opened"):
        a_witness(tmp_path)
    assert ask(witness, 0, 5).status == 503
    with pytest.raises(Refusal, match="memory"):
        witness.checkpoint(sha256(LOG.name.encode()).hexdigest())


# The folder and the command


def test_the_command_makes_a_folder_that_answers(tmp_path, capsys):
    folder = tmp_path / "w"

    assert main(["init", str(folder), "--name", "witness.example/w1"]) == 0
    vkey = capsys.readouterr().out.strip()
    assert main(["add-log", str(folder), LOG.vkey]) == 0
    assert main(["add-log", str(folder), LOG.vkey]) == 0

    assert verify.parse_vkey(vkey) == Witness(folder).key
    assert stat.S_IMODE((folder / "witness.key").stat().st_mode) == 0o600
    assert json.loads((folder / "logs.json").read_text()) == [{"origin": LOG.name, "vkey": LOG.vkey}]
    assert ask(Witness(folder), 0, 5).status == 200


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["init", "{}", "--name", "w"], "a key is never written over"),
        (["init", "{}/new", "--name", "w 1"], "without spaces"),
        (["add-log", "{}", "nonsense"], "must look like name+0123abcd+base64"),
        (["add-log", "{}", Log("w.example", kind=4).vkey], "not the key of a log"),
        (["run", "{}/nowhere"], "`ostiary-witness init` makes it"),
        (["run", "{}", "--port", "99999"], "port 99999 on `127.0.0.1` cannot be had"),
    ],
)
def test_the_command_says_what_is_wrong(tmp_path, capsys, words, message):
    a_witness(tmp_path)

    assert main([word.format(tmp_path) for word in words]) == 2
    assert message in capsys.readouterr().err


def test_a_key_that_others_may_read_is_refused(tmp_path):
    a_witness(tmp_path)
    (tmp_path / "witness.key").chmod(0o644)

    with pytest.raises(LedgerInput, match="others may read this key"):
        Witness(tmp_path)


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+w+00000000+AAAA", "PRIVATE+KEY+w+00000000+" + "A" * 44, "x+y"])
def test_a_broken_key_is_refused(tmp_path, text):
    a_witness(tmp_path)
    (tmp_path / "witness.key").write_text(text)

    with pytest.raises(LedgerInput, match="is not a witness's key"):
        Witness(tmp_path)


@pytest.mark.parametrize("text", ["{}x", "[1]", '[{"origin": "a"}]', '[{"origin": "a", "vkey": "b"}]', "7"])
def test_a_broken_list_of_logs_is_refused(tmp_path, text):
    a_witness(tmp_path)
    (tmp_path / "logs.json").write_text(text)

    with pytest.raises(LedgerInput, match=r"logs\.json"):
        Witness(tmp_path)


def test_a_log_may_have_an_origin_other_than_its_keys_name(tmp_path):
    init(tmp_path, "w.example")
    add_log(tmp_path, LOG.vkey, "some other name")
    text = verify.checkpoint_text("some other name", 5, mth(LOG.leaves(5)))

    assert Witness(tmp_path).add_checkpoint(question(0, [], text + b"\n" + LOG.signature(text))).status == 200
