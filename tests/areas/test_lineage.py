"""Following codes through merges, splits and new codes."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.areas import queries
from chunfeng.areas.lineage import Lineage, Link, Place

A, B, C, D = (f"99010{n}000000" for n in (1, 2, 3, 4))
Y1, Y2, Y3, Y4 = (date(year, 1, 1) for year in (2001, 2002, 2003, 2004))
HALF = Fraction(1, 2)


def test_chain_of_new_codes() -> None:
    line = Lineage([Link(A, B, Y2, "recode"), Link(B, C, Y3, "merge")])
    assert line.places(A, Y1, Y4) == [Place(C, Fraction(1))]
    assert line.places(A, Y1, Y2) == [Place(B, Fraction(1))]
    assert line.places(A, Y2, Y4) == [Place(A, Fraction(1))]  # reported after the change: another A


def test_split_with_shares_and_without() -> None:
    known = Lineage([Link(A, B, Y2, "split", Fraction(1, 4)), Link(A, C, Y2, "split", Fraction(3, 4))])
    assert known.fold({A: 10, B: 1}, Y1, Y4).totals == {B: 4, C: 7}
    unknown = Lineage([Link(A, B, Y2, "split"), Link(A, C, Y2, "split")])
    folded = unknown.fold({A: 10, B: 1}, Y1, Y4)
    assert folded.totals == {"990100000000": 10, B: 1}
    assert folded.kept_above == {"990100000000": 10}


def test_an_area_inside_moves_along() -> None:
    line = Lineage([Link(A, B, Y2, "recode"), Link(C, D, Y2, "merge")])
    assert line.places("990101100001", Y1, Y4) == [Place("990102100001", Fraction(1))]
    assert line.places("990103100000", Y1, Y4) == [Place(D, Fraction(1), exact=False)]


def test_a_code_given_to_another_place_is_not_followed_twice() -> None:
    line = Lineage([Link(A, B, Y2, "recode"), Link(B, C, Y2, "recode")])
    assert line.places(A, Y1, Y4) == [Place(B, Fraction(1))]
    assert line.places(B, Y1, Y4) == [Place(C, Fraction(1))]


@st.composite
def lineages(draw: st.DrawFn) -> Lineage:
    places = [A, B, C, D]
    links = []
    for on in (Y2, Y3, Y4):
        for old in draw(st.sets(st.sampled_from(places), max_size=3)):
            kind = draw(st.sampled_from(["merge", "split", "recode"]))
            others = [place for place in places if place != old]
            new = draw(st.lists(st.sampled_from(others), min_size=2, max_size=2, unique=True))
            if kind == "split":
                share = draw(st.sampled_from([None, Fraction(1, 3)]))
                links += [
                    Link(old, new[0], on, kind, share),
                    Link(old, new[1], on, kind, share and 1 - share),
                ]
            else:
                links.append(Link(old, new[0], on, kind))
    return Lineage(links)


@given(lineages(), st.dictionaries(st.sampled_from([A, B, C, D, "990101100000"]), st.integers(0, 10**6)))
def test_the_sum_never_changes(line: Lineage, values: dict[str, int]) -> None:
    folded = line.fold(values, Y1, Y4)
    assert sum(folded.totals.values()) == sum(values.values())
    assert all(amount >= 0 for amount in folded.totals.values())
    assert all(folded.kept_above[code] <= folded.totals[code] for code in folded.kept_above)
    for code in values:
        assert sum(place.share for place in line.places(code, Y1, Y4)) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("china")
class TestShippedLinks:
    EARLY, LATE = date(2020, 1, 26), date(2023, 7, 1)

    @pytest.mark.parametrize(
        ("code", "today"),
        [
            ("220381000000", "220184000000"),
            ("220381100000", "220184100000"),
            ("220105000000", "220105000000"),
            ("430521000000", "430521000000"),  # already gone on the day: not followed
            ("360105000000", "360105000000"),
            ("330103000000", "330105000000"),
            ("330104000000", None),
            ("330104001000", None),
            ("130503000000", "130503000000"),
        ],
    )
    def test_from_2020_to_today(self, code: str, today: str | None) -> None:
        assert queries.today_code(code, self.EARLY, self.LATE) == today

    @pytest.mark.parametrize(
        ("code", "today"),
        [
            ("310103000000", "310101000000"),
            ("310119000000", "310115000000"),
            ("341422000000", "340281000000"),  # 无为: to 芜湖 in 2011, a city since 2019
            ("469025000000", "469021000000"),
            ("430521000000", "430582000000"),
            ("371202000000", "370116000000"),
            ("152600000000", "150900000000"),
        ],
    )
    def test_from_2003_to_today(self, code: str, today: str) -> None:
        assert queries.today_code(code, date(2003, 6, 6), self.LATE) == today

    def test_totals_as_reported_and_as_of_today(self) -> None:
        reported = {
            "220381000000": 7,
            "220184000000": 0,
            "330104000000": 5,
            "330103000000": 2,
            "330105000000": 1,
        }
        folded = queries.fold_totals(reported, self.EARLY, self.LATE)
        assert folded.totals == {"220184000000": 7, "330100000000": 5, "330105000000": 3}
        assert folded.kept_above == {"330100000000": 5}
