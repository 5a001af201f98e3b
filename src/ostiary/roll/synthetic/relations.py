"""The tables beside the people: consents, opt-outs, and the months of enrolment."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ostiary.roll.synthetic.columns import amounts, coded, dates, truths
from ostiary.roll.synthetic.people import AS_OF, People
from ostiary.roll.synthetic.programs import Files, Program
from ostiary.roll.synthetic.streams import Chunk, Ints, Stream, Topic

CONSENT_COUNTS = (0.85, 0.13, 0.017, 0.003)  # people with none, one, two, three
RECIPIENTS = {"SP": 0.4, "LEG": 0.06, "RES": 0.12, "PRV": 0.28, "ISP": 0.02, "SCH": 0.06, "LAN": 0.06}
SCOPES = {"FULL": 0.2, "CARE": 0.35, "INCOME": 0.25, "ADDRESS": 0.15, "SPECIAL": 0.05}
OPT_OUT_SHARE = 0.011
BACK_IN_SHARE = 0.15  # of those who opted out
SPELL_COUNTS = (0.72, 0.2, 0.08)


def consents(chunk: Chunk, people: People, ids: Ints) -> pa.Table:
    """Who agreed to what, when and until when. A date that is not there was never set."""
    stream = chunk.stream(Topic.CONSENTS)
    counts = stream.which(len(ids), CONSENT_COUNTS)
    person = np.repeat(ids, counts)
    size = len(person)
    number = np.arange(size) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    signed = np.maximum(AS_OF - stream.whole(size, 3, 2000), np.repeat(people.dob, counts))
    revoked = np.clip(signed + stream.whole(size, 1, 900), signed, AS_OF)
    return pa.table(
        {
            "person_id": amounts(person),
            "consent_no": amounts(number),
            "signed_on": dates(signed),
            "expires_on": dates(signed + stream.whole(size, 90, 1800), stream.chance(size, 0.8)),
            "revoked_on": dates(revoked, stream.chance(size, 0.07)),
            "recipient_code": coded(stream.which(size, tuple(RECIPIENTS.values())), tuple(RECIPIENTS)),
            "scope_code": coded(stream.which(size, tuple(SCOPES.values())), tuple(SCOPES)),
        }
    )


def opt_outs(chunk: Chunk, people: People, ids: Ints) -> pa.Table:
    """Who asked that nothing be shared; some came back later, and the newest row counts."""
    stream = chunk.stream(Topic.OPT_OUTS)
    out = np.flatnonzero(people.at_least(1) & stream.chance(len(ids), OPT_OUT_SHARE))
    back = out[stream.chance(len(out), BACK_IN_SHARE)]
    left = np.maximum(AS_OF - stream.whole(len(out), 400, 1600), people.dob[out])
    returned = AS_OF - stream.whole(len(back), 1, 360)
    table = pa.table(
        {
            "person_id": amounts(ids[np.r_[out, back]]),
            "recorded_on": dates(np.r_[left, returned]),
            "opted_out": truths(np.r_[np.ones(len(out), np.bool_), np.zeros(len(back), np.bool_)]),
        }
    )
    return table.sort_by([("person_id", "ascending"), ("recorded_on", "ascending")])


def enrolment(chunk: Chunk, people: People, files: Files, ids: Ints) -> pa.Table:
    """One row a spell. The last has no end; up to two ended before it."""
    stream = chunk.stream(Topic.SPELLS)
    parts = [_spells(stream, number, people, files, program) for number, program in enumerate(Program)]
    row, code, begin, end = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((begin, code, row))
    ended = end < AS_OF
    return pa.table(
        {
            "person_id": amounts(ids[row[order]]),
            "program_code": coded(code[order], [program.code for program in Program]),
            "from_month": dates(_month(begin[order])),
            "to_month": dates(_month(end[order]), ended[order]),
        }
    )


def _spells(
    stream: Stream, number: int, people: People, files: Files, program: Program
) -> tuple[Ints, Ints, Ints, Ints]:
    """Row, program, begin and end of each spell; those that would begin before birth are left out."""
    rows = np.flatnonzero(files.receives[program])
    counts = stream.which(len(rows), SPELL_COUNTS)
    begin, end = files.since[program][rows], np.full(len(rows), AS_OF)
    born = people.dob[rows]
    spells = [(rows, begin, end)]
    for earlier in (1, 2):
        end = begin - stream.whole(len(rows), 70, 500)
        begin = end - stream.whole(len(rows), 90, 1100)
        there = (counts >= earlier) & (begin > born)
        spells.append((rows[there], begin[there], end[there]))
    row, begins, ends = (np.concatenate(column) for column in zip(*spells, strict=True))
    return row, np.full(len(row), number), begins, ends


def _month(days: Ints) -> Ints:
    """The first day of the month."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
