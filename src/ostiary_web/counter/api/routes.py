"""The addresses for programs. Each act is the very function that the form's page calls."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from ninja import NinjaAPI, Status
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.files import UploadedFile
from ninja.params.functions import File, Form, Header
from ninja.parser import Parser
from ninja.security import HttpBearer
from pydantic import ValidationError as SchemaError

from ostiary.errors import OstiaryError
from ostiary.vocabulary import OPEN_LISTS, Base
from ostiary_web.casework import pages
from ostiary_web.casework.uploads import LARGEST
from ostiary_web.counter import asking, problems, queries
from ostiary_web.counter.actions import following, sending
from ostiary_web.counter.api import reading, schemas
from ostiary_web.counter.forms import bodies
from ostiary_web.counter.law import CORE
from ostiary_web.counter.limits import CHECK, LOOK, SEND, Limit, too_often
from ostiary_web.counter.problems import Problem
from ostiary_web.counter.queries import Followed
from ostiary_web.counter.views import now
from ostiary_web.logs import log_of
from ostiary_web.wiring import bundle

_KEY = re.compile(r"[!-~]{16,64}")
_PROBLEMS = dict.fromkeys((400, 401, 404, 409, 411, 413, 422, 429, 500), schemas.ProblemOut)
_TYPES = {".html": "text/html; charset=utf-8", ".pdf": "application/pdf"}
_ABOUT = """\
Ask for records, and follow what becomes of it. The same rules, checks and limits hold as for the form at `/request/`.

Follow-up calls carry the receipt's secret in the header `Authorization: Bearer SECRET`; no secret stands in an address.
`Idempotency-Key` is 16 to 64 printable characters that your program makes at random for each request it sends, and
keeps: whoever sends the same key and the same body again within an hour is given the same receipt, and one docket is
opened."""


class _Once(Parser):
    """JSON in which no key stands twice and every number is one."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body, object_pairs_hook=_once, parse_constant=_no_number)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_number(text: str) -> Any:
    raise ValueError


class Secret(HttpBearer):
    """The secret of a receipt, for the request that the address names."""

    def authenticate(self, request: HttpRequest, token: str) -> Followed | None:
        """What the receipt's holder may know; None for a wrong secret and a wrong number alike."""
        _limited(request, LOOK)
        match = request.resolver_match
        return queries.followed(match.kwargs["number"], token, now()) if match is not None else None


class Counter(NinjaAPI):
    """The interface with its description, in which every fault is a problem."""

    def get_openapi_operation_id(self, operation: Any) -> str:
        """The operation's own name."""
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, *args: Any, **more: Any) -> Any:
        """OpenAPI 3.1."""
        found = super().get_openapi_schema(*args, **more)
        for methods in found["paths"].values():
            for one in methods.values():
                for status, said in one["responses"].items():
                    if int(status) >= 400 and "application/json" in said.get("content", {}):
                        said["content"] = {problems.MEDIA: said["content"]["application/json"]}
        return found


api = Counter(
    title="Ostiary: the counter",
    version="1",
    description=_ABOUT,
    docs_url=None,
    openapi_url="",
    parser=_Once(),
    auth=None,
    urls_namespace="counter_api",
)


@api.get("/vocabulary", response={200: schemas.VocabularyOut, **_PROBLEMS}, summary="What can be asked and stated")
def vocabulary(request: HttpRequest) -> Any:
    """Every fact that a requester can state, with its question and its choices."""
    words = bundle().words
    found = []
    for name, fact in reading.sayable().items():
        closed = fact.type.base is Base.CODE and fact.type.codes not in OPEN_LISTS
        codes = words.known_codes(fact.type.codes) if closed else ()
        choices = [{"code": code, "label": words.code_label(fact.type.codes, code)} for code in codes]
        found.append(
            {
                "name": name,
                "question": fact.question,
                "type": fact.type.base.value,
                "many": fact.type.many,
                "required": name in CORE,
                "choices": choices or None,
            }
        )
    return {"agency": pages.agency(), "facts": found, "bodies": bodies()}


