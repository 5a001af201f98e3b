"""Charts as SVG text, without script: made from Vega-Lite by vl-convert, which needs neither browser nor network."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ostiary.match.scoring import Scored, calibration

if TYPE_CHECKING:
    from ostiary.match.bounds import Rate

SAME, OTHER = "#1b6ca8", "#c8442c"  # told apart by every kind of eye, and by place or hatch too
TRUE, SAID = "what is true (95 % interval)", "what the model says"
WIDTH = 560
_HIDDEN = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')

Spec = dict[str, Any]


def svg(spec: Spec) -> str:
    """A Vega-Lite chart as an SVG picture.

    Vega names each mark for a screen reader and says nothing by it; so the names go, the picture is hidden
    from screen readers, and the page gives the table of the same numbers.
    """
    import vl_convert

    text = str(vl_convert.vegalite_to_svg({**spec, "config": _CONFIG}))
    return _HIDDEN.sub("", text).replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


_CONFIG: Spec = {
    "background": "#ffffff",
    "font": "sans-serif",
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "gridColor": "#e6e6e6", "labelLimit": 240},
    "legend": {"labelFontSize": 12, "titleFontSize": 12, "orient": "top"},
    "header": {"labelFontSize": 12, "titleFontSize": 12},
    "view": {"stroke": None},
}


def charts(scored: Scored) -> Mapping[str, str]:
    """All charts of a report: the file's name and its SVG text."""
    return {
        "weights.svg": svg(weights(scored)),
        "calibration.svg": svg(reliability(scored)),
        "groups.svg": svg(groups(scored)),
    }


def weights(scored: Scored, step: int = 2) -> Spec:
    """How many best candidates have each weight: the right person above, another person below; by band."""
    counts: dict[tuple[str, int, str], int] = {}
    for case in scored.cases:
        if case.decision.weight is not None:
            key = ("the right person" if case.right else "another person", _bin(case.decision.weight, step),
                   "automatic" if case.automatic else "to a person" if case.clerical else "no match")  # fmt: skip
            counts[key] = counts.get(key, 0) + 1
    rows = [{"who": who, "weight": at, "to": at + step, "band": band, "n": n} for (who, at, band), n in counts.items()]
    return {
        "data": {"values": rows},
        "mark": {"type": "bar", "binSpacing": 0.5},
        "width": WIDTH,
        "height": 130,
        "encoding": {
            "row": {"field": "who", "type": "nominal", "title": None, "sort": ["the right person", "another person"]},
            "x": {"field": "weight", "type": "quantitative", "bin": {"binned": True, "step": step},
                  "title": "match weight of the best candidate (bits; 60 and more in one)"},
            "x2": {"field": "to"},
            "y": {"field": "n", "type": "quantitative", "title": "subjects"},
            "color": {"field": "band", "type": "nominal", "title": "decided",
                      "scale": {"domain": ["automatic", "to a person", "no match"],
                                "range": [SAME, "#e0a526", "#9a9a9a"]}},
        },
        "resolve": {"scale": {"y": "independent"}},
    }  # fmt: skip


