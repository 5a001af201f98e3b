"""The desk's commands: thin words over the same actions, a fault is one line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ostiary_web.registry import queries as registry
from ostiary_web.staff import queries
from tests.web import desk
from tests.web.desk import TODAY

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


def test_nobody_is_named_in_a_fault(administrator):
    with pytest.raises(CommandError) as refused:
        said("person", "add", "ada@agency.example", "--name=Again", "--unit=office", ADA)

    assert "ada" not in str(refused.value).lower()
    assert queries.find_person("ada@agency.example").name == "Ada Admin"
