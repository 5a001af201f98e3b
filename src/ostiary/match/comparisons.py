"""How a subject and a person are compared, field by field: a ladder of levels, the first that holds decides.

Each rung has the SQL that Splink runs (``_l`` and ``_r`` are the two sides), and ``m``: in which share of true
pairs it is the one that holds. These shares are set once, from what files of benefits agencies look like
(Splink's estimates on the truth sets of febrl and pseudopeople, rounded): no roll has labels to learn them from.
The other half, ``u``, how often it holds by chance, is measured on each roll (``training``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ostiary.match.decision import Level, Trait
from ostiary.roll.identifiers import Field


@dataclass(frozen=True, slots=True)
class Rung:
    """One level of a comparison. ``frequencies``: the column whose rare values weigh more than its common ones.

    ``times``: how many times likelier a level is for a true pair, for what is a matter of how the subject is
    written (an initial, the last four digits): two people of the roll cannot show it. 0 where the roll is asked.
    """

    level: Level
    sql: str
    m: float
    frequencies: str = ""
    times: float = 0.0


@dataclass(frozen=True, slots=True)
class Ladder:
    """The comparison of one trait. ``silent``: when a side says nothing; ``rungs`` from best to worst."""

    trait: Trait
    silent: str
    rungs: tuple[Rung, ...]

    def case(self) -> str:
        """The number of the rung that holds as SQL, 0 the worst, -1 where a side is silent; as Splink numbers them."""
        top = len(self.rungs) - 1
        whens = " ".join(f"WHEN {rung.sql} THEN {top - place}" for place, rung in enumerate(self.rungs[:-1]))
        return f"CASE WHEN {self.silent} THEN -1 {whens} ELSE 0 END"

    def level(self, number: int) -> Level:
        """The level that a rung's number stands for."""
        return Level.MISSING if number < 0 else self.rungs[len(self.rungs) - 1 - number].level


def _silent(*columns: str) -> str:
    return " OR ".join(f"{name}_{side} IS NULL" for name in columns for side in "lr")


def _differs(m: float) -> Rung:
    return Rung(Level.DIFFERS, "ELSE", m)


def _edit(column: str) -> str:
    """At most one slip: a wrong, lost, added sign, or two that changed places."""
    return f"damerau_levenshtein({column}_l, {column}_r) <= 1"


def _alike(column: str) -> str:
    """Jaro-Winkler's likeness, 0 to 1: made for names, kind to slips towards the end."""
    return f"jaro_winkler_similarity({column}_l, {column}_r)"


def _initial(column: str) -> str:
    """One side is a letter only, and the same letter."""
    return f"(length({column}_l) = 1 OR length({column}_r) = 1) AND substr({column}_l, 1, 1) = substr({column}_r, 1, 1)"


_CROSSWISE = "first_whole_l = last_whole_r AND last_whole_l = first_whole_r"
_WITHIN = "list_has_all(last_parts_l, last_parts_r) OR list_has_all(last_parts_r, last_parts_l)"
_PLACE = "(zip_l = zip_r OR city_l = city_r)"
_ONE_UNIT = "coalesce(unit_l = unit_r, true)"
_DAY_MONTH = "substr(dob_{0}, 1, 4) || substr(dob_{0}, 8, 3) || substr(dob_{0}, 5, 3)"
_NUMBER, _PHONE, _EMAIL = Field.SSN.value, Field.PHONE.value, Field.EMAIL.value