def _bin(weight: float, step: int) -> int:
    return int(max(-30, min(60, weight)) // step * step)


def reliability(scored: Scored) -> Spec:
    """What the model's probability says against the share that is right, with exact intervals."""
    rows = [
        {
            "said": one.said,
            "true": one.true.share,
            "low": one.true.low,
            "high": one.true.high,
            "n": one.true.of,
            "range": one.range,
        }
        for one in calibration(scored)
    ]
    order = [row["range"] for row in rows]
    x = {
        "field": "range",
        "type": "nominal",
        "sort": order,
        "title": "match weight (bits)",
        "axis": {"labelAngle": -30},
    }
    y = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"format": ".0%"}}
    title = "share of best candidates who are the subject"
    return {
        "data": {"values": rows},
        "width": WIDTH,
        "height": 260,
        "layer": [
            {"mark": {"type": "rule", "color": SAME, "strokeWidth": 2},
             "encoding": {"x": x, "y": {**y, "field": "low", "title": title}, "y2": {"field": "high"}}},
            {"mark": {"type": "point", "filled": True, "size": 60, "opacity": 1},
             "encoding": {"x": x, "y": {**y, "field": "true", "title": title},
                          "color": {"datum": TRUE}, "shape": {"datum": TRUE}}},
            {"mark": {"type": "point", "size": 70, "filled": False, "strokeWidth": 2, "opacity": 1},
             "encoding": {"x": x, "y": {**y, "field": "said", "title": title},
                          "color": {"datum": SAID}, "shape": {"datum": SAID}}},
        ],
        "encoding": {
            "color": {"type": "nominal", "title": None, "scale": {"domain": [TRUE, SAID], "range": [SAME, OTHER]}},
            "shape": {"type": "nominal", "title": None,
                      "scale": {"domain": [TRUE, SAID], "range": ["circle", "diamond"]}},
        },
    }  # fmt: skip


def groups(scored: Scored) -> Spec:
    """Recall and clerical share by origin of the name and by sex, each with its exact interval."""
    rows = []
    for name, by in (("name origin", "origin"), ("sex", "sex")):
        for one in scored.by[by]:
            label = f"{name}: {one.name}"
            measures: Sequence[tuple[str, Rate]] = (
                ("recall, automatic", one.alone),
                ("recall, automatic or shown to a person", one.found),
                ("share that a person must look at", one.clerical),
            )
            rows += [
                {"group": label, "measure": measure, "share": rate.share, "low": rate.low, "high": rate.high}
                for measure, rate in measures
                if rate.share is not None
            ]
    y = {"field": "group", "type": "nominal", "title": None, "sort": None}
    x = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"format": ".0%"}, "title": None}
    return {
        "data": {"values": rows},
        "facet": {"row": {"field": "measure", "type": "nominal", "title": None, "sort": None,
                          "header": {"labelAngle": 0, "labelOrient": "top", "labelAnchor": "start"}}},
        "spec": {
            "width": 380,
            "height": {"step": 18},
            "layer": [
                {"mark": {"type": "rule", "color": SAME, "strokeWidth": 2},
                 "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}},
                {"mark": {"type": "point", "filled": True, "color": SAME, "size": 50, "opacity": 1},
                 "encoding": {"y": y, "x": {**x, "field": "share"}}},
            ],
        },
    }  # fmt: skip


def waterfall(steps: Sequence[tuple[str, float, str]]) -> Spec:
    """How a weight comes about: (what, bits, in words) in order; each bar starts where the one before ended."""
    rows, height = [], 0.0
    for what, bits, _ in steps:
        rows.append(_bar(what, height, height + bits, "for" if bits >= 0 else "against"))
        height += bits
    rows.append(_bar("weight in all", 0.0, height, "sum"))
    y = {"field": "what", "type": "nominal", "sort": None, "title": None}
    x = {"type": "quantitative", "title": "bits for (right) and against (left) one person"}
    return {
        "data": {"values": rows},
        "width": WIDTH - 140,
        "height": {"step": 22},
        "layer": [
            {"mark": {"type": "bar", "height": 14}, "encoding": {
                "y": y, "x": {**x, "field": "from"}, "x2": {"field": "to"},
                "color": {"field": "sign", "type": "nominal", "title": None,
                          "scale": {"domain": ["for", "against", "sum"], "range": [SAME, OTHER, "#5b5b5b"]}}}},
            {"mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 12}, "encoding": {
                "y": y, "x": {**x, "field": "end"}, "text": {"field": "text"}}},
        ],
    }  # fmt: skip


def _bar(what: str, start: float, end: float, sign: str) -> Spec:
    text = f"{end - start:+.1f}"
    return {"what": what, "from": start, "to": end, "sign": sign, "text": text, "end": max(start, end)}
