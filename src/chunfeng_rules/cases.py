"""The named cases of a measure are its tests: run them, and say in words what came out otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from chunfeng_rules.explanation import Explanation
from chunfeng_rules.measure import ASK, ELIGIBLE, NOT_ELIGIBLE, Case, Measure
from chunfeng_rules.scalar import explain
from chunfeng_rules.texts import Text
from chunfeng_rules.wording import value_words


@dataclass(frozen=True)
class Result:
    """One case, its explanation, and what differs from what it expects (empty: it passes)."""

    case: Case
    explanation: Explanation
    differs: tuple[Text, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.differs


def run(measure: Measure) -> list[Result]:
    """Run all cases of a measure."""
    return [_run(measure, case) for case in measure.cases]


def _run(measure: Measure, case: Case) -> Result:
    found = explain(measure, case.given, on=case.on, area=case.area)
    differs: list[Text] = []
    if found.state != case.expect:
        differs.append(
            Text(
                f"应为 {case.expect}，实为 {found.state}：{found.answer.zh}",
                f"expected {case.expect}, got {found.state}: {found.answer.en}",
            )
        )
    failed = tuple(c.name for c in found.failed)
    if case.expect == NOT_ELIGIBLE and case.fails is not None and set(case.fails) != set(failed):
        differs.append(_lists("未满足的条件", "conditions not met", case.fails, failed))
    if case.asks is not None:
        asked = found.asks if case.expect == ASK else found.asks_outcome
        if set(case.asks) != set(asked):
            differs.append(_lists("要问的事项", "facts asked for", case.asks, asked))
    given = {g.name: g for g in found.gives}
    for name, value in case.gives.items():
        got = given.get(name)
        if got is None or got.value != value:
            outcome = next(o for o in measure.gives if o.name == name)
            want = value_words(value, outcome.unit, outcome.options)
            have = got.words if got else Text("无", "nothing")
            label = outcome.label
            differs.append(
                Text(
                    f"{label.zh}应为{want.zh}，实为{have.zh}",
                    f"{label.en}: expected {want.en}, got {have.en}",
                )
            )
    if case.expect == ELIGIBLE and case.asks is None and found.asks_outcome:
        differs.append(_lists("要问的事项", "facts asked for", (), found.asks_outcome))
    return Result(case, found, tuple(differs))


def _lists(zh: str, en: str, want: tuple[str, ...], have: tuple[str, ...]) -> Text:
    wanted, had = ", ".join(want) or "–", ", ".join(have) or "–"
    return Text(f"{zh}：应为 {wanted}，实为 {had}", f"{en}: expected {wanted}, got {had}")
