"""Which of the rules in force places a person. Pure: the nearest office, then the newest, then the strictest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chunfeng.areas import codes
from chunfeng.people.choices import ISOLATING, Exposure, Placement
from chunfeng.people.models import PlacementRule

_STRICT = [str(each) for each in Placement]


class Lost(StrEnum):
    """Why a rule in force does not place the person."""

    EXPOSURE = "exposure"
    SYMPTOMS = "symptoms"
    GUARD = "guard"
    FARTHER = "farther"
    OLDER = "older"
    MILDER = "milder"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A rule and why it lost; None for the one that applies."""

    rule: PlacementRule
    lost: Lost | None = None


def weigh(rules: Iterable[PlacementRule], exposure: str, symptoms: bool | None) -> list[Weighed]:
    """Every rule with what became of it, the one that applies first, then those that came close.

    Symptoms that nobody asked about (None) count as not there: only a rule for both, or for people without
    them, fits. People without symptoms and without exposure are never isolated, whatever a rule says.
    """
    fitting, out = [], []
    for rule in rules:
        lost = _unfit(rule, exposure, symptoms)
        if lost is None:
            fitting.append(rule)
        else:
            out.append(Weighed(rule, lost))
    fitting.sort(key=_order)
    first = fitting[0] if fitting else None
    weighed = [Weighed(rule, _behind(rule, first)) for rule in fitting]
    places = list(Lost)
    return weighed + sorted(out, key=lambda w: (-places.index(w.lost or Lost.EXPOSURE), *_order(w.rule)))


def applying(weighed: Iterable[Weighed]) -> PlacementRule | None:
    """The rule that places the person, or None."""
    return next((each.rule for each in weighed if each.lost is None), None)


def stricter(placement: str, than: str) -> bool:
    """Whether one placement is stricter than the other."""
    return _STRICT.index(placement) < _STRICT.index(than)


def harmless(exposure: str, symptoms: bool | None) -> bool:
    """Whether somebody may by no rule be isolated: neither symptoms nor exposure."""
    return exposure == Exposure.NONE and not symptoms


def _unfit(rule: PlacementRule, exposure: str, symptoms: bool | None) -> Lost | None:
    if rule.exposure != exposure:
        return Lost.EXPOSURE
    if rule.symptoms is not None and rule.symptoms != bool(symptoms):
        return Lost.SYMPTOMS
    if rule.placement in ISOLATING and harmless(exposure, symptoms):
        return Lost.GUARD
    return None


def _order(rule: PlacementRule) -> tuple[int, int, int, int, int]:
    near, new = codes.level(rule.area_code), rule.valid_from.toordinal()
    return -near, -new, _STRICT.index(rule.placement), -rule.days, -(rule.pk or 0)


def _behind(rule: PlacementRule, first: PlacementRule | None) -> Lost | None:
    if first is None or rule is first:
        return None
    if codes.level(rule.area_code) < codes.level(first.area_code):
        return Lost.FARTHER
    return Lost.OLDER if rule.valid_from < first.valid_from else Lost.MILDER
