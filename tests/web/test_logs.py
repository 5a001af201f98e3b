"""Log lines: what is not allowed by name is not there."""

import io
import json
import logging

import pytest
import structlog
from django.test import Client

from ostiary_web.logs import ALLOWED, logging_settings

SECRET = "Qzxj-a-person"


@pytest.fixture
def lines():
    """What the desk's handler writes, as data."""
    settings = logging_settings()["formatters"]["json"]
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=settings["processors"], foreign_pre_chain=settings["foreign_pre_chain"]
    )
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter)
    root, desk = logging.getLogger(), logging.getLogger("ostiary_web")
    root.addHandler(handler)
    before = root.level, desk.level
    root.setLevel(logging.DEBUG)
    desk.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before[0])
    desk.setLevel(before[1])


def test_a_field_that_is_not_allowed_is_named_and_not_told(lines):
    structlog.stdlib.get_logger("ostiary_web.x").info("done", kind="release.sealed", name=SECRET, mail=SECRET)
    [line] = lines()

    assert (line["event"], line["kind"], line["dropped"]) == ("done", "release.sealed", ["mail", "name"])
    assert SECRET not in json.dumps(line)


def test_an_allowed_field_takes_only_plain_values(lines):
    structlog.stdlib.get_logger("ostiary_web.x").info("done", kind={"who": SECRET})

    assert lines()[0]["kind"] == "not a plain value"


def test_what_another_library_says_is_not_repeated(lines):
    logging.getLogger("some.library").warning("login of %s failed", SECRET)
    logging.getLogger("some.library").warning(f"login of {SECRET} failed")

    assert [line["event"] for line in lines()] == ["some.library", "some.library"]
    assert SECRET not in json.dumps(lines())


def test_of_an_exception_only_type_and_place_are_told(lines):
    try:
        raise ValueError(SECRET)
    except ValueError:
        logging.getLogger("django.request").exception("at %s", SECRET)
    [line] = lines()

    assert line["fault"] == "ValueError"
    assert any("test_logs.py" in place for place in line["trail"])
    assert SECRET not in json.dumps(line)


@pytest.mark.django_db
def test_a_request_is_a_line_without_address_query_or_body(lines):
    answer = Client().post(f"/account/login/?next=/{SECRET}", {"login": SECRET, "password": SECRET})
    said = [line for line in lines() if line["event"] == "answered"]

    assert len(said) == 1
    assert said[0]["route"] == "account_login"
    assert said[0]["request_id"] == answer.headers["X-Request-ID"]
    assert SECRET not in json.dumps(lines())


def test_the_list_holds_no_name_of_a_persons_datum(bundle):
    assert set(bundle.words.elements) & ALLOWED == set()
