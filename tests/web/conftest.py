"""The desk in its own settings, on SQLite; on PostgreSQL with `--ds tests.web.on_postgresql`, as `make test` does too."""

import datetime as dt
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache

from ostiary_web import wiring
from ostiary_web.ledger_link import actions as ledger
from ostiary_web.ledger_link import publishing
from tests import postgres as server
from tests.web import desk
from tests.web.places import an_environment
from tests.web.released import releasing_desk  # noqa: F401 - a fixture
from tests.web.walking import walking_desk  # noqa: F401 - a fixture


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Start the server where the settings want one; it keeps what is committed, or the log would refuse it."""
    place = django_settings.DATABASES["default"]
    with ExitStack() as stack:
        if place["ENGINE"].endswith("postgresql"):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(server, "FAST", ())
                url = urlsplit(stack.enter_context(server.postgres()))
            place |= {"HOST": url.hostname, "PORT": str(url.port)}
        yield


@pytest.fixture(autouse=True)
def _nobody_asked_before():
    """How often an address asked for log-in is counted in memory."""
    cache.clear()


@pytest.fixture
def at() -> dt.datetime:
    """A moment on a working day, in the agency's morning."""
    return desk.AT


@pytest.fixture
def log(db, tmp_path, settings):
    """A log that was started, with a key and a folder of its own."""
    settings.OSTIARY = desk.a_config(an_environment(tmp_path))
    yield ledger.start_log(by="console", at=desk.AT)
    wiring.forget()
    publishing.forget()


@pytest.fixture
def administrator(log):
    """The first administrator of a desk, and its first unit."""
    return desk.an_administrator()


@pytest.fixture
def committed_log(transactional_db, tmp_path, settings):
    """The same with real commits; its tables are made anew afterwards, since nothing can be taken out of a log."""
    settings.OSTIARY = desk.a_config(an_environment(tmp_path))
    desk.make_the_log_anew()
    yield ledger.start_log(by="console", at=desk.AT)
    wiring.forget()
    publishing.forget()
    desk.make_the_log_anew()
