"""After COMMIT, for real: a disclosing edge waits for the export and for the witnesses, and refuses without them."""

import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

import ostiary_verify as verify
from ostiary_web import wiring
from ostiary_web.ledger_link import actions as ledger
from ostiary_web.ledger_link import publishing
from ostiary_web.ledger_link.faults import NotCosigned, NoTransaction
from tests.ledger.witnesses import a_witness, serving
from tests.web import desk
from tests.web.desk import AT


@contextmanager
def witnessed(folder, *, alive=True):
    """The desk's policy asks one witness, which answers, or does not."""
    one = a_witness(folder, now=int(time.time()), logs=(SimpleNamespace(vkey=wiring.signer().vkey),))
    with serving(one) as [url]:
        where = url if alive else "http://127.0.0.1:9"
        lines = [f"log {wiring.signer().vkey}", f"witness w {one.key.text()} {where}", "quorum w", ""]
        wiring.config().witness_policy.write_text("\n".join(lines))
        yield


def an_entry():
    return ledger.register_changed(register="calendar", act="added", by="person:1", at=AT, change={})


def committed():
    from django.db import transaction

    with transaction.atomic():
        return an_entry()


def test_an_entry_needs_the_transaction_of_its_act(committed_log):
    with pytest.raises(NoTransaction):
        an_entry()


def test_a_committed_entry_is_exported_at_once(committed_log):
    written = committed()
    note = verify.parse_note((wiring.config().ledger_export / "checkpoint").read_bytes())

    assert verify.parse_checkpoint(note.text).size == written.index + 1


def test_a_disclosing_edge_gets_a_proof_that_the_policy_trusts(committed_log, tmp_path):
    with witnessed(tmp_path / "w"):
        written = committed()
        found = publishing.await_cosigned(written.index)
    proof = verify.parse_proof(found.proof)

    head = wiring.config().policy().check(verify.parse_note(proof.checkpoint))
    leaf = verify.leaf_hash(written.entry.encode())
    verify.verify_inclusion(proof.index, head.size, leaf, proof.hashes, head.root)
    assert (proof.index, head.size) == (written.index, written.index + 1)


def test_without_its_witness_nothing_is_disclosed_and_a_later_try_succeeds(committed_log, tmp_path):
    written = committed()
    with witnessed(tmp_path / "w", alive=False), pytest.raises(NotCosigned, match="nothing is disclosed"):
        publishing.await_cosigned(written.index, timeout=2)

    with witnessed(tmp_path / "w"):
        assert publishing.await_cosigned(written.index).index == written.index


def test_an_export_that_cannot_be_written_stops_it_too(committed_log):
    folder = wiring.config().ledger_export
    folder.rename(folder.with_name("moved"))
    folder.write_text("in the way")
    written = committed()

    with pytest.raises(NotCosigned, match="nothing is disclosed"):
        publishing.await_cosigned(written.index)


def test_an_entry_that_is_not_there_is_not_cosigned(committed_log):
    with pytest.raises(NotCosigned, match="there is no entry 7"):
        publishing.await_cosigned(7)


def test_a_desk_does_not_start_where_nobody_vouches_for_it(committed_log, tmp_path):
    with witnessed(tmp_path / "w", alive=False), pytest.raises(NotCosigned, match="too few witnesses"):
        publishing.check_published(timeout=2)


def test_two_at_once_take_two_numbers(committed_log):
    """Threads of one process, each with a connection of its own."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    def act(_):
        try:
            return committed().index
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(act, range(12)))

    assert found == list(range(1, 13))
    assert [entry.step for entry in desk.entries()] == list(range(1, 14))
