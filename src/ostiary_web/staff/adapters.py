"""What allauth asks of the desk: nobody signs up by themselves, and who is it that tries to log in."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

_LONGEST = 255  # as much as the table of tries takes; no account has a longer address


class DeskAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """The agency's identity provider opens accounts that are there, by a verified address; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        """Never."""
        return False

    def can_authenticate_by_email(self, login: object, email: str) -> bool:
        """The agency's own provider vouches for its addresses; allauth asks only for verified ones."""
        return True


def named_at_log_in(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """The address that a try to log in is counted under, whichever page it came from."""
    given = credentials or {}
    name = given.get("email") or given.get("username")
    if not name and request is not None:
        name = request.POST.get("login", "")
    return str(name or "").replace("\x00", "").strip().lower()[:_LONGEST]
