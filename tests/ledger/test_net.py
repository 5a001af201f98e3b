"""Real servers on this machine: a witness that answers strangers, and a log that asks several witnesses, some of them liars."""

import http.client
import socket
import threading
from hashlib import sha256

import pytest

import ostiary_verify as verify
from ostiary.ledger import witness as witness_module
from ostiary.ledger.faults import LedgerInput
from ostiary.ledger.net import TooFewWitnesses, WitnessFault, check_url, gather, latest, published
from ostiary.ledger.witness import MOST_BYTES
from ostiary.ledger.witness_http import Rate
from tests.ledger.notes import Log
from tests.ledger.witnesses import LOG, NOW, a_policy, a_witness, ask, serving


@pytest.fixture
def witness(tmp_path):
    return a_witness(tmp_path / "w1")


# The server


def raw(url, text):
    """Send bytes as they are; the status of the answer."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(text)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        answer.read()
        answer.close()
        return answer.status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n\r\n", 411),
        ("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: +5\r\n\r\n", 411),
        ("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 411),
        (f"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: {MOST_BYTES + 1}\r\n\r\n", 413),
        ("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 3\r\n\r\nold", 400),
        ("POST /other HTTP/1.1\r\nHost: w\r\n\r\n", 404),
        ("GET / HTTP/1.1\r\nHost: w\r\n\r\n", 404),
        ("GET /../witness.key HTTP/1.1\r\nHost: w\r\n\r\n", 404),
        ("GET /" + "0" * 64 + "/checkpoint HTTP/1.1\r\nHost: w\r\n\r\n", 404),
        ("DELETE / HTTP/1.1\r\nHost: w\r\n\r\n", 501),
    ],
)
def test_the_server_answers_whatever_comes(witness, text, status):
    with serving(witness) as [url]:
        assert raw(url, text.encode()) == status


def test_a_body_that_is_cut_off_is_refused(witness):
    with serving(witness) as [url]:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 500\r\n\r\nold 0\n")
            connection.shutdown(socket.SHUT_WR)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            answer.close()
            assert answer.status == 400


def test_who_asks_too_often_waits(witness):
    with serving(witness, rate=Rate(2, clock=lambda: 0)) as [url]:
        asked = f"GET /{'0' * 64}/checkpoint HTTP/1.1\r\nHost: w\r\n\r\n".encode()
        assert [raw(url, asked) for _ in range(3)] == [404, 404, 429]


def test_a_minute_later_it_may_ask_again():
    now = [0.0]
    rate = Rate(1, clock=lambda: now[0])

    assert [rate.allows("a"), rate.allows("a"), rate.allows("b")] == [True, False, True]
    now[0] = 60.0
    assert rate.allows("a")


# The network: several witnesses, asked at once


def witnesses(tmp_path, count):
    return [a_witness(tmp_path / f"w{n}", f"witness{n}.example") for n in range(count)]


def test_the_quorum_is_gathered_from_real_servers(tmp_path):
    several = witnesses(tmp_path, 3)
    with serving(*several) as urls:
        policy = a_policy(several, urls, threshold=3)
        first = gather(policy, LOG.head(5), LOG.proof, timeout=30)
        second = gather(policy, LOG.head(9), LOG.proof, known={"w0": 5, "w1": 5, "w2": 5}, timeout=30)

    assert policy.check(verify.parse_note(first.note)).size == 5
    assert policy.check(verify.parse_note(second.note)).size == 9
    assert second.faults == {}


def test_a_witness_that_holds_another_size_gets_another_proof(tmp_path):
    several = witnesses(tmp_path, 1)
    ask(several[0], 0, 3)
    asked = []

    def prove(old, new):
        asked.append((old, new, threading.current_thread()))
        return LOG.proof(old, new)

    with serving(*several) as urls:
        policy = a_policy(several, urls)
        gather(policy, LOG.head(9), prove, known={"w0": 5}, timeout=30)

    here = threading.current_thread()
    assert asked == [(5, 9, here), (3, 9, here)]


def test_those_that_are_not_needed_may_be_gone(tmp_path):
    several = witnesses(tmp_path, 2)
    with serving(several[0]) as [url]:
        policy = a_policy(several, [url, "http://127.0.0.1:1"], threshold=1)
        found = gather(policy, LOG.head(5), LOG.proof, timeout=30)

    assert policy.check(verify.parse_note(found.note)).size == 5


def test_too_few_is_an_error_that_keeps_what_came(tmp_path):
    several = witnesses(tmp_path, 2)
    with serving(several[0]) as [url]:
        policy = a_policy(several, [url, "http://127.0.0.1:1"], threshold=2)
        with pytest.raises(TooFewWitnesses, match="`g` needs 2 of 2, has 1, lacks `w1`") as found:
            gather(policy, LOG.head(5), LOG.proof, timeout=30)

    assert found.value.faults == {"w1": "cannot be reached: ConnectionRefusedError"}
    assert len(verify.parse_note(found.value.note).signatures) == 2
    assert found.value.exit_code == 70


def test_a_witness_that_has_cosigned_is_not_asked_again(tmp_path):
    """Its second cosignature would bear another time, and the note would be ambiguous."""
    several, note = witnesses(tmp_path, 2), LOG.head(5)
    for moment in (NOW, NOW + 60):
        with serving(a_witness(tmp_path / "w0", now=moment)) as [url]:
            policy = a_policy(several, [url, "http://127.0.0.1:1"], threshold=2)
            with pytest.raises(TooFewWitnesses) as part:
                gather(policy, note, LOG.proof, timeout=30)
            note = part.value.note

    assert len(verify.parse_note(note).signatures) == 2
    assert verify.cosignature_time(verify.parse_note(note), several[0].key) == NOW
    assert set(part.value.faults) == {"w1"}


@pytest.mark.parametrize(
    ("before", "old", "fault"),
    [
        (lambda one: ask(one, 0, 9), 0, "older than what was published"),
        (lambda one: ask(one, 0, 5, fork=1), 5, "second log under this key"),
        (lambda one: ask(one, 0, 3, fork=1), 3, "second log under this key"),
        (lambda one: one._logs.clear(), 0, "does not know this log"),
        (lambda one: one._logs.update({LOG.name: (verify.parse_vkey(Log(seed="x").vkey),)}), 0, "another key"),
    ],
)
def test_each_refusal_says_what_it_may_mean(tmp_path, before, old, fault):
    [one] = witnesses(tmp_path, 1)
    before(one)
    with serving(one) as urls, pytest.raises(TooFewWitnesses) as found:
        gather(a_policy([one], urls), LOG.head(5), LOG.proof, known={"w0": old}, timeout=30)

    assert fault in found.value.faults["w0"]


class Liar:
    """Something that stands where a witness should."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), 0

    def add_checkpoint(self, body):
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]

    def checkpoint(self, origin_hash):
        return self.answers[0]


