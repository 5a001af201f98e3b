"""A picture of a screen: what would leave, what goes to counsel, what stays, per element asked for.

Drawn as SVG for pages and letters and as blocks for a terminal. Meaning is never in colour alone: each part
has its own pattern and its own word.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ostiary.decide.verdict import Outcome
from ostiary.law.bundle import Bundle

if TYPE_CHECKING:
    from rich.text import Text

    from ostiary.decide.population import Screen

PARTS: tuple[tuple[str, tuple[Outcome, ...], str, str, str], ...] = (
    ("must be given", (Outcome.MANDATED,), "█", "green", "#1a6b3c"),
    ("may be given", (Outcome.RELEASE,), "▓", "bright_green", "#4c9f70"),
    ("to counsel", (Outcome.CONFLICT, Outcome.REFER), "▒", "yellow", "#e5a000"),
    ("stays", (Outcome.WITHHOLD,), "░", "red", "#8a8f98"),
)
Row = tuple[str, tuple[int, ...]]


def rows(found: Screen, bundle: Bundle) -> list[Row]:
    """Per element asked for, how many values fall to each part; what would leave most, first."""
    sums: dict[str, list[int]] = {element: [0] * len(PARTS) for element in found.plan.group.elements}
    for line in found.lines:
        for place, (_, outcomes, *_) in enumerate(PARTS):
            if line.outcome in outcomes:
                sums[line.copy.element][place] += line.values
    labelled = [(bundle.words.code_label("elements", name), tuple(parts)) for name, parts in sums.items() if sum(parts)]
    return sorted(labelled, key=lambda row: ([-part for part in row[1]], row[0]))


def bars(found: Screen, bundle: Bundle, width: int = 100, most: int = 16) -> list[Text]:
    """The picture for a terminal, a line per element."""
    from rich.text import Text

    table = rows(found, bundle)
    lines = [Text("  ".join(f"{sign} {word}" for word, _, sign, _, _ in PARTS))]
    room, names = max(20, width - 50), 32
    largest = max((sum(parts) for _, parts in table), default=1)
    for label, parts in table[:most]:
        line = Text(f"{label[: names - 1]:<{names}}")
        for (_, _, sign, style, _), part in zip(PARTS, parts, strict=True):
            line.append(sign * (round(part / largest * room) or bool(part)), style=style)
        line.append(f" {sum(parts):,}")
        lines.append(line)
    if len(table) > most:
        lines.append(Text(f"... and {len(table) - most} more elements (all in the table below)"))
    return lines


def svg(found: Screen, bundle: Bundle, title: str) -> str:
    """The picture as one SVG text, readable in black and white and by a screen reader."""
    table = rows(found, bundle)
    left, bar, step, top = 256, 440, 24, 76
    height = top + step * len(table) + 34
    largest = max((sum(parts) for _, parts in table), default=1)
    summary = f"{found.total():,} values asked for, {found.leaving:,} may leave"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 {height}" role="img" '
        f'aria-label="{escape(title)}: {summary}" font-family="system-ui, sans-serif" font-size="13">',
        "<defs>" + "".join(_pattern(place) for place in range(len(PARTS))) + "</defs>",
        f'<rect width="800" height="{height}" fill="#ffffff"/>',
        f'<text x="20" y="28" font-size="17" font-weight="600">What would leave: {escape(title)}</text>',
    ]
    for place, (word, *_) in enumerate(PARTS):
        x = 20 + place * 150
        out.append(f'<rect x="{x}" y="44" width="16" height="14" fill="url(#part{place})" stroke="#333"/>')
        out.append(f'<text x="{x + 22}" y="56">{word}</text>')
    for index, (label, parts) in enumerate(table):
        out += _bar(label, parts, top + index * step, left, bar / largest)
    out.append(
        f'<text x="20" y="{height - 12}" fill="#444">{summary}; counts of values, no personal data.</text></svg>'
    )
    return "\n".join(out) + "\n"


def _bar(label: str, parts: tuple[int, ...], y: int, left: int, scale: float) -> list[str]:
    out = [f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{escape(label[:34])}</text>']
    x = float(left)
    for place, part in enumerate(parts):
        wide = part * scale
        if part:
            out.append(
                f'<rect x="{x:.1f}" y="{y}" width="{max(wide, 1):.1f}" height="18" fill="url(#part{place})" '
                f'stroke="#333" stroke-width="0.6"><title>{PARTS[place][0]}: {part:,}</title></rect>'
            )
        x += wide
    out.append(f'<text x="{x + 6:.1f}" y="{y + 14}" fill="#333">{sum(parts):,}</text>')
    return out


def _pattern(place: int) -> str:
    colour = PARTS[place][4]
    marks = ("", "M0 8L8 0", "M0 4H8", "M4 0V8")[place]
    return (
        f'<pattern id="part{place}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{colour}"/><path d="{marks}" stroke="#fff" stroke-width="1"/></pattern>'
    )
