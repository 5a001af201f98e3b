"""What a person may be known by: the columns of a file of subjects, and of ``roll.yaml`` under ``identifiers``."""

from __future__ import annotations

from enum import StrEnum, auto


class Field(StrEnum):
    """One identifying datum, in the order of every file. ``other_number``: a number of one person, as a State ID."""

    FIRST = auto()
    MIDDLE = auto()
    LAST = auto()
    SUFFIX = auto()
    DOB = auto()
    SSN = auto()
    SEX = auto()
    STREET = auto()
    CITY = auto()
    ZIP = auto()
    PHONE = auto()
    EMAIL = auto()
    OTHER_NUMBER = auto()
