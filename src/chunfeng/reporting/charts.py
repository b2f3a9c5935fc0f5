"""Curves and bars for pages and bulletins: Altair's grammar, drawn by vl-convert without a browser.

Lines differ in dash and mark as well as in colour, so they can be told apart on a grey print.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, cast

import vl_convert

FONT = "Noto Sans CJK SC, Noto Sans SC, Source Han Sans SC, Microsoft YaHei, sans-serif"
COLOURS = ["#1f5fa8", "#b4441b", "#2f7d4f", "#7a4a9c", "#8a6d00", "#4a5560"]
DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4], [3, 5]]
SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]

Points = Sequence[tuple[date, float | None]]


def curve(*, title: str, unit: str, series: Mapping[str, Points], width: int, height: int) -> dict[str, Any]:
    """A line for each name over days, as a Vega-Lite specification; a day without a figure is a gap."""
    import altair as alt  # 0.6 s to import: only where a chart is drawn

    data = [
        {"day": day.isoformat(), "value": value, "name": name}
        for name, points in series.items()
        for day, value in points
    ]
    names = list(series)
    days = {row["day"] for row in data}
    across = alt.X("day:T", title=None, scale=alt.Scale(type="utc")).axis(
        format="%-m-%-d", tickCount=min(len(days), max(2, width // 70)), labelOverlap=True
    )
    several = len(names) > 1
    chart = (
        alt.Chart(alt.Data(values=data))
        .mark_line(
            point=alt.OverlayMarkDef(size=34, filled=True), strokeWidth=2, invalid="break-paths-show-domains"
        )
        .encode(
            x=across,
            y=alt.Y("value:Q", title=unit or None).axis(
                tickCount=5, format=",~f", titleAngle=0, titleAlign="left", titleY=-8, titleX=-4
            ),
            color=_told_apart(alt.Color, names, COLOURS, several),
            strokeDash=_told_apart(alt.StrokeDash, names, DASHES, several),
            shape=_told_apart(alt.Shape, names, SHAPES, several),
        )
    )
    return _finished(chart, title, width, height)


def bars(
    *, title: str, unit: str, values: Mapping[str, float | None], width: int, height: int
) -> dict[str, Any]:
    """A lying bar for each name, in the order given, with its figure; a dash where there is none."""
    import altair as alt

    data = [
        {"name": name, "value": value or 0, "shown": "—" if value is None else f"{value:,.10g}"}
        for name, value in values.items()
    ]
    base = alt.Chart(alt.Data(values=data)).encode(
        y=alt.Y("name:N", sort=None, title=None).axis(labelLimit=width // 3),
        x=alt.X("value:Q", title=unit or None).axis(tickCount=5, format=",~f"),
    )
    figures = base.mark_text(align="left", dx=4).encode(text="shown:N")
    return _finished(base.mark_bar(color=COLOURS[0]) + figures, title, width, height)


def curve_svg(
    *, title: str, unit: str, series: Mapping[str, Points], width: int = 640, height: int = 260
) -> str:
    """`curve` as SVG."""
    return svg(curve(title=title, unit=unit, series=series, width=width, height=height))


def curve_png(
    *,
    title: str,
    unit: str,
    series: Mapping[str, Points],
    width: int = 640,
    height: int = 260,
    scale: float = 2,
) -> bytes:
    """`curve` as PNG, `scale` times as many pixels."""
    return png(curve(title=title, unit=unit, series=series, width=width, height=height), scale)


def bars_svg(
    *, title: str, unit: str, values: Mapping[str, float | None], width: int = 640, height: int = 260
) -> str:
    """`bars` as SVG."""
    return svg(bars(title=title, unit=unit, values=values, width=width, height=height))


def bars_png(
    *,
    title: str,
    unit: str,
    values: Mapping[str, float | None],
    width: int = 640,
    height: int = 260,
    scale: float = 2,
) -> bytes:
    """`bars` as PNG, `scale` times as many pixels."""
    return png(bars(title=title, unit=unit, values=values, width=width, height=height), scale)


def svg(spec: dict[str, Any]) -> str:
    """Draw a Vega-Lite specification. No address is ever fetched."""
    return cast(str, vl_convert.vegalite_to_svg(spec, vl_version=_version(), allowed_base_urls=[]))


def png(spec: dict[str, Any], scale: float) -> bytes:
    """Draw a Vega-Lite specification as pixels. No address is ever fetched."""
    return cast(
        bytes, vl_convert.vegalite_to_png(spec, vl_version=_version(), scale=scale, allowed_base_urls=[])
    )


def _told_apart(channel: Any, names: list[str], choices: Sequence[Any], several: bool) -> Any:
    import altair as alt

    several_times = [choices[i % len(choices)] for i in range(len(names))]
    legend = alt.Legend(title=None, orient="bottom", columns=3, labelLimit=220) if several else None
    return channel("name:N", sort=None, scale=alt.Scale(domain=names, range=several_times), legend=legend)


def _finished(chart: Any, title: str, width: int, height: int) -> dict[str, Any]:
    finished = (
        chart.properties(title=title, width=width, height=height)
        .configure(font=FONT, background="white", padding=8)
        .configure_view(stroke=None)
        .configure_axis(gridColor="#e3e6ea", domainColor="#8a929c", tickColor="#8a929c", labelFontSize=12)
        .configure_legend(labelFontSize=12)
        .configure_title(fontSize=14, anchor="start")
    )
    return cast(dict[str, Any], finished.to_dict(validate=False))


@cache
def _version() -> str:
    import altair as alt

    return ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
