"""The desk's settings for tests: its own reader, over an environment in a folder that goes away."""

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import Any

from ostiary_web.configured import django_settings
from ostiary_web.environment import read
from tests.web.places import an_environment

FOLDER = Path(tempfile.mkdtemp(prefix="ostiary-web-"))
(FOLDER / "static").mkdir()
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

OSTIARY = read(an_environment(FOLDER))
PLAYGROUND: Any = None  # the playground's own setting: its tests give it, and the type checker looks for it here
_MADE = django_settings(OSTIARY)
globals().update(_MADE)
# The test client asks over plain HTTP under this name; a password need not be slow to try; no manifest to collect.
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# A file: the log refuses a database in memory, which keeps nothing.
DATABASES = _MADE["DATABASES"]
DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "test.db")}
