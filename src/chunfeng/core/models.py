"""Users, the append-only audit trail, stored files and idempotency keys."""

from __future__ import annotations

import base64
import os

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from chunfeng.core import crypto, walls


class User(AbstractUser):
    """A person with an account. What they may do comes from their postings, never from flags here."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=60)
    must_change_password = models.BooleanField(_("must set a new password"), default=False)
    REQUIRED_FIELDS = ["name"]

    wall = walls.Wall(
        read="true",
        write=f"{walls.own_user('id')} OR {walls.has_role('system_admin', 'security_admin', 'entrance')}",
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name


class Authenticator(TOTPDevice):
    """A person's second factor (TOTP). Its key is sealed like every other secret, unlike the library's."""

    KEY_BYTES = 20

    class Meta:
        proxy = True
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    @staticmethod
    def sealed_key() -> str:
        """A new key, sealed; fits the library's 80 characters."""
        secret = base64.b85encode(os.urandom(Authenticator.KEY_BYTES)).decode()
        return base64.b64encode(crypto.encrypt(secret)).decode()

    @property
    def bin_key(self) -> bytes:
        return base64.b85decode(crypto.decrypt(base64.b64decode(self.key)))


class Session(AbstractBaseSession):
    """One log-in in one browser. Knows its user, so that a person's sessions can be counted and ended."""

    user_id_at = models.BigIntegerField(_("user id"), null=True, db_index=True)
    began_at = models.DateTimeField(_("began at"), default=timezone.now)
    ip = models.CharField(_("address"), max_length=45, blank=True)

    @classmethod
    def get_session_store_class(cls):  # type: ignore[no-untyped-def]
        from chunfeng.core.sessions import SessionStore

        return SessionStore

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")


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
    actor_area_code = models.CharField(_("actor's area"), max_length=18, db_collation="C", blank=True)
    object_type = models.CharField(_("object type"), max_length=60, blank=True)
    object_id = models.CharField(_("object id"), max_length=60, blank=True)
    object_label = models.CharField(_("object"), max_length=200, blank=True)
    detail = models.JSONField(_("detail"), default=dict)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    ip = models.CharField(_("address"), max_length=45, blank=True)

    append_only = True
    wall = walls.Wall(
        # where the object lies and where the person sits both count; an act without a place (a log-in with
        # an unknown user name) is for every auditor
        read=f"(({walls.in_range()} OR {walls.in_range('actor_area_code')} OR area_code = '')"
        f" AND {walls.has_role('auditor', 'audit_admin')})"
        f" OR {walls.own_user('actor_id_at')}",
        write="true",
    )

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [
            models.Index(fields=["area_code", "-id"], name="event_by_area"),
            models.Index(fields=["actor_area_code", "-id"], name="event_by_actor_area"),
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


class SpecialDay(models.Model):
    """A day on which people work or rest in an area against the yearly arrangement, by order of a notice."""

    area_code = models.CharField(_("area"), max_length=18, db_collation="C")
    day = models.DateField(_("day"))
    works = models.BooleanField(_("working day"))
    source = models.CharField(_("source"), max_length=300)

    wall = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        constraints = [models.UniqueConstraint(fields=["area_code", "day"], name="special_day_once")]

    def __str__(self) -> str:
        return f"{self.day} · {self.area_code}"


class IdempotencyKey(models.Model):
    """One answered request. The same key from the same user gets the same answer, never a second effect."""

    user_id_at = models.BigIntegerField()
    key = models.CharField(max_length=80)
    route = models.CharField(max_length=120)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    at = models.DateTimeField()

    # the system clears old ones
    wall = walls.Wall(
        read=f"{walls.own_user('user_id_at')} OR {walls.has_role()}",
        write=f"{walls.own_user('user_id_at')} OR {walls.has_role()}",
    )

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["user_id_at", "key"], name="one_answer_per_key")]


class ApiToken(models.Model):
    """A key with which a program acts for one posting of a user. Only the hash of the key is kept."""

    class Scope(models.TextChoices):
        READ = "read", _("Read only")
        WRITE = "write", _("Read and write")

    user = models.ForeignKey(
        User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="api_tokens"
    )
    posting_id_at = models.BigIntegerField(_("posting id"))
    area_code = models.CharField(_("area"), max_length=18, db_collation="C")
    name = models.CharField(_("purpose"), max_length=80)
    key_hash = models.CharField(max_length=64, unique=True)
    key_start = models.CharField(_("begins with"), max_length=12)
    scope = models.CharField(_("permits"), max_length=5, choices=Scope, default=Scope.READ)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("valid until"))
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    wall = walls.Wall(
        read=f"{walls.own_user()} OR ({walls.in_range()} AND {walls.has_role('security_admin')})",
        write=f"{walls.own_user()} OR ({walls.in_range()} AND {walls.has_role('security_admin')})",
    )

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name
