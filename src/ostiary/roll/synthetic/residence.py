"""Immigration columns: what was declared, shown, verified and determined."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ostiary.roll.synthetic.columns import Columns, coded, dates, digits, joined, lettered, only
from ostiary.roll.synthetic.identifiers import alien_numbers
from ostiary.roll.synthetic.people import People
from ostiary.roll.synthetic.programs import Files, Program
from ostiary.roll.synthetic.reference import names
from ostiary.roll.synthetic.status import LETTERS, SAVE_LETTERS, Immigration, Save, Status
from ostiary.roll.synthetic.streams import Chunk, Ints, Topic

DOCUMENTS = ("I-551", "I-94", "I-766", "I-571")
WHY_NOT_APPLIED = "SDC"  # status, declined, covered elsewhere
PETITIONS = {Status.SELF_PETITIONER: "V", Status.TRAFFICKED: "T", Status.CRIME_VICTIM: "U"}


def residence_columns(chunk: Chunk, people: People, immigration: Immigration, files: Files, ids: Ints) -> Columns:
    """Nobody is asked for the status of a person who did not apply, and one in five tells it all the same."""
    stream = chunk.stream(Topic.RESIDENCE)
    size = len(people)
    asked = ~files.nonapplicant | stream.chance(size, 0.2)
    foreign = ~immigration.citizen & ~immigration.undocumented & immigration.known
    coverage = np.where(files.receives[Program.EMERGENCY_MEDICAID], 0, 1)
    coverage_there = files.receives[Program.EMERGENCY_MEDICAID] | files.receives[Program.STATE_MEDICAL]
    sponsor = names().draw_last(people.race, stream.uniform(size))
    sponsored = immigration.has(Status.PERMANENT_RESIDENT) & stream.chance(size, 0.2)
    return {
        "citizenship_code": lettered(np.where(immigration.citizen, 0, 1), "CN", asked & immigration.known),
        "status_code": lettered(immigration.status, LETTERS, asked & immigration.born_abroad & immigration.known),
        "a_number": only(alien_numbers(ids, chunk.seed), foreign & stream.chance(size, 0.95)),
        "document_code": coded(stream.whole(size, 0, len(DOCUMENTS)), DOCUMENTS, foreign & stream.chance(size, 0.8)),
        "save_code": lettered(immigration.save, SAVE_LETTERS, immigration.save != Save.NOT_ASKED),
        "determination_on": dates(immigration.determined, immigration.final),
        "nonapplicant_code": lettered(stream.whole(size, 0, 3), WHY_NOT_APPLIED, files.nonapplicant),
        "sponsor_name": only(joined("Sponsor ", names().texts.take(pa.array(sponsor))), sponsored),
        "coverage_code": lettered(coverage, "EH", coverage_there),
        "petition_code": _petition(immigration),
        "sponsor_affidavit_no": only(joined("AF", digits(ids % 1_000_000, 6)), sponsored),
    }


def _petition(immigration: Immigration) -> pa.Array:
    place = np.zeros(len(immigration.status), np.int64)
    for number, kind in enumerate(PETITIONS):
        place[immigration.status == kind] = number
    return coded(place, tuple(PETITIONS.values()), immigration.victim)
