"""A small roll with the people that are easily taken for one another, and fillers that make names common."""

import random

import pyarrow as pa
import pyarrow.parquet as pq

COLUMNS = (
    ["id", "first", "middle", "last", "suffix", "dob", "ssn", "sex", "street", "city", "zip", "phone", "email", "other_number"]
)  # fmt: skip

MAPPING = """
roll: 1
name: A small roll
tables: {people: people.parquet}
people: {table: people, id: id}
programs: {}
copies: []
identifiers:
"""

PEOPLE = [
    "maria|Maria|G|Garcia Lopez||1985-03-12|900-11-0001|F|12 Oak St|Pana|62557|||",
    "twin|Rosa|T|Nowak||1990-05-05|900-11-0002|F|9 Elm Ave Apt 3|Pana|62557|||",
    "father|John|A|Smith|Sr|1950-02-03|900-11-0003|M|77 Main St|Cairo|62914|||",
    "son|John|A|Smith|Jr|1975-06-07|900-11-0004|M|77 Main St|Cairo|62914|||",
    "namesake1|James|R|Wilson||1980-08-08|900-11-0005|M|1 Lake Dr|Alton|62002|||",
    "namesake2|James|R|Wilson||1980-08-08|900-11-0006|M|500 Hill Rd|Peoria|61602|||",
    "both1|Anna|K|Kowalski||2001-09-09|900-11-0007|F|3 Park Pl|Joliet|60431|||",
    "both2|Hanna|L|Kowalski||2001-09-09|900-11-0008|F|3 Park Pl|Joliet|60431|||",
    "plain|Patricia|M|Oyelaran||1967-11-23|900-11-0009|F|640 Ridge Blvd|Elgin|60120|2175550142|pat@example.org|ZZ0123456",
    "russian|Ирина|П|Соколова||1979-04-14|900-11-0010|F|8 Cedar Ct|Aurora|60505|||",
    "default|Ahmed||Hassan||1988-01-01|900-11-0011|M|15 Mill Ln|Dixon|61021|||",
    "nine|Zelda|Q|Fitzgerald||1977-07-17||F|21 Spring St|Salem|62881|||",
]


def make_roll(folder, without=()):
    """Write the roll into a new folder; the path of its roll.yaml. ``without``: columns that it does not have."""
    rows = [dict(zip(COLUMNS, line.split("|"), strict=True)) for line in PEOPLE]
    rows += fillers(400)
    names = [name for name in COLUMNS if name not in without]
    folder.mkdir()
    pq.write_table(
        pa.table({name: pa.array([row[name] or None for row in rows], pa.string()) for name in names}),
        folder / "people.parquet",
    )
    mapped = "".join(f"  {name}: {name}\n" for name in names if name != "id")
    (folder / "roll.yaml").write_text(MAPPING.lstrip() + mapped)
    return folder / "roll.yaml"


def fillers(count):
    """People of whom nobody asks."""
    chance = random.Random(6)
    firsts = [
        "John",
        "James",
        "Mary",
        "Linda",
        "Maria",
        "Jose",
        "Anna",
        "Rosa",
        "Patricia",
        "Ahmed",
        "Joan",
        "Jon",
        "Marie",
        "Wei",
    ]
    lasts = [
        "Smith",
        "Wilson",
        "Garcia",
        "Lopez",
        "Nowak",
        "Brown",
        "Jones",
        "Lee",
        "Kim",
        "Patel",
        "Hassan",
        "Kowalski",
        "Davis",
    ]
    streets = ["Main", "Oak", "Elm", "Lake", "Hill", "Park"]
    return [
        {
            "id": f"f{number}", "first": chance.choice(firsts), "middle": chance.choice("ABCDEFGHJKLMNPRSTW"),
            "last": chance.choice(lasts), "suffix": "", "sex": chance.choice("MF"),
            "dob": f"{chance.randint(1940, 2015)}-{chance.randint(2, 12):02}-{chance.randint(1, 28):02}",
            "ssn": f"901-22-{1000 + number}", "street": f"{100 + number} {chance.choice(streets)} St",
            "city": "Quincy", "zip": f"623{number % 40:02}", "phone": "", "email": "", "other_number": "",
        }
        for number in range(count)
    ]  # fmt: skip
