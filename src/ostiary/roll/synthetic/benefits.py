"""Benefit columns: membership, dates, amounts, decisions, notes, cards, over-payments."""

from __future__ import annotations

import numpy as np

from ostiary.roll.synthetic.columns import (
    Column,
    Columns,
    amounts,
    coded,
    dates,
    digits,
    joined,
    lettered,
    only,
    truths,
)
from ostiary.roll.synthetic.identifiers import ebt_accounts
from ostiary.roll.synthetic.people import People, Sex
from ostiary.roll.synthetic.programs import Files, Program, any_of
from ostiary.roll.synthetic.status import Immigration
from ostiary.roll.synthetic.streams import Chunk, Ints, Mask, Stream, Topic

ON_CARDS = (Program.SNAP, Program.TANF, Program.AABD, Program.GA, Program.VTTC, Program.CCAP)
NOTES = (
    "Interview by phone; rent receipt seen.",
    "Asked for an interpreter.",
    "Change of address reported at the desk.",
    "Pay stubs for four weeks on file.",
    "Client will bring the utility bill.",
    "Redetermination form sent twice.",
    "Sister helps with the forms.",
    "New baby reported; proof awaited.",
)
ELIGIBILITY = "KAPDEX"  # child, adult, pregnant, aged or disabled, emergency, State-funded


def benefit_columns(chunk: Chunk, people: People, immigration: Immigration, files: Files, ids: Ints) -> Columns:
    """What the person receives and what the office wrote about it."""
    stream = chunk.stream(Topic.BENEFITS)
    size = len(people)
    receives = any_of(files.receives, *Program)
    household = ids[people.homes.head][people.homes.of]
    card = any_of(files.receives, *ON_CARDS)
    return {
        **{program.column: truths(files.held[program]) for program in Program},
        **{program.since_column: dates(files.since[program], files.receives[program]) for program in Program},
        **_amounts(stream, people, files),
        "eligibility_code": lettered(_eligibility(stream, people, immigration), ELIGIBILITY, files.medical),
        "decision_code": lettered(stream.which(size, (0.5, 0.44, 0.06)), "ARN", receives),
        "case_note": coded(stream.whole(size, 0, len(NOTES)), NOTES, stream.chance(size, 0.25)),
        "ebt_account_no": only(ebt_accounts(household, chunk.seed), card),
        "last_purchase": _purchases(stream, card),
        "overpaid_cents": amounts(stream.whole(size, 20, 900) * 100, receives & stream.chance(size, 0.015)),
        "fraud_case_no": only(joined("FR", digits(ids, 9)), receives & stream.chance(size, 0.004)),
        "voter_code": _voters(stream, people, immigration),
    }


def _amounts(stream: Stream, people: People, files: Files) -> Columns:
    """By month. The household's food and cash benefits stand in the file of each member who receives them."""
    size, receives = len(people), files.receives
    food = np.maximum(25_000 * people.homes.size - files.income * 3 // 10, 2_300)
    cash = 25_000 + 9_000 * people.homes.size
    return {
        "snap_amount_cents": amounts(food, receives[Program.SNAP]),
        "tanf_amount_cents": amounts(cash, receives[Program.TANF]),
        "aabd_amount_cents": amounts(stream.whole(size, 40, 420) * 100, receives[Program.AABD]),
        "ga_amount_cents": amounts(stream.whole(size, 100, 260) * 100, receives[Program.GA]),
        "vttc_amount_cents": amounts(stream.whole(size, 200, 500) * 100, receives[Program.VTTC]),
        "ccap_amount_cents": amounts(stream.whole(size, 300, 1400) * 100, receives[Program.CCAP]),
    }


def _eligibility(stream: Stream, people: People, immigration: Immigration) -> Ints:
    size = len(people)
    pregnant = (people.sex == Sex.FEMALE) & people.between(16, 46) & stream.chance(size, 0.05)
    disabled = people.at_least(65) | stream.chance(size, 0.09)
    lawful = np.select([pregnant, people.minor, disabled], [2, 0, 3], 1)
    without = np.where(people.minor | people.at_least(65), 5, 4)
    return np.where(immigration.undocumented, without, lawful).astype(np.int64)


def _purchases(stream: Stream, card: Mask) -> Column:
    """Shop and day of the last purchase."""
    size = len(card)
    day = coded(stream.whole(size, 0, 31), [f"2025-12-{date:02}" for date in range(1, 32)])
    return only(joined("Shop ", digits(stream.whole(size, 1, 4000), 4), " ", day), card & stream.chance(size, 0.9))


def _voters(stream: Stream, people: People, immigration: Immigration) -> Column:
    offered = people.at_least(18) & immigration.citizen & stream.chance(len(people), 0.45)
    return lettered(stream.which(len(people), (0.3, 0.7)), "RD", offered)
