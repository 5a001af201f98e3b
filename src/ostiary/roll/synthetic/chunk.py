"""All tables of one chunk of people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ostiary.roll.synthetic.benefits import benefit_columns
from ostiary.roll.synthetic.columns import Columns
from ostiary.roll.synthetic.contact import draw_contact
from ostiary.roll.synthetic.flags import Person, flag_columns
from ostiary.roll.synthetic.health import draw_health
from ostiary.roll.synthetic.homes import draw_homes
from ostiary.roll.synthetic.identity import identity_columns
from ostiary.roll.synthetic.lookalikes import add_lookalikes
from ostiary.roll.synthetic.medical_copy import medical_columns
from ostiary.roll.synthetic.money import draw_money
from ostiary.roll.synthetic.naming import draw_names
from ostiary.roll.synthetic.people import draw_people
from ostiary.roll.synthetic.programs import draw_files
from ostiary.roll.synthetic.relations import consents, enrolment, opt_outs
from ostiary.roll.synthetic.residence import residence_columns
from ostiary.roll.synthetic.sources import draw_sources
from ostiary.roll.synthetic.status import draw_immigration
from ostiary.roll.synthetic.streams import Chunk


@dataclass(frozen=True, slots=True)
class Tables:
    """What is written of a chunk."""

    people: pa.Table
    consents: pa.Table
    opt_outs: pa.Table
    enrolment: pa.Table


def make_tables(chunk: Chunk) -> Tables:
    """The people first; everything else is read off them, each with a random stream of its own."""
    people = draw_people(chunk, draw_homes(chunk))
    people, naming = add_lookalikes(chunk, people, draw_names(chunk, people))
    ids = np.arange(chunk.first, chunk.first + chunk.size, dtype=np.int64)
    immigration = draw_immigration(chunk, people)
    files = draw_files(chunk, people, immigration)
    sources = draw_sources(chunk, people)
    contact = draw_contact(chunk, people, ids)
    health = draw_health(chunk, people, files)
    money = draw_money(chunk, people, files, sources, ids)
    columns: Columns = {
        **identity_columns(chunk, people, naming, immigration, files, ids),
        **contact.columns,
        **residence_columns(chunk, people, immigration, files, ids),
        **money.columns,
        **benefit_columns(chunk, people, immigration, files, ids),
        **health.columns,
        **medical_columns(chunk, people, naming, contact, files.medical),
        **sources.columns,
        **flag_columns(chunk, Person(people, immigration, files, contact, health, money)),
    }
    return Tables(
        people=pa.table(columns),
        consents=consents(chunk, people, ids),
        opt_outs=opt_outs(chunk, people, ids),
        enrolment=enrolment(chunk, people, files, ids),
    )
