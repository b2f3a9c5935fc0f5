"""The graph of documents: what stands on what, from the state down to the township (B3, B13)."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q

from chunfeng.notices import naming
from chunfeng.notices.choices import Relation
from chunfeng.notices.models import Citation, Notice
from chunfeng.offices.choices import Level

DEPTH = 4
MOST = 60
_NODE = (
    "id",
    "title",
    "number",
    "date",
    "issuer_level",
    "issuers",
    "state",
    "forwards_id",
    "number_key",
    "title_key",
)


@dataclass(frozen=True, slots=True)
class Node:
    """A document in the graph; `pk` is None for one that is named but not held here."""

    key: str
    pk: int | None
    title: str
    number: str
    date: str
    level: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` names `target`; `relation` says what it does to it."""

    source: str
    target: str
    relation: str


@dataclass(slots=True)
class Chain:
    """Nodes by key and edges; `cut` when the bound on depth or count left something out."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    cut: bool = False

    def replaced(self) -> list[tuple[Node, Node]]:
        """(new, old) pairs: which number replaces which."""
        return [
            (self.nodes[e.source], self.nodes[e.target])
            for e in self.edges
            if e.relation == Relation.REPLACES
        ]


def chain(notice: Notice, *, depth: int = DEPTH, most: int = MOST) -> Chain:
    """Walk citations and forwardings both ways, breadth first: three queries a step, `depth` steps."""
    found = Chain()
    _hold(found, [notice])
    edges: dict[tuple[str, str], str] = {}
    front, unseen = {notice.pk}, set[int]()
    for step in range(depth + 1):
        near, named = _around(front, edges, most)
        fresh = near - unseen - {node.pk for node in found.nodes.values()}
        if step == depth:
            found.cut = found.cut or Notice.objects.filter(pk__in=fresh).exists()
            break
        room = max(most - len(found.nodes), 0)
        rows = list(Notice.objects.filter(pk__in=fresh).only(*_NODE).order_by("date", "id")[: room + 1])
        found.cut = found.cut or len(rows) > room
        _hold(found, rows[:room])
        if not found.cut:
            # what is named but lies out of sight is drawn like a document that is not held
            unseen |= fresh - {row.pk for row in rows}
        for citation in named:
            key = _target_key(citation)
            out_of_sight = citation.target_id is None or citation.target_id in unseen
            if out_of_sight and key not in found.nodes and len(found.nodes) < most:
                found.nodes[key] = _ghost(key, citation)
        front = {row.pk for row in rows[:room]}
        if not front:
            break
    found.edges = [
        Edge(a, b, relation) for (a, b), relation in edges.items() if a in found.nodes and b in found.nodes
    ]
    return found


def _around(front: set[int], edges: dict[tuple[str, str], str], most: int) -> tuple[set[int], list[Citation]]:
    """The notices one step from the front, adding the edges to them; and the citations that lead there."""
    near: set[int] = set()
    named = list(
        Citation.objects.filter(Q(notice_id__in=front) | Q(target_id__in=front)).order_by("id")[: most * 8]
    )
    for citation in named:
        source, target = f"n{citation.notice_id}", _target_key(citation)
        if source == target:
            continue
        edges[source, target] = _stronger(edges.get((source, target)), citation.relation)
        near.add(citation.notice_id)
        if citation.target_id is not None:
            near.add(citation.target_id)
    forwarding = Notice.objects.filter(Q(pk__in=front) | Q(forwards_id__in=front), forwards__isnull=False)
    for outer, inner in forwarding.values_list("id", "forwards_id")[:most]:
        edges[f"n{outer}", f"n{inner}"] = Relation.FORWARDS
        near |= {outer, inner}
    return near, named


def depends_on(notice: Notice, *, most: int = 500) -> list[Notice]:
    """Every notice in sight that stands on this one, directly or through others (B3); nearest first."""
    seen: dict[int, Notice] = {}
    front = {notice.pk}
    while front and len(seen) < most:
        rows = Notice.objects.filter(Q(citations__target_id__in=front) | Q(forwards_id__in=front))
        fresh = list(
            rows.exclude(pk__in=[notice.pk, *seen])
            .only(*_NODE)
            .distinct()
            .order_by("date", "id")[: most - len(seen)]
        )
        seen |= {row.pk: row for row in fresh}
        front = {row.pk for row in fresh}
    return list(seen.values())


def _hold(found: Chain, rows: list[Notice]) -> None:
    for n in rows:
        found.nodes[f"n{n.pk}"] = Node(
            key=f"n{n.pk}",
            pk=n.pk,
            title=n.title,
            number=n.number,
            date=n.date.isoformat() if n.date else "",
            level=n.issuer_level or naming.level_of(n.issuers, n.number, n.title),
            state=n.state,
        )


def _target_key(citation: Citation) -> str:
    if citation.target_id is not None:
        return f"n{citation.target_id}"
    return f"g{citation.number_key or citation.title_key}"


def _ghost(key: str, citation: Citation) -> Node:
    issuers = [citation.issuer] if citation.issuer else []
    level = naming.level_of(issuers, citation.number, citation.title) or Level.COUNTRY
    return Node(
        key=key,
        pk=None,
        title=citation.title,
        number=citation.number,
        date=citation.date.isoformat() if citation.date else "",
        level=level,
    )


_STRENGTH = [Relation.CITES, Relation.BASIS, Relation.IMPLEMENTS, Relation.FORWARDS, Relation.REPLACES]


def _stronger(old: str | None, new: str) -> str:
    return new if old is None or _STRENGTH.index(Relation(new)) > _STRENGTH.index(Relation(old)) else old
