"""Duties become tasks with deadlines, receipts and chasing."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.core.models import StoredFile
from chunfeng.notices.models import Duty, Notice
from chunfeng.offices.models import Office
from chunfeng.tasking.choices import (
    CLOSED_STATES,
    OPEN_STATES,
    Before,
    Channel,
    EntryKind,
    IssueState,
    MessageState,
    Part,
    TaskState,
)

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Where tasks without a deadline stand when sorted by deadline."""


def chasing_before() -> list[int]:
    """The day before, and the morning of the day."""
    return [1, 0]


def chasing_after() -> list[int]:
    """One and three days late."""
    return [1, 3]


class Task(models.Model):
    """One duty on one office's desk (B8, B10). Unique per duty and office: issuing twice assigns once.

    A delegated task is a child at a lower office; the parent stays with the office that answers for it.
    """

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    area_code = AreaCodeField(_("area"))
    part = models.CharField(_("part"), max_length=4, choices=Part, default=Part.LEAD)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", db_index=False
    )
    recipient = models.ForeignKey(
        Office,
        verbose_name=_("result goes to"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="expected_results",
        db_index=False,
    )
    state = models.CharField(_("state"), max_length=10, choices=TaskState, default=TaskState.NEW)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    sort_due = models.GeneratedField(
        expression=Coalesce(F("due_at"), Value(NEVER)), output_field=models.DateTimeField(), db_persist=True
    )
    every = models.CharField(_("repeats"), max_length=20, blank=True)
    assigned_at = models.DateTimeField(_("assigned at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.UniqueConstraint(fields=["duty", "office"], name="assigned_once"),
            models.CheckConstraint(
                condition=~Q(state=TaskState.DONE) | Q(done_at__isnull=False), name="done_has_time"
            ),
        ]
        # one index per question: a desk's open and closed tasks, a notice in an area, what is still
        # open of a notice, what falls due, the children; area_code rides along for the wall
        indexes = [
            models.Index(
                fields=["office", "sort_due", "id"],
                condition=Q(state__in=OPEN_STATES),
                include=["area_code", "state"],
                name="task_desk_open",
            ),
            models.Index(
                fields=["office", "state", "-done_at", "-id"],
                condition=Q(state__in=CLOSED_STATES),
                include=["area_code"],
                name="task_desk_closed",
            ),
            models.Index(fields=["notice", "area_code"], name="task_notice_area"),
            models.Index(
                fields=["notice", "sort_due", "id"],
                condition=Q(state__in=OPEN_STATES),
                include=["area_code"],
                name="task_notice_open",
            ),
            models.Index(fields=["due_at", "id"], condition=Q(state__in=OPEN_STATES), name="task_open_due"),
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="task_children"),
        ]

    def __str__(self) -> str:
        return str(self.duty)


class Assignment(models.Model):
    """How far a notice has become tasks: what it was sent to and ordered when all its tasks were made."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="assignment")
    area_code = AreaCodeField(_("area"))
    dispatches = models.PositiveIntegerField(_("offices reached"))
    last_dispatch = models.BigIntegerField(_("last dispatch"))
    duties = models.PositiveIntegerField(_("duties"))
    unresolved = models.JSONField(_("bodies without an office"), default=list, blank=True)
    at = models.DateTimeField(_("at"))

    wall = walls.by_area()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")


class TaskEntry(models.Model):
    """One line of a task's history, with the evidence handed in. Never changed."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="entries", db_index=False)
    area_code = AreaCodeField(_("area"))
    kind = models.CharField(_("what"), max_length=10, choices=EntryKind)
    text = models.TextField(_("text"), blank=True)
    period = models.CharField(_("period"), max_length=20, blank=True, help_text=_("for repeated duties"))
    old_due_at = models.DateTimeField(_("deadline before"), null=True, blank=True)
    new_due_at = models.DateTimeField(_("deadline after"), null=True, blank=True)
    key = models.CharField(
        max_length=80, blank=True, help_text=_("given by the sender: the same key again adds nothing")
    )
    files = models.ManyToManyField(StoredFile, through="TaskEvidence", related_name="+")
    by_name = models.CharField(_("by"), max_length=60)
    office = models.ForeignKey(Office, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    append_only = True
    wall = walls.by_area()

    class Meta:
        verbose_name = _("task entry")
        verbose_name_plural = _("task entries")
        ordering = ["id"]
        indexes = [models.Index(fields=["task", "id"], name="entry_by_task")]
        constraints = [
            models.UniqueConstraint(fields=["task", "key"], condition=~Q(key=""), name="one_entry_per_key")
        ]


class TaskEvidence(models.Model):
    """A file handed in with an entry (B10, Q9: working papers stay with the task)."""

    entry = models.ForeignKey(TaskEntry, on_delete=models.CASCADE, related_name="evidence")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    wall = walls.part_of("tasking_taskentry", "entry_id")

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")


class OfficeChannel(models.Model):
    """Where an office wants its reminders besides the desk: an e-mail address or a webhook."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="channels")
    area_code = AreaCodeField(_("area"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    address = EncryptedTextField(_("address"))
    active = models.BooleanField(_("in use"), default=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("office channel")
        verbose_name_plural = _("office channels")


class ChaseRule(models.Model):
    """When an office is reminded and its leader told, and how it reads 前. Without office: the default."""

    office = models.OneToOneField(
        Office, null=True, blank=True, on_delete=models.CASCADE, related_name="chase_rule"
    )
    area_code = AreaCodeField(_("area"))
    before_days = models.JSONField(_("days before the deadline"), default=chasing_before)
    after_days = models.JSONField(_("days after the deadline"), default=chasing_after)
    then_every = models.PositiveSmallIntegerField(_("then every so many days"), default=7)
    escalate_after = models.PositiveSmallIntegerField(_("leader told after so many days"), default=3)
    hour = models.PositiveSmallIntegerField(_("hour of the day"), default=8)
    before_means = models.CharField(_("reading of 前"), max_length=4, choices=Before, default=Before.END)

    wall = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())

    class Meta:
        verbose_name = _("chasing rule")
        verbose_name_plural = _("chasing rules")
        constraints = [
            models.UniqueConstraint(
                fields=["office"],
                condition=Q(office__isnull=True),
                nulls_distinct=False,
                name="one_default_chase_rule",
            )
        ]


class Message(models.Model):
    """A reminder or escalation in the outbox. `dedupe` makes a second run of the chaser harmless."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="messages", db_index=False)
    area_code = AreaCodeField(_("area"))
    task = models.ForeignKey(Task, null=True, blank=True, on_delete=models.CASCADE, related_name="messages")
    for_leader = models.BooleanField(_("for the leader"), default=False)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    to = models.ForeignKey(
        OfficeChannel,
        verbose_name=_("address"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    dedupe = models.CharField(max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=MessageState, default=MessageState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["next_try_at", "id"], condition=Q(state="queued"), name="message_outbox"),
            models.Index(fields=["office", "-id"], condition=Q(channel="in_app"), name="message_inbox"),
            models.Index(
                fields=["office", "-id"],
                condition=Q(channel="in_app", read_at__isnull=True),
                name="message_unread",
            ),
        ]


class CoordinationIssue(models.Model):
    """A problem between offices: who raised it, who owns it, by when, with what outcome (A13)."""

    problem = models.TextField(_("problem"))
    task = models.ForeignKey(Task, null=True, blank=True, on_delete=models.PROTECT, related_name="issues")
    raised_by = models.ForeignKey(
        Office, verbose_name=_("raised by"), on_delete=models.PROTECT, related_name="raised_issues"
    )
    area_code = AreaCodeField(_("area"))
    owner = models.ForeignKey(
        Office, verbose_name=_("owner"), on_delete=models.PROTECT, related_name="owned_issues"
    )
    owner_area_code = AreaCodeField(_("owner's area"))
    due_on = models.DateField(_("due on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=IssueState, default=IssueState.OPEN)
    outcome = models.TextField(_("outcome"), blank=True)
    raised_at = models.DateTimeField(_("raised at"))
    raised_by_name = models.CharField(_("raised by"), max_length=60)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    wall = walls.Wall(
        read=f"{walls.in_range()} OR {walls.in_range('owner_area_code')}",
        write=f"{walls.in_range()} OR {walls.in_range('owner_area_code')}",
    )

    class Meta:
        verbose_name = _("coordination issue")
        verbose_name_plural = _("coordination issues")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open") | ~Q(outcome=""), name="closed_issue_has_outcome"
            )
        ]
        indexes = [
            models.Index(fields=["area_code", "-id"], name="issue_by_raiser"),
            models.Index(fields=["owner_area_code", "-id"], name="issue_by_owner"),
        ]

    def __str__(self) -> str:
        return self.problem[:80]
