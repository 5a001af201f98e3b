"""The desk's pages: a docket's way to its denial, by forms alone; who sees what; and what is recorded of looking."""

import re
from contextlib import ExitStack

import pytest

from tests.web.pages_desk import enrolled, to_this_day
from tests.web.walking import Walk, a_database, a_desk, subpoena


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    """One desk for all pages, at the machine's own time, on whichever database the tests run on."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("pages"), url)))


def test_queue(desk):
    Walk(desk, subpoena())
    answer = enrolled(desk.who["intake"]).get("/desk/")
    assert answer.status_code == 200, answer.content
    print(re.sub(r"\s+", " ", answer.content.decode())[-2500:])
