"""Users, the append-only audit trail, stored files and idempotency keys."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from chunfeng.core import walls


class User(AbstractUser):
    """A person with an account. What they may do comes from their postings, never from flags here."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=60)
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name


class Event(models.Model):
    """One act: a write, a read of personal data, an export, a log-in. A trigger refuses update and delete."""

    class Kind(models.TextChoices):
        WRITE = "write", _("Write")
        READ = "read", _("Read of personal data")
        EXPORT = "export", _("Export")
        ACCESS = "access", _("Access")

    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    verb = models.CharField(_("act"), max_length=60)
    actor_id_at = models.BigIntegerField(_("user id"), null=True)
    actor_name = models.CharField(_("actor"), max_length=60)
    role = models.CharField(_("role"), max_length=20, blank=True)
    office_id_at = models.BigIntegerField(_("office id"), null=True)
    office_name = models.CharField(_("office"), max_length=120, blank=True)
    area_code = models.CharField(_("area"), max_length=18, db_collation="C", blank=True)
    object_type = models.CharField(_("object type"), max_length=60, blank=True)
    object_id = models.CharField(_("object id"), max_length=60, blank=True)
    object_label = models.CharField(_("object"), max_length=200, blank=True)
    detail = models.JSONField(_("detail"), default=dict)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    ip = models.CharField(_("address"), max_length=45, blank=True)

    wall = walls.Wall(
        read=f"({walls.in_range()} AND {walls.has_role('auditor')}) OR {walls.own_user('actor_id_at')}",
        write="true",
    )

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [
            models.Index(fields=["area_code", "-id"], name="event_by_area"),
            models.Index(fields=["object_type", "object_id", "id"], name="event_by_object"),
            models.Index(fields=["actor_id_at", "-id"], name="event_by_actor"),
        ]


class StoredFile(models.Model):
    """An uploaded or produced file; the bytes lie under their SHA-256 in the data folder, once each."""

    sha256 = models.CharField(max_length=64)
    name = models.CharField(_("file name"), max_length=255)
    media_type = models.CharField(_("media type"), max_length=100)
    size = models.BigIntegerField(_("size in bytes"))
    area_code = models.CharField(_("area"), max_length=18, db_collation="C")
    at = models.DateTimeField(_("stored at"))
    by_name = models.CharField(_("stored by"), max_length=60)

    # an original travels down with its notice, evidence travels up with its task;
    # views serve a file only through the object that holds it
    wall = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(models.Model):
    """One answered request. The same key from the same user gets the same answer, never a second effect."""

    user_id_at = models.BigIntegerField()
    key = models.CharField(max_length=80)
    route = models.CharField(max_length=120)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    at = models.DateTimeField()

    wall = walls.Wall(read=walls.own_user("user_id_at"), write=walls.own_user("user_id_at"))

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["user_id_at", "key"], name="one_answer_per_key")]
