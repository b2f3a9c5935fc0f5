"""Questions people ask with the answers the rules give; courses for the unemployed with their attendance."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chunfeng.areas.fields import AreaCodeField
from chunfeng.benefits.choices import EnquiryChannel, EnquiryState, EnquiryStepKind, EnrolmentState
from chunfeng.benefits.models.claims import Beneficiary
from chunfeng.benefits.models.measures import Measure, MeasureVersion
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.offices.models import Office
from chunfeng.tasking.models import CoordinationIssue


class Enquiry(models.Model):
    """A question to an office (J6). Name and telephone are given only by those who want to be called back.

    `kind` is a code of `rulebook.kinds`. From `keep_until` on words, name and telephone are gone and the steps with
    them; the row stays as a number in the statistics. `origin` counts questions of one connection on one day.
    """

    area_code = AreaCodeField(_("area"))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="enquiries")
    channel = models.CharField(_("came by"), max_length=10, choices=EnquiryChannel)
    kind = models.CharField(pgettext_lazy("enquiry", "kind"), max_length=40, blank=True)
    question = EncryptedTextField(_("question"), null=True, blank=True)
    name = EncryptedTextField(_("name"), null=True, blank=True)
    phone = EncryptedTextField(_("phone"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=EnquiryState, default=EnquiryState.OPEN)
    asked_at = models.DateTimeField(_("asked at"))
    due_on = models.DateField(_("to be answered by"))
    due_source = models.CharField(_("source"), max_length=300)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    issue = models.ForeignKey(
        CoordinationIssue, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    keep_until = models.DateField(_("keep until"))
    origin = models.CharField(max_length=64, blank=True, db_collation="C")
    key = models.CharField(max_length=80, unique=True)
    by_name = models.CharField(_("by"), max_length=60)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="answered") | Q(answered_at__isnull=False),
                name="answered_enquiry_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["area_code", "state", "due_on"], name="enquiries_by_area"),
            models.Index(fields=["area_code", "asked_at"], name="enquiries_by_time"),
            models.Index(fields=["origin", "asked_at"], condition=~Q(origin=""), name="enquiries_by_origin"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class EnquiryStep(models.Model):
    """What was done with a question. An answer by rule keeps everything needed to work it out again. Never changed.

    `facts` and `explanation` are sealed JSON; on a step "taken" `facts` are what the asker answered in the self-check.
    """

    enquiry = models.ForeignKey(Enquiry, on_delete=models.PROTECT, related_name="steps", db_index=False)
    kind = models.CharField(_("step"), max_length=10, choices=EnquiryStepKind)
    text = EncryptedTextField(_("text"), null=True, blank=True)
    version = models.ForeignKey(
        MeasureVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    refined_by = models.JSONField(_("local texts"), default=list, blank=True)
    on = models.DateField(_("day of the rules"), null=True, blank=True)
    facts = EncryptedTextField(_("facts"), null=True, blank=True)
    explanation = EncryptedTextField(_("explanation"), null=True, blank=True)
    outcome = models.CharField(_("by the rules"), max_length=12, blank=True)
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("at"))

    append_only = True
    erasable = True
    wall = walls.part_of("benefits_enquiry", "enquiry_id")

    class Meta:
        verbose_name = _("step of an enquiry")
        verbose_name_plural = _("steps of enquiries")
        indexes = [models.Index(fields=["enquiry", "id"], name="steps_of_enquiry")]


class TrainingCourse(models.Model):
    """A course for the unemployed (L18). `measure` says who may join free of charge and pays the fee (fen)."""

    area_code = AreaCodeField(_("area"))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="courses")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="courses")
    title = models.CharField(_("title"), max_length=120)
    subject = models.CharField(_("trade taught"), max_length=60)
    place = models.CharField(_("place"), max_length=200)
    provider = models.CharField(_("training body"), max_length=120)
    begins_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    seats = models.PositiveSmallIntegerField(_("seats"))
    fee = models.BigIntegerField(_("course fee in fen"))
    key = models.CharField(max_length=80, unique=True)
    made_at = models.DateTimeField(_("made at"))
    by_name = models.CharField(_("by"), max_length=60)

    wall = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())

    class Meta:
        verbose_name = _("training course")
        verbose_name_plural = _("training courses")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("begins_on")), name="course_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(fee__gte=0), name="course_fee_not_negative"),
        ]
        indexes = [models.Index(fields=["area_code", "-begins_on"], name="courses_by_area")]

    def __str__(self) -> str:
        return self.title


class TrainingNeed(models.Model):
    """Who asks for which course: recorded once a person and trade."""

    beneficiary = models.ForeignKey(Beneficiary, on_delete=models.PROTECT, related_name="training_needs")
    subject_key = models.CharField(max_length=64, db_collation="C")
    area_code = AreaCodeField(_("area"))
    subject = models.CharField(_("trade taught"), max_length=60)
    at = models.DateTimeField(_("at"))
    by_name = models.CharField(_("by"), max_length=60)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("training need")
        verbose_name_plural = _("training needs")
        constraints = [
            models.UniqueConstraint(fields=["subject_key", "subject", "area_code"], name="need_once"),
        ]


class Enrolment(models.Model):
    """A person's place in a course, with what the rules said when it was given, and again when it ended."""

    course = models.ForeignKey(
        TrainingCourse, on_delete=models.PROTECT, related_name="enrolments", db_index=False
    )
    beneficiary = models.ForeignKey(Beneficiary, on_delete=models.PROTECT, related_name="enrolments")
    subject_key = models.CharField(max_length=64, db_collation="C")
    area_code = AreaCodeField(_("area"))
    state = models.CharField(
        _("state"), max_length=10, choices=EnrolmentState, default=EnrolmentState.ENROLLED
    )
    version = models.ForeignKey(MeasureVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    refined_by = models.JSONField(_("local texts"), default=list, blank=True)
    on = models.DateField(_("day of the rules"))
    facts = EncryptedTextField(_("facts"), null=True, blank=True)
    explanation = EncryptedTextField(_("explanation"), null=True, blank=True)
    outcome = models.CharField(_("by the rules"), max_length=12, blank=True)
    amount = models.BigIntegerField(_("amount in fen"), null=True, blank=True)
    made_at = models.DateTimeField(_("made at"))
    by_name = models.CharField(_("by"), max_length=60)
    finished_on = models.DateField(_("finished on"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            models.UniqueConstraint(fields=["course", "subject_key"], name="enrolled_once"),
            models.CheckConstraint(
                condition=Q(state="enrolled") | Q(finished_on__isnull=False),
                name="finished_enrolment_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class AttendanceDay(models.Model):
    """Whether a person was in a course on a day: one row a person and day, whatever course lists it."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="days")
    subject_key = models.CharField(max_length=64, db_collation="C")
    on = models.DateField(_("day"))
    present = models.BooleanField(_("present"))
    at = models.DateTimeField(_("at"))
    by_name = models.CharField(_("by"), max_length=60)

    wall = walls.part_of("benefits_enrolment", "enrolment_id")

    class Meta:
        verbose_name = _("day of attendance")
        verbose_name_plural = _("days of attendance")
        constraints = [
            models.UniqueConstraint(fields=["subject_key", "on"], name="attended_once_a_day"),
        ]
