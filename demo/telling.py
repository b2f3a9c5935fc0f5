"""What every part of the story needs: the day it is told, luck from a seed, people without accounts, moments."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from chunfeng.areas import codes
from chunfeng.core.actor import Actor
from chunfeng.offices.models import Office

Say = Callable[[str], None]


class Telling:
    """One telling: `today` is the day it is told, `seed` decides who has done what."""

    def __init__(self, *, today: date, seed: int, say: Say) -> None:
        self.today, self.say = today, say
        self.random = random.Random(seed)
        self.names = {code: Office.objects.get(code=code) for code in ("HR22", "HR2201", "HR220184")}

    def actor(self, office: str, role: str) -> Actor:
        """Somebody of an office named by its code."""
        return self.actor_of(self.names[office], role)

    def actor_of(self, office: Office, role: str) -> Actor:
        """Somebody of any office, without an account."""
        lo, hi = codes.code_range(office.area_code)
        return Actor(
            name="演示人员",
            role=role,
            office_id=office.pk,
            office_name=office.name,
            area_code=office.area_code,
            lo=lo,
            hi=hi,
            above=tuple(codes.ancestors(office.area_code)),
        )

    def at(self, days_ago: int, hour: int, minutes: int = 0) -> datetime:
        """A moment of the story, never in the future."""
        day = datetime.combine(
            self.today - timedelta(days=days_ago), time(hour), timezone.get_current_timezone()
        )
        return min(day + timedelta(minutes=minutes), timezone.now())
