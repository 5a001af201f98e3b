"""What the commands share: finding the packs, writing JSON, drawing tables."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary.cli.settings import library, packs_from_environment
from ostiary.errors import BadInput
from ostiary.law.bundle import Bundle, load_bundle

if TYPE_CHECKING:
    from rich.console import Console


def pack_folders(named: Sequence[Path] | None) -> list[Path]:
    """The packs' folders to join: those named, those of the environment, or all that ship."""
    folders: list[Path] = []
    for path in named or packs_from_environment() or [library()]:
        if (path / "pack.yaml").is_file():
            folders.append(path)
        else:
            inside = sorted(child.parent for child in path.glob("*/pack.yaml"))
            if not inside:
                raise BadInput(f"{path}: is no pack and holds none; name a folder with a pack.yaml")
            folders += inside
    return folders


def bundle_from(named: Sequence[Path] | None) -> Bundle:
    """The bundle of the named packs."""
    return load_bundle(pack_folders(named), library())


def day_or_today(text: str, option: str) -> dt.date:
    """A day written YYYY-MM-DD; today where none is given."""
    if not text:
        return dt.date.today()
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"`{option}` must be a day written as YYYY-MM-DD") from None


def write_json(data: Any) -> None:
    """Pretty JSON on standard output, keys in the order of the schema."""
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False, default=_iso) + "\n")


def _iso(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


def console() -> Console:
    """Where tables are drawn; a fixed width where there is no terminal, so that output can be compared."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 118, highlight=False, soft_wrap=False)


def draw(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    lines: bool = False,
    shares: Sequence[int] = (),
) -> None:
    """Draw one table. Texts are shown as they are, never read as markup. ``shares``: relative widths."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_lines=lines,
        expand=bool(shares),
    )
    for place, name in enumerate(columns):
        table.add_column(name, overflow="fold", ratio=shares[place] if shares else None)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    console().print(table)


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """A bar on a terminal's standard error that says which step of a long work is running; silent elsewhere."""
    if not sys.stderr.isatty():
        yield lambda what: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    shown = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*shown, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda what: bar.update(task, description=what)


def progress(what: str, steps: Iterable[Any], total: int) -> Iterable[Any]:
    """Go through steps with a progress bar on a terminal's standard error; silent elsewhere."""
    if not sys.stderr.isatty():
        yield from steps
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(steps, description=what, total=total or None, console=Console(stderr=True), transient=True)


def read_text(path: Path) -> str:
    """A small text file.

    :raises BadInput: if it cannot be read, is too long, or is not UTF-8.
    """
    from ostiary.release.private_files import read_small

    try:
        return read_small(path).decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput(f"{path}: is not UTF-8 text") from None
