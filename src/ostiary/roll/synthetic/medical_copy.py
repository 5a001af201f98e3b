"""The medical programs' own copy of name and address: one in twenty differs from the other file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow.compute as pc

from ostiary.roll.synthetic.columns import Column, Columns, either, joined, only
from ostiary.roll.synthetic.contact import Contact
from ostiary.roll.synthetic.identity import name_columns
from ostiary.roll.synthetic.naming import Naming
from ostiary.roll.synthetic.people import People
from ostiary.roll.synthetic.reference import names
from ostiary.roll.synthetic.streams import Chunk, Mask, Topic

ADDRESS_SHARE = 0.025  # of the households: the old address
MISTYPED_SHARE = 0.0128  # of the people: a letter typed twice in the first name
FORMER_SHARE = 0.0128  # of the people: another surname
PREFIX = "med_"


def medical_columns(chunk: Chunk, people: People, naming: Naming, contact: Contact, there: Mask) -> Columns:
    """Name and address again, null for people without a medical file."""
    stream = chunk.stream(Topic.MEDICAL_COPY)
    size = len(people)
    old_address = stream.chance(people.homes.count, ADDRESS_SHARE)[people.homes.of]
    mistyped, former = stream.chance(size, MISTYPED_SHARE), stream.chance(size, FORMER_SHARE)
    drawn = names().draw_last(people.race, stream.uniform(size))
    last = np.where(former, drawn, naming.last)
    second = np.where(former & (drawn == naming.last), naming.last, naming.second)
    columns = name_columns(PREFIX, replace(naming, last=last, second=second))
    first = f"{PREFIX}first_name"
    columns[first] = either(mistyped, _mistyped(columns[first]), columns[first])
    columns |= contact.before.where(old_address, contact.now).columns(PREFIX)
    return {name: only(column, there) for name, column in columns.items()}


def _mistyped(texts: Column) -> Column:
    """The second letter twice."""
    return joined(pc.utf8_slice_codeunits(texts, 0, 2), pc.utf8_slice_codeunits(texts, 1))
