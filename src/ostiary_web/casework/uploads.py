"""A field for a paper that somebody uploads, at the counter and at the desk alike: its size, its kind, its scan.

What it is, its first bytes tell, never its name; its name is not kept. Its content is not opened: a bomb in it stays
shut, and whoever reads it later does so in a reader of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.scanning import scan

LARGEST = 10 * 2**20
TYPES: Mapping[bytes, str] = {b"%PDF-": ".pdf", b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A paper that may be kept. ``name``: our own, with the ending that its content has."""

    name: str
    data: bytes


def checked(data: bytes, called: str) -> Upload:
    """The paper, if it is what it may be, and clean.

    :param called: what the desk calls it, without an ending.
    :raises CaseworkError: saying what to do.
    """
    if not data:
        raise CaseworkError("the file is empty; choose it again")
    if len(data) > LARGEST:
        raise CaseworkError(f"the file is larger than {LARGEST // 2**20} MB")
    ending = next((end for magic, end in TYPES.items() if data.startswith(magic)), "")
    if not ending:
        raise CaseworkError("the file is no PDF, PNG or JPEG; save it as a PDF and choose it again")
    scan(data)
    return Upload(f"{called}{ending}", data)


class PaperField(forms.FileField):
    """A file field whose value is an ``Upload``, or None where none was chosen. ``called``: what the desk calls it."""

    def __init__(self, *, called: str, **more: Any) -> None:
        more.setdefault("help_text", f"A PDF, PNG or JPEG file of at most {LARGEST // 2**20} MB.")
        super().__init__(allow_empty_file=True, max_length=None, **more)
        self._called = called

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The upload itself.

        :raises ValidationError: as ``checked``.
        """
        given = super().clean(data, initial)
        if not isinstance(given, UploadedFile):
            return None
        if given.size is None or given.size > LARGEST:
            raise forms.ValidationError(f"The file is larger than {LARGEST // 2**20} MB.")
        try:
            return checked(given.read(LARGEST + 1), self._called)
        except CaseworkError as fault:
            text = str(fault)
            raise forms.ValidationError(f"{text[0].upper()}{text[1:]}.") from None
