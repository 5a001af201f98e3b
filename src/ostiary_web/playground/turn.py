"""One turn of the playground: what was posted, and the page that answers it. The form carries the whole state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ostiary.decide.request import Request, read_request
from ostiary.decide.request_file import as_document, to_yaml
from ostiary.errors import BadInput, RequestError
from ostiary.law.bundle import Bundle
from ostiary.law.meaning import Missing
from ostiary.strict_yaml import Document
from ostiary.vocabulary import Vocabulary
from ostiary_web.playground.board import Board, make_board
from ostiary_web.playground.catalogue import Start, pasted
from ostiary_web.playground.pages import Pages
from ostiary_web.playground.sheet import Answer, Fault, Part, Posted, field_id, fields, parts, read_sheet

OWN_TEXT = "typed"  # the id of the place for it on the page
ASKED = ("programs", "elements_requested")
_HEAD = "# Made in Ostiary's playground. Nothing in it is legal advice.\n"


@dataclass(frozen=True)
class Desk:
    """What the playground works with: the law, its pages, and the requests to start from."""

    bundle: Bundle
    pages: Pages
    starts: tuple[Start, ...]

    def start(self, key: str) -> Start:
        """The start with this key; the first where there is none."""
        return next((start for start in self.starts if start.key == key), self.starts[0])


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the facts came from, so that what was changed can be seen and undone.

    ``text`` is the pasted text itself; else ``key`` names a start.
    """

    key: str
    text: str
    title: str
    group: str
    groups: tuple[str, ...]
    facts: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a person must mend, and where."""

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template may read. ``file``: the request as YAML; empty while something is wrong."""

    starts: tuple[tuple[str, tuple[Start, ...]], ...]
    origin: Origin
    typed: str
    problems: tuple[Problem, ...]
    board: Board | None
    matter: tuple[Part, ...]
    rest: tuple[Part, ...]
    changed: int
    copy: str
    file: str

    @property
    def text_fault(self) -> str:
        """What is wrong with the pasted text."""
        return next((problem.text for problem in self.problems if problem.target == OWN_TEXT), "")

    @property
    def own_text(self) -> bool:
        """Whether the place for one's own text stands open."""
        return bool(self.origin.text or self.text_fault)


def take_turn(desk: Desk, posted: Posted, upload: str | None = None) -> Page:
    """The page after one press of a button, or one change.

    :param upload: the text of a file that came with it.
    """
    verb, _, what = _one(posted, "do").partition(":")
    typed = _one(posted, "typed").replace("\r\n", "\n")
    if not posted:
        return _fresh(desk, _origin(desk, desk.starts[0], ""), typed)
    if verb == "pick":
        return _fresh(desk, _origin(desk, desk.start(_one(posted, "start")), ""), typed)
    if verb == "read":
        return _read_text(desk, posted, upload if upload is not None else typed)
    origin = _carried(desk, posted)
    if verb == "group":
        return _fresh(desk, _origin(desk, _start_of(desk, origin), origin.text, _one(posted, "group")), typed)
    if verb == "reset":
        return _fresh(desk, origin, typed, copy=_one(posted, "copy"))
    facts, faults = read_sheet(desk.bundle.words, posted, origin.facts)
    if verb == "undo" and what in facts:
        facts[what] = origin.facts[what]
        faults = tuple(fault for fault in faults if fault.fact != what)
    return _page(desk, origin, facts, faults, typed, copy=what if verb == "look" else _one(posted, "copy"))


def _one(posted: Posted, name: str) -> str:
    return "".join(posted.get(name, ())[:1])


def _carried(desk: Desk, posted: Posted) -> Origin:
    """The origin that the form carries; it was read once already, so that it can be read again."""
    text = _one(posted, "origin_text").replace("\r\n", "\n")
    start = pasted(text) if text else desk.start(_one(posted, "origin"))
    return _origin(desk, start, text, _one(posted, "origin_group"))


def _start_of(desk: Desk, origin: Origin) -> Start:
    return pasted(origin.text) if origin.text else desk.start(origin.key)


