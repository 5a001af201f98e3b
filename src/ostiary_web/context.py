"""What every page's template may read besides its own."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from ostiary_web.casework.queries_forms import likes_shortcuts
from ostiary_web.casework.queries_notes import unread
from ostiary_web.middleware import session_seconds
from ostiary_web.worker import queries as worker


def site(request: HttpRequest) -> dict[str, object]:
    """Whether this is a demonstration, which every page then says; and whether long work waits, asked where it is."""
    down = SimpleLazyObject(lambda: worker.standing(timezone.now()))
    keys = SimpleLazyObject(lambda: _keys_are_on(request))
    calls = SimpleLazyObject(lambda: unread(getattr(request.user, "reference", "")))
    more = {"session_seconds": session_seconds(), "keys_are_on": keys, "mentions_unread": calls}
    return {"demonstration": settings.OSTIARY.demo, "worker_is_down": down, **more}


def _keys_are_on(request: HttpRequest) -> bool:
    """Asked once in a session, and again where it is changed."""
    if (known := request.session.get("shortcuts")) is None:
        request.session["shortcuts"] = known = likes_shortcuts(getattr(request.user, "reference", ""))
    return bool(known)
