"""The public counts behind the made-up people: names by race, sex and decade, counties by race."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from ostiary.roll.synthetic.columns import Column
from ostiary.roll.synthetic.streams import Floats, Ints, place_in

FOLDER = Path(__file__).parent / "reference"
RACES = ("white", "black", "hispanic", "api", "other")
SEXES = "MF"
FIRST_DECADE, DECADES = 1930, 9


@dataclass(frozen=True, slots=True)
class Weighted:
    """A run of names in the reference table, with their cumulated counts."""

    start: int
    cumulated: Floats

    def draw(self, uniform: Floats) -> Ints:
        """The names' places in the whole table."""
        return self.start + place_in(self.cumulated, uniform)


@dataclass(frozen=True, slots=True)
class Names:
    """All names, and which are given to whom."""

    texts: Column
    first: tuple[Weighted, ...]
    last: tuple[Weighted, ...]

    def draw_first(self, race: Ints, sex: Ints, decade: Ints, uniform: Floats) -> Ints:
        """A first name as people of that race, sex and decade of birth bear it."""
        group = (race * len(SEXES) + sex) * DECADES + decade
        drawn = np.zeros(len(group), np.int64)
        for number, rows in _groups(group):
            drawn[rows] = self.first[number].draw(uniform[rows])
        return drawn

    def draw_last(self, race: Ints, uniform: Floats) -> Ints:
        """A surname as people of that race bear it."""
        drawn = np.zeros(len(race), np.int64)
        for number, rows in _groups(race):
            drawn[rows] = self.last[number].draw(uniform[rows])
        return drawn


@dataclass(frozen=True, slots=True)
class Counties:
    """Illinois' counties, and where the people of each race live."""

    names: Column
    fips: Column
    by_race: tuple[Floats, ...]

    def draw(self, race: Ints, uniform: Floats) -> Ints:
        """A county as people of that race live in it."""
        drawn = np.zeros(len(race), np.int64)
        for number, rows in _groups(race):
            drawn[rows] = place_in(self.by_race[number], uniform[rows])
        return drawn


@cache
def names() -> Names:
    """The names, read once in a process. Those of one group stand together in the table."""
    table = pq.read_table(FOLDER / "ref_names.parquet").combine_chunks()
    keys = [table[name].cast(pa.string()).combine_chunks() for name in ("kind", "race", "sex", "decade")]
    runs = pc.run_end_encode(pc.binary_join_element_wise(*keys, " "))
    ends, weight = runs.run_ends.to_numpy(), table["w"].to_numpy().astype(np.float64)
    groups = {
        key: Weighted(int(start), np.cumsum(weight[start:end]))
        for key, start, end in zip(runs.values.to_pylist(), np.r_[0, ends[:-1]], ends, strict=True)
    }
    decades = range(FIRST_DECADE, FIRST_DECADE + 10 * DECADES, 10)
    first = tuple(groups[f"first {race} {sex} {decade}"] for race in RACES for sex in SEXES for decade in decades)
    last = tuple(groups[f"last {race}  0"] for race in RACES)
    return Names(pc.utf8_title(table["name"].cast(pa.string())).combine_chunks(), first, last)


@cache
def counties() -> Counties:
    """The counties, read once in a process."""
    as_text = pcsv.ConvertOptions(column_types={"fips": pa.string()})
    table = pcsv.read_csv(FOLDER / "ref_county.csv", convert_options=as_text)
    shares = tuple(np.cumsum(table[word].to_numpy()) for word in RACES)
    return Counties(table["name"].combine_chunks(), table["fips"].combine_chunks(), shares)


def _groups(codes: Ints) -> Iterator[tuple[int, Ints]]:
    """Each code with the rows that have it."""
    order = np.argsort(codes, kind="stable")
    edges = np.flatnonzero(np.r_[True, np.diff(codes[order]) != 0, True]) if len(codes) else np.zeros(1, np.int64)
    for begin, end in pairwise(edges):
        yield int(codes[order[begin]]), order[begin:end]
