"""What the eight measures owe, written down a second time by hand with exact fractions: the judge of all engines.

Nothing here is shared with an evaluator. A fact is None where it is unknown; so is what depends on it, unless the
rest decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

PAYS, REFUSES, ASKS, OUTSIDE = "pays", "refuses", "asks", "outside"
HALF = Fraction(1, 2)


class Owed(NamedTuple):
    """What is right: the state, and for PAYS the fen (None where a fact the amount needs is unknown)."""

    state: str
    fen: int | None
    told: bool
    """Whether every fact of the measure is known."""


def known(function: Callable[..., Any], *values: Any) -> Any:
    """The function of values that are all known, else None."""
    return None if any(v is None for v in values) else function(*values)


def either(*truths: bool | None) -> bool | None:
    """or, three-valued."""
    return True if True in truths else None if None in truths else False


def no(truth: bool | None) -> bool | None:
    """not, three-valued."""
    return None if truth is None else not truth


def half_up(value: Fraction) -> int:
    """To the nearest whole fen, a half upwards."""
    return int((value + HALF) // 1)


def up(value: Fraction) -> int:
    """To the next whole fen."""
    return int(-(-value // 1))


def share(part: int | None, whole: int | None) -> Fraction | None:
    """A share; of nothing it is unknown."""
    return known(lambda p, w: Fraction(p, w) if w else None, part, whole)


def months(first: date, second: date) -> int:
    """Whole months from first to second; the last day of a month completes it."""
    count = (second.year - first.year) * 12 + second.month - first.month
    last = (date(second.year + second.month // 12, second.month % 12 + 1, 1) - second).days == 1
    return count - (second.day < first.day and not last)


Decision = tuple[bool | None, list[bool | None], Any]
Row = Mapping[str, Any]


def refund(row: Row) -> Decision:
    """Half of the contributions for small and medium firms with few layoffs."""
    limit = known(lambda n: Fraction(20, 100) if n <= 30 else Fraction(55, 1000), row["insured_staff"])
    conditions = [
        known(lambda s: s in ("small", "medium"), row["firm_size"]),
        known(lambda m: m >= 12, row["months_paid"]),
        known(lambda s, m: s <= m, share(row["laid_off"], row["insured_staff"]), limit),
    ]
    return True, conditions, known(lambda c: half_up(c * HALF), row["contributions_paid"])


def holiday(row: Row) -> Decision:
    """Three times the wage on the three statutory days, twice on the others if no time off is given."""
    worked = row["worked_on"]
    statutory = known(lambda d: date(2020, 1, 25) <= d <= date(2020, 1, 27), worked)
    conditions = [
        known(lambda d: date(2020, 1, 24) <= d <= date(2020, 2, 2), worked),
        either(statutory, no(row["time_off"])),
    ]
    return True, conditions, known(lambda w, s: w * (3 if s else 2), row["daily_wage"], statutory)


def internship(row: Row) -> Decision:
    """1,000 yuan a month, 1,200 where half of the interns were kept, for at most twelve months."""
    age = known(lambda b, o: months(b, o) // 12, row["born_on"], row["began_on"])
    conditions = [
        known(lambda a: 16 <= a <= 24, age),
        row["unemployed"],
        known(lambda m: m >= 3, row["months_served"]),
    ]
    kept = known(lambda s: s >= HALF, share(row["interns_kept"], row["interns_finished"]))
    amount = known(lambda m, k: min(m, 12) * (120_000 if k else 100_000), row["months_served"], kept)
    return _within(row, "6202"), conditions, amount


def bonus(row: Row) -> Decision:
    """One sum by the kind of reward."""
    sums = {"commendation": 150_000, "merit": 300_000, "great_merit": 600_000}
    conditions = [
        row["institution_staff"],
        no(row["rewarded_for_cause"]),
        known(lambda r: r in sums, row["reward"]),
    ]
    return _within(row, "9908"), conditions, known(lambda r: sums.get(r, 0), row["reward"])


def grant(row: Row) -> Decision:
    """What was approved up to 600,000 yuan for a provincial incubator, 300,000 for one of a city."""
    level = row["incubator_level"]
    conditions = [
        known(lambda x: x in ("provincial", "city"), level),
        known(lambda y: y < 3, row["grant_years_before"]),
    ]
    if level == "provincial":
        amount = known(lambda a: min(a, 60_000_000), row["grant_approved"])
    else:
        amount = known(lambda _: 30_000_000, level)
    return _within(row, "9905"), conditions, amount


def relief(row: Row) -> Decision:
    """The employer's contributions for five months, of large firms half of three; all of five in the hit province."""
    size, hit = row["firm_size"], known(lambda a: a.startswith("42"), row["area"])
    small = either(hit, known(lambda s: s != "large", size))  # whoever is not large has five months anywhere
    first = date(2020, 2, 1)
    conditions = [
        no(row["public_body"]),
        known(lambda d: d >= first, row["contribution_month"]),
        known(lambda d, s: months(first, d) < (5 if s else 3), row["contribution_month"], small),
    ]
    amount = known(lambda c, s: half_up(c * (1 if s else HALF)), row["employer_contributions_due"], small)
    return True, conditions, amount


