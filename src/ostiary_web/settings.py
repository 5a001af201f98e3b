"""Django's settings of the desk: the one place of the web that reads the environment."""

import os

from ostiary_web.configured import django_settings
from ostiary_web.environment import read

globals().update(django_settings(read(os.environ)))
