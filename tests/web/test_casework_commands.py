"""The docket's commands: thin, one act each, and a fault is one line."""

import json
from io import StringIO

import pytest
import yaml
from django.core.management import CommandError, call_command

from ostiary_web.casework import queries
from ostiary_web.ledger_link import models as log
from tests.web.walking import a_body, at_stop, subpoena

VERIFIED = {
    "requester_verified": True, "requester_proof": "call_back", "instrument_check": "court_record",
    "instrument": {"in_writing": True, "valid": True, "expires": None, "court_date": None},
}  # fmt: skip


@pytest.fixture
def run(walking_desk, monkeypatch):
    """Runs a command on the desk's own clock; what it said."""
    monkeypatch.setattr("django.utils.timezone.now", walking_desk.minute)

    def command(*words, **more):
        out = StringIO()
        call_command(*words, stdout=out, **more)
        return out.getvalue().strip()

    return command


def mail(name):
    return f"--by={name}@agency.example"


@pytest.fixture
def file(walking_desk, tmp_path):
    path = tmp_path / "request.yaml"
    path.write_text(yaml.safe_dump({**subpoena(), "request_date": walking_desk.now.date().isoformat()}))
    return path


def test_a_docket_is_worked_by_command_from_the_door_to_the_denial(run, walking_desk, file):
    body = a_body(walking_desk, "ice_hsi", "by_command")
    day = f"--received={walking_desk.now.date()}"
    docket = run("take_in", str(file), day, "--mode=post", f"--body={body}", mail("intake"))
    fields = json.dumps({"instrument_form": "copy"})
    run("act", docket, "docket_request", mail("intake"), "--role=intake", f"--fields={fields}")
    assert "requester.kind: stated only" in run("fact", "list", docket)
    for role in ("verifier", "custodian", "lead_counsel"):
        run("fact", "confirm", docket, role, mail(role))
    assert "stated only" not in run("fact", "list", docket)
    run("act", docket, "verify", mail("verifier"), "--role=verifier", f"--given={json.dumps(VERIFIED)}")
    opinion = "--given=" + json.dumps({"opinion": "deny", "needed": []})
    run("act", docket, "review", mail("reviewer_counsel"), "--role=reviewer_counsel", opinion)
    run("act", docket, "finish_review", mail("reviewer_privacy"), "--role=reviewer_privacy", opinion)
    run("act", docket, "consolidate", mail("lead_counsel"), "--role=lead_counsel")
    assert "may   deny" in run("show", docket, mail("decider"))
    said = run("act", docket, "deny", mail("decider"), "--role=decider", "--key=once")

    assert "decision to denied" in said
    assert "not done twice" in run("act", docket, "deny", mail("decider"), "--role=decider", "--key=once")
    assert json.loads(run("show", docket, "--json"))["docket"]["state"] == "denied"


def test_the_machines_pass_and_the_replay(run, walking_desk):
    walk = at_stop(walking_desk, "in_review")
    walking_desk.wait(10)

    assert f"{walk.id}: run_out" in run("tick")
    assert "rebuilt as they stand" in run("replay")


def test_an_export_is_written_into_the_table_of_reads(run, walking_desk):
    walk = at_stop(walking_desk, "in_review")
    out = run("export_request", walk.id, mail("lead_counsel"), "--why=review")

    assert yaml.safe_load(out)["purpose"] == "civil_immigration_enforcement"
    assert log.Read.objects.filter(docket=walk.id, why="review").count() == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["act", "nowhere", "deny", "--role=decider"], "no such docket"),
        (["act", "{}", "deny", "--role=king"], "no such role"),
        (["act", "{}", "deny", "--role=decider", "--given=["], "not JSON"),
        (["act", "{}", "consult", "--role=decider", '--given={"a": 1}'], "there is no `a`"),
        (["act", "{}", "deny", "--role=decider"], "is not done in state"),
        (["act", "{}", "fly", "--role=decider"], "no such act"),
        (["act", "{}", "consult", "--role=reviewer_counsel", "--expect=1"], "since you looked"),
    ],
)
def test_a_wrong_word_is_one_line_and_nothing_is_done(run, walking_desk, words, says):
    walk = at_stop(walking_desk, "in_review")
    before = queries.history(walk.id)
    with pytest.raises(CommandError, match=says) as fault:
        run(*[word.format(walk.id) if word == "{}" else word for word in words], mail("decider"))

    assert "\n" not in str(fault.value)
    assert queries.history(walk.id) == before


def test_a_row_that_was_changed_by_hand_is_found(run, walking_desk):
    from ostiary_web.casework import models

    walk = at_stop(walking_desk, "in_review")
    row = models.Docket.objects.filter(pk=walk.id)
    text = row.get().snapshot
    row.update(snapshot=text.replace('"emergency":false', '"emergency":true'))
    try:
        with pytest.raises(CommandError, match="its snapshot is not what its events make"):
            run("replay")
    finally:
        row.update(snapshot=text)
