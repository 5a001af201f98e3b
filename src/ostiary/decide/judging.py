"""Whether a changed law means the same: the prover's word on mutants that no case notices.

A mutant that answers every request alike is no gap in the cases. One that does not is
shown by a smallest request, ready to be pasted into a scenarios file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import TracebackType

from ostiary.decide.cases import COMPLETE
from ostiary.decide.compare import Beside, asked_in_short
from ostiary.decide.mutants import Effect, Judgement
from ostiary.decide.request_file import as_document, to_yaml
from ostiary.decide.solver import Said
from ostiary.decide.witness import Witness
from ostiary.errors import EngineDisagreement
from ostiary.law.bundle import Bundle
from ostiary.law.condition import SomeRow, walk
from ostiary.law.meaning import Missing
from ostiary.vocabulary import Base, FactType

Differs = Callable[[Witness], bool]
Ask = Callable[[], tuple[Said, Witness | None]]


class Judging:
    """Judges mutants of one law, for every day from ``since`` on."""

    def __init__(self, law: Bundle, since: dt.date, *, seconds: float = 20.0) -> None:
        self.law, self.since, self.seconds = law, since, seconds
        self._beside = Beside(law, since, seconds=seconds)
        self._rows = _row_questions(law)

    def __enter__(self) -> Judging:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._beside.solver.close()

    def __call__(self, mutant: Bundle) -> Judgement:
        """What the mutant does: lets more out, less, answers otherwise, or the same."""
        try:
            if _row_questions(mutant) <= self._rows:
                return self._judged(self._beside, mutant)
            with Beside(self.law, self.since, words_of=mutant, seconds=self.seconds) as beside:  # it needs more rows
                return self._judged(beside, mutant)
        except EngineDisagreement:
            return Judgement(Effect.UNKNOWN)

    def _judged(self, beside: Beside, mutant: Bundle) -> Judgement:
        other = beside.lay(mutant)
        given = beside.given(other)
        mine = beside.verdicts
        ways: tuple[tuple[Effect, Ask, Differs], ...] = (
            (Effect.WIDENS, lambda: beside.only_in(other, mine, given), _only_in(mutant, self.law)),
            (Effect.NARROWS, lambda: beside.only_in(mine, other, given), _only_in(self.law, mutant)),
            (Effect.ANSWERS, lambda: beside.answers(other, given), _answers_differ(self.law, mutant)),
        )
        for effect, ask, differs in ways:
            said, found = ask()
            if found is not None:
                return Judgement(effect, scenario(self.law, found, differs))
            if said is Said.UNKNOWN:
                return Judgement(Effect.UNKNOWN)
        return Judgement(Effect.SAME)


def _row_questions(bundle: Bundle) -> frozenset[SomeRow]:
    conditions = [rule.when for rule in bundle.rules]
    conditions += [rule.interpretation.unless for rule in bundle.rules if rule.interpretation.unless is not None]
    return frozenset(node for one in conditions for node in walk(one) if isinstance(node, SomeRow))


def _only_in(more: Bundle, less: Bundle) -> Differs:
    return lambda found: found.outcome(more).discloses and not found.outcome(less).discloses


def _answers_differ(one: Bundle, other: Bundle) -> Differs:
    return lambda found: found.outcome(one) is not found.outcome(other)


def scenario(law: Bundle, found: Witness, differs: Differs) -> str:
    """A request as one scenario of a scenarios file, with the answer that the law as it stands gives."""
    found = _with_falses(law, found, differs)
    copy = found.copy
    facts = as_document(found.facts, law.words, programs=[copy.program], elements=[copy.element], complete=COMPLETE)
    answer = {"elements": [copy.element], "outcome": found.outcome(law).value}
    usual = law.words.elements[copy.element].sources[0]
    if copy.source != usual:
        return f"# no file can ask for the copy that came from `{copy.source}`; a property must hold it\n"
    return to_yaml({"id": "NEW", "title": asked_in_short(law.words, found), "facts": facts, "expect": [answer]})


def _with_falses(law: Bundle, found: Witness, differs: Differs) -> Witness:
    """What a scenario leaves out of its flags and statements is false; what must stay unknown, it has to list."""
    facts = law.words.facts.values()
    short = [one.name for one in facts if one.name.split(".")[0] in COMPLETE and one.type == FactType(Base.BOOL)]
    unknown = [name for name in short if found.facts[name] is Missing.UNKNOWN]
    plain = found.but(dict.fromkeys(unknown, False))
    if differs(plain):
        return plain
    for name in unknown:
        plain = found.but({name: False})
        found = plain if differs(plain) else found
    return found
