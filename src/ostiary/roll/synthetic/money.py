"""Income, work, assets, and what came from the IRS and the Social Security Administration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ostiary.roll.synthetic.columns import Column, Columns, amounts, coded, dates, digits, joined, only, words
from ostiary.roll.synthetic.contact import STREETS
from ostiary.roll.synthetic.identifiers import bank_accounts
from ostiary.roll.synthetic.people import AS_OF, People
from ostiary.roll.synthetic.programs import Files
from ostiary.roll.synthetic.sources import IRS, SSA, Sources
from ostiary.roll.synthetic.streams import Chunk, Ints, Mask, Stream, Topic

TRADES = words("Foods Cleaning Warehouse Care Motors Builders Cafe Farms Logistics Services")


@dataclass(frozen=True, slots=True)
class Money:
    """Whose file holds a value from the IRS or from the Social Security Administration."""

    from_irs: Mask
    from_ssa: Mask
    columns: Columns


def draw_money(chunk: Chunk, people: People, files: Files, sources: Sources, ids: Ints) -> Money:
    """Adults have incomes; a few files hold federal values, which have laws of their own."""
    stream = chunk.stream(Topic.MONEY)
    size, adult = len(people), people.at_least(18)
    earns = adult & (files.income > 0)
    works = earns & ~people.at_least(70) & stream.chance(size, 0.75)
    saves, banks = adult & stream.chance(size, 0.2), adult & stream.chance(size, 0.45)
    taxed = earns & (stream.chance(size, 0.04) | sources.came_from(IRS, "income"))
    pensioned = (people.at_least(62) & stream.chance(size, 0.6)) | stream.chance(size, 0.02)
    columns = {
        "monthly_income_cents": amounts(files.income, adult),
        **_work(stream, works),
        "assets_cents": amounts(stream.whole(size, 1, 4000) * 100, saves),
        "bank_account_no": only(bank_accounts(ids, chunk.seed), banks),
        "fti_income_cents": amounts(files.income * 12 + stream.whole(size, -40, 40) * 1000, taxed),
        "ssa_benefit_cents": amounts(stream.whole(size, 300, 2600) * 100, pensioned),
    }
    irs = taxed | sources.came_from(IRS, "address")
    irs |= (saves & sources.came_from(IRS, "asset")) | (banks & sources.came_from(IRS, "bank"))
    return Money(irs, pensioned | _sent_by_ssa(sources, adult), columns)


def _work(stream: Stream, works: Mask) -> Columns:
    size = len(works)
    return {
        "wages_quarter_cents": amounts(stream.whole(size, 5, 120) * 10_000, works & stream.chance(size, 0.8)),
        "new_hire_on": dates(AS_OF - stream.whole(size, 5, 400), works & stream.chance(size, 0.12)),
        "employer_name": only(_employers(stream, size), works),
    }


def _employers(stream: Stream, size: int) -> Column:
    """Made-up firms, with a number so that none is taken for a real one."""
    firms = [f"{street} {trade}" for street in STREETS for trade in TRADES]
    return joined(coded(stream.whole(size, 0, len(firms)), firms), " ", digits(stream.whole(size, 1, 60), 3))


def _sent_by_ssa(sources: Sources, adult: Mask) -> Mask:
    """Who has a value that the Social Security Administration sent."""
    groups = ("dob", "address", "citizenship")
    sent = np.logical_or.reduce([sources.came_from(SSA, group) for group in groups])
    return np.asarray(sent | (adult & sources.came_from(SSA, "income")))