Answer = witness_module.Answer


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ([Answer(200, b"")], "not good"),
        ([Answer(200, b"hello\n")], "not good"),
        ([Answer(200, "— witness0.example AAAAAAA=\n".encode())], "not good"),
        ([Answer(200, b"\xff" * 9)], "not good"),
        ([Answer(200, b"x" * 70_000)], "too much"),
        ([Answer(409, b"")], "another head of the same size"),
        ([Answer(409, b"-3\n")], "another head of the same size"),
        ([Answer(409, b"2\n"), Answer(409, b"3\n")], "again and again"),
        ([Answer(302, b"")], "answers 302"),
        ([Answer(500, b"")], "answers 500"),
        ([Answer(429, b"")], "too often"),
    ],
)
def test_a_liar_in_a_witness_place_gets_nowhere(tmp_path, answers, fault):
    [real] = witnesses(tmp_path, 1)
    liar = Liar(*answers)
    with serving(liar) as urls, pytest.raises(TooFewWitnesses) as found:
        gather(a_policy([real], urls), LOG.head(5), LOG.proof, timeout=30)

    assert fault in found.value.faults["w0"]
    assert liar.asked <= 4


def test_a_cosignature_of_another_head_is_not_taken(tmp_path):
    [real] = witnesses(tmp_path, 1)
    other = ask(real, 0, 4)
    with serving(Liar(other)) as urls, pytest.raises(TooFewWitnesses) as found:
        gather(a_policy([real], urls), LOG.head(5), LOG.proof, timeout=30)

    assert "not good" in found.value.faults["w0"]


def test_a_silent_witness_is_not_waited_for(tmp_path):
    several = witnesses(tmp_path, 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        policy = a_policy(several, [f"http://127.0.0.1:{silent.getsockname()[1]}"])
        with pytest.raises(TooFewWitnesses) as found:
            gather(policy, LOG.head(5), LOG.proof, timeout=0.05)

    assert set(found.value.faults) == {"w0"}


def test_a_head_that_the_log_did_not_sign_is_not_sent(tmp_path):
    several = witnesses(tmp_path, 1)
    with serving(*several) as urls, pytest.raises(verify.VerifyError):
        gather(a_policy(several, urls), Log(seed="x").head(5), LOG.proof, timeout=30)

    assert several[0].checkpoint(sha256(LOG.name.encode()).hexdigest()).status == 404


def test_what_the_witnesses_hold_is_there_for_the_rollback_guard(tmp_path):
    several = witnesses(tmp_path, 2)
    ask(several[0], 0, 8)
    with serving(*several) as urls:
        parties = a_policy(several, urls).witnesses
        gone = a_policy(several, [urls[0], "http://127.0.0.1:1"]).witnesses
        found, faults = published(parties, LOG.name, timeout=30)
        _, unreached = published(gone, LOG.name, timeout=30)
        unknown = latest(parties[0], "another log", timeout=30)

    assert [(who, verify.parse_checkpoint(verify.parse_note(note).text).size) for who, note in found] == [("w0", 8)]
    assert faults == {}
    assert set(unreached) == {"w1"}
    assert unknown is None


def test_an_error_is_not_taken_for_an_unknown_log(tmp_path):
    several = witnesses(tmp_path, 1)
    with serving(Liar(Answer(500, b""))) as urls, pytest.raises(WitnessFault, match="answers 500"):
        latest(a_policy(several, urls).witnesses[0], LOG.name, timeout=30)


@pytest.mark.parametrize(
    "url", ["https://w.example/a", "http://127.0.0.1:8080", "http://[::1]:1/x", "http://localhost"]
)
def test_addresses_that_are_allowed(url):
    assert check_url(url).hostname


@pytest.mark.parametrize(
    "url",
    [
        *("", "w.example", "http://w.example", "http://192.168.0.1", "ftp://w.example", "file:///etc", "https://"),
        *(
            "https://u@w.example",
            "https://w.example/?a",
            "https://w.example/#a",
            "https://w.example:x",
            "https://w example",
        ),
        *("http://127.0.0.1.example", "http://localhost.example", "https://[::1"),
    ],
)
def test_addresses_that_are_refused(url):
    with pytest.raises(LedgerInput):
        check_url(url)
