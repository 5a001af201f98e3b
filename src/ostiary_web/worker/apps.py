"""The Django app of the worker."""

from django.apps import AppConfig


class WorkerConfig(AppConfig):
    """Gathers what every app does again and again."""

    name = "ostiary_web.worker"
    label = "worker"

    def ready(self) -> None:
        """Once, when everything is loaded: each app's ``jobs.py`` says what it does, and how often."""
        from django.utils.module_loading import autodiscover_modules

        autodiscover_modules("jobs")
