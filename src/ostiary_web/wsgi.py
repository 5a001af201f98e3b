"""The WSGI application that the server loads."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ostiary_web.settings")  # noqa: TID251 - Django's own way to be told
application = get_wsgi_application()


def _warm_up() -> None:
    """Read the packs before the first request; what stays for ever is then no longer looked through for garbage."""
    from ostiary_web.wiring import bundle

    bundle()
    gc.collect()
    gc.freeze()


_warm_up()
