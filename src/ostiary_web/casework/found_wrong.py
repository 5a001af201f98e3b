"""A file of values that somebody found to be wrong: a list, each with its row in the release, and why."""

from __future__ import annotations

from typing import Any

from ostiary import strict_yaml
from ostiary.errors import did_you_mean
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.queries_corrections import Line

LARGEST = 2**20
KEYS = {"row": True, "program": True, "element": True, "found_on": True, "cause": True, "note": False}


def read(data: bytes, name: str) -> tuple[Line, ...]:
    """The values in a file of corrections. Whether they left is asked where they are looked for.

    :raises CaseworkError: naming the line of what is missing, misspelt or of another kind.
    """
    if len(data) > LARGEST:
        raise CaseworkError(f"{name}: is larger than {LARGEST // 2**20} MB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise CaseworkError(f"{name}: is no text in UTF-8") from None
    doc = strict_yaml.parse(text, name, CaseworkError)
    if not isinstance(doc.data, list) or not doc.data:
        raise CaseworkError(f"{name}: must be a list of values, each with {', '.join(f'`{key}`' for key in KEYS)}")
    return tuple(_line(doc, place) for place in range(len(doc.data)))


def _line(doc: strict_yaml.Document, place: int) -> Line:
    found: Any = doc.data[place]
    where = doc.at(place)
    if not isinstance(found, dict):
        raise CaseworkError(f"{where}: a value must be a mapping")
    for key in found:
        if key not in KEYS:
            raise CaseworkError(f"{where}: unknown key `{key}`{did_you_mean(str(key), KEYS)}")
    for key in (one for one, needed in KEYS.items() if needed and found.get(one) in (None, "")):
        raise CaseworkError(f"{where}: lacks `{key}`")
    if type(found["row"]) is not int:
        raise CaseworkError(f"{where}: `row` must be a whole number, from 1, without the head")
    texts = {key: str(found.get(key, ""))[:500] for key in KEYS if key != "row"}
    return Line(found["row"], 0, texts["program"], texts["element"], texts["found_on"], texts["cause"], texts["note"])
