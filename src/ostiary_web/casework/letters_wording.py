"""The letters that there are, their wording, and how a wording becomes a letter. The wording is the agency's own: a
reviewed letter text of the register, or else the plain default that ships with the desk.

A wording is plain text. Paragraphs are parted by empty lines; ``$name`` in a paragraph is a word of this letter, and a
paragraph that is only ``$name`` can be the place of a list. Whatever stands in for a name is text, never markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Template

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ostiary_web.casework.faults import CaseworkError
from ostiary_web.registry import queries as registry

LANGUAGE = "en"
COMMON = ("agency", "number", "received", "today")


@dataclass(frozen=True, slots=True)
class Wording:
    """One kind of letter. ``title``: its heading, with ``$number``; ``values``: what its paragraphs may name besides
    ``COMMON``; ``places``: the lists that it must have a place for; ``may``: those that it can do without."""

    code: str
    says: Promise
    title: str
    values: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    may: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """As which kind of paper such a letter is kept."""
        return f"{self.code}_letter"

    @property
    def known(self) -> tuple[str, ...]:
        """Every name that a wording may use."""
        return tuple(f"${name}" for name in sorted({*COMMON, *self.values, *self.places, *self.may}))


WORDINGS: Mapping[str, Wording] = {
    one.code: one
    for one in (
        Wording("acknowledgement", _("It arrived"), "We have your request $number", may=("words",)),
        Wording(
            "return", _("Something is missing"), "Something is missing in request $number",
            ("answer_until",), ("missing",), ("words",),
        ),
        Wording(
            "clarification", _("Questions to the requester"), "Questions about request $number",
            ("answer_until",), ("questions",),
        ),
        Wording(
            "form_refused", _("The paper or the proof is defective"), "We cannot take request $number as it is",
            (), ("defects",), ("words",),
        ),
        Wording("denial", _("Denied"), "Answer to request $number", ("appeal_until",), ("items",)),
        Wording(
            "decision", _("Granted, whole or in part"), "Answer to request $number",
            ("appeal_until",), ("given", "refused"), ("words",),
        ),
        Wording(
            "correction", _("Values that were wrong"), "Correction of what was given under request $number",
            ("left",), ("values",),
        ),
    )
}  # fmt: skip
KINDS: Mapping[str, Wording] = {one.kind: one for one in WORDINGS.values()}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list, with what belongs to it: an item and why it is refused, a part and what is meant."""

    name: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a letter: a paragraph, or a list under a heading of its own, which can be empty."""

    text: str = ""
    heading: str = ""
    entries: tuple[Entry, ...] = ()
    numbered: bool = False

    @property
    def plain(self) -> bool:
        """Whether the list is of single lines."""
        return not any(one.lines for one in self.entries)


@dataclass(frozen=True, slots=True)
class Words:
    """A heading and the entries of one place."""

    entries: Sequence[Entry]
    heading: str = ""
    numbered: bool = False


def written(code: str, values: Mapping[str, str], places: Mapping[str, Words], text: str | None = None) -> str:
    """The letter as a piece of HTML: all that is not the desk's own is escaped.

    :param text: the wording; None: the agency's own, or the default.
    :raises CaseworkError: if the wording names what there is not, or lacks a place that it must have.
    """
    wording = WORDINGS[code]
    paragraphs = checked(code, standing(code) if text is None else text)
    blocks: list[Block] = []
    for paragraph in paragraphs:
        place = paragraph[1:] if paragraph.startswith("$") else ""
        if place in places:
            found = places[place]
            blocks += [Block("", found.heading, tuple(found.entries), found.numbered)] if found.entries else []
        elif place not in (*wording.places, *wording.may):
            blocks.append(Block(_filled(wording, paragraph, values)))
    title = Template(wording.title).substitute(values)
    parts = {"title": title, "blocks": blocks, "language": LANGUAGE, "agency": values["agency"]}
    return render_to_string("casework/letter.html", parts)


def standing(code: str) -> str:
    """The newest reviewed wording of the agency's own, or the default."""
    own = registry.letter(code, [LANGUAGE])
    return default(code) if own is None else own.text


def default(code: str) -> str:
    """The wording that ships with the desk."""
    return render_to_string(f"casework/letter_{code}.txt")


def checked(code: str, text: str) -> list[str]:
    """The paragraphs of a wording.

    :raises CaseworkError: saying what it lacks, or names in vain.
    """
    wording = WORDINGS[code]
    found = [" ".join(part.split()) for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    for place in wording.places:
        if f"${place}" not in found:
            raise CaseworkError(
                f"the letter text `{code}` has no paragraph `${place}`; add it, or nothing is explained"
            )
    sample = dict.fromkeys((*COMMON, *wording.values), "")
    for paragraph in found:
        if paragraph[1:] not in (*wording.places, *wording.may):
            _filled(wording, paragraph, sample)
    return found


def _filled(wording: Wording, paragraph: str, values: Mapping[str, str]) -> str:
    try:
        return Template(paragraph).substitute(values)
    except (KeyError, ValueError):
        known = ", ".join(wording.known)
        raise CaseworkError(f"the letter text `{wording.code}` names what there is not; use {known}") from None
