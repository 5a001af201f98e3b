"""The Django app of the registers."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Says where the codes of public bodies come from."""

    name = "ostiary_web.registry"
    label = "registry"

    def ready(self) -> None:
        """Once, when everything is loaded."""
        from ostiary_web.ledger_link.words import keep
        from ostiary_web.registry.queries import body_codes

        keep("bodies", body_codes)
