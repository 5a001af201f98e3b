"""The Django app of the dockets."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """Named so that other apps can depend on its migrations."""

    name = "ostiary_web.casework"
    label = "casework"