def overtime(row: Row) -> Decision:
    """150, 200 or 300 % of the hourly wage; a fraction of a fen goes up."""
    rates = {"working": Fraction(3, 2), "rest": Fraction(2), "statutory": Fraction(3)}
    kind, off = row["day_kind"], row["time_off"]
    conditions = [
        known(lambda h: h > 0, row["overtime"]),
        either(known(lambda k: k != "rest", kind), no(off)),
    ]
    amount = known(lambda w, h, k: up(w * h * rates[k]), row["hourly_wage"], row["overtime"], kind)
    return True, conditions, amount


def isolation(row: Row) -> Decision:
    """The daily pay for every day missed for a protected reason."""
    conditions = [row["firm_staff"], known(lambda g: g != "other", row["absence_ground"])]
    return True, conditions, known(lambda p, d: p * d, row["daily_pay"], row["days_missed"])


def _within(row: Row, prefix: str) -> bool | None:
    return known(lambda a: a.startswith(prefix), row["area"])


RULES: dict[str, tuple[Callable[[Row], Decision], tuple[str, ...]]] = {
    "job-retention-refund": (
        refund, ("firm_size", "insured_staff", "laid_off", "months_paid", "contributions_paid")),
    "holiday-work-2020": (holiday, ("worked_on", "daily_wage", "time_off")),
    "internship-subsidy": (
        internship,
        ("area", "born_on", "began_on", "unemployed", "months_served", "interns_finished", "interns_kept")),
    "institution-reward-bonus": (bonus, ("area", "reward", "institution_staff", "rewarded_for_cause")),
    "incubator-grant": (grant, ("area", "incubator_level", "grant_years_before", "grant_approved")),
    "social-insurance-relief-2020": (
        relief, ("area", "firm_size", "public_body", "contribution_month", "employer_contributions_due")),
    "overtime-pay": (overtime, ("day_kind", "overtime", "hourly_wage", "time_off")),
    "pay-in-isolation": (isolation, ("absence_ground", "firm_staff", "daily_pay", "days_missed")),
}  # fmt: skip
"""Code → the rule, and the facts it needs."""


def owed(code: str, row: Row) -> Owed:
    """What a row is owed under a measure."""
    rule, needed = RULES[code]
    inside, conditions, fen = rule(row)
    told = all(row[name] is not None for name in needed)
    if inside is False:
        return Owed(OUTSIDE, None, told)
    if False in conditions:
        return Owed(REFUSES, None, told)
    if inside is None or None in conditions:
        return Owed(ASKS, None, told)
    return Owed(PAYS, fen, told)


def on_the_limit(code: str, row: Row) -> bool:
    """Whether a share stands exactly on the limit that decides about it."""
    if code == "job-retention-refund":
        staff = row["insured_staff"]
        limit = Fraction(20, 100) if staff is not None and staff <= 30 else Fraction(55, 1000)
        return share(row["laid_off"], staff) == limit
    if code == "internship-subsidy":
        return share(row["interns_kept"], row["interns_finished"]) == HALF
    return False