_FIRST = Ladder(
    Trait.FIRST,
    _silent("first"),
    (
        Rung(Level.PART, _initial("first"), 0.02, times=10),
        Rung(Level.EXACT, "first_l = first_r", 0.82, "first"),
        Rung(Level.EXACT, "first_whole_l = first_whole_r", 0.005, "first"),
        Rung(Level.SWAPPED, _CROSSWISE, 0.005),
        Rung(Level.NICKNAME, "list_contains(nicks_l, first_r) OR list_contains(nicks_r, first_l)", 0.05, "first"),
        # Another name that people bear is another person (Jon, Joan), however near it is.
        Rung(Level.NEAR, f"{_alike('first')} >= 0.92 AND NOT (known_l AND known_r)", 0.05, "first"),
        Rung(Level.DIFFERS, f"{_alike('first')} >= 0.85", 0.03),
        _differs(0.02),
    ),
)  # fmt: skip
_LAST = Ladder(
    Trait.LAST,
    _silent("last"),
    (
        Rung(Level.PART, _initial("last"), 0.002, times=10),
        Rung(Level.EXACT, "last_l = last_r", 0.83, "last"),
        Rung(Level.EXACT, "last_whole_l = last_whole_r", 0.005, "last"),
        Rung(Level.SWAPPED, _CROSSWISE, 0.005),
        Rung(Level.NEAR, _WITHIN, 0.04, "last"),
        Rung(Level.NEAR, f"{_alike('last')} >= 0.9", 0.05, "last"),
        Rung(Level.PART, "list_has_any(last_parts_l, last_parts_r)", 0.003),
        _differs(0.065),
    ),
)  # fmt: skip
_MIDDLE = Ladder(
    Trait.MIDDLE,
    _silent("middle"),
    (
        Rung(Level.EXACT, "middle_l = middle_r", 0.88),
        Rung(
            Level.EXACT,
            "substr(middle_l, 1, 1) = substr(middle_r, 1, 1) "
            "AND (substr(middle_l || ' ', 2, 1) = ' ' OR substr(middle_r || ' ', 2, 1) = ' ')",
            0.06,
        ),
        Rung(Level.NEAR, f"{_alike('middle')} >= 0.9", 0.02),
        _differs(0.04),
    ),
)
_SUFFIX = Ladder(
    Trait.SUFFIX,
    _silent("suffix"),
    (
        Rung(Level.EXACT, "suffix_l = suffix_r", 0.96),
        Rung(Level.NEAR, "suffix_l IN ('jr', '2') AND suffix_r IN ('jr', '2')", 0.02),
        _differs(0.02),
    ),
)
_DOB = Ladder(
    Trait.DOB,
    _silent("dob"),
    (
        Rung(Level.WEAK, "dob_l = dob_r AND dob_weak_l", 0.005),
        Rung(Level.EXACT, "dob_l = dob_r", 0.90),
        Rung(Level.SWAPPED, f"dob_l = {_DAY_MONTH.format('r')}", 0.01),
        Rung(Level.NEAR, _edit("dob"), 0.05),
        Rung(
            Level.PART, "substr(dob_l, 1, 4) = substr(dob_r, 1, 4) OR substr(dob_l, 6, 5) = substr(dob_r, 6, 5)", 0.02
        ),
        _differs(0.015),
    ),
)
_SSN = Ladder(
    Trait.SSN,
    _silent("last4"),
    (
        Rung(Level.EXACT, f"{_NUMBER}_l = {_NUMBER}_r", 0.90),
        Rung(Level.NEAR, _edit(_NUMBER), 0.06),
        Rung(Level.PART, f"last4_l = last4_r AND ({_silent(_NUMBER)})", 0.02, times=8_000),
        _differs(0.02),
    ),
)
_SEX = Ladder(Trait.SEX, _silent("sex"), (Rung(Level.EXACT, "sex_l = sex_r", 0.985), _differs(0.015)))
_ADDRESS = Ladder(
    Trait.ADDRESS,
    f"({_silent('street')}) AND ({_silent('zip')})",
    (
        Rung(Level.EXACT, f"street_l = street_r AND {_PLACE} AND {_ONE_UNIT}", 0.55),
        Rung(
            Level.NEAR,
            f"house_l = house_r AND {_alike('street')} >= 0.95 AND {_PLACE} AND {_ONE_UNIT}",
            0.08,
        ),
        Rung(Level.PART, "street_l = street_r", 0.05),
        Rung(Level.PART, "zip_l = zip_r", 0.07),
        _differs(0.25),
    ),
)
_TELEPHONE = Ladder(
    Trait.PHONE,
    _silent(_PHONE),
    (
        Rung(Level.EXACT, f"{_PHONE}_l = {_PHONE}_r", 0.55, _PHONE),
        Rung(Level.PART, f"right({_PHONE}_l, 7) = right({_PHONE}_r, 7)", 0.03),
        _differs(0.42),
    ),
)
_MAIL = Ladder(
    Trait.EMAIL,
    _silent(_EMAIL),
    (
        Rung(Level.EXACT, f"{_EMAIL}_l = {_EMAIL}_r", 0.60, _EMAIL),
        Rung(Level.NEAR, _edit(_EMAIL), 0.05),
        _differs(0.35),
    ),
)
_OTHER = Ladder(
    Trait.OTHER_NUMBER,
    _silent("other_number"),
    (
        Rung(Level.EXACT, "other_number_l = other_number_r", 0.85),
        Rung(Level.NEAR, _edit("other_number"), 0.05),
        _differs(0.10),
    ),
)

LADDERS: Sequence[Ladder] = (
    _FIRST, _MIDDLE, _LAST, _SUFFIX, _DOB, _SSN, _SEX, _ADDRESS, _TELEPHONE, _MAIL, _OTHER,
)  # fmt: skip
"""The ladders in the order of ``Trait``."""

# Which pairs are compared at all (``data`` that agree in one of these); chosen so that 0.999 of true pairs are met.
BLOCKING: Sequence[str] = (
    f"l.{_NUMBER} = r.{_NUMBER}",
    "l.other_number = r.other_number",
    "l.dob = r.dob AND substr(l.last, 1, 2) = substr(r.last, 1, 2)",
    "l.dob = r.dob AND substr(l.first, 1, 2) = substr(r.first, 1, 2)",
    "l.dob = r.dob AND substr(l.first, 1, 2) = substr(r.last, 1, 2)",
    "l.first = r.first AND l.last = r.last AND substr(l.dob, 1, 4) = substr(r.dob, 1, 4)",
    "l.first = r.first AND l.last = r.last AND substr(l.dob, 6, 5) = substr(r.dob, 6, 5)",
    "l.last = r.last AND l.street = r.street",
    "l.first = r.first AND l.street = r.street",
    "l.last4 = r.last4 AND l.last = r.last AND l.first = r.first",
    f"l.{_EMAIL} = r.{_EMAIL}",
    f"l.{_PHONE} = r.{_PHONE} AND l.last = r.last AND l.first = r.first",
)
