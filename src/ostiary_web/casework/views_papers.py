"""A paper of a docket, looked at: only what a browser can show without running anything, and shut in by itself."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from ostiary_web.casework import pages_docket, pages_papers, papers
from ostiary_web.casework.pages import Me
from ostiary_web.casework.views import desk_only, now

# The answer may load nothing, run nothing, and be put into no page. A PDF is not put into a sandbox: browsers' own
# readers of PDF do not start there; they are shut in by the browser itself.
_SHUT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_IMAGE = f"{_SHUT}; sandbox"
_PDF = f"{_SHUT}; style-src 'unsafe-inline'; object-src 'self'"


@require_GET
@desk_only
def shown(request: HttpRequest, me: Me, number: str, digest: str) -> HttpResponse:
    """A picture or a PDF, as what its first bytes say it is; any other paper can only be saved."""
    case = pages_docket.opened(number, me, now())
    found = next((one for one in case.papers if one.digest == f"sha256:{digest}"), None)
    data = b"" if found is None else papers.content(found.digest)
    kind = pages_papers.kind_of(data)
    if not kind:
        raise Http404
    answer = HttpResponse(data, content_type=kind)
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Content-Security-Policy"] = _PDF if kind == "application/pdf" else _IMAGE
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
