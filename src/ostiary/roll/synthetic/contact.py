"""Addresses now and before, telephone, e-mail and the log of the online account."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ostiary.roll.synthetic.columns import Column, Columns, coded, digits, either, joined, only, words
from ostiary.roll.synthetic.homes import Homes
from ostiary.roll.synthetic.identifiers import email_addresses, telephones
from ostiary.roll.synthetic.people import People
from ostiary.roll.synthetic.reference import counties
from ostiary.roll.synthetic.streams import Chunk, Ints, Mask, Stream, Topic

STREETS = words(
    "Main Oak Maple Cedar Elm Washington Lincoln Park Lake Hill Walnut Spring North Ridge Church Willow Mill Sunset "
    "Railroad Jackson Jefferson Adams Madison Monroe Halsted Ashland Western Pulaski Cicero Kedzie State Clark "
    "Division Fullerton Belmont Devon Archer Ogden"
)
KINDS = words("St Ave Rd Dr Blvd Ct Ln Pl")
CONFIDENTIAL_SHARE = 0.0008  # households in the Address Confidentiality Program


@dataclass(frozen=True, slots=True)
class Address:
    """One address a row, as text."""

    line1: Column
    line2: Column
    city: Column
    zip: Column

    def of(self, rows: Ints) -> Address:
        """The address of each of these rows."""
        places = pa.array(rows)
        return Address(*(part.take(places) for part in self._parts()))

    def where(self, condition: Mask, other: Address) -> Address:
        """This address where the condition holds, else the other."""
        pairs = zip(self._parts(), other._parts(), strict=True)
        return Address(*(either(condition, one, two) for one, two in pairs))

    def columns(self, prefix: str, there: Mask | None = None) -> Columns:
        """The columns, each name with this prefix; null where nothing is there."""
        named = {
            f"{prefix}address_line1": self.line1,
            f"{prefix}address_line2": self.line2,
            f"{prefix}city": self.city,
            f"{prefix}state_code": pa.array(["IL"]).take(pa.array(np.zeros(len(self.line1), np.int64))),
            f"{prefix}zip_code": self.zip,
        }
        return named if there is None else {name: only(column, there) for name, column in named.items()}

    def text(self) -> Column:
        """The address in one line, without the flat."""
        return joined(self.line1, ", ", self.city, " IL ", self.zip)

    def _parts(self) -> tuple[Column, ...]:
        return self.line1, self.line2, self.city, self.zip


@dataclass(frozen=True, slots=True)
class Contact:
    """Where each person lives and lived. ``confidential`` marks the address confidentiality program."""

    now: Address
    before: Address
    moved: Mask
    confidential: Mask
    columns: Columns


def draw_contact(chunk: Chunk, people: People, ids: Ints) -> Contact:
    """Households move together; a few are in the address confidentiality program."""
    stream = chunk.stream(Topic.CONTACT)
    homes = people.homes
    now = _address(stream, homes).of(homes.of)
    before = _address(stream, homes).of(homes.of)
    moved = stream.chance(homes.count, 0.15)[homes.of]
    confidential = stream.chance(homes.count, CONFIDENTIAL_SHARE)[homes.of]
    columns = {
        **now.columns(""),
        "county_fips": coded(homes.county[homes.of], counties().fips),
        **_mailing(stream, people, now, confidential),
        "past_address": only(before.text(), moved),
        "phone_no": only(telephones(stream.whole(len(people), 0, 1300)), stream.chance(len(people), 0.85)),
        "email_address": only(email_addresses(ids), people.at_least(13) & stream.chance(len(people), 0.55)),
        "account_log": _account_log(stream, people),
    }
    return Contact(now, before, moved, confidential, columns)


def _address(stream: Stream, homes: Homes) -> Address:
    size = homes.count
    street = coded(stream.whole(size, 0, len(STREETS)), STREETS)
    kind = coded(stream.whole(size, 0, len(KINDS)), KINDS)
    flat = joined("Apt ", digits(stream.whole(size, 1, 60)))
    return Address(
        line1=joined(digits(stream.whole(size, 100, 9999)), " ", street, " ", kind),
        line2=only(flat, stream.chance(size, 0.42)),
        city=joined(coded(homes.county, counties().names), " City"),
        zip=digits(60_000 + homes.county * 20 + stream.whole(size, 0, 20), 5),
    )


def _mailing(stream: Stream, people: People, now: Address, confidential: Mask) -> Columns:
    """A box for one in eight; for the confidential ones the substitute address at the capital."""
    homes = people.homes
    boxed = (stream.chance(homes.count, 0.12)[homes.of]) | confidential
    box = joined("PO Box ", digits(stream.whole(homes.count, 1, 9999).take(homes.of), 5))
    city = either(confidential, pa.array(["Springfield"] * len(people)), now.city)
    zip_code = either(confidential, pa.array(["62700"] * len(people)), now.zip)
    return {"mail_line1": only(box, boxed), "mail_city": only(city, boxed), "mail_zip_code": only(zip_code, boxed)}


def _account_log(stream: Stream, people: People) -> Column:
    """Addresses of the range that stands for examples (RFC 5737)."""
    seen = joined("192.0.2.", digits(stream.whole(len(people), 1, 255)))
    return only(seen, people.at_least(18) & stream.chance(len(people), 0.35))
