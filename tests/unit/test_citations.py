"""A requester may cite anything, in any form; what is not in the register is answered as not found."""

import pytest

from ostiary.decide.decide import answer

SAID = [
    ("8 U.S.C. § 1373", "imm_8usc1373"),
    ("8 USC 1373(a)", "imm_8usc1373"),
    ("pursuant to Section 1373 of Title 8", ""),
    ("8 USC 1360(b)", "imm_8usc1360b"),
    ("8 USC 1357", "imm_warrant_i200_i205"),
    ("8 USC 1357(g)", "imm_warrant_i200_i205"),
    ("8 USC 13", ""),
    ("8 USC 13731", ""),
    ("42 USC 611a", "tanf_report_42usc611a"),
    ("305 ILCS 5/11-9", "il_pac_11_9"),
    ("42 CFR 431.306", "med_reg_42cfr431_306"),
    ("EO 14243", "eo_14243"),
    ("imm_8usc1644", "imm_8usc1644"),
    ("Illinois Refugee Act (IRFA)", ""),
    ("Illinois Personal Information Privacy Act", ""),
    ("the law", ""),
]


@pytest.mark.parametrize(("text", "authority"), SAID, ids=[row[0] for row in SAID])
def test_what_is_cited_is_found_or_said_not_to_be(bundle, text, authority):
    found = answer(bundle, text)

    assert found.authority == authority
    assert ("Not found in the register" in found.text) is (authority == "")
