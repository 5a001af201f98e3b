"""The process that a solver runs in: reads SMT-LIB 2 in pieces, writes what the solver prints.

Run as ``python -m ostiary.decide.solver_process z3``. A piece ends with a line
``ostiary:end``, and so does each answer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

_END = "ostiary:end"


def _z3() -> Callable[[str], str]:
    import z3

    context = z3.Context()

    def run(text: str) -> str:
        return str(z3.Z3_eval_smtlib2_string(context.ref(), text))

    return run


def _cvc5() -> Callable[[str], str]:
    import cvc5

    solver = cvc5.Solver()
    solver.setOption("produce-models", "true")
    solver.setOption("incremental", "true")
    solver.setLogic("QF_LIA")
    symbols = cvc5.SymbolManager(solver)
    parser = cvc5.InputParser(solver, symbols)

    def run(text: str) -> str:
        parser.setIncrementalStringInput(cvc5.InputLanguage.SMT_LIB_2_6, "ostiary")
        parser.appendIncrementalStringInput(text)
        printed = []
        while not (command := parser.nextCommand()).isNull():
            printed.append(str(command.invoke(solver, symbols)))
        return "".join(printed)

    return run


def _pieces() -> Iterator[str]:
    lines: list[str] = []
    for line in sys.stdin:
        if line.rstrip("\n") == _END:
            yield "".join(lines)
            lines = []
        else:
            lines.append(line)


def main() -> None:
    """Answer until the input ends."""
    run = {"z3": _z3, "cvc5": _cvc5}[sys.argv[1]]()
    for piece in _pieces():
        said = run(piece)
        sys.stdout.write(said if said.endswith("\n") or not said else said + "\n")
        sys.stdout.write(_END + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
