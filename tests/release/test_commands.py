"""The commands, as a person types them; the log is the tests' own."""

import datetime as dt
import json
import os
import re

import pytest
from typer.testing import CliRunner

from ostiary.cli import packaging
from ostiary.cli.log_first import LogPlace
from ostiary.cli.main import app
from ostiary.errors import BadInput, OstiaryError
from tests.conftest import ROOT
from tests.release.makers import PASSPHRASE, Log, a_folder


def run(*words: object) -> str:
    """The command's output; its fault is raised."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(done.exception, OstiaryError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


DOCKET = "abcdefghijklmnopqrstuvwx2a"


@pytest.fixture
def passphrase(tmp_path):
    """An open file descriptor with the passphrase, as `--passphrase-fd 3 3<FILE` gives it."""
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")

    def opened() -> int:
        handles.append(os.open(tmp_path / "passphrase", os.O_RDONLY))
        return handles[-1]

    handles: list[int] = []
    yield opened
    for handle in handles:
        os.close(handle)


@pytest.fixture
def sealed(tmp_path, passphrase):
    """All that a recipient has, in one folder."""
    log = Log()
    (tmp_path / "policy").write_text(log.policy_text)
    a_folder(tmp_path / "released")
    run("keys", "new-recipient", "Sheriff", "--out", tmp_path, "--passphrase-fd", passphrase())
    run("keys", "new-signer", "Officer", "--out", tmp_path, "--passphrase-fd", passphrase())
    options = packaging.SealOptions(
        recipient=tmp_path / "sheriff.pub.json",
        signer=f"file:{tmp_path / 'officer.signer-key.json'}",
        signer_public=None,
        policy=tmp_path / "policy",
        log=LogPlace("unused", tmp_path / "unused", None),
        docket=DOCKET,
        step=1,
        decision="D-1/1",
        notice=None,
        days=10,
        retain_until=(dt.date.today() + dt.timedelta(days=90)).isoformat(),
        out=tmp_path / "package.tar",
        passphrase_fd=passphrase(),
        as_json=True,
    )
    assert packaging.run_seal(tmp_path / "released", options, log.append) == 0
    return tmp_path


def test_the_whole_way(sealed, passphrase):
    given = ["--key", sealed / "sheriff.key.json", "--signers", sealed / "officer.signers.json"]
    given += ["--policy", sealed / "policy", "--passphrase-fd", passphrase()]

    said = run("open", sealed / "package.tar", *given, "--out", sealed / "out")

    assert "The package is whole. It was signed by Officer on" in said
    assert "Read NOTICE.txt first." in said
    assert (sealed / "out/released.csv").read_bytes() == (sealed / "released/released.csv").read_bytes()


def test_open_as_json(sealed, passphrase):
    given = ["--key", sealed / "sheriff.key.json", "--signers", sealed / "officer.signers.json"]
    given += ["--policy", sealed / "policy", "--passphrase-fd", passphrase(), "--json"]

    said = json.loads(run("open", sealed / "package.tar", *given, "--out", sealed / "out"))

    assert (said["signer"], said["entry"], said["manifest"]["docket"]) == ("Officer", 0, DOCKET)


def test_a_passphrase_is_never_asked_where_nobody_can_answer(sealed):
    given = ["--key", sealed / "sheriff.key.json", "--signers", sealed / "officer.signers.json"]

    with pytest.raises(BadInput, match="there is no terminal to ask on; use `--passphrase-fd`"):
        run("open", sealed / "package.tar", *given, "--policy", sealed / "policy", "--out", sealed / "out")


def test_no_command_takes_a_passphrase_as_an_argument():
    text = (ROOT / "src/ostiary/cli/package_commands.py").read_text()
    options = re.findall(r"(\w*passphrase\w*): (\w+)", text)

    assert set(options) == {("passphrase_fd", "PassphraseOption"), ("passphrase", "Annotated")}
    assert "passphrase: Annotated[str" not in text


def test_seal_without_its_log_seals_nothing(sealed, passphrase):
    given = ["--to", sealed / "sheriff.pub.json", "--signer", f"file:{sealed / 'officer.signer-key.json'}"]
    given += ["--policy", sealed / "policy", "--decision", "D-1/1"]
    given += ["--database", sealed / "log.db", "--log-key", sealed / "log.key"]
    given += ["--retain-until", dt.date.today() + dt.timedelta(days=90), "--passphrase-fd", passphrase()]

    with pytest.raises(BadInput, match=r"log\.key"):
        run("seal", sealed / "released", *given, "--out", sealed / "new.tar")
    assert not (sealed / "new.tar").exists()


def test_a_key_without_a_passphrase_is_made_only_when_asked_and_with_a_warning(tmp_path):
    with pytest.raises(BadInput, match="there is no terminal"):
        run("keys", "new-signer", "Officer", "--out", tmp_path)
    assert list(tmp_path.iterdir()) == []

    said = run("keys", "new-signer", "Officer", "--out", tmp_path, "--no-passphrase")

    assert "has no passphrase; whoever can copy the file has the key" in said
    assert "read them the key id by phone" in said


def test_show(sealed):
    [row] = json.loads(run("keys", "show", sealed / "sheriff.pub.json", "--json"))

    assert row["name"] == "Sheriff"
    assert row["key_id"].startswith("sha256:")
    assert "Officer" in run("keys", "show", sealed / "officer.signers.json")


def test_law_is_signed_and_verified(tmp_path):
    run("keys", "new-signer", "Counsel", "--out", tmp_path, "--no-passphrase")
    signer = f"file:{tmp_path / 'counsel.key.pem'}"

    run("law", "sign", "--signer", signer, "--out", tmp_path / "law.dsse.json")
    said = run("law", "verify", tmp_path / "law.dsse.json", "--signers", tmp_path / "counsel.signers.json")

    assert said.startswith("signed by Counsel on ")
    with pytest.raises(BadInput, match="is there already"):
        run("law", "sign", "--signer", signer, "--out", tmp_path / "law.dsse.json")


def test_doctor_fails_on_a_key_that_others_can_read(sealed):
    assert json.loads(run("doctor", "--key", sealed / "sheriff.key.json", "--json"))["faults"] == []
    (sealed / "sheriff.key.json").chmod(0o644)

    done = CliRunner().invoke(app, ["doctor", "--key", str(sealed / "sheriff.key.json")])

    assert done.exit_code == 1
    assert "can be read by others than its owner" in " ".join(done.output.split())


@pytest.mark.parametrize("days", ["0", "3651"])
def test_a_key_is_valid_for_a_day_to_ten_years(tmp_path, days):
    with pytest.raises(BadInput, match="between 1 and 3650"):
        run("keys", "new-recipient", "Sheriff", "--out", tmp_path, "--days", days, "--no-passphrase")
