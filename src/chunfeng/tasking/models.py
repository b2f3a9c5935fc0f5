"""Duties become tasks with deadlines, receipts and chasing."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.core.models import StoredFile
from chunfeng.notices.models import Duty, Notice
from chunfeng.offices.models import Office
from chunfeng.tasking.choices import OPEN_STATES, Channel, EntryKind, IssueState, MessageState, Part, TaskState


class Task(models.Model):
    """One duty on one office's desk (B8, B10). Unique per duty and office: issuing twice assigns once.

    A delegated task is a child at a lower office; the parent stays with the office that answers for it.
    """

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="tasks")
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="tasks")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="tasks")
    area_code = AreaCodeField(_("area"))
    part = models.CharField(_("part"), max_length=4, choices=Part, default=Part.LEAD)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    recipient = models.ForeignKey(
        Office, verbose_name=_("result goes to"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="expected_results",
    )
    state = models.CharField(_("state"), max_length=10, choices=TaskState, default=TaskState.NEW)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
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
        indexes = [
            models.Index(
                fields=["office", "due_at", "id"], condition=Q(state__in=OPEN_STATES), name="task_open_desk"
            ),
            models.Index(fields=["office", "state", "-id"], name="task_desk"),
            models.Index(fields=["notice", "office"], name="task_matrix"),
            models.Index(fields=["due_at"], condition=Q(state__in=OPEN_STATES), name="task_open_due"),
            models.Index(fields=["area_code", "notice"], name="task_by_area"),
        ]

    def __str__(self) -> str:
        return str(self.duty)


class TaskEntry(models.Model):
    """One line of a task's history, with the evidence handed in. Never changed."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="entries")
    area_code = AreaCodeField(_("area"))
    kind = models.CharField(_("what"), max_length=10, choices=EntryKind)
    text = models.TextField(_("text"), blank=True)
    period = models.CharField(_("period"), max_length=20, blank=True, help_text=_("for repeated duties"))
    old_due_at = models.DateTimeField(_("deadline before"), null=True, blank=True)
    new_due_at = models.DateTimeField(_("deadline after"), null=True, blank=True)
    files = models.ManyToManyField(StoredFile, through="TaskEvidence", related_name="+")
    by_name = models.CharField(_("by"), max_length=60)
    office = models.ForeignKey(Office, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    wall = walls.by_area()

    class Meta:
        verbose_name = _("task entry")
        verbose_name_plural = _("task entries")
        ordering = ["id"]
        indexes = [models.Index(fields=["task", "id"], name="entry_by_task")]


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


class Message(models.Model):
    """A reminder or escalation in the outbox. `dedupe` makes a second run of the chaser harmless."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="messages")
    area_code = AreaCodeField(_("area"))
    task = models.ForeignKey(Task, null=True, blank=True, on_delete=models.CASCADE, related_name="messages")
    for_leader = models.BooleanField(_("for the leader"), default=False)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
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
            models.Index(fields=["next_try_at"], condition=Q(state="queued"), name="message_outbox"),
            models.Index(fields=["office", "channel", "-id"], name="message_inbox"),
        ]


class CoordinationIssue(models.Model):
    """A problem between offices: who raised it, who owns it, by when, with what outcome (A13)."""

    problem = models.TextField(_("problem"))
    task = models.ForeignKey(Task, null=True, blank=True, on_delete=models.PROTECT, related_name="issues")
    raised_by = models.ForeignKey(
        Office, verbose_name=_("raised by"), on_delete=models.PROTECT, related_name="raised_issues"
    )
    area_code = AreaCodeField(_("area"))
    owner = models.ForeignKey(Office, verbose_name=_("owner"), on_delete=models.PROTECT, related_name="owned_issues")
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

    def __str__(self) -> str:
        return self.problem[:80]
