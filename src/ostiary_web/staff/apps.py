"""The Django app of the staff."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Says where the codes of the agency's units come from."""

    name = "ostiary_web.staff"
    label = "staff"

    def ready(self) -> None:
        """Once, when everything is loaded."""
        from ostiary_web.ledger_link.words import keep
        from ostiary_web.staff.queries import unit_codes

        keep("units", unit_codes)
