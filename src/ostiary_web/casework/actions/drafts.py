"""What somebody has typed and not sent: kept for them alone, put back when they return, and then let go.

A draft is personal data. It is shown to nobody else, stands in no log, and goes away with time.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence

from ostiary_web.casework import models, queries
from ostiary_web.casework.faults import CaseworkError

KEPT = dt.timedelta(days=7)
LARGEST = 200_000  # characters of one draft


def save(*, docket: str, form: str, typed: Mapping[str, Sequence[str]], by: str, at: dt.datetime) -> None:
    """Keep what stands in a form, in the place of what was kept of it before; where nothing stands there, nothing.

    :param form: the form's own name. ``typed``: each field's values, as the browser sends them.
    :raises CaseworkError: if there is no such docket, or it is too much.
    """
    said = {name: list(values) for name, values in typed.items() if any(values)}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    if len(text) > LARGEST or len(form) > 80:
        raise CaseworkError("this is too much for a draft; send the form, or shorten it")
    pseudonym = queries.find(docket)
    if not said:
        discard(docket=pseudonym, form=form, by=by, at=at)
        return
    models.Draft.objects.update_or_create(docket_id=pseudonym, by=by, form=form, defaults={"typed": text, "at": at})


def discard(*, docket: str, form: str, by: str, at: dt.datetime) -> None:
    """Let go of a draft: it was sent, or its owner wants to start anew. None is none."""
    models.Draft.objects.filter(docket_id=queries.find(docket), by=by, form=form).delete()


def expire(*, at: dt.datetime) -> int:
    """Let go of every draft that nobody came back to; how many there were."""
    gone, _ = models.Draft.objects.filter(at__lt=at - KEPT).delete()
    return gone


def prefer(*, shortcuts: bool, by: str, at: dt.datetime) -> None:
    """Whether single keys do something on this person's pages."""
    models.Habit.objects.update_or_create(by=by, defaults={"shortcuts": shortcuts})
