"""A solver in a process of its own: asked in SMT-LIB 2, stopped when its time is up.

A solver can hang, ignore its own time limit, or crash. In its own process none of that
reaches the caller: whatever is not an answer counts as *unknown*, which proves nothing.
"""

from __future__ import annotations

import contextlib
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from types import TracebackType

from ostiary.errors import BadInput

Model = Mapping[str, int | bool]
_END = "ostiary:end"
_TO_START = 120.0  # seconds to start, load the solver and read the theory; no question is asked yet
_VALUE = re.compile(r"\(\|?([^|\s()]*(?: [^|()]*)?)\|?\s+(true|false|[0-9]+|\(-\s*[0-9]+\))\)")


class Said(StrEnum):
    """A solver's answer. Unknown also stands for a time-out and for a fault."""

    SAT = "sat"
    UNSAT = "unsat"
    UNKNOWN = "unknown"


class Solver:
    """One solver process that has been told a theory; questions are asked one after another.

    :param name: ``z3`` or ``cvc5``.
    :param seconds: wall-clock limit of each question.
    :raises BadInput: the solver is not installed.
    """

    def __init__(self, theory: str, *, name: str = "z3", seconds: float = 60.0) -> None:
        self.name, self.seconds, self.theory = name, seconds, theory
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "ostiary.decide.solver_process", self.name]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1
        )
        lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=_listen, args=(process, lines), daemon=True).start()
        self._lines, self._process = lines, process
        if self._tell(self.theory, seconds=_TO_START) != []:
            self.close()
            raise BadInput(f"the solver `{self.name}` does not answer; is its package installed?")
        return process

    def __enter__(self) -> Solver:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def add(self, lines: Iterable[str]) -> None:
        """Tell the solver more that is so, for all questions to come."""
        text = "\n".join(lines) + "\n"
        self.theory += text
        self._tell(text)

    def ask(self, question: str, variables: Sequence[str] = (), given: str = "") -> tuple[Said, Model]:
        """Whether ``question`` can be true and, if so, the values of ``variables`` in one world where it is.

        :param given: declarations and assertions that are told for this question only.
        """
        found = self._tell(f"(push 1)\n{given}\n(assert {question})\n(check-sat)\n")
        said = Said(found[0]) if found and found[0] in list(Said) else Said.UNKNOWN
        model: Model = {}
        if said is Said.SAT and variables:
            model = read_values("\n".join(self._tell(f"(get-value ({' '.join(variables)}))\n") or []))
            said = said if model.keys() >= set(variables) else Said.UNKNOWN
        if found is None:
            self.close()
            self._start()  # the question it hung on is dropped; the theory is told anew
        else:
            self._tell("(pop 1)\n")
        return said, model

    def _tell(self, text: str, seconds: float | None = None) -> list[str] | None:
        """What the solver prints to a text; None when its time is up or it has died."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{text}{_END}\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            return None
        found: list[str] = []
        while True:
            try:
                line = self._lines.get(timeout=self.seconds if seconds is None else seconds)
            except queue.Empty:
                return None
            if line is None:
                return None
            if line == _END:
                return found
            found.append(line)


def _listen(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    assert process.stdout is not None
    try:
        for line in process.stdout:
            lines.put(line.rstrip("\n"))
    except ValueError:
        pass  # closed while we were reading: the caller has stopped the process
    lines.put(None)


def read_values(text: str) -> Model:
    """The values of a ``get-value`` answer."""
    return {f"|{name}|": _value(word) for name, word in _VALUE.findall(text)}


def _value(word: str) -> int | bool:
    if word in ("true", "false"):
        return word == "true"
    return -int(word.strip("(-) ")) if word.startswith("(") else int(word)
