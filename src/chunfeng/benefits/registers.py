"""Which facts of measures the registers answer: that of people, and that of courses with their attendance.

A fact is known by its name in the measures' files. The registers know who belongs to a group or was in a course; that
somebody is not entered proves nothing, so the answer is "yes" or unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any

from chunfeng.benefits.choices import EnrolmentState
from chunfeng.benefits.models import AttendanceDay, TrainingCourse, TrainingNeed
from chunfeng.people.choices import Category
from chunfeng.people.models import Person

SOURCE = "register:people"
TRAINING = "register:training"
Reader = Callable[[Person, Collection[str], date], Any]


def _held(category: str) -> Reader:
    return lambda _person, categories, _on: True if category in categories else None


READERS: dict[str, Reader] = {
    "born_on": lambda person, _categories, _on: person.birth.isoformat() if person.birth else None,
    "age": lambda person, _categories, on: _age(person.birth, on),
    "poor_worker": _held(Category.POOR),
    "hardship_person": _held(Category.HARDSHIP),
    "unemployed": _held(Category.UNEMPLOYED),
    "registered_unemployed": _held(Category.UNEMPLOYED),
    "disabled": _held(Category.DISABLED),
    "graduate": _held(Category.GRADUATE),
    "veteran": _held(Category.VETERAN),
    "returnee": _held(Category.RETURNING),
    "work_area": lambda person, _categories, _on: person.work_area or None,
}


def answers(person: Person, categories: Collection[str], names: Iterable[str], on: date) -> dict[str, Any]:
    """Fact → value in JSON form for those of the names the register answers about a person on a day."""
    found = {name: READERS[name](person, categories, on) for name in names if name in READERS}
    return {name: value for name, value in found.items() if value is not None}


def of_training(subject_key: str, names: Iterable[str], on: date) -> dict[str, Any]:
    """What attendance answers on a day: who was in a course this year up to then, for how many days, at what fee.

    `in_training` is answered while the course runs and the person has not left it.
    """
    wanted = {"in_training", "attended", "days_attended", "course_fee"} & set(names)
    if not wanted:
        return {}
    days = AttendanceDay.objects.filter(
        subject_key=subject_key, present=True, on__lte=on, on__gte=date(on.year, 1, 1)
    )
    newest = days.select_related("enrolment__course").order_by("-on").first()
    if newest is None:
        return {}
    course, state = newest.enrolment.course, newest.enrolment.state
    runs = course.begins_on <= on <= course.ends_on and state != EnrolmentState.LEFT
    found = {
        "in_training": True if runs else None,
        "attended": True,
        "days_attended": days.count(),
        "course_fee": course.fee,
    }
    return {name: found[name] for name in wanted if found[name] is not None}


def of_course(course: TrainingCourse, subject_key: str, names: Iterable[str]) -> dict[str, Any]:
    """What one course answers about a person: its fee, the need written down, the days there."""
    days = AttendanceDay.objects.filter(enrolment__course=course, subject_key=subject_key, present=True)
    asked_for = TrainingNeed.objects.filter(subject_key=subject_key, subject=course.subject).exists()
    n = days.count()
    found = {
        "course_fee": course.fee,
        "wants_course": asked_for or None,
        "attended": True if n else None,
        "days_attended": n or None,
    }
    return {name: found[name] for name in names if found.get(name) is not None}


def taking_part(course: TrainingCourse, names: Iterable[str]) -> dict[str, Any]:
    """What would be known of somebody who takes part in the whole course."""
    length = (course.ends_on - course.begins_on).days + 1
    found = {"attended": True, "in_training": True, "days_attended": length, "course_fee": course.fee}
    return {name: found[name] for name in names if name in found}


def _age(birth: date | None, on: date) -> int | None:
    return None if birth is None else on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
