"""Curves and bars: what is drawn is what was given, on paper and on the page."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chunfeng.reporting import charts
from chunfeng.web.figures.drawing import HEIGHT, LEFT, RIGHT, TOP, WIDTH, draw, nice, plain, short

DAY = date(2020, 2, 1)
LINE = [(DAY + timedelta(days=n), value) for n, value in enumerate((3.0, 5.0, None, 4.0, 8.0))]


def test_a_curve_names_its_lines_and_breaks_where_nobody_answered():
    svg = charts.curve_svg(title="检查点日报", unit="人", series={"检查人数": LINE, "新隔离": LINE[:2]})
    assert svg.startswith("<svg")
    for text in ("检查点日报", "检查人数", "新隔离"):
        assert text in svg
    drawn = charts.curve(title="t", unit="人", series={"检查人数": LINE}, width=300, height=100)
    assert [row["value"] for row in drawn["data"]["values"]] == [3, 5, None, 4, 8]


def test_pixels_grow_with_the_scale():
    one = charts.curve_png(title="t", unit="人", series={"x": LINE}, width=200, height=80, scale=1)
    two = charts.curve_png(title="t", unit="人", series={"x": LINE}, width=200, height=80, scale=2)
    assert one[:8] == two[:8] == b"\x89PNG\r\n\x1a\n"
    assert _width(two) == 2 * _width(one)


def test_bars_keep_their_order_and_leave_out_what_is_unknown():
    svg = charts.bars_svg(title="t", unit="%", values={"南岭市": 12.5, "东屏市": None, "春申市": 90})
    assert svg.index("南岭市") < svg.index("东屏市") < svg.index("春申市")
    assert "12.5" in svg and "—" in svg
    assert charts.bars_png(title="t", unit="%", values={"a": 1.0})[:4] == b"\x89PNG"


def test_nothing_to_draw_is_drawn_too():
    assert "<svg" in charts.curve_svg(title="t", unit="", series={})
    assert draw("人", {}).strokes == []


numbers = st.none() | st.floats(-1e9, 1e9, allow_nan=False)


@given(st.dictionaries(st.text(max_size=5), st.lists(numbers, min_size=1, max_size=40), max_size=4))
def test_every_dot_of_a_page_curve_lies_inside_its_frame(lines):
    given_ = {
        name: [(DAY + timedelta(days=n), value) for n, value in enumerate(several)]
        for name, several in lines.items()
    }
    drawing = draw("人", given_)
    for stroke in drawing.strokes:
        known = [value for _day, value in given_[stroke.name] if value is not None]
        assert len(stroke.dots) == len(known)
        for dot in stroke.dots:
            assert LEFT <= dot.x <= WIDTH - RIGHT and TOP - 0.1 <= dot.y <= HEIGHT
    assert len(drawing.up) <= 8


def test_axes_have_round_steps_and_short_labels():
    assert [nice(span) for span in (4, 7, 30, 999, 0.3)] == [1, 2, 10, 500, 0.1]
    assert (short(12_000), short(500), short(0)) == ("1.2万", "500", "0")
    assert (plain(4_014_032), plain(0.5), plain(-3)) == ("4,014,032", "0.5", "-3")


def _width(png: bytes) -> int:
    return int.from_bytes(png[16:20], "big")
