"""Writes a made-up roll: Parquet files and the ``roll.yaml`` that says what their columns mean.

The same number of people, seed and chunk give the same bytes, whatever the
number of workers. Everything is written into a folder beside ``out`` that takes
its name at the end, so a run that stops half way leaves nothing behind.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ostiary.errors import BadInput
from ostiary.roll.synthetic.chunk import make_tables
from ostiary.roll.synthetic.identifiers import SSN_SPACE
from ostiary.roll.synthetic.reference import FOLDER
from ostiary.roll.synthetic.streams import Chunk

ROW_GROUP = 100_000
SEEDS = 2**63
MAPPING = "roll.yaml"
MANY_VALUES = (  # hardly a value twice: a dictionary of them would only cost time and room
    *("person_id", "household_id", "case_no", "social_security_no", "recipient_no", "state_id_no", "a_number"),
    *("email_address", "bank_account_no", "ebt_account_no", "address_line1", "med_address_line1", "past_address"),
    *("absent_parent_name", "employer_name", "last_claim", "last_purchase"),
)
OPTIONS: dict[str, Any] = {"compression": "zstd", "compression_level": 1, "store_schema": False}

Relations = dict[str, pa.Table]


def generate(
    people: int,
    seed: int,
    out: Path,
    *,
    chunk: int = 100_000,
    workers: int | None = None,
    on_chunk: Callable[[int], None] | None = None,
) -> Path:
    """Write the roll and return the path of its ``roll.yaml``; ``on_chunk`` is told how many people are done."""
    _check(people, seed, out, chunk)
    try:
        with _all_or_nothing(out) as draft:
            _write(draft, _chunks(people, seed, chunk), workers or _processors(), on_chunk or _quiet)
    except OSError as error:
        raise BadInput(f"`{out}`: cannot be written ({error}); give a folder that is yours and has room") from error
    return out / MAPPING


def _check(people: int, seed: int, out: Path, chunk: int) -> None:
    if people < 1:
        raise BadInput(f"people: `{people}` is too few; give a number from 1 to {SSN_SPACE:,}")
    if people > SSN_SPACE:
        raise BadInput(f"people: `{people:,}` is more than there are safe identifiers; give at most {SSN_SPACE:,}")
    if not 0 <= seed < SEEDS:
        raise BadInput(f"seed: `{seed}` is out of range; give a whole number from 0 to {SEEDS - 1}")
    if chunk < 1:
        raise BadInput(f"chunk: `{chunk}` is too small; give 1 or more, best 100,000")
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise BadInput(f"`{out}`: is there already and not an empty folder; name a new one, or empty it first")


@contextmanager
def _all_or_nothing(out: Path) -> Iterator[Path]:
    """A new folder beside ``out``: renamed when all went well, else removed."""
    out = out.absolute()
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    draft.mkdir(parents=True)
    try:
        yield draft
        if out.exists():
            out.rmdir()
        draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _chunks(people: int, seed: int, size: int) -> list[Chunk]:
    starts = range(0, people, size)
    return [Chunk(seed, number, start + 1, min(size, people - start)) for number, start in enumerate(starts)]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _quiet(done: int) -> None:
    """For callers that show no progress."""


def _write(draft: Path, chunks: list[Chunk], workers: int, on_chunk: Callable[[int], None]) -> None:
    for folder in ("people", "enrolment"):
        (draft / folder).mkdir()
    done = 0
    with ExitStack() as open_files:
        writers: dict[str, pq.ParquetWriter] = {}
        made = open_files.enter_context(closing(_made(draft, chunks, workers)))  # no worker outlives the folder
        for chunk, relations in zip(chunks, made, strict=True):
            for name, table in relations.items():
                if name not in writers:
                    path = draft / f"{name}.parquet"
                    writers[name] = open_files.enter_context(pq.ParquetWriter(path, table.schema, **OPTIONS))
                writers[name].write_table(table)
            done += chunk.size
            on_chunk(done)
    shutil.copyfile(FOLDER / MAPPING, draft / MAPPING)


def _made(draft: Path, chunks: list[Chunk], workers: int) -> Generator[Relations, None, None]:
    """The relations of each chunk, in order, when its own files are written. Workers start afresh (spawn)."""
    job = partial(_write_chunk, draft)
    workers = min(workers, len(chunks))
    if workers <= 1:
        yield from map(job, chunks)
        return
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        yield from pool.map(job, chunks)
    finally:
        pool.shutdown(cancel_futures=True)


def _write_chunk(draft: Path, chunk: Chunk) -> Relations:
    """Write the two large tables of a chunk; the small ones go back, to be joined in one file each."""
    tables = make_tables(chunk)
    name = f"part-{chunk.number:05}.parquet"
    for folder, table in (("people", tables.people), ("enrolment", tables.enrolment)):
        repeated = [column for column in table.column_names if column not in MANY_VALUES]
        path = draft / folder / name
        pq.write_table(table, path, row_group_size=ROW_GROUP, use_dictionary=repeated, **OPTIONS)
    return {"consents": tables.consents, "opt_outs": tables.opt_outs}
