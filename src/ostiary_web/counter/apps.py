"""The Django app of the counter."""

from django.apps import AppConfig


class CounterConfig(AppConfig):
    """Names the app."""

    name = "ostiary_web.counter"
    label = "counter"
