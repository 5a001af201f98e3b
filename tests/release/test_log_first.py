"""The whole way with the real log and real witnesses: nothing is sealed before its entry is under a cosigned head."""

import datetime as dt

import pytest

import ostiary_verify as verify
from ostiary.cli import packaging
from ostiary.cli.log_first import LogPlace
from ostiary.errors import BadInput
from ostiary.ledger.log import Log
from ostiary.ledger.signing import FileSigner, write_new_key
from ostiary.ledger.witness import add_log
from ostiary.release.keys import new_recipient
from ostiary.release.signers import new_signer
from tests.ledger.witnesses import a_witness, serving
from tests.release.makers import a_folder

NAME = "agency.example/log"
YEAR = (dt.date.today(), dt.date.today() + dt.timedelta(days=365))

DOCKET = "abcdefghijklmnopqrstuvwx2a"


@pytest.fixture
def agency(tmp_path):
    """An agency with a log, two keys and something to give."""
    write_new_key(tmp_path / "log.key", NAME)
    signer = FileSigner(tmp_path / "log.key")
    Log.init(str(tmp_path / "log.db"), signer, tmp_path / "public").close()
    signer.close()
    a_folder(tmp_path / "released")
    new_recipient("Sheriff", tmp_path, YEAR, None)
    new_signer("Officer", tmp_path, YEAR, None)
    return tmp_path


def vkey(agency):
    with Log(str(agency / "log.db")) as log:
        return log.head().vkey


def seal(agency, policy):
    (agency / "policy").write_text(policy)
    options = packaging.SealOptions(
        recipient=agency / "sheriff.pub.json",
        signer=f"file:{agency / 'officer.key.pem'}",
        signer_public=agency / "officer.signers.json",
        policy=agency / "policy",
        log=LogPlace(str(agency / "log.db"), agency / "log.key", agency / "public"),
        docket=DOCKET,
        step=1,
        decision="D-1/1",
        notice=None,
        days=10,
        retain_until=YEAR[1].isoformat(),
        out=agency / "package.tar",
        passphrase_fd=None,
        as_json=True,
    )
    return packaging.run_seal(agency / "released", options)


def opened(agency):
    return packaging.run_open(
        agency / "package.tar", agency / "sheriff.key.json", agency / "officer.signers.json", agency / "policy",
        agency / "out", None, as_json=True,
    )  # fmt: skip


def test_sealed_cosigned_opened_and_seen_by_an_outsider(agency, tmp_path_factory, capsys):
    folder = tmp_path_factory.mktemp("w")
    a_witness(folder, logs=())
    add_log(folder, vkey(agency))
    witness = a_witness(folder, logs=())
    with serving(witness) as (url,):
        policy = f"log {vkey(agency)}\nwitness w {witness.key.text()} {url}\nquorum w\n"
        assert seal(agency, policy) == 0
    assert opened(agency) == 0
    assert (agency / "out" / "released.csv").read_bytes() == (agency / "released" / "released.csv").read_bytes()
    # With the very policy of the recipient: the head that is published bears the witness's cosignature.
    report = verify.Follower(verify.FolderSource(agency / "public"), verify.parse_policy(policy)).update()
    assert report.size == 1
    (breach,) = report.breaches
    assert "needs 1 of review.submitted before it" in str(breach), "whoever seals without a docket raises an alarm"


def test_while_the_witnesses_do_not_answer_nothing_is_appended_or_sealed(agency, tmp_path_factory):
    witness = a_witness(tmp_path_factory.mktemp("w"), logs=())
    policy = f"log {vkey(agency)}\nwitness w {witness.key.text()} http://127.0.0.1:9\nquorum w\n"
    with pytest.raises(BadInput, match=r"nothing is appended: too few witnesses answer \(w\)"):
        seal(agency, policy)
    assert [path.name for path in agency.iterdir() if "package" in path.name] == []
    with Log(str(agency / "log.db")) as log:
        assert log.head().size == 0


def test_while_the_witness_does_not_cosign_nothing_is_sealed(agency, tmp_path_factory):
    stranger = a_witness(tmp_path_factory.mktemp("w"), logs=())  # answers, and does not know this log
    with serving(stranger) as (url,), pytest.raises(BadInput, match="the entry is in the log, but nothing is sealed"):
        seal(agency, f"log {vkey(agency)}\nwitness w {stranger.key.text()} {url}\nquorum w\n")
    assert [path.name for path in agency.iterdir() if "package" in path.name] == []
    with Log(str(agency / "log.db")) as log:
        assert log.head().size == 1, "the try itself is logged"


def test_a_log_whose_key_others_can_read_is_refused_and_nothing_is_sealed(agency):
    (agency / "log.key").chmod(0o644)
    with pytest.raises(BadInput, match="read"):
        seal(agency, f"log {vkey(agency)}\nquorum none\n")
    assert not (agency / "package.tar").exists()
