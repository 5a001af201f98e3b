"""Decisions per second, against Cedar's batch authorisation (cedarpy), on the same six rules.

The rules are those of ``bench/cedar/snap.cedar``, written by hand from ours; both decide the same sample first. Cedar
is given all that can be made ready: parsed policies, parsed entities; only its batch call is timed. It answers allow
or deny with the deciding policies; ours answers one of six outcomes, with authorities, duties and missing facts.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import cedarpy

from bench.rolls import CACHE, ROOT, law, made, roll_of, widened
from bench.table import load, show
from ostiary import strict_yaml
from ostiary.decide.compile import compile_request, fixed_facts
from ostiary.decide.interpret import Reading
from ostiary.decide.person import find_people, judge_person, person_facts
from ostiary.decide.population import screen
from ostiary.decide.request import Group, read_request
from ostiary.law.bundle import Bundle
from ostiary.law.defeat import Defeat
from ostiary.roll.duckdb import DuckEngine
from ostiary.roll.mapping import Roll

HERE = ROOT / "bench" / "cedar"
REQUESTS = ("administration", "no-protocol", "fleeing", "removal-warrant")
TIMED = "administration"
RULES = (
    "agency.opt-out", "il.acp", "il.acp.doors", "us.snap.A.administration", "us.snap.E.fleeing", "us.snap.safeguard",
)  # fmt: skip
STATEMENTS = (
    "name_furnished", "official_duty_locate", "proper_exercise", "fleeing_felony", "probation_or_parole_violation",
    "member_has_necessary_information", "related_fugitive_felony", "ag_need_determination",
)  # fmt: skip


def small(bundle: Bundle) -> Bundle:
    """The bundle with these rules alone."""
    edges = {
        name: tuple(edge for edge in found if edge.by in RULES)
        for name, found in bundle.defeat.defeaters.items()
        if name in RULES
    }
    return replace(bundle, rules=tuple(rule for rule in bundle.rules if rule.id in RULES), defeat=Defeat(edges), _at={})


def asked(bundle: Bundle, roll: Roll, name: str) -> tuple[Group, Any]:
    request = read_request(strict_yaml.read(HERE / f"{name}.yaml"), bundle.words)
    group = replace(widened(request.groups[0], roll, bundle), programs=("snap",))
    return group, request.as_of


def entities(groups: dict[str, Group], roll: Roll) -> cedarpy.Entities:
    """Each request as a principal, each element under SNAP as a resource."""
    found: list[dict[str, Any]] = []
    for name, group in groups.items():
        said = {word: group.facts.get(f"statements.{word}") is True for word in STATEMENTS}
        attached = str(group.facts["instrument.attached"])
        said |= {
            "criminal_basis": attached in ("criminal_arrest_warrant", "felony_arrest_warrant"),
            "immigration_parole_only": said["probation_or_parole_violation"] and not said["fleeing_felony"],
            "protocol_agreed": group.facts["instrument.protocol_agreed"] is True,
            "signed": group.facts["instrument.signed"] is True,
        }
        words: dict[str, Any] = {
            "requester": str(group.facts["requester.kind"]),
            "purpose": str(group.facts["purpose"]),
            "instrument": str(group.facts["instrument.kind"]),
            "attached": attached,
        }
        found.append({"uid": {"type": "Request", "id": name}, "attrs": said | words, "parents": []})
    for element in sorted({held.element for held in roll.copies}):
        copy = {"program": "snap", "element": element}
        found.append({"uid": {"type": "Copy", "id": element}, "attrs": copy, "parents": []})
    return cedarpy.Entities.from_json_str(json.dumps(found))


def query(name: str, element: str, facts: Any) -> dict[str, Any]:
    """One question to Cedar. A fact that is not known is left out."""
    known = {word: facts[f"flags.{word}"] for word in ("address_confidentiality", "opt_out")}
    return {
        "principal": {"type": "Request", "id": name},
        "action": {"type": "Action", "id": "disclose"},
        "resource": {"type": "Copy", "id": element},
        "context": {word: value for word, value in known.items() if isinstance(value, bool)},
    }


def chosen(engine: DuckEngine, roll: Roll, each: int) -> list[str]:
    """Some people with a SNAP file: of the address programme, who opted out, with a fact unknown, and any."""
    kinds = (
        "flag_address_confidentiality",
        "flag_address_confidentiality IS NULL",
        "person_id IN (SELECT person_id FROM opt_outs)",
        "true",
    )
    found: list[str] = []
    for kind in kinds:
        text = f"SELECT person_id FROM people WHERE in_snap AND ({kind}) ORDER BY hash(person_id) LIMIT {each}"
        found += [str(one) for one in engine.query(text).column(0).to_pylist()]
    return list(dict.fromkeys(found))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300_000)
    parser.add_argument("--roll", type=Path, help=f"folder of the roll; default {CACHE}/roll-N")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    bundle = small(law())
    roll = roll_of(bundle, made(given.people, given.roll))
    engine = DuckEngine(roll)
    groups, days = {}, {}
    for name in REQUESTS:
        groups[name], days[name] = asked(bundle, roll, name)
    policies = cedarpy.PolicySet.from_str((HERE / "snap.cedar").read_text())
    ready = entities(groups, roll)
    people = find_people(roll, engine, chosen(engine, roll, 40))

    cases: list[dict[str, Any]] = []
    expected: list[bool] = []
    outcomes: Counter[str] = Counter()
    judging, timed_cases = 0.0, 0
    for name, group in groups.items():
        fixed = fixed_facts(bundle, group, roll)
        for person in people:
            facts = person_facts(fixed, roll, person)
            start = time.perf_counter()
            items = judge_person(Reading(bundle, facts, days[name], bundle.agency.kinds), roll, group, person)
            judging += time.perf_counter() - start
            timed_cases += len(items)
            for item in items:
                if item.copy.source:  # a source that is not known is no matter of these rules
                    cases.append(query(name, item.copy.element, facts))
                    expected.append(item.outcome.discloses)
                    outcomes[f"{name}: {item.outcome.value}/{item.reason.value}"] += 1
    answers = [found.allowed for found in cedarpy.is_authorized_batch(cases, policies, ready)]
    assert len(cases) >= 2_000, len(cases)
    assert answers == expected, [cases[i] for i in range(len(cases)) if answers[i] != expected[i]][:3]

    random.Random(1).shuffle(cases)
    batch = [case for case in cases if case["principal"]["id"] == TIMED]
    batch = (batch * (40_000 // len(batch) + 1))[:40_000]
    cedar, ours = [], []
    for turn in range(given.times):
        for mine in (True, False) if turn % 2 == 0 else (False, True):
            start = time.perf_counter()
            if mine:
                plan = compile_request(bundle, groups[TIMED], days[TIMED], roll)
                found = screen(plan, DuckEngine(roll))
                json.dumps(found.to_json())
                ours.append(found.total() / (time.perf_counter() - start))
            else:
                cedarpy.is_authorized_batch(batch, policies, ready)
                cedar.append(len(batch) / (time.perf_counter() - start))
    row = {
        "people": given.people,
        "values": found.total(),
        "ours_per_second": round(max(ours)),
        "cedar_per_second": round(max(cedar)),
        "ratio": round(max(ours) / max(cedar), 1),
        "one_by_one_per_second": round(timed_cases / judging),
        "checked_equal": len(cases),
        "allowed": sum(expected),
    }
    if given.json:
        print(json.dumps({"load": load(), "cedar": row, "outcomes": dict(outcomes)}, indent=2))
        return 0
    print("Values decided per second: our screen of a roll, Cedar's batch, and our reference meaning one by one.")
    show([row])
    return 0


if __name__ == "__main__":
    sys.exit(main())
