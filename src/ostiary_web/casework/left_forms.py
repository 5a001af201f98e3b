"""Forms that were left: what was typed is kept as a draft of its owner, also when the session had ended meanwhile.

A form bears a signed word that says whose it is and of which docket; so that what arrives after the session's end can
be kept for that person, and for nobody else. It is shown again once they have logged in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from ostiary_web.casework import queries_forms
from ostiary_web.casework.actions import drafts
from ostiary_web.casework.faults import CaseworkError

OWNER = "owner"
# What a form sends that nobody typed.
_NOT_TYPED = frozenset({"csrfmiddlewaretoken", OWNER, "expect", "key", "role", "do"})
_SALT = "casework.left_forms"
_LONGEST = dt.timedelta(hours=12)
_FORMS = frozenset({"act", "facts", "facts_confirm"})


def owner_word(by: str, docket: str, form: str) -> str:
    """The signed word of a form: whose it is, and of which docket."""
    return signing.dumps([by, docket, form], salt=_SALT)


def typed_in(posted: QueryDict) -> dict[str, Sequence[str]]:
    """What was typed into a form that was sent, by field."""
    return {
        name: posted.getlist(name)
        for name in posted
        if name not in _NOT_TYPED and name.rpartition("-")[2] not in _NOT_TYPED
    }


def put_back(kept: queries_forms.DraftRow | None) -> Mapping[str, object]:
    """What was kept, as the initial values of a form: a list where several were chosen."""
    if kept is None:
        return {}
    return {name: values if len(values) > 1 else values[0] for name, values in kept.typed.items() if values}


class keep_what_was_typed:
    """What arrives after the session has ended is kept as its owner's draft; they log in, and find it in the form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: dict[str, str]) -> object:
        """Asked when the page is known, and before log-in is asked for."""
        match = request.resolver_match
        if request.method != "POST" or request.user.is_authenticated or match is None or match.view_name not in _FORMS:
            return None
        self._keep(request)
        where = reverse("facts", args=[kwargs["number"]]) if match.view_name == "facts_confirm" else request.path
        return redirect_to_login(where, reverse("account_login"))

    @staticmethod
    def _keep(request: HttpRequest) -> None:
        try:
            by, docket, form = signing.loads(request.POST.get(OWNER, ""), salt=_SALT, max_age=_LONGEST)
            drafts.save(docket=docket, form=form, typed=typed_in(request.POST), by=by, at=timezone.now())
        except (signing.BadSignature, CaseworkError):
            return  # not a form of ours, or of long ago: there is nothing to keep
