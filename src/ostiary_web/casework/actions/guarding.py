"""What the disclosing acts must meet besides the engine's guards, where a package was really built: asked in the door.

Where none was built, an act may name a package, and nothing can ever be handed over for it: ``handing_over`` gives away
only what ``packing`` built.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ostiary_web.casework import models, queries_work
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.faults import Refused
from ostiary_web.casework.identifying import check_identified

_PACKING = "package"
NOTICE = "correction_notice"  # as which kind of paper a signed notice of correction is kept
_EDGES = frozenset({_PACKING, "check", "agree_to_seal", "seal", "release"})


def check_leaving(docket: Docket, act: str, given: Mapping[str, Any]) -> None:
    """Each person by two strong identifiers; and the package of the act is one that was built here and still stands.

    :raises Refused: if not, whatever path led to the act.
    """
    signed = models.Paper.objects.filter(docket_id=docket.id, kind=NOTICE, digest=given.get("notice"))
    # Where nothing has left, the engine's own guard says so.
    if act == "correct" and docket.released is not None and not signed.exists():
        says = "this is no notice that was signed here"
        raise Refused(Refusal("signed", says, "a correction is told by the agency's word", "have it looked for first"))
    if act not in _EDGES:
        return
    check_identified(queries_work.identified(docket.id))
    built = models.Packing.objects.filter(docket_id=docket.id)
    if act == _PACKING or not built.exists():
        return
    manifest = given.get("manifest") or (docket.package.manifest if docket.package is not None else "")
    if not built.filter(manifest=manifest, destroyed_at=None).exists():
        says = "this is no package that was built here and still stands"
        raise Refused(Refusal("built", says, "I3: exactly what was decided", "have the custodian pack it"))
