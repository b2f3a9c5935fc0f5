"""The graph of documents stays bounded, and no office writes into another's notice."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from chunfeng.core import scope
from chunfeng.notices import queries
from chunfeng.notices.models import Citation, Clause, Dispatch, Duty, Notice
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def cite(source, target, relation="basis"):
    return Citation.objects.create(notice=source, target=target, number=target.number, relation=relation)


def test_a_circle_ends():
    city = factories.office("320700000000")
    a, b = factories.notice(city), factories.notice(city)
    cite(a, b)
    cite(b, a)
    found = queries.chain(a)
    assert set(found.nodes) == {f"n{a.pk}", f"n{b.pk}"} and len(found.edges) == 2 and not found.cut
    assert [n.pk for n in queries.depends_on(a)] == [b.pk]


def test_a_long_chain_is_cut_at_its_depth_and_says_so():
    city = factories.office("320700000000")
    row = [factories.notice(city) for _ in range(8)]
    for lower, upper in zip(row[1:], row, strict=False):
        cite(lower, upper)
    found = queries.chain(row[0], depth=3)
    assert set(found.nodes) == {f"n{n.pk}" for n in row[:4]} and found.cut
    assert len(queries.depends_on(row[0])) == 7


def test_a_wide_graph_is_cut_and_its_queries_do_not_grow():
    city = factories.office("320700000000")
    middle = factories.notice(city)
    counts = []
    for size in (5, 30):
        for _ in range(size):
            cite(factories.notice(city), middle)
        with CaptureQueriesContext(connection) as seen:
            found = queries.chain(middle, most=20)
        counts.append(len(seen))
        assert len(found.nodes) <= 20
    assert found.cut and counts[0] == counts[1]


def test_documents_not_held_are_shown_by_their_number():
    city = factories.office("320700000000")
    notice = factories.notice(city)
    Citation.objects.create(
        notice=notice, title="关于某事的通知", number="人社厅明电〔2020〕5号", number_key="x"
    )
    ghost = next(n for n in queries.chain(notice).nodes.values() if n.pk is None)
    assert (ghost.number, ghost.level) == ("人社厅明电〔2020〕5号", "country")


def test_a_receiver_reads_but_the_database_refuses_its_writes():
    city, county = factories.office("320700000000"), factories.office("320722000000")
    notice = factories.notice(city, state="issued", issued_at=NOW)
    Dispatch.objects.create(notice=notice, office=county, area_code=county.area_code, sent_at=NOW)
    with scope.applied(factories.actor(county, "leader")):
        assert Duty.objects.filter(notice=notice).count() == 1
        assert _changed(Duty.objects.filter(notice=notice), action="改") == 0
        assert _changed(Clause.objects.filter(notice=notice), heading="改") == 0
        assert _changed(Notice.objects.filter(pk=notice.pk), title="改") == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Clause.objects.create(notice=notice, ident="9", text="改", start=0, end=1, position=9)


def _changed(rows, **values):
    """Rows changed; a refusal by the database counts as none."""
    try:
        with transaction.atomic():
            return rows.update(**values)
    except DatabaseError as error:
        assert "row-level security" in str(error)
        return 0


def test_a_named_document_out_of_sight_is_drawn_without_a_link():
    province, city = factories.office("320000000000"), factories.office("320700000000")
    hidden = factories.notice(province)
    seen = factories.notice(city)
    cite(seen, hidden)
    with scope.applied(factories.actor(city)):
        found = queries.chain(seen)
    node = found.nodes[f"n{hidden.pk}"]
    assert (node.pk, node.number) == (None, hidden.number) and len(found.edges) == 1 and not found.cut
