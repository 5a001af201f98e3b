"""The counter's pages as a browser fills them in: makers of requests, and what their answers hold."""

import html
import re
import secrets
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from ostiary_web.casework import queries
from tests.web.pages_desk import said, to_this_day
from tests.web.walking import a_database, a_desk

PDF = b"%PDF-1.7 the subpoena"
FIRST = {
    "who": "Olive Officer, Field Office 7", "reach": "olive@office.example", "about": "王小明 <script>alert(1)</script>",
    "requester.kind": "ice_hsi", "purpose": "civil_immigration_enforcement", "programs": ["medicaid"],
    "elements_requested": ["address_residential", "phone"], "instrument.kind": "dhs_admin_subpoena",
    "subjects.count": "1", "subjects.identified_by": "name",
}  # fmt: skip


@contextmanager
def a_counter(folder, django_db_blocker, request):
    """A desk with its counter, for all tests of a file."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_desk(folder, url)))


@dataclass
class Case:
    """What the makers of the desk's pages need of a docket."""

    desk: Any
    id: str

    @property
    def state(self):
        return str(queries.docket(self.id).state)


def hidden(answer):
    """The hidden fields of a page's form, as a browser sends them back."""
    found = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', answer.content.decode()):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        found.setdefault(html.unescape(name[1]), []).append(html.unescape(value[1]) if value else "")
    return found


def second_page(client, **changes):
    return client.post("/request/", hidden(client.get("/request/")) | FIRST | changes)


def third_page(client, **changes):
    """The form filled in up to its last page."""
    answer = second_page(client, **changes)
    assert answer.status_code == 200, said(answer)
    return client.post("/request/", hidden(answer) | {"do": "on", "instrument.signed": "true"})


def sent(client, **more):
    return client.post("/request/", hidden(third_page(client)) | {"do": "on"} | more)


def receipt(answer):
    assert answer.status_code == 200, said(answer)
    text = answer.content.decode()
    return {
        "number": re.search(r'id="number">([^<]*)', text)[1],
        "secret": re.search(r"<code>([^<]*)", text)[1],
    }


def an_act(act, **typed):
    """What the form of an act sends besides the receipt."""
    found = {"act": act, f"{act}-key": secrets.token_urlsafe(24)}
    return found | {f"{act}-{name}": value for name, value in typed.items()}


def a_file(name="subpoena.pdf", data=PDF):
    return SimpleUploadedFile(name, data)
