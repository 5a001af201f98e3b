"""A kept letter as a tagged PDF (PDF/UA): the twin of its HTML, made when somebody asks for it.

The same letter gives the same bytes: nothing of the moment or of the machine goes in. Nothing is fetched from anywhere.
"""

from __future__ import annotations

import re
from hashlib import sha256
from html import unescape

from django.template.loader import render_to_string

from ostiary_web.casework.faults import CaseworkError

_VARIANT = "pdf/ua-1"
_TITLE = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
_LANGUAGE = re.compile(r'<article class="letter" lang="([a-zA-Z-]{2,20})"')


class NoPdf(CaseworkError):
    """The machine lacks what makes a PDF; the letter itself is there."""


def made(letter: str, agency: str) -> bytes:
    """The letter as a PDF with its title and language.

    :param letter: the piece of HTML that is kept.
    :raises NoPdf: if this machine cannot make one.
    """
    title, language = title_of(letter), _LANGUAGE.search(letter)
    parts = {"letter": letter, "title": title, "language": language[1] if language else "en", "agency": agency}
    page = render_to_string("casework/letter_print.html", parts)
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError:
        says = "this machine cannot make a PDF: Pango is missing; have it installed (libpango-1.0-0 libpangoft2-1.0-0"
        raise NoPdf(f"{says} libharfbuzz-subset0), or print the page of the letter") from None
    identifier = sha256(page.encode()).digest()[:16]
    found: bytes = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols={"data"})).write_pdf(
        pdf_variant=_VARIANT, pdf_identifier=identifier
    )
    return found


def title_of(letter: str) -> str:
    """The letter's own heading."""
    found = _TITLE.search(letter)
    return unescape(found[1]).strip() if found else "Letter"