def _origin(desk: Desk, start: Start, text: str, group: str = "") -> Origin:
    request = start.request(desk.bundle.words)
    chosen = next((found for found in request.groups if found.name == group), request.groups[0])
    names = tuple(found.name for found in request.groups)
    for relation in desk.bundle.words.relations:
        if relation in chosen.facts:  # a list of rows; the page has one set of fields
            raise RequestError(
                f"your text: lists rows of `{relation}`; this page shows one, written as a mapping; "
                "`ostiary decide` reads the list"
            )
    facts = {**chosen.facts, "as_of": Missing.UNKNOWN}  # on the page: left empty, it is the day of receipt
    return Origin(start.key, text, start.title, chosen.name, names, facts)


def _read_text(desk: Desk, posted: Posted, text: str) -> Page:
    """Take a pasted text as the request; where it is wrong, everything else stays as it was."""
    text = text.replace("\r\n", "\n")
    try:
        if not text.strip():
            raise RequestError("your text: there is none; paste a request file, or choose one of at most 2 MB")
        return _fresh(desk, _origin(desk, pasted(text), text), text)
    except BadInput as fault:
        problem = Problem(str(fault), OWN_TEXT)
    origin = _carried(desk, posted)
    facts, faults = read_sheet(desk.bundle.words, posted, origin.facts)
    return _page(desk, origin, facts, faults, text, _one(posted, "copy"), (problem,))


def _fresh(desk: Desk, origin: Origin, typed: str, copy: str = "") -> Page:
    return _page(desk, origin, dict(origin.facts), (), typed, copy)


def _page(
    desk: Desk,
    origin: Origin,
    facts: dict[str, Answer],
    faults: tuple[Fault, ...],
    typed: str,
    copy: str,
    problems: tuple[Problem, ...] = (),
) -> Page:
    words = desk.bundle.words
    made, file, found = _judged(desk, facts, faults, copy, origin)
    sheet = fields(words, facts, origin.facts, made.needed if made else (), faults)
    first = {*ASKED, "request_date", "as_of"} | (made.reads if made else frozenset(words.facts))
    return Page(
        _families(desk),
        origin,
        typed,
        (*problems, *found),
        made,
        parts(words, (field for name, field in sheet.items() if name in first)),
        parts(words, (field for name, field in sheet.items() if name not in first)),
        sum(field.changed for field in sheet.values()),
        made.looked_at.key if made else copy,
        file,
    )


def _judged(
    desk: Desk, facts: dict[str, Answer], faults: tuple[Fault, ...], copy: str, origin: Origin
) -> tuple[Board | None, str, tuple[Problem, ...]]:
    """The board and the file, or what is in their way."""
    words = desk.bundle.words
    problems = [Problem(f"{words.facts[fault.fact].label}: {fault.text}", field_id(fault.fact)) for fault in faults]
    for name in ASKED:
        if not isinstance(facts[name], tuple) or not facts[name]:
            problems.append(
                Problem(f"{words.facts[name].label}: tick at least one; nothing is asked for", field_id(name))
            )
    if problems:
        return None, "", tuple(problems)
    try:
        request, document = _request(words, facts, origin.title)
        return make_board(desk.bundle, desk.pages, request, copy), _HEAD + to_yaml(document), ()
    except BadInput as fault:
        return None, "", (Problem(str(fault), OWN_TEXT),)


def _request(words: Vocabulary, facts: Mapping[str, Answer], title: str) -> tuple[Request, dict[str, object]]:
    """The request that ``ostiary decide`` would read from the file that the page gives."""
    programs, elements = (_texts(facts[name]) for name in ASKED)
    document = as_document(facts, words, programs=programs, elements=elements)
    day = facts["as_of"]
    as_of = None if isinstance(day, Missing) else day
    return read_request(Document(title, document, {}), words, as_of=as_of), document  # type: ignore[arg-type]


def _texts(answer: Answer) -> tuple[str, ...]:
    return tuple(str(item) for item in answer) if isinstance(answer, tuple) else ()


def _families(desk: Desk) -> tuple[tuple[str, tuple[Start, ...]], ...]:
    names = dict.fromkeys(start.family for start in desk.starts)
    return tuple((name, tuple(start for start in desk.starts if start.family == name)) for name in names)
