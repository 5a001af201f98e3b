"""The table of acts as pages and as a picture: states, permission matrix, clocks. Made from what the engine runs on."""

from __future__ import annotations

from collections.abc import Sequence

from ostiary.law.tracks import Procedure
from ostiary_web.casework.docket import guards, transitions
from ostiary_web.casework.docket.clocks import ACROSS, EXPIRY, RUNS
from ostiary_web.casework.docket.roles import NEVER_ACT, Role
from ostiary_web.casework.docket.snapshot import ClockName
from ostiary_web.casework.docket.states import OWNER, STAGES, State

_HEAD = "Made from the code by `make docs`."


def states_page() -> str:
    """The states with their owners, what each stage asks, and the picture (Mermaid)."""
    lines = ["# States of a docket", "", _HEAD, "", "```mermaid", *picture(), "```", ""]
    lines += ["Thick lines lead nearer to a release: each meets every guard of its stage and of those before.", ""]
    lines += ["| state | owner | next |", "|---|---|---|"]
    for state in State:
        onward = dict.fromkeys(row.target for row in transitions.TABLE if state in row.sources and row.target)
        lines.append(f"| `{state}` | {OWNER[state]} | {', '.join(f'`{one}`' for one in onward) or 'nothing'} |")
    lines += ["", "## What each stage asks", ""]
    for stage in STAGES:
        lines += [f"### {stage}", "", "| guard | refuses because | so that | cure |", "|---|---|---|---|"]
        mine = [one for one in guards.STAGED if one.stage is stage]
        lines += [f"| `{one.name}` | {one.says} | {one.cites} | {one.cure} |" for one in mine]
        lines.append("")
    return "\n".join(lines)


def picture() -> Sequence[str]:
    """The diagram in Mermaid: one arrow for each way from a state to another."""
    lines = ["flowchart TD"]
    lines += [f"    {state}[{state}<br/><small>{OWNER[state]}</small>]" for state in State]
    arrows: dict[tuple[State, State], list[str]] = {}
    for row in transitions.TABLE:
        for source in row.sources:
            if row.target is not None and row.act != "withdraw":
                arrows.setdefault((source, row.target), []).append(row.act.replace("_", " "))
    for (source, target), acts in arrows.items():
        arrow = "==>" if target in STAGES else "-->"
        lines.append(f"    {source} {arrow}|{', '.join(acts)}| {target}")
    return lines


def permissions_page() -> str:
    """Who may do what: an act a row, a role a column; and what each act needs and writes."""
    roles = [role for role in Role if role not in NEVER_ACT]
    lines = ["# Who may do what", "", _HEAD, ""]
    lines += ["● may do it, ◐ agrees as the second person. Publishers, policy authors and approvers, auditors and "]
    lines[-1] += "administrators move no docket. Separation of duties (S1 to S12) comes on top."
    lines += ["", f"| act | {' | '.join(role.value.replace('_', ' ') for role in roles)} |"]
    lines.append("|---" * (len(roles) + 1) + "|")
    for row in transitions.TABLE:
        marks = ["●" if role in row.roles else "◐" if role in row.second else "" for role in roles]
        lines.append(f"| {row.act} | {' | '.join(marks)} |")
    lines += ["", "## Each act", "", "| act | says | from | to | writes | needs besides |", "|---|---|---|---|---|---|"]
    for row in transitions.TABLE:
        whole = len(row.sources) > 14
        sources = f"{len(row.sources)} states" if whole else ", ".join(f"`{one}`" for one in row.sources)
        target = f"**`{row.target}`**" if row.discloses and row.target else f"`{row.target}`" if row.target else "stays"
        needs = ", ".join(name.replace("_", " ") for name in row.needs)
        lines.append(f"| {row.act} | {row.says} | {sources} | {target} | `{row.entry}` | {needs} |")
    return "\n".join([*lines, ""])


def clocks_page(procedure: Procedure) -> str:
    """Each limit: how long, where it runs, whether it can stand still, and what its end does."""
    lines = ["# Limits, and the tracks", "", _HEAD, ""]
    lines += ["No limit's end brings anything nearer to a release.", ""]
    lines += ["| limit | length | runs in | stands still | its end | because |", "|---|---|---|---|---|---|"]
    for name in ClockName:
        limit = procedure.limits[name]
        where = [state for state, clock in RUNS.items() if clock is name]
        where += [state for state in State if state in ACROSS.get(name, ()) and state not in where]
        length = f"{limit.length} {'business days' if limit.business else 'days'}"
        tolls = f"{limit.tolls} times, {limit.toll_days} days in all" if limit.tolls else "never"
        ends = ", ".join(dict.fromkeys(act.replace("_", " ") for act in EXPIRY[name].values()))
        places = ", ".join(f"`{one}`" for one in where) or "from the act that starts it"
        lines.append(f"| {name} | {length} | {places} | {tolls} | {ends} | {limit.because} |")
    lines += ["", "## Tracks", "", "| track | when | leaves out | asks besides | because |", "|---|---|---|---|---|"]
    for track in procedure.tracks:
        out, extra = (", ".join(sorted(found)).replace("_", " ") or "nothing" for found in (track.removes, track.adds))
        lines.append(f"| {track.id} | {track.says} | {out} | {extra} | {track.because} |")
    return "\n".join([*lines, ""])
