"""The Django app of the ledger link."""

from django.apps import AppConfig


class LedgerLinkConfig(AppConfig):
    """Named so that other apps can depend on its migrations."""

    name = "ostiary_web.ledger_link"
    label = "ledger_link"
