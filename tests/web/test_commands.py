"""The desk's commands: thin words over the same actions, a fault is one line."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ostiary_web.registry import queries as registry
from ostiary_web.staff import queries
from tests.web import desk
from tests.web.desk import TODAY
from tests.web.places import an_environment

ADA = "--by=ada@agency.example"


def said(*words):
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue().strip()


def test_a_desk_is_made_by_command(db, log, bundle):
    said("unit", "add", "office", "--name=The office")
    link = said("person", "add", "Ada@agency.example", "--name=Ada", "--unit=office", "--administrator")
    said("person", "add", "pat@x.example", "--name=Pat", "--unit=office", ADA)
    said("training", "course", "handling", "--name=Handling", ADA)
    said("training", "record", "pat@x.example", "handling", "2026-03-01", "2099-01-01", ADA)
    assert said("role", "give", "pat@x.example", "records_officer", ADA).startswith("duty ")
    kind = min(bundle.words.codes["requesters"].keys() & desk.catalogue().nameable)
    said("body", "add", "office_a", f"--kind={kind}", "--name=A", "--contact=c", "--by=pat@x.example")
    said("body", "freeze", "office_a", "breach", ADA)
    assert said("key", "hold", "ada@agency.example", "log", ADA) == "the key `log` is in this person's hands"
    said("calendar", "add", "2099-11-27", "--name=Day after Thanksgiving", ADA)

    assert "/account/password/reset/key/" in link
    assert "records_officer\ttrained\topen" in said("person", "list")
    assert said("body", "list") == f"office_a\t{kind}\tnot verified\tFROZEN"
    assert said("bundle", "show") == "none: nothing may leave"
    assert said("calendar", "list", "2099") == "2099-11-27"
    assert registry.standing("office_a", TODAY).frozen


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("unit", "add", "x", "--name=X"), "say who does this|name the administrator"),
        (("person", "add", "pat@x.example", "--name=P", "--unit=ofice", ADA), "did you mean `office`?"),
        (("role", "give", "nobody@x.example", "intake", ADA), "nobody logs in with this"),
        (("role", "give", "ada@agency.example", "intake", ADA), "S6"),
        (("body", "freeze", "nobody", "breach", ADA), "no such body"),
        (("bundle", "propose", ADA), "needs one of: policy_author"),
        (("log", "start"), "holds a log already"),
        (("key", "hold", "ada@agency.example", "front_door", ADA), "one of log, manifest"),
        (("key", "give-up", "ada@agency.example", "log", ADA), "not registered as having this key"),
        (("staffing",), "nobody may act as decider"),
    ],
)
def test_a_fault_is_one_line(words, told, administrator):
    with pytest.raises(CommandError) as refused:
        said(*words)

    assert any(part in str(refused.value) for part in told.split("|"))
    assert "\n" not in str(refused.value)


def test_a_database_that_does_not_answer_is_one_line(tmp_path):
    here = an_environment(tmp_path, OSTIARY_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    env = {**os.environ, **here, "DJANGO_SETTINGS_MODULE": "ostiary_web.settings"}  # noqa: TID251
    line = [Path(sys.executable).with_name("ostiary-web"), "person", "list"]
    done = subprocess.run(line, env=env, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "the database does not answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert "nobody" not in done.stderr


def test_nobody_is_named_in_a_fault(administrator):
    with pytest.raises(CommandError) as refused:
        said("person", "add", "ada@agency.example", "--name=Again", "--unit=office", ADA)

    assert "ada" not in str(refused.value).lower()
    assert queries.find_person("ada@agency.example").name == "Ada Admin"
