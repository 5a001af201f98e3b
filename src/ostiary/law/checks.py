"""What a condition may not do even when it parses: unguarded optionals, misplaced knows and possibly."""

from __future__ import annotations

from ostiary.law.condition import (
    All,
    Any,
    Condition,
    Defined,
    Expired,
    Knows,
    Not,
    Possibly,
    Present,
    Reached,
    SomeRow,
    Truth,
    atom_facts,
    children,
    walk,
)
from ostiary.law.parsing import ConditionError
from ostiary.vocabulary import Vocabulary


def check_condition(node: Condition, words: Vocabulary, *, forbid: bool) -> None:
    """Refuse what would break fail-closed. ``forbid``: the condition blocks, all others help.

    :raises ConditionError: with the fact or function and what to write instead.
    """
    _constants(node)
    _rows(node, words, frozenset())
    _guards(node, words, frozenset())
    _polarity(node, forbid=forbid, positive=True)


def _constants(node: Condition) -> None:
    if any(isinstance(part, Truth) for part in walk(node) if part is not node):
        raise ConditionError("a constant inside a condition; TRUE or FALSE may only stand alone")


def _rows(node: Condition, words: Vocabulary, inside: frozenset[str]) -> None:
    """A fact of a relation is read only where one row is meant: in a definition that says ``over``."""
    if isinstance(node, SomeRow):
        inside = inside | {node.relation}
    for name in atom_facts(node):
        relation = name.split(".")[0]
        if relation in words.relations and relation not in inside:
            raise ConditionError(
                f"`{name}`: a person can have several rows of `{relation}`; "
                f"read it in a definition that says `over: {relation}`"
            )
    for child in children(node):
        _rows(child, words, inside)


def _guards(node: Condition, words: Vocabulary, present: frozenset[str]) -> None:
    """Each optional fact is read only where ``present`` of it is established (flow typing)."""
    match node:
        case All(parts):
            for index, part in enumerate(parts):
                others = (_shown(other, True) for i, other in enumerate(parts) if i != index)
                _guards(part, words, present.union(*others))
        case Any(parts):
            for index, part in enumerate(parts):
                others = (_shown(other, False) for i, other in enumerate(parts) if i != index)
                _guards(part, words, present.union(*others))
        case Not(part) | Knows(part) | Possibly(part):
            _guards(part, words, present)
        case Defined(_, body) | SomeRow(_, body):
            _guards(body, words, present)
        case Present() | Expired() | Reached():
            pass  # total: false for a fact known to be absent
        case _:
            for name in atom_facts(node):
                if words.facts[name].optional and name not in present:
                    raise ConditionError(
                        f"`{name}` is optional and not guarded; write present({name}) AND ... beside it"
                    )


def _shown(node: Condition, truth: bool) -> frozenset[str]:
    """The optional facts that must be present when ``node`` has this truth value."""
    match node:
        case Present(fact):
            return frozenset({fact.name}) if truth else frozenset()
        case Not(part):
            return _shown(part, not truth)
        case Defined(_, body) | SomeRow(_, body):
            return _shown(body, truth)
        case All(parts) if truth:
            return frozenset().union(*(_shown(part, True) for part in parts))
        case Any(parts) if not truth:
            return frozenset().union(*(_shown(part, False) for part in parts))
        case _:
            return frozenset()


def _polarity(node: Condition, *, forbid: bool, positive: bool) -> None:
    """``knows`` only positively in what helps, ``possibly`` only positively in what forbids."""
    match node:
        case Knows(part):
            if forbid or not positive:
                raise ConditionError("`knows` may only stand, not negated, in a permit, mandate or exempt")
            _plain(part)
        case Possibly(part):
            if not forbid or not positive:
                raise ConditionError("`possibly` may only stand, not negated, in a forbid")
            _plain(part)
        case Not(part):
            _polarity(part, forbid=forbid, positive=not positive)
        case All(parts) | Any(parts):
            for part in parts:
                _polarity(part, forbid=forbid, positive=positive)
        case Defined(_, body) | SomeRow(_, body):
            _polarity(body, forbid=forbid, positive=positive)
        case _:
            pass


def _plain(node: Condition) -> None:
    if any(isinstance(part, Knows | Possibly) for part in walk(node)):
        raise ConditionError("`knows` and `possibly` cannot be nested")
