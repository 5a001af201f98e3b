"""What the registers' tables have in common."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q


def together(*names: str) -> Q:
    """A condition: all of these fields are empty, or none is."""
    return Q(**{f"{name}__isnull": True for name in names}) | Q(**{f"{name}__isnull": False for name in names})


def official(*, optional: bool = False) -> Any:
    """A reference to the official who did something."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=optional, related_name="+")


def digest(**more: Any) -> models.CharField[str, str]:
    """A digest: ``sha256:`` and 64 hex digits."""
    return models.CharField(max_length=71, **more)


def pair(table: str, what: str) -> models.CheckConstraint:
    """When and by whom something was done go together."""
    return models.CheckConstraint(
        name=f"{table}_{what}_at_and_by_go_together", condition=together(f"{what}_at", f"{what}_by")
    )
