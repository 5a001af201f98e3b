"""Numpy arrays to Arrow columns: codes, numbers as text, dates, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ostiary.roll.synthetic.streams import Ints, Mask

Column: TypeAlias = pa.Array
Columns: TypeAlias = dict[str, pa.Array]


def words(text: str) -> tuple[str, ...]:
    """The words of a text, for lists that read better so."""
    return tuple(text.split())


def coded(places: Ints, choices: Sequence[str] | Column, there: Mask | None = None) -> Column:
    """The choice at each place; null where it is not there."""
    indices = pa.array(places.astype(np.int32), mask=_left_out(there))
    return pa.DictionaryArray.from_arrays(indices, pa.array(choices) if isinstance(choices, Sequence) else choices)


def lettered(places: Ints, letters: str, there: Mask | None = None) -> Column:
    """``coded`` for codes of one letter each."""
    return coded(places, list(letters), there)


def digits(numbers: Ints, width: int = 1) -> Column:
    """Numbers as text, with zeros in front."""
    return pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width=width, padding="0")


def joined(*parts: Column | str) -> Column:
    """Texts put behind one another; null where one of them is null."""
    return pc.binary_join_element_wise(*(_text(part) for part in parts), "")


def only(column: Column, there: Mask) -> Column:
    """The column, null where the value is not there."""
    return pc.if_else(pa.array(there), column, pa.scalar(None, column.type))


def either(condition: Mask, one: Column, other: Column) -> Column:
    """The one where the condition holds, else the other."""
    return pc.if_else(pa.array(condition), one, other)


def amounts(numbers: Ints, there: Mask | None = None) -> Column:
    """Numbers; null where the value is not there."""
    return pa.array(numbers, mask=_left_out(there))


def truths(mask: Mask, known: Mask | None = None) -> Column:
    """True and false; null where it is not known."""
    return pa.array(mask, mask=_left_out(known))


def dates(days: Ints, there: Mask | None = None) -> Column:
    """Days since 1970 as dates; null where the value is not there."""
    return pa.array(days.astype(np.int32), mask=_left_out(there)).cast(pa.date32())


def _text(part: Column | str) -> Column | str:
    return pc.cast(part, pa.string()) if isinstance(part, pa.DictionaryArray) else part


def _left_out(there: Mask | None) -> Mask | None:
    return None if there is None else ~there
