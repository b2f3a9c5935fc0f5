"""What a run of the benchmark of measures says: figures, two tables, remarks."""

from __future__ import annotations

from typing import Any

from bench.results import Found
from bench.rules_judge import Verdict
from bench.rules_world import CODES, ON


def found(
    rows: int,
    full: bool,
    ours: dict[str, dict[str, Any]],
    peers: dict[str, dict[str, Any]],
    spark: dict[str, Any],
    verdicts: dict[str, Verdict],
    same: dict[str, int],
    person: tuple[float, float, int],
) -> Found:
    """What is kept: figures, the table of speed, the table of what is right, remarks."""
    free, tight, own = ours["free"], ours["tight"], ours["own_days"]
    seconds = {n: p["seconds"] * rows / p.get("rows", rows) for n, p in peers.items()}
    figures = {
        "batch_10m_s": round(free["seconds"], 2) if full else None,
        "batch_10m_peak_mb": round(free["peak_mb"]) if full else None,
        "batch_rows_per_s": round(rows / free["seconds"]),
        "batch_tight_s": round(tight["seconds"], 2),
        "batch_tight_peak_mb": round(tight["peak_mb"]),
        "batch_own_days_s": round(own["seconds"], 2),
        "compile_s": round(free["compile"], 2),
        "vs_openfisca": round(seconds["openfisca"] / free["seconds"], 2),
        "vs_openfisca_memory": round(peers["openfisca"]["peak_mb"] / free["peak_mb"], 2),
        "vs_pandas": round(seconds["pandas"] / free["seconds"], 2),
        "vs_zen": round(seconds["zen"] / free["seconds"], 1),
        "one_person_ms": round(person[0], 3),
        "one_person_words_ms": round(person[1], 3),
        "measures": person[2],
        "wrong_fen": verdicts["chunfeng"].wrong_fen + verdicts["chunfeng"].wrong_state,
        "judged": verdicts["chunfeng"].answers,
        "engines_identical": same["scalar"] == same["postgres"] == 0,
        "compared": same["compared"],
        "spark_identical": spark["local"]["same"] and spark["cluster"]["same"] if spark else None,
        "spark_local_s": round(spark["local"]["seconds"], 1) if spark else None,
        "spark_cluster_s": round(spark["cluster"]["seconds"], 1) if spark else None,
    }
    speed = _speed_table(rows, ours, peers, seconds, spark)
    speed.append(
        [f"one person, all {person[2]} measures, every reason", f"{person[0]:.2f} ms", "–", "≤ 2 ms"]
    )
    return Found(figures=figures, table=speed, more=[_right_table(verdicts)], remarks=_remarks(spark, same))


def _speed_table(
    rows: int,
    ours: dict[str, dict[str, Any]],
    peers: dict[str, dict[str, Any]],
    seconds: dict[str, float],
    spark: dict[str, Any],
) -> list[list[str]]:
    free, tight, own = ours["free"], ours["tight"], ours["own_days"]
    table = [[f"{rows:,} rows, {len(CODES)} measures", "seconds", "peak MB", "target"]]
    table += [
        [name, f"{r['seconds']:.1f}", f"{r['peak_mb']:.0f}", target]
        for name, r, target in (
            ("**chunfeng**, with masks", free, "≤ 10 s, ≤ 1,000 MB"),
            ("… told to stay small", tight, "≤ 300 MB"),
            ("… each row on a day of its own", own, "–"),
            ("openfisca-core", peers["openfisca"], "we: half its time, a quarter of its memory"),
            ("pandas", peers["pandas"], "–"),
        )
    ]
    zen = peers["zen"]
    how = f"{seconds['zen']:.0f} (scaled from {zen['rows']:,} rows)"
    table.append(["ZEN engine", how, f"{zen['peak_mb']:.0f}", "–"])
    for way, name in (("local", "Spark, one process"), ("cluster", "Spark, a master and two workers")):
        if way not in spark:
            continue
        how = "the same bytes" if spark[way]["same"] else "OTHER BYTES"
        table.append([name, f"{spark[way]['seconds']:.1f}", how, "the same bytes"])
    return table


MISSING = {
    "chunfeng": "says so: an open question with the facts that would decide",
    "openfisca": "takes the default (0, no, the first choice) and decides",
    "pandas": "`<NA>` in nullable columns stays open; with NumPy columns it would be refused",
    "zen": "raises; with a guard in every rule the answer is empty",
}
NAMES = {"chunfeng": "**chunfeng**", "openfisca": "openfisca-core", "pandas": "pandas", "zen": "ZEN engine"}


def _right_table(verdicts: dict[str, Verdict]) -> list[list[str]]:
    table = [
        [
            "engine",
            "paid wrong by a fen or more",
            "on the limit, decided wrong",
            "a missing fact decides: paid / refused all the same",
            "the rest decides: asked / decided wrong all the same",
            "when a fact is missing",
        ]
    ]
    for name, v in verdicts.items():
        table.append(
            [
                NAMES[name],
                f"{v.wrong_fen + v.wrong_state:,} of {v.known:,}",
                f"{v.limit_wrong:,} of {v.on_limit:,}",
                f"{v.paid_open:,} / {v.refused_open:,} of {v.open:,}",
                f"{v.asked_settled:,} / {v.wrong_settled:,} of {v.settled:,}",
                MISSING[name],
            ]
        )
    return table


def _remarks(spark: dict[str, Any], same: dict[str, int]) -> list[str]:
    return [
        f"Decided on {ON.isoformat()}: {', '.join(f'`{c}`' for c in CODES)}. A run of OpenFisca has one period, so all"
        " rows share one day; one line of the table gives each row its own.",
        "Best of three runs of ours, of two of openfisca-core and pandas, of one of the others; the highest peak of"
        " all. Loading libraries, starting Spark and compiling the text are not counted.",
        "An answer is one measure of one row. Right is what exact fractions say (`bench/rules_exact.py`). The first"
        " column counts answers all of whose facts are known.",
        "openfisca-core keeps money in yuan as 32-bit floats and rounds half to even; pandas' `round` rounds half to"
        " even; ZEN reckons in decimals and is right. Shares on the limit come out right where share and limit are"
        " floats of one width; a 64-bit share beside a 32-bit limit of 5.5 % would be refused every time.",
        "A choice of the measure whose test is unknown is unknown to us even where both ways come to the same; that is"
        " what we ask about although the rest decides.",
        f"Our plain Python, DuckDB and PostgreSQL: {same['scalar'] + same['postgres']} differences in"
        f" {same['compared']:,} answers and {same['rows']:,} rows, masks included.",
        _of_spark(spark),
    ]


def _of_spark(spark: dict[str, Any]) -> str:
    if not spark:
        return "Spark was left out: there is no Java on this machine."
    return (
        f"Spark {spark['local']['version']}: what is compared with DuckDB's file is the sum of the MD5 of all"
        f" {spark['rows']:,} rows (columns by name, values as text); the order of rows and the compression differ."
    )
