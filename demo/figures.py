"""Believable made-up figures: a wave of arrivals over the days, people isolated and released, stocks, training."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

PEAK, WIDTH = 4, 3.5
"""Days ago at which most people arrived, and how broad the wave is."""
FLOWS = ("isolated", "released", "moved", "still")


def wave(days_ago: int) -> float:
    """How busy a day was, 1 at the peak."""
    return 0.25 + 0.75 * math.exp(-(((days_ago - PEAK) / WIDTH) ** 2))


@dataclass
class Place:
    """What one office counts from day to day; who is isolated today is who was yesterday, plus and minus."""

    luck: Random
    size: float
    still: int

    @classmethod
    def of(cls, luck: Random, size: float) -> Place:
        """A place with arrivals of about `size` persons on the busiest day."""
        return cls(luck, size * luck.uniform(0.4, 1.6), luck.randrange(int(size) + 1))

    def about(self, mean: float) -> int:
        """A whole number near the mean, never negative."""
        return max(round(self.luck.gauss(mean, math.sqrt(mean) if mean > 0 else 0)), 0)

    def flows(self, come: int) -> dict[str, int]:
        """Who went into isolation and out of it; balances with yesterday."""
        released = min(self.about(self.still * 0.09), self.still)
        moved = 1 if self.still > released + 1 and self.luck.random() < 0.03 else 0
        self.still += come - released - moved
        return {"isolated": come, "released": released, "moved": moved, "still": self.still}

    def township_day(self, days_ago: int) -> dict[str, int]:
        """The daily report of a township or a county."""
        arrived = self.about(self.size * wave(days_ago))
        from_hit = min(self.about(arrived * 0.2), arrived)
        ill = 1 if self.luck.random() < 0.04 * wave(days_ago) else 0
        return {
            "arrived": arrived,
            "from_hit": from_hit,
            "registered": arrived,
            "symptomatic": ill,
            "referred": ill,
        } | self.flows(from_hit)

    def checkpoint_day(self, days_ago: int) -> dict[str, int]:
        """The daily report of a village's checkpoint."""
        persons = self.about(8 * self.size * wave(days_ago))
        vehicles = min(self.about(persons * 0.4), persons)
        from_hit = min(self.about(persons * 0.03), persons)
        fever = 1 if persons and self.luck.random() < 0.02 else 0
        return {
            "persons": persons,
            "vehicles": vehicles,
            "from_hit": from_hit,
            "turned_back": min(self.about(persons * 0.05), persons),
            "fever": fever,
            "referred": fever,
        } | self.flows(from_hit)


def added(parts: list[dict[str, int]]) -> dict[str, int]:
    """The figures of several places together."""
    total: dict[str, int] = {}
    for part in parts:
        for code, value in part.items():
            total[code] = total.get(code, 0) + value
    return total


POSTS = {"health": ("doctor", "nurse", "control"), "employment": ("window", "grassroots")}
UNITS = {
    "health": ("hospital", "township_clinic", "disease_control"),
    "employment": ("public_service", "village"),
}


def training(luck: Random, line: str, weeks_ago: int) -> dict[str, object]:
    """In post and trained by post and by kind of unit; both ways add up to the same."""
    found: dict[str, object] = {}
    share = min(luck.uniform(0.78, 0.99) + 0.06 * (1 - weeks_ago), 1)
    in_post, done = 0, 0
    for post in ("doctor", "nurse", "control", "window", "grassroots"):
        people = luck.randrange(40, 400) if post in POSTS[line] else 0
        trained = round(people * share)
        found |= {
            f"in_post.{post}": people,
            f"emergency.{post}": trained,
            f"long_term.{post}": round(trained * 0.6),
        }
        in_post, done = in_post + people, done + trained
    units = UNITS[line]
    for unit in ("hospital", "township_clinic", "disease_control", "public_service", "village"):
        last = unit == units[-1]
        mine = unit in units
        people = (in_post if last else in_post // 3) if mine else 0
        trained = (done if last else done // 3) if mine else 0
        found |= {f"unit_in_post.{unit}": people, f"unit_trained.{unit}": trained}
        if mine and not last:
            in_post, done = in_post - people, done - trained
    return found


TARGETS = {
    "n95": 3000, "mask": 40000, "suit": 600, "goggles": 500, "gloves": 8000, "thermometer": 200, "chlorine": 900,
    "alcohol": 1200,
}  # fmt: skip


def stocks(luck: Random) -> dict[str, object]:
    """What lies in stock beside the target, most of it there."""
    found: dict[str, object] = {}
    for item, target in TARGETS.items():
        wanted = round(target * luck.uniform(0.5, 1.5))
        found |= {
            f"{item}_target": wanted,
            f"{item}_stock": round(wanted * luck.choice([1, 1, 1.1, 1.25, 0.85, 0.6])),
        }
    return found
