"""Numbers that look right and can belong to nobody.

| what | range | why it is safe |
|---|---|---|
| Social Security numbers, ITINs | 9xx-01 to 9xx-49 | never an SSN; ITINs and ATINs have the groups from 50 on |
| telephones | 555-01xx | kept free for fiction |
| e-mail | example.org | kept free for examples (RFC 2606) |
| A-numbers | A000 and six digits | none was given out |
| bank accounts | routing number 000000000 | no bank |
| EBT cards | prefix 000000 | no card |
| recipient numbers, State IDs | 000 and nine digits, ZZ0 and nine digits | longer than, and unlike, the State's |
"""

from __future__ import annotations

from ostiary.roll.synthetic.columns import Column, coded, digits, joined, words
from ostiary.roll.synthetic.streams import Ints

SERIALS = 10_000
GROUPS = 49
SSN_SPACE = 100 * GROUPS * SERIALS
AREA_CODES = words("217 224 309 312 331 618 630 708 773 779 815 847 872")


def taxpayer_numbers(ids: Ints, seed: int) -> Column:
    """One number a person, up to ``SSN_SPACE`` persons: the step has no factor in common with the space."""
    number = (ids * 20_176_201 + (seed * 7_919) % SSN_SPACE) % SSN_SPACE
    area, rest = number // (GROUPS * SERIALS), number % (GROUPS * SERIALS)
    return joined(digits(900 + area, 3), digits(1 + rest // SERIALS, 2), digits(rest % SERIALS, 4))


def telephones(numbers: Ints) -> Column:
    """Telephones from numbers below 1,300."""
    return joined(coded(numbers // 100, AREA_CODES), "55501", digits(numbers % 100, 2))


def email_addresses(ids: Ints) -> Column:
    """One address a person."""
    return joined("p", digits(ids), "@example.org")


def alien_numbers(ids: Ints, seed: int) -> Column:
    """A million of them only, so they repeat in larger rolls."""
    return _scrambled("A000", ids, seed, 7_919, 6)


def recipient_numbers(ids: Ints, seed: int) -> Column:
    """The medical programs' number of a person."""
    return _scrambled("000", ids, seed, 15_485_863, 9)


def state_ids(ids: Ints, seed: int) -> Column:
    """Driver's licences and State IDs."""
    return _scrambled("ZZ0", ids, seed, 32_452_843, 9)


def bank_accounts(ids: Ints, seed: int) -> Column:
    """Routing number and account."""
    return _scrambled("000000000-", ids, seed, 1_299_709, 10)


def ebt_accounts(households: Ints, seed: int) -> Column:
    """One card a household."""
    return _scrambled("000000", households, seed, 104_729, 10)


def _scrambled(prefix: str, ids: Ints, seed: int, step: int, width: int) -> Column:
    """A number of the width; different for each id below ten to the width, as ``step`` is a prime."""
    space: int = 10**width
    return joined(prefix, digits((ids * step + seed % space) % space, width))
