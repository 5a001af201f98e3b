"""The administration's pages: read what was asked, call one action or query, choose the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ostiary.errors import BadInput
from ostiary_web.staff import actions, queries
from ostiary_web.staff.forms import ChangeForm, DelegationForm, PersonForm, RoleForm, TrainingForm
from ostiary_web.staff.links import password_link
from ostiary_web.staff.queries import Official, PersonRow

_P = ParamSpec("_P")
_View = Callable[Concatenate[HttpRequest, _P], HttpResponse]


def administrators_only(view: _View[_P]) -> _View[_P]:
    """Answer 403 to everybody else. The action asks again."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: _P.args, **more: _P.kwargs) -> HttpResponse:
        if not _official(request).administrator:
            raise PermissionDenied
        return view(request, *args, **more)

    return answer


def _official(request: HttpRequest) -> Official:
    if not isinstance(request.user, Official):
        raise PermissionDenied
    return request.user


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Who one is here, and where to go."""
    row = queries.person_row(_official(request).pk, timezone.localdate())
    return render(request, "staff/home.html", {"row": row})


@require_GET
@administrators_only
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with an account."""
    return render(request, "staff/people.html", {"rows": queries.people(timezone.localdate())})


@require_GET
@administrators_only
def person(request: HttpRequest, number: int) -> HttpResponse:
    """One person, with roles."""
    return _person(request, number)


@require_http_methods(["GET", "POST"])
@administrators_only
def person_add(request: HttpRequest) -> HttpResponse:
    """Add a person; the page that follows shows the link to set a password."""
    form = PersonForm(request.POST or None)
    made: list[int] = []
    if _done(form, lambda given: made.append(actions.add_person(**given, **_act(request)).pk)):
        return _person(request, made[0], with_link=True)
    return _form(request, form, _("Add a person"), _("Add"), reverse("people"))


@require_http_methods(["GET", "POST"])
@administrators_only
def person_change(request: HttpRequest, number: int) -> HttpResponse:
    """Change name or unit."""
    found = queries.person(number)
    if found is None:
        raise Http404
    form = ChangeForm(request.POST or None, initial={"name": found.name, "unit": found.unit.code})
    if _done(form, lambda given: actions.change_person(number=number, **given, **_act(request))):
        return redirect("person", number)
    return _form(request, form, _("Change name or unit"), _("Change"), reverse("person", args=[number]))


@require_POST
@administrators_only
def person_link(request: HttpRequest, number: int) -> HttpResponse:
    """Show a link with which the person sets a password."""
    return _person(request, number, with_link=True)


@require_POST
@administrators_only
def person_end(request: HttpRequest, number: int) -> HttpResponse:
    """Close an account."""
    return _one_press(request, "person", number, lambda: actions.end_person(number=number, **_act(request)))


@require_http_methods(["GET", "POST"])
@administrators_only
def role_add(request: HttpRequest, number: int) -> HttpResponse:
    """Give a role."""
    _row(number)
    form = RoleForm(request.POST or None)
    if _done(form, lambda given: actions.give_role(number=number, **given, **_act(request))):
        return redirect("person", number)
    return _form(request, form, _("Give a role"), _("Give"), reverse("person", args=[number]))


@require_POST
@administrators_only
def role_end(request: HttpRequest, number: int, duty: int) -> HttpResponse:
    """End a role."""
    return _one_press(request, "person", number, lambda: actions.end_role(duty=duty, **_act(request)))


@require_http_methods(["GET", "POST"])
@administrators_only
def training_add(request: HttpRequest, number: int) -> HttpResponse:
    """Record training."""
    _row(number)
    form = TrainingForm(request.POST or None)
    if _done(form, lambda given: actions.record_training(number=number, **given, **_act(request))):
        return redirect("person", number)
    return _form(request, form, _("Record training"), _("Record"), reverse("person", args=[number]))


@require_GET
@administrators_only
def delegations(request: HttpRequest) -> HttpResponse:
    """Every delegation."""
    return render(request, "staff/delegations.html", {"rows": queries.delegations(timezone.localdate())})


@require_http_methods(["GET", "POST"])
@administrators_only
def delegation_add(request: HttpRequest, duty: int) -> HttpResponse:
    """Lend a duty."""
    form = DelegationForm(request.POST or None)
    if _done(form, lambda given: actions.delegate(duty=duty, **given | {"to": int(given["to"])}, **_act(request))):
        return redirect("delegations")
    return _form(request, form, _("Lend a duty"), _("Lend"), reverse("delegations"))


@require_POST
@administrators_only
def delegation_end(request: HttpRequest, delegation: int) -> HttpResponse:
    """Take a lent duty back."""
    return _one_press(
        request, "delegations", None, lambda: actions.end_delegation(delegation=delegation, **_act(request))
    )


def _act(request: HttpRequest) -> dict[str, Any]:
    return {"by": _official(request), "at": timezone.now()}


def _done(form: forms.Form, act: Callable[[dict[str, Any]], object]) -> bool:
    """Whether the form was sent and its act done; why not then stands in the form."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except BadInput as fault:
        form.add_error(None, str(fault))
        return False
    return True


def _form(request: HttpRequest, form: forms.Form, title: str, button: str, back: str) -> HttpResponse:
    parts = {"form": form, "title": title, "button": button, "back": back}
    return render(request, "staff/form.html", parts, status=422 if form.is_bound else 200)


def _one_press(request: HttpRequest, page: str, number: int | None, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except BadInput as fault:
        messages.error(request, str(fault))
    return redirect(page) if number is None else redirect(page, number)


def _row(number: int) -> PersonRow:
    found = queries.person_row(number, timezone.localdate())
    if found is None:
        raise Http404
    return found


def _person(request: HttpRequest, number: int, *, with_link: bool = False) -> HttpResponse:
    parts: Mapping[str, Any] = {"row": _row(number), "duties": queries.duties(timezone.localdate(), number)}
    found = queries.person(number)
    link = password_link(found) if with_link and found is not None and found.is_active else ""
    return render(request, "staff/person.html", {**parts, "link": request.build_absolute_uri(link) if link else ""})
