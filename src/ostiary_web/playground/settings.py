"""Django's settings for the playground alone: one local page, nothing kept, nothing fetched from elsewhere."""

import secrets
from pathlib import Path

_HERE = Path(__file__).resolve().parent

DEBUG = False
SECRET_KEY = secrets.token_hex(32)  # signs nothing here; Django wants one
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]  # another name for this machine is an attack by rebinding
ROOT_URLCONF = "ostiary_web.playground.urls"
INSTALLED_APPS: list[str] = []
MIDDLEWARE = ["ostiary_web.playground.guard.guarded"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "templates"],
        "OPTIONS": {"string_if_invalid": ""},
    }
]
USE_I18N = False
USE_TZ = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # every fact is a field, every element of a list a box
DATA_UPLOAD_MAX_MEMORY_SIZE = 4_000_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # never to disk
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"nowhere": {"class": "logging.NullHandler"}},
    # A log of errors would hold what was posted. The server's own lines say method, path and status.
    "loggers": {"django": {"handlers": ["nowhere"], "propagate": False}},
}
