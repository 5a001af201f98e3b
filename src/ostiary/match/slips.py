"""Slips of the pen: how a letter names a person whom the roll writes otherwise. Each is drawn from a seeded chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import lru_cache

from ostiary.roll.identifiers import Field

NUMBER, PHONE, EMAIL = Field.SSN.value, Field.PHONE.value, Field.EMAIL.value
LETTERS = "abcdefghijklmnopqrstuvwxyz"
READ_WRONG = {"m": "rn", "rn": "m", "l": "1", "i": "l", "o": "0", "e": "c", "u": "v", "h": "b", "cl": "d", "g": "q"}
LONG_FORMS = {"St": "Street", "Ave": "Avenue", "Rd": "Road", "Dr": "Drive", "Blvd": "Boulevard", "Ln": "Lane"}

Fields = dict[str, str]
Slip = Callable[[random.Random, Fields], bool]


def slipped(chance: random.Random, person: Fields, elsewhere: Fields) -> tuple[Fields, tuple[str, ...]]:
    """A person's fields as a requester writes them, and the slips made, as codes.

    ``elsewhere``: the address of somebody else, for those who have moved.
    """
    fields = dict(person)
    made = [name for name, share, slip in SLIPS if chance.random() < share and slip(chance, fields)]
    made += _address(chance, fields, elsewhere)
    if chance.random() < 0.02 and any(fields.get(name) for name in (NUMBER, "street")):  # a name alone is no request
        fields["dob"] = ""
        made.append("dob_left_out")
    return {name: text for name, text in fields.items() if text}, tuple(made)


def mistyped(chance: random.Random, text: str, letters: str = LETTERS) -> str:
    """One letter left out, doubled, changed, put in, or changed places; the first letter mostly stays."""
    if len(text) < 3:
        return text
    at = chance.randrange(1, len(text) - 1)
    kind = chance.randrange(5)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + chance.choice(letters) + text[at + 1 :]
    if kind == 3:
        return text[:at] + chance.choice(letters) + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


@lru_cache(maxsize=50_000)
def _also_called(name: str) -> tuple[str, ...]:
    names = _nick_namer()
    return tuple(sorted({*names.nicknames_of(name), *names.canonicals_of(name)} - {name}))


@lru_cache(maxsize=1)
def _nick_namer():  # type: ignore[no-untyped-def]  # the library has no types
    from nicknames import NickNamer

    return NickNamer()


def _nickname(chance: random.Random, fields: Fields) -> bool:
    names = _also_called(fields.get("first", "").lower())
    if not names:
        return False
    fields["first"] = chance.choice(names).title()
    return True


def _typo(name: str) -> Slip:
    def slip(chance: random.Random, fields: Fields) -> bool:
        before = fields.get(name, "")
        fields[name] = mistyped(chance, before)
        return fields[name] != before

    return slip


def _scanned(name: str) -> Slip:
    """Read wrong by a scanner: one group of letters taken for another."""

    def slip(chance: random.Random, fields: Fields) -> bool:
        text = fields.get(name, "")
        places = [(at, old) for old in READ_WRONG for at in range(1, len(text)) if text.startswith(old, at)]
        if not places:
            return False
        at, old = chance.choice(places)
        fields[name] = text[:at] + READ_WRONG[old] + text[at + len(old) :]
        return True

    return slip


def _without(*names: str) -> Slip:
    def slip(chance: random.Random, fields: Fields) -> bool:
        there = any(fields.get(name) for name in names)
        fields.update(dict.fromkeys(names, ""))
        return there

    return slip


def _one_surname(chance: random.Random, fields: Fields) -> bool:
    """Of two surnames one, mostly the first; or both changed places; or with a hyphen."""
    parts = fields.get("last", "").split()
    if len(parts) != 2:
        return False
    one, two = parts
    fields["last"] = chance.choices([one, two, f"{two} {one}", f"{one}-{two}"], [6, 1, 1, 4])[0]
    return True


def _names_swapped(chance: random.Random, fields: Fields) -> bool:
    fields["first"], fields["last"] = fields.get("last", ""), fields.get("first", "")
    return True


def _date(fields: Fields) -> tuple[str, str, str]:
    year, month, day = (fields.get("dob") or "--").split("-")
    return year, month, day


def _day_and_month_swapped(chance: random.Random, fields: Fields) -> bool:
    year, month, day = _date(fields)
    if not day or int(day) > 12 or day == month:
        return False
    fields["dob"] = f"{year}-{day}-{month}"
    return True


def _wrong_digit_of_day(chance: random.Random, fields: Fields) -> bool:
    """One digit of the year or the day wrong, the date still a date."""
    year, month, day = _date(fields)
    if not day:
        return False
    if chance.random() < 0.5:
        near = (int(year[3]) + step for step in (1, -1))
        other = next(digit for digit in near if 0 <= digit <= 9 and f"{year[:3]}{digit}" < "2026")  # no day to come
        fields["dob"] = f"{year[:3]}{other}-{month}-{min(int(day), 28):02}"
    else:
        other = (int(day) % 28) + 1
        fields["dob"] = f"{year}-{month}-{day[0]}{other % 10}" if day[0] in "12" else f"{year}-{month}-{other:02}"
    return True


def _american_date(chance: random.Random, fields: Fields) -> bool:
    year, month, day = _date(fields)
    if day:
        fields["dob"] = f"{int(month)}/{int(day)}/{year}"
    return bool(day)


def _wrong_digit(name: str) -> Slip:
    def slip(chance: random.Random, fields: Fields) -> bool:
        text = fields.get(name, "")
        if not text:
            return False
        at = chance.randrange(5, len(text))
        fields[name] = text[:at] + str((int(text[at]) + chance.randrange(1, 10)) % 10) + text[at + 1 :]
        return True

    return slip


def _last_four(name: str) -> Slip:
    def slip(chance: random.Random, fields: Fields) -> bool:
        fields[name] = fields.get(name, "")[-4:]
        return bool(fields[name])

    return slip


def _dashes(name: str) -> Slip:
    def slip(chance: random.Random, fields: Fields) -> bool:
        text = fields.get(name, "")
        if len(text) == 9:
            fields[name] = f"{text[:3]}-{text[3:5]}-{text[5:]}"
        return len(text) == 9

    return slip


def _other_letter(chance: random.Random, fields: Fields) -> bool:
    there = bool(fields.get("middle"))
    if there:
        fields["middle"] = chance.choice(LETTERS).upper()
    return there


def _capitals(chance: random.Random, fields: Fields) -> bool:
    for name in ("first", "last", "street", "city"):
        fields[name] = fields.get(name, "").upper()
    return True


def _other_sex(chance: random.Random, fields: Fields) -> bool:
    there = bool(fields.get("sex"))
    if there:
        fields["sex"] = "F" if fields["sex"] == "M" else "M"
    return there


SLIPS: tuple[tuple[str, float, Slip], ...] = (
    ("number_left_out", 0.60, _without(NUMBER)),
    ("number_wrong_digit", 0.03, _wrong_digit(NUMBER)),
    ("number_last_four", 0.03, _last_four(NUMBER)),
    ("number_dashes", 0.50, _dashes(NUMBER)),
    ("first_nickname", 0.06, _nickname),
    ("first_typo", 0.04, _typo("first")),
    ("first_scanned", 0.01, _scanned("first")),
    ("last_one_surname", 0.45, _one_surname),
    ("last_typo", 0.04, _typo("last")),
    ("last_scanned", 0.01, _scanned("last")),
    ("names_swapped", 0.007, _names_swapped),
    ("dob_day_month", 0.02, _day_and_month_swapped),
    ("dob_wrong_digit", 0.02, _wrong_digit_of_day),
    ("dob_american", 0.20, _american_date),
    ("middle_left_out", 0.40, _without("middle")),
    ("middle_wrong", 0.015, _other_letter),
    ("suffix_left_out", 0.50, _without("suffix")),
    ("sex_left_out", 0.20, _without("sex")),
    ("sex_wrong", 0.005, _other_sex),
    ("telephone_left_out", 0.70, _without(PHONE, EMAIL)),
    ("capitals", 0.15, _capitals),
)


def _address(chance: random.Random, fields: Fields, elsewhere: Fields) -> Iterator[str]:
    """Left out for half, an old one for some, written otherwise for others."""
    if chance.random() < 0.50:
        fields.update(street="", city="", zip="")
        yield "address_left_out"
    elif chance.random() < 0.12:
        fields.update(elsewhere)
        yield "address_moved"
    elif chance.random() < 0.30:
        words = [LONG_FORMS.get(word, word) for word in fields.get("street", "").split()]
        fields["street"] = " ".join(words).split(" Apt ")[0] if chance.random() < 0.4 else " ".join(words)
        yield "address_written_otherwise"
    elif chance.random() < 0.05:
        fields["street"] = mistyped(chance, fields.get("street", ""))
        yield "address_typo"
