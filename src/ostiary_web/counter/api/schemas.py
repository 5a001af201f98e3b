"""What is sent and answered, as closed schemas: an unknown key is an error, and nothing is taken for something else."""

from __future__ import annotations

import datetime as dt

from ninja import Schema
from pydantic import ConfigDict, Field

Value = bool | int | str | list[str]
LONGEST = 10_000


class Strict(Schema):
    """The base of what is sent."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PaperIn(Strict):
    """A paper in a JSON body: a PDF, PNG or JPEG file. Its name is not kept."""

    content: str = Field(description="The file's bytes in Base64.", min_length=1)


class FactsIn(Strict):
    """Facts as they are stated."""

    facts: dict[str, Value] = Field(
        description="Facts by name, as `GET /vocabulary` lists them. What is left out is not known."
    )


class RequestIn(FactsIn):
    """A request for records."""

    who: str = Field(description="Your name, and the office you ask for.", max_length=300)
    reach: str = Field(description="How to reach you: an e-mail or postal address.", max_length=300)
    body: str = Field("", description="The code of your body in the agency's register; empty for a private person.")
    about: str = Field("", description="Whom you ask about, as your paper says. Never published.", max_length=4000)


class WholeRequestIn(RequestIn):
    """A request for records, with its paper."""

    paper: PaperIn | None = Field(None, description="The paper that the request rests on.")


class SaidIn(Strict):
    """What is said and brought with an act."""

    text: str = Field("", description="What you want to say.", max_length=LONGEST)
    paper: PaperIn | None = Field(None, description="A paper that you bring.")


class NothingIn(Strict):
    """An empty object: taking back needs no words."""


class Choice(Schema):
    """A code and what it means."""

    code: str
    label: str


class FactOut(Schema):
    """A fact that a requester can state. ``type``: bool, int, date, code or text."""

    name: str
    question: str
    type: str
    many: bool
    required: bool
    choices: list[Choice] | None


class VocabularyOut(Schema):
    """What can be asked and stated here."""

    agency: str
    facts: list[FactOut]
    bodies: list[str]


class AskedFor(Schema):
    """A fact that a law waits for."""

    name: str
    question: str


class LackOut(Schema):
    """One law, and what it waits for. ``law`` is empty where no one law waits, and the answer depends on it."""

    law: str
    facts: list[AskedFor]


class CheckOut(Schema):
    """What is missing, by law. A request can be sent incomplete; what is not stated never helps it."""

    missing: list[LackOut]


class ReceiptOut(Schema):
    """The receipt. The secret is shown only here."""

    number: str
    secret: str


class LetterOut(Schema):
    """A letter to the requester."""

    id: str = Field(description="For `GET /requests/{number}/letters/{id}`.")
    name: str
    size: int
    at: dt.datetime


class ActOut(Schema):
    """Something that the requester may do now."""

    act: str
    says: str


class StatusOut(Schema):
    """Where a request stands. From the verdict until something leaves, every way has one state, `in_work`."""

    number: str
    received: dt.date
    state: str
    says: str
    wanted: list[str] = Field(description="What is missing or asked, in words.")
    until: dt.date | None = Field(description="Until when to answer.")
    acts: list[ActOut]
    letters: list[LetterOut]


class FaultOut(Schema):
    """One thing that is wrong. ``pointer``: where, as a JSON pointer into the body."""

    pointer: str
    detail: str


class GuardOut(Schema):
    """The guard that refused an act."""

    name: str
    says: str
    source: str
    cure: str


class ProblemOut(Schema):
    """A problem (RFC 9457), sent as `application/problem+json`."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FaultOut] | None = Field(None, description="Of the problem `invalid`.")
    guard: GuardOut | None = Field(None, description="Of the problem `refused`.")
