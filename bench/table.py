"""The machine's load and a small table, as each bench prints them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any


def load() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "loadavg": [round(one, 2) for one in os.getloadavg()],
        "python": sys.version.split()[0],
    }


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Columns as wide as they must be; numbers to the right."""
    names = list(rows[0])
    shown = [[_text(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(row[place]) for row in shown)) for place, name in enumerate(names)]
    number = [isinstance(rows[0][name], int | float) for name in names]
    for row in [names, *shown]:
        cells = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, number, strict=True)
        )
        print("  ".join(cells).rstrip())
    machine = load()
    print(f"{machine['cores']} cores, load {machine['loadavg'][0]:.1f} at the end, Python {machine['python']}\n")


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
