"""The WSGI application that the server loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ostiary_web.settings")  # noqa: TID251 - Django's own way to be told
application = get_wsgi_application()
