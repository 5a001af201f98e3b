"""Identity columns: numbers, names, birth, sex, race, language, and the part in the household."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ostiary.roll.synthetic.columns import Columns, amounts, coded, dates, digits, joined, lettered, only, words
from ostiary.roll.synthetic.identifiers import recipient_numbers, state_ids, taxpayer_numbers
from ostiary.roll.synthetic.naming import NONE, SUFFIXES, Naming
from ostiary.roll.synthetic.people import People, Role, Sex
from ostiary.roll.synthetic.programs import Files
from ostiary.roll.synthetic.reference import RACES, names
from ostiary.roll.synthetic.status import Immigration
from ostiary.roll.synthetic.streams import Chunk, Ints, Stream, Topic

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LANGUAGES = words("en es pl zh ar hi tl vi ur fr ko ru uk")
SPOKEN = {  # by race, of those born abroad: how often each of the languages
    "white": (2, 0, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0.6, 1.4),
    "black": (6, 0, 0, 0, 1, 0, 0, 0, 0, 3, 0, 0, 0),
    "hispanic": (1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    "api": (2, 0, 0, 3, 0, 2, 2, 1, 1, 0, 1, 0, 0),
    "other": (6, 0, 0, 0, 2, 0, 0, 0, 1, 1, 0, 0, 0),
}
BORN_IN = {  # by race, of those born abroad
    "white": ("POL", "UKR", "RUS", "ROU", "JOR"),
    "black": ("NGA", "GHA", "HTI", "COD", "ETH"),
    "hispanic": ("MEX", "GTM", "HND", "VEN", "COL", "ECU"),
    "api": ("IND", "PHL", "CHN", "VNM", "KOR", "PAK"),
    "other": ("IRQ", "SYR", "AFG", "BRA"),
}


def identity_columns(
    chunk: Chunk, people: People, naming: Naming, immigration: Immigration, files: Files, ids: Ints
) -> Columns:
    """Who the person is."""
    stream = chunk.stream(Topic.IDENTITY)
    size, seed = len(people), chunk.seed
    numbered = ~immigration.undocumented & stream.chance(size, 0.988)
    adult = people.at_least(18)
    number = taxpayer_numbers(ids, seed)
    return {
        **_keys(people, ids),
        **name_columns("", naming),
        "alias_name": only(_former_names(stream, people), stream.chance(size, 0.05) & adult),
        "dob": dates(people.dob),
        **_birth_country(stream, people, immigration),
        "sex_code": lettered(people.sex, "MF"),
        "race_code": lettered(people.race, "WBHAO"),
        **_language(stream, people, immigration),
        "social_security_no": only(number, numbered),
        "itin_no": only(number, ~numbered & adult & stream.chance(size, 0.4)),
        "recipient_no": only(recipient_numbers(ids, seed), files.medical),
        "state_id_no": only(state_ids(ids, seed), people.at_least(16) & stream.chance(size, 0.7)),
        **_family(stream, people),
    }


def name_columns(prefix: str, naming: Naming) -> Columns:
    """The four parts of a name, each column with this prefix."""
    return {
        f"{prefix}first_name": naming.first_names(),
        f"{prefix}middle_initial": lettered(np.maximum(naming.initial, 0), ALPHABET, naming.initial != NONE),
        f"{prefix}last_name": naming.last_names(),
        f"{prefix}suffix": coded(np.maximum(naming.suffix, 0), SUFFIXES, naming.suffix != NONE),
    }


def _keys(people: People, ids: Ints) -> Columns:
    homes = people.homes
    household = ids[homes.head][homes.of]
    return {
        "person_id": amounts(ids),
        "household_id": amounts(household),
        "case_no": joined("IL", digits(household, 9)),
    }


def _former_names(stream: Stream, people: People) -> pa.Array:
    drawn = names().draw_last(people.race, stream.uniform(len(people)))
    return names().texts.take(pa.array(drawn))


def _birth_country(stream: Stream, people: People, immigration: Immigration) -> Columns:
    countries = ["USA", *(name for race in RACES for name in BORN_IN[race])]
    counts = np.array([len(BORN_IN[race]) for race in RACES])
    starts = 1 + np.cumsum(counts) - counts
    pick = (stream.uniform(len(people)) * counts[people.race]).astype(np.int64)
    place = np.where(immigration.born_abroad, starts[people.race] + pick, 0)
    return {"birth_country": coded(place, countries, stream.chance(len(people), 0.96))}


def _language(stream: Stream, people: People, immigration: Immigration) -> Columns:
    """English for those born here, but Spanish for one in five Hispanic people."""
    size = len(people)
    spanish = (people.race == RACES.index("hispanic")) & stream.chance(size, 0.2)
    spoken = np.where(spanish, 1, 0)
    for number, race in enumerate(RACES):
        rows = np.flatnonzero(immigration.born_abroad & (people.race == number))
        spoken[rows] = stream.which(len(rows), SPOKEN[race])
    return {"language_code": coded(spoken, LANGUAGES)}


def _family(stream: Stream, people: People) -> Columns:
    """The household, the school of minors, and the absent parent of children."""
    size, homes = len(people), people.homes
    school = coded(stream.whole(size, 0, 6), words("Lincoln Oak Park Washington Lake Hill"))
    alone = ~homes.any(people.role == Role.PARTNER)[homes.of] & (people.role == Role.CHILD)
    parents = np.full(size, int(Sex.MALE)), np.full(size, 5)
    parent = names().draw_first(people.race, *parents, stream.uniform(size))
    absent = joined(names().texts.take(pa.array(parent)), " ", _former_names(stream, people))
    return {
        "household_size": amounts(homes.size.astype(np.int8)),
        "role_code": lettered(people.role, "HPCO"),
        "school_name": only(joined(school, " School ", digits(stream.whole(size, 1, 40))), people.between(5, 18)),
        "absent_parent_name": only(absent, alone & stream.chance(size, 0.5)),
    }