@api.post("/check", response={200: schemas.CheckOut, **_PROBLEMS}, summary="What is missing, by law")
def check(request: HttpRequest, sent: schemas.FactsIn) -> Any:
    """What the law asks of such a request and these facts do not say. Nothing is kept."""
    _limited(request, CHECK)
    found = asking.missing(reading.facts_of(sent.facts), now().date().isoformat())
    facts = [[{"name": name, "question": question} for name, question in one.facts] for one in found]
    return {"missing": [{"law": one.law, "facts": asked} for one, asked in zip(found, facts, strict=True)]}


@api.post("/requests", response={201: schemas.ReceiptOut, **_PROBLEMS}, summary="Send a request")
def send(request: HttpRequest, sent: schemas.WholeRequestIn, key: str = Header(alias="Idempotency-Key")) -> Any:
    """Send a request, with its paper as Base64. The secret of the receipt is shown only here."""
    return _send(request, sent, key, lambda: reading.paper_of(sent.paper, "instrument"))


@api.post("/requests/with-paper", response={201: schemas.ReceiptOut, **_PROBLEMS}, summary="Send it as multipart")
def send_with_paper(
    request: HttpRequest,
    sent: str = Form(alias="request", description="The request: the JSON of `RequestIn`."),
    paper: UploadedFile = File(description="The paper that it rests on."),  # noqa: B008
    key: str = Header(alias="Idempotency-Key"),
) -> Any:
    """Send a request and its paper as `multipart/form-data`: for papers of up to 10 MB."""
    try:
        read = schemas.RequestIn.model_validate(json.loads(sent, object_pairs_hook=_once, parse_constant=_no_number))
    except SchemaError as fault:
        raise problems.invalid([_told(one["loc"], one["msg"]) for one in fault.errors()]) from None
    except ValueError:
        raise problems.of_status(400) from None
    return _send(request, read, key, lambda: reading.paper_checked(paper.read(LARGEST + 1), "instrument", "/paper"))


def _send(request: HttpRequest, sent: schemas.RequestIn, key: str, paper: Callable[[], Any]) -> Any:
    _limited(request, SEND)
    first, rest = reading.forms_of(sent, _checked(key))
    given = sending.send(asked=asking.asked(first, rest, paper()), at=now(), key=key)
    return Status(201, {"number": given.number, "secret": given.secret})


@api.get("/requests/{number}", auth=Secret(), response={200: schemas.StatusOut, **_PROBLEMS}, summary="Where it stands")
def status(request: HttpRequest, number: str) -> Any:
    """Where a request stands, what is asked of you, and what you may do now."""
    return _status(_found(request))


@api.get("/requests/{number}/letters/{digest}", auth=Secret(), summary="A letter", response=_PROBLEMS)
def letter(request: HttpRequest, number: str, digest: str) -> Any:
    """A letter to the requester, as a file."""
    one = queries.letter(_found(request).docket, digest)
    if one is None:
        raise problems.of_status(404)
    ending = one[0][one[0].rfind(".") :] if "." in one[0] else ""
    answer = HttpResponse(one[1], content_type=_TYPES.get(ending, "application/octet-stream"))
    answer.headers["Content-Disposition"] = f'attachment; filename="letter{ending if ending in _TYPES else ""}"'
    return answer


def _acting(act: str, says: str, sent_as: type[schemas.Strict]) -> None:
    """Add the address of one act."""

    def view(request: HttpRequest, number: str, sent: Any, key: str = Header("", alias="Idempotency-Key")) -> Any:
        found, text = _found(request), getattr(sent, "text", "")
        paper = reading.paper_of(getattr(sent, "paper", None), "paper")
        if sent_as is schemas.SaidIn and not text.strip() and paper is None:
            raise problems.invalid([("/text", "Write something, or add a paper.")])
        checked = _checked(key) if key else ""
        following.act(docket=found.docket, act=act, text=text, paper=paper, at=now(), key=checked)
        return _status(queries.followed(found.number, _token(request), now()) or found)

    view.__name__ = view.__qualname__ = act
    view.__doc__ = "What is then so is answered."
    view.__annotations__["sent"] = sent_as
    route = api.post(
        f"/requests/{{number}}/{act}", auth=Secret(), response={200: schemas.StatusOut, **_PROBLEMS}, summary=says
    )
    route(view)


