"""The picture of what stands on what: columns from the state down to the township, drawn as plain SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chunfeng.notices import queries
from chunfeng.notices.choices import Relation
from chunfeng.offices.choices import Level
from chunfeng.web.guards import guarded
from chunfeng.web.notices.common import notice_or_404

WIDE, HIGH, GAP_X, GAP_Y, TOP, EDGE = 208, 92, 72, 20, 44, 12
LETTERS, ROWS = 14, 3
_ORDER = [str(level) for level in Level]


@dataclass(frozen=True, slots=True)
class Box:
    """A document in the picture, at x/y in pixels of the drawing."""

    node: queries.Node
    x: int
    y: int
    rows: list[str]
    here: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """From the document that names to the one it names."""

    path: str
    relation: str
    label: str


@guarded("notice.read")
def graph(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture, the same in words, what replaces what, and every notice that stands on this one."""
    notice = notice_or_404(request, pk)
    chain = queries.chain(notice)
    drawing = draw(chain, f"n{pk}")
    labels = dict(Relation.choices)
    context = {
        "notice": notice,
        "chain": chain,
        **drawing,
        "sentences": [
            {"source": chain.nodes[e.source], "target": chain.nodes[e.target], "relation": labels[e.relation],
             "kind": e.relation}
            for e in chain.edges
        ],
        "replaced": chain.replaced(),
        "dependents": queries.depends_on(notice),
        "relations": Relation.choices,
    }  # fmt: skip
    return render(request, "web/notices/graph.html", context)


def draw(chain: queries.Chain, here: str) -> dict[str, Any]:
    """Boxes, arrows and column heads with their places; a column for each level that has a document."""
    columns: dict[str, list[queries.Node]] = {}
    for node in sorted(chain.nodes.values(), key=lambda n: (n.date or "9999", n.number, n.key)):
        columns.setdefault(node.level if node.level in _ORDER else "", []).append(node)
    order = [level for level in [*_ORDER, ""] if level in columns]
    tallest = max(len(nodes) for nodes in columns.values())
    height = TOP + tallest * (HIGH + GAP_Y) + EDGE
    boxes: dict[str, Box] = {}
    heads = []
    for at, level in enumerate(order):
        x = EDGE + at * (WIDE + GAP_X)
        heads.append({"x": x + WIDE // 2, "label": Level(level).label if level else "—"})
        nodes = columns[level]
        free = (height - TOP - EDGE - len(nodes) * HIGH) // (len(nodes) + 1)
        for row, node in enumerate(nodes):
            y = TOP + free + row * (HIGH + free)
            boxes[node.key] = Box(node, x, y, _rows(node.title or node.number), node.key == here)
    return {
        "boxes": list(boxes.values()),
        "arrows": [_arrow(boxes[e.source], boxes[e.target], e.relation) for e in chain.edges],
        "heads": heads,
        "width": 2 * EDGE + len(order) * WIDE + (len(order) - 1) * GAP_X + (48 if len(order) == 1 else 0),
        "height": height,
        "box_width": WIDE,
        "box_height": HIGH,
    }


def _rows(title: str) -> list[str]:
    """A title in lines of LETTERS characters; the last one ends in … when more follows."""
    rows = [title[i : i + LETTERS] for i in range(0, len(title), LETTERS)]
    if len(rows) > ROWS:
        rows = [*rows[: ROWS - 1], rows[ROWS - 1][: LETTERS - 1] + "…"]
    return rows


def _arrow(source: Box, target: Box, relation: str) -> Arrow:
    y1, y2 = source.y + HIGH // 2, target.y + HIGH // 2
    label = str(Relation(relation).label)
    if source.x == target.x:
        x = source.x + WIDE
        return Arrow(f"M{x} {y1} C{x + 46} {y1} {x + 46} {y2} {x + 4} {y2}", relation, label)
    left = source.x > target.x
    x1 = source.x if left else source.x + WIDE
    x2 = target.x + WIDE + 4 if left else target.x - 4
    bend = (x1 + x2) // 2
    return Arrow(f"M{x1} {y1} C{bend} {y1} {bend} {y2} {x2} {y2}", relation, label)
