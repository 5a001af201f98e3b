"""The key of a desk's log is made alone: a log that is begun elsewhere with it would keep the desk from beginning its own."""

import json
import stat
from hashlib import sha256

import pytest
from typer.testing import CliRunner

import ostiary_verify as verify
from ostiary.cli.main import app
from ostiary.errors import OstiaryError
from ostiary.ledger.signing import FileSigner


def made(out, *words):
    done = CliRunner().invoke(app, ["keys", "new-log", "agency.example/log", "--out", str(out), *words])
    if isinstance(done.exception, OstiaryError):
        raise done.exception
    return done.stdout


def test_it_has_signed_nothing_and_signs_the_empty_log(tmp_path):
    vkey = json.loads(made(tmp_path / "log.key", "--json"))["vkey"]
    signer = FileSigner(tmp_path / "log.key")
    text = verify.checkpoint_text("agency.example/log", 0, sha256().digest())
    line = signer.sign(text, None)
    signer.close()

    assert signer.vkey == vkey == verify.parse_vkey(vkey).text()
    assert line.startswith("\N{EM DASH} agency.example/log ")


def test_only_its_owner_reads_it_and_it_is_never_written_over(tmp_path):
    out = tmp_path / "log.key"
    made(out)
    before = out.read_bytes()

    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with pytest.raises(OstiaryError, match="never written over"):
        made(out)
    assert out.read_bytes() == before


def test_a_name_that_no_log_can_have_makes_nothing(tmp_path):
    done = CliRunner().invoke(app, ["keys", "new-log", "two words", "--out", str(tmp_path / "log.key")])

    assert isinstance(done.exception, OstiaryError)
    assert not (tmp_path / "log.key").exists()