_acting("complete", "Send what was missing", schemas.SaidIn)
_acting("answer", "Answer the questions", schemas.SaidIn)
_acting("appeal", "Appeal a denial", schemas.SaidIn)
_acting("withdraw", "Take the request back", schemas.NothingIn)


def _token(request: HttpRequest) -> str:
    return request.headers.get("Authorization", "").partition(" ")[2]


def _found(request: HttpRequest) -> Followed:
    found: Followed = request.auth  # type: ignore[attr-defined]
    return found


def _status(found: Followed) -> dict[str, Any]:
    return {
        "number": found.number,
        "received": found.received,
        "state": found.state,
        "says": found.says,
        "wanted": list(found.wanted),
        "until": found.until,
        "acts": [{"act": act, "says": says} for act, says in found.acts],
        "letters": [{"id": one.digest, "name": one.name, "size": one.size, "at": one.at} for one in found.letters],
    }


def _limited(request: HttpRequest, limit: Limit) -> None:
    if wait := too_often(request, limit):
        raise problems.too_often(wait)


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise Problem("invalid", "`Idempotency-Key` must be 16 to 64 printable characters without a space.")
    return key


def _told(place: Any, says: str) -> tuple[str, str]:
    """A fault of a schema. Its text names types and limits, and never what was sent."""
    return "".join(f"/{one}" for one in place)[:200], says


@api.exception_handler(Problem)
def _problem(request: HttpRequest, fault: Problem) -> HttpResponse:
    return fault.answer()


@api.exception_handler(OstiaryError)
def _fault(request: HttpRequest, fault: OstiaryError) -> HttpResponse:
    return problems.of_fault(fault).answer()


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, fault: AuthenticationError) -> HttpResponse:
    return problems.no_secret().answer()


@api.exception_handler(ValidationError)
def _wrong(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    # Where it was: the parameter's own place comes first, and is no part of the body.
    told = [_told([one for one in error["loc"] if one not in ("body", "sent")], error["msg"]) for error in fault.errors]
    return problems.invalid(told).answer()


@api.exception_handler(HttpError)
def _other(request: HttpRequest, fault: HttpError) -> HttpResponse:
    return problems.of_status(fault.status_code).answer()


@api.exception_handler(RequestDataTooBig)
@api.exception_handler(TooManyFilesSent)
def _large(request: HttpRequest, fault: Exception) -> HttpResponse:
    return problems.of_status(413).answer()


@api.exception_handler(UnreadablePostError)
def _broken(request: HttpRequest, fault: Exception) -> HttpResponse:
    return problems.of_status(400).answer()


@api.exception_handler(Exception)
def _failed(request: HttpRequest, fault: Exception) -> HttpResponse:
    """Whatever it was: it was undone. Its type alone is told, and to the operator."""
    log_of(__name__).error("failed", fault=type(fault).__name__)
    return problems.of_status(500).answer()


def _open(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For everybody, never kept by a cache, and every fault a problem."""

    @wraps(view)
    @never_cache
    def answer(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        found = view(request, *args, **more)
        if found.status_code < 400 or found.headers.get("Content-Type", "") == problems.MEDIA:
            return found
        problem = problems.of_status(found.status_code).answer()
        if "Allow" in found.headers:
            problem.headers["Allow"] = found.headers["Allow"]
        return problem

    answer.login_required = False  # type: ignore[attr-defined]
    answer.csrf_exempt = True  # type: ignore[attr-defined]
    return answer


def _no_such_address(request: HttpRequest, rest: str = "") -> HttpResponse:
    return problems.of_status(404).answer()


def _description(request: HttpRequest) -> HttpResponse:
    return HttpResponse(openapi_page(), content_type="application/json")


def patterns() -> list[URLPattern]:
    """Every address, and what stands where there is none."""
    found = [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
    for one in found:
        one.callback = _open(one.callback)
    found.append(path("openapi.json", _open(_description)))
    return [*found, path("<path:rest>", _open(_no_such_address)), path("", _open(_no_such_address))]


def openapi_page() -> str:
    """The description of all of it, for the reference."""
    return json.dumps(api.get_openapi_schema(path_prefix="api/v1/"), indent=1, ensure_ascii=False, default=str) + "\n"
