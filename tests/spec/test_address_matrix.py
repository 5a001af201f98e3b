"""The current address of a named person, the most asked element: who gets which copy (combining notes, address matrix).

One row a request, one column a copy. M must be given, R may be given, C conflict, ? to counsel, . stays.
"""

import pytest

from ostiary.decide.decide import decide
from ostiary.decide.request import read_request
from ostiary.strict_yaml import Document

COPIES = ("snap", "medicaid", "tanf", "aabd_cash", "vttc", "state_medical")
LETTERS = {"mandated": "M", "release": "R", "conflict": "C", "refer_to_counsel": "?", "withhold": "."}

BASE = {
    "request_date": "2026-03-10",
    "requester": {"kind": "local_police", "identity_verified": True},
    "instrument": {
        "kind": "written_request", "signed": True, "judicial": False, "names_subjects": True, "status": "in_force",
    },
    "purpose": "criminal_investigation_other",
    "programs": list(COPIES),
    "elements_requested": ["address_residential"],
    "complete": ["flags", "statements"],
}  # fmt: skip
ICE = {"requester.kind": "ice_ero", "purpose": "civil_immigration_enforcement"}
NOTICE = {
    "instrument.kind": "statutory_notice",
    "purpose": "felony_fugitive_location",
    "statements.name_furnished": True,
    "statements.official_duty_locate": True,
    "statements.proper_exercise": True,
}
FELONY = {"statements.fleeing_felony": True, "instrument.attached": "felony_arrest_warrant"}
PARTICULARS = {
    f"statements.{name}": True
    for name in (
        "requester_identity",
        "legal_authority",
        "violation_described",
        "person_identified",
        "violation_specific",
    )
}
KNOWN = {
    "requester.kind": "dhs_report_intake",
    "instrument.kind": "statutory_report",
    "purpose": "unlawful_presence_report",
    "flags": ["knows_unlawful_final"],
}
ORDER = {
    "requester.kind": "court",
    "instrument.kind": "court_order",
    "instrument.judicial": True,
    "instrument.court_kind": "federal_district",
    "instrument.ordered_elements": ["address_residential"],
    "instrument.verified_with_clerk": True,
    "purpose": "civil_immigration_enforcement",
}
WITNESS = {
    "requester.kind": "states_attorney",
    "purpose": "victim_witness_location",
    "statements.felony": True,
    "statements.recipient_is_victim_or_witness": True,
    "statements.name_furnished": True,
    "statements.official_duty_locate": True,
}
THREAT = {
    "instrument.kind": "none_oral",
    "instrument.signed": False,
    "instrument.callback_verified": True,
    "purpose": "imminent_threat",
    "statements.imminent_threat": True,
}

#                                                                                   snap medi tanf aabd vttc stat
MATRIX = [
    ("ICE, civil, a letter", ICE, ".    .    C    .    .    ."),
    ("ICE, civil, a Form I-205", ICE | {"instrument.kind": "ice_admin_warrant"}, ".    .    C    .    .    ."),
    ("ICE, civil, a detainer", ICE | {"instrument.kind": "ice_detainer"}, ".    .    C    .    .    ."),
    ("ICE, civil, an I-138", ICE | {"instrument.kind": "dhs_admin_subpoena"}, ".    .    C    .    .    ."),
    ("any officer, complete felony notice", NOTICE | FELONY, "M    .    M    ?    .    ."),
    ("ICE, complete felony notice", NOTICE | FELONY | {"requester.kind": "ice_hsi"}, "M    .    M    ?    .    ."),
    ("ICE, the notice rests on a removal warrant", NOTICE | {"requester.kind": "ice_ero", "statements.fleeing_felony": True, "instrument.attached": "removal_warrant"}, "?    .    ?    .    .    ."),
    ("immigration parole is the only violation", NOTICE | {"statements.probation_or_parole_violation": True, "statements.parole_kind": "immigration"}, "?    .    ?    .    .    ."),
    ("a misdemeanor warrant", {"instrument.attached": "misdemeanor_arrest_warrant", "purpose": "misdemeanor_warrant", "statements.name_furnished": True}, ".    .    C    ?    .    ."),
    ("SNAP Act violation, four particulars", PARTICULARS | {"purpose": "program_violation_investigation", "statements.violated_act": "snap"}, "M    .    C    .    .    ."),
    ("the State knows of unlawful presence", KNOWN, "M    .    M    ?    ?    ?"),
    ("the State knows, but the order is stayed", KNOWN | {"flags": ["knows_unlawful_final", "removal_stayed"]}, ".    .    .    .    .    ."),
    ("a district court's order", ORDER, "M    M    M    M    M    M"),
    ("the same order, not confirmed with the clerk", ORDER | {"instrument.verified_with_clerk": False}, "?    ?    ?    ?    ?    ?"),
    ("a State's Attorney, felony witness", WITNESS, ".    .    M    .    .    ."),
    ("imminent threat to a person", THREAT, "?    R    R    R    ?    ?"),
]  # fmt: skip


def lay(facts, changes):
    facts = {key: dict(value) if isinstance(value, dict) else value for key, value in facts.items()}
    for key, value in changes.items():
        section, _, inner = key.partition(".")
        (facts.setdefault(section, {}) if inner else facts)[inner or section] = value
    return facts


@pytest.mark.parametrize(("who", "changes", "expected"), MATRIX, ids=[row[0] for row in MATRIX])
def test_each_copy_of_the_address_has_its_own_answer(bundle, who, changes, expected):
    request = read_request(Document(who, lay(BASE, changes), {}), bundle.words)
    verdict = decide(bundle, request)
    answers = {item.copy.program: LETTERS[item.outcome.value] for item in verdict.items}

    assert [answers[copy] for copy in COPIES] == expected.split()
