"""The same settings on a PostgreSQL that the tests start: `pytest tests/web --ds tests.web.on_postgresql`."""

from ostiary_web.configured import database
from tests.web.settings import *  # noqa: F403

# Where the server is, the session's fixture says.
DATABASES = {"default": database("postgresql://tester@127.0.0.1/postgres") | {"TEST": {"NAME": "desk"}}}
