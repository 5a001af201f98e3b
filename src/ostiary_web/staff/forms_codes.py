"""The second factor's code: no more than a few tries."""

from __future__ import annotations

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ostiary_web.staff.actions import guessing

_SHUT = _("Too many wrong codes. No code is taken for one hour. If it was not you, tell an administrator.")


class _Counted:
    def clean_code(self) -> str:
        """The code, if it is right and one may still try."""
        user = self.user  # type: ignore[attr-defined]
        if not guessing.count_code(by=user, at=timezone.now()):
            raise ValidationError(_SHUT)
        code: str = super().clean_code()  # type: ignore[misc]
        guessing.forget_codes(by=user)
        return code


class CodeForm(_Counted, AuthenticateForm):  # type: ignore[misc]
    """At log-in."""


class CodeAgainForm(_Counted, ReauthenticateForm):  # type: ignore[misc]
    """Before something that asks who it is once more."""
