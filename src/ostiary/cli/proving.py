"""``ostiary prove``: what the rules can never do, for every request at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ostiary.cli.shared import bundle_from, console, draw, progress, write_json
from ostiary.decide.prove import Proof, Result, cases, prove
from ostiary.decide.request_file import as_document, to_yaml
from ostiary.decide.witness import Witness
from ostiary.errors import BadInput, did_you_mean
from ostiary.law.bundle import Bundle
from ostiary.law.property import read_properties


@dataclass(frozen=True, slots=True)
class Options:
    """``since``: proved for every day from this one on. ``out``: where counterexamples are written."""

    since: dt.date
    out: Path | None
    smtlib: Path | None
    seconds: float
    solver: str
    as_json: bool


def run(pack: str, packs: Sequence[Path] | None, options: Options) -> int:
    """Prove each property; 0 only when all are proved, else 1."""
    bundle = bundle_from(packs)
    names = [known.name for known in bundle.packs]
    name = Path(pack).name if pack else ""
    if name and name not in names:
        raise BadInput(f"no pack `{pack}` in the bundle{did_you_mean(pack, names)}")
    properties = read_properties(bundle, name)
    if not properties:
        raise BadInput("nothing to prove: the packs have no properties; write them into properties/")
    if options.smtlib is not None:
        _export(bundle, options, name)
    steps = prove(bundle, properties, options.since, solver=options.solver, seconds=options.seconds)
    proofs = list(progress("proving", steps, len(properties)))
    written = {one.property.id: _write(bundle, one, options.out) for one in proofs if one.witness is not None}
    proved = sum(one.result is Result.PROVED for one in proofs)
    if options.as_json:
        write_json(_json(bundle, proofs, options, written))
    else:
        _show(bundle, proofs, written)
        console().print(f"{proved} of {len(proofs)} proved, for every request of any day from {options.since} on")
    return 0 if proved == len(proofs) else 1


def _write(bundle: Bundle, proof: Proof, out: Path | None) -> str:
    """The counterexample as a request file that ``ostiary decide`` reads."""
    assert proof.witness is not None
    text = request_text(bundle, proof.witness)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{proof.property.id}.yaml").write_text(f"# breaks: {proof.property.says}\n{text}", encoding="utf-8")
    return text


def request_text(bundle: Bundle, witness: Witness) -> str:
    """A witness as the text of a request file."""
    copy = witness.copy
    usual = bundle.words.elements[copy.element].sources[0]
    other = f"# the copy that came from: {copy.source}\n" if copy.source != usual else ""
    return other + to_yaml(document(bundle, witness))


def document(bundle: Bundle, witness: Witness) -> dict[str, Any]:
    """A witness as the data of a request file."""
    copy = witness.copy
    return as_document(witness.facts, bundle.words, programs=[copy.program], elements=[copy.element])


def _export(bundle: Bundle, options: Options, pack: str) -> None:
    """Every question as a file that any SMT-LIB 2 solver reads: ``unsat`` means proved."""
    assert options.smtlib is not None
    options.smtlib.mkdir(parents=True, exist_ok=True)
    for one, case in cases(bundle, read_properties(bundle, pack), options.since):
        text = f"; {one.says}\n(set-logic QF_LIA)\n{case.theory}(assert {case.broken})\n(check-sat)\n"
        (options.smtlib / f"{one.id}.smt2").write_text(text, encoding="utf-8")


_SIGNS = {Result.PROVED: "proved", Result.REFUTED: "REFUTED", Result.VACUOUS: "VACUOUS", Result.UNDECIDED: "NOT PROVED"}


def _show(bundle: Bundle, proofs: Sequence[Proof], written: dict[str, str]) -> None:
    rows = [(one.property.id, _SIGNS[one.result], one.property.says, _citations(bundle, one)) for one in proofs]
    draw("What the rules can never do", ["property", "result", "in plain words", "because of"], rows, lines=True)
    for one in proofs:
        if one.why:
            console().print(f"{one.property.id}: {one.why}", markup=False)
        if one.idle:
            console().print(f"{one.property.id}: holds even without its `unless`", markup=False)
        if one.witness is not None:
            what = f"learning `{one.learned}` undoes the release; " if one.learned else ""
            said = one.witness.judged(bundle)
            console().print(
                f"\n{one.property.id}: {what}a smallest request that breaks it ({said.outcome.value}; "
                f"{', '.join(said.deciding)}):\n{written[one.property.id]}",
                markup=False,
            )


def _citations(bundle: Bundle, proof: Proof) -> str:
    return "; ".join(bundle.authorities[name].citation for name in proof.property.authorities)


def _json(bundle: Bundle, proofs: Sequence[Proof], options: Options, written: dict[str, str]) -> dict[str, Any]:
    return {
        "bundle": bundle.digest,
        "since": str(options.since),
        "solver": options.solver,
        "proved": sum(one.result is Result.PROVED for one in proofs),
        "total": len(proofs),
        "properties": [
            {
                "id": one.property.id,
                "pack": one.property.pack,
                "says": one.property.says,
                "authorities": list(one.property.authorities),
                "result": one.result.value,
                "why": one.why,
                "holds_without_unless": one.idle,
                "learned": one.learned or None,
                "counterexample": document(bundle, one.witness) if one.witness else None,
            }
            for one in proofs
        ],
    }
