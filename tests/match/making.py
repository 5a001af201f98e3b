"""Hand-made decisions, truth and pairs: a test spells out only what it is about."""

import pyarrow as pa
import pyarrow.parquet as parquet

from ostiary.match.decision import COMPARED, FIELDS, Band, MatchDecision, pair_schema, write_decisions
from ostiary.match.truth import Truth, TruthSet

MODEL = "sha256:" + "ab" * 32


def a_decision(subject, person="p1", band=Band.AUTOMATIC, weight=30.0, margin=20.0, tier="T1", model=MODEL):
    if band is Band.NO_MATCH:
        person = weight = margin = None
    return MatchDecision(subject, band, tier, person, weight, margin, ("first:exact",), (), model)


def a_truth(rows, about="hand-made subjects"):
    """``rows``: (subject, person or None), or a Truth."""
    found = [row if isinstance(row, Truth) else Truth(*row, "member" if row[1] else "stranger", "", "") for row in rows]
    return TruthSet({one.subject: one for one in found}, about)


def many(right, false=0, clerical=0, silent=0):
    """So many right automatic decisions, false ones, members shown to a clerk, and strangers of no match."""
    decisions, rows = [], []
    for number in range(right):
        decisions.append(a_decision(f"R{number}", f"p{number}"))
        rows.append((f"R{number}", f"p{number}"))
    for number in range(false):
        decisions.append(a_decision(f"F{number}", "p0"))
        rows.append((f"F{number}", None))
    for number in range(clerical):
        decisions.append(a_decision(f"C{number}", f"c{number}", Band.CLERICAL, 8.0, 1.0, ""))
        rows.append((f"C{number}", f"c{number}"))
    for number in range(silent):
        decisions.append(a_decision(f"N{number}", band=Band.NO_MATCH, tier=""))
        rows.append((f"N{number}", None))
    return decisions, a_truth(rows)


def a_pair(subject, person, band=Band.CLERICAL, **changes):
    """A row of pairs.parquet: first name and birth date agree, sex differs, the subject gives no number."""
    row = dict.fromkeys(pair_schema().names)
    row |= {f"gamma_{name}": "missing" for name in COMPARED} | {f"mw_{name}": 0.0 for name in COMPARED}
    row |= {"subject": subject, "person": person, "prior": -10.0, "weight": 11.0, "margin": 3.0, "band": band.value}
    row |= {"tier": "", "first_subject": "Ana", "first_roll": "Anna", "gamma_first": "near", "mw_first": 9.0}
    row |= {"dob_subject": "1990-02-01", "dob_roll": "1990-02-01", "gamma_dob": "exact", "mw_dob": 14.0}
    row |= {"sex_subject": "M", "sex_roll": "F", "gamma_sex": "differs", "mw_sex": -2.0}
    row |= {f"{FIELDS[5]}_roll": "900010001", "street_subject": "1 Elm St", "street_roll": "1 Elm St"}
    row |= {"city_subject": "Cook City", "city_roll": "Cook City"}
    return row | changes


def a_run(folder, decisions, pairs):
    """A folder as `ostiary match run` writes it."""
    folder.mkdir()
    write_decisions(decisions, folder / "decisions.parquet")
    parquet.write_table(pa.Table.from_pylist(pairs, schema=pair_schema()), folder / "pairs.parquet")
    return folder
