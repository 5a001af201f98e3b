"""What is published is cosigned without being asked for, so that outsiders can trust all of it."""

import pytest

import ostiary_verify as verify
from ostiary_web import wiring
from ostiary_web.ledger_link import jobs, publishing
from ostiary_web.ledger_link.faults import NotCosigned
from tests.web.test_publishing import committed, witnessed


def published():
    return verify.parse_note((wiring.config().ledger_export / "checkpoint").read_bytes())


def test_the_worker_has_each_new_head_cosigned_and_asks_only_where_it_is_not(committed_log, tmp_path):
    with witnessed(tmp_path / "w"):
        committed()
        with pytest.raises(verify.VerifyError, match="too few witnesses"):
            wiring.config().policy().check(published())

        assert jobs.cosign()
        assert wiring.config().policy().check(published()).size == 2
        assert not jobs.cosign()


def test_a_witness_that_is_down_is_asked_again(committed_log, tmp_path):
    committed()
    with witnessed(tmp_path / "w", alive=False), pytest.raises(NotCosigned):
        publishing.cosign()
    with witnessed(tmp_path / "w"):
        assert publishing.cosign()


def test_where_nothing_was_published_nobody_is_asked(committed_log, tmp_path):
    (wiring.config().ledger_export / "checkpoint").unlink(missing_ok=True)

    assert not publishing.cosign()
