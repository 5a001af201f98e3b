"""The parts of the docket's page from the search of the roll to the package's end."""

from __future__ import annotations

from typing import Any

from ostiary_web.casework import pages_corrections, pages_long_work, pages_matching, pages_packing, queries_work
from ostiary_web.casework.pages import Me
from ostiary_web.casework.pages_docket import Case


def parts(case: Case, me: Me) -> dict[str, Any]:
    """By the names that the templates use."""
    works = queries_work.of_docket(case.docket.id)
    return {
        "screen": pages_long_work.screen(case, me, works),
        "matches": pages_matching.part(case, me, works),
        "package": pages_packing.part(case, me, works),
        "wrong": pages_corrections.part(case, me, works),
    }
