"""Messages to people: templates by occasion, what was sent and delivered, who declined."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.offices.models import Office
from chunfeng.people.choices import MailingState, MessageChannel, Occasion, Recipient, SendState
from chunfeng.people.models.register import OF_PERSON, Person


class MessageTemplate(models.Model):
    """What is written on an occasion, by home area and destination, from a day to a day (D21).

    Of the templates that fit, the one with the nearest destination wins, then the nearest home, then the
    nearest office, then the newest.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="message_templates")
    area_code = AreaCodeField(_("area"))
    name = models.CharField(_("name"), max_length=120)
    occasion = models.CharField(_("occasion"), max_length=10, choices=Occasion)
    channel = models.CharField(_("channel"), max_length=10, choices=MessageChannel)
    home = AreaCodeField(_("for people from"), blank=True)
    destination = AreaCodeField(_("for people who go to"), blank=True)
    text = models.TextField(_("text"))
    source = models.CharField(_("source"), max_length=300)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    wall = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        constraints = [
            models.UniqueConstraint(fields=["office", "name", "valid_from"], name="message_template_once"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="message_template_ends_after_start",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="message_template_has_clause"),
        ]

    def __str__(self) -> str:
        return self.name


class PersonAddress(models.Model):
    """An address besides the person's own phones: their e-mail, the number of a parent (K2)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="addresses")
    channel = models.CharField(_("channel"), max_length=10, choices=MessageChannel)
    whose = models.CharField(_("whose"), max_length=10, choices=Recipient, default=Recipient.SELF)
    address = EncryptedTextField(_("address"))
    address_hash = models.CharField(max_length=64, db_collation="C")

    wall = OF_PERSON

    class Meta:
        verbose_name = _("address for messages")
        verbose_name_plural = _("addresses for messages")
        constraints = [
            models.UniqueConstraint(fields=["person", "channel", "whose"], name="one_address_a_channel")
        ]
        indexes = [models.Index(fields=["address_hash"], name="address_by_hash")]


class Mailing(models.Model):
    """A message to many people: whom (a filter over the register or a campaign's unreached), on what occasion.

    `expected` is what the officer saw and confirmed; `reached` is the last person written to, so that a run
    whose worker died goes on from there.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="mailings")
    area_code = AreaCodeField(_("area"))
    occasion = models.CharField(_("occasion"), max_length=10, choices=Occasion)
    whose = models.CharField(_("to whom"), max_length=10, choices=Recipient, default=Recipient.SELF)
    destination = AreaCodeField(_("destination"), blank=True)
    matter = models.CharField(_("matter"), max_length=60, blank=True)
    chosen = models.JSONField(_("whom"), default=dict)
    expected = models.PositiveIntegerField(_("people counted"), default=0)
    reached = models.BigIntegerField(_("last person"), default=0)
    counts = models.JSONField(_("what became of them"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=MailingState, default=MailingState.DRAFT)
    by_name = models.CharField(_("by"), max_length=60)
    made_at = models.DateTimeField(_("made at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("message to many")
        verbose_name_plural = _("messages to many")
        indexes = [models.Index(fields=["area_code", "-id"], name="mailings_by_area")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class PersonMessage(models.Model):
    """One message to one person; `dedupe` makes asking twice harmless. Address and text are sealed.

    A message that could not be written (declined, no address) is kept too, without either, and says why.
    `void_at`: since then another answer stands than the one it was written for.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="messages", db_index=False)
    template = models.ForeignKey(
        MessageTemplate, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    occasion = models.CharField(_("occasion"), max_length=10, choices=Occasion)
    channel = models.CharField(_("channel"), max_length=10, choices=MessageChannel)
    whose = models.CharField(_("to whom"), max_length=10, choices=Recipient, default=Recipient.SELF)
    mailing = models.ForeignKey(
        Mailing, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    address = EncryptedTextField(_("address"))
    text = EncryptedTextField(_("text"))
    source = models.CharField(_("source"), max_length=300, blank=True)
    dedupe = models.CharField(max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=SendState, default=SendState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)
    reference = models.CharField(_("gateway's number"), max_length=120, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+")
    area_code = AreaCodeField(_("area"))
    by_name = models.CharField(_("by"), max_length=60)
    made_at = models.DateTimeField(_("made at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    void_at = models.DateTimeField(_("no longer holds since"), null=True, blank=True)

    wall = OF_PERSON

    class Meta:
        verbose_name = _("message to a person")
        verbose_name_plural = _("messages to people")
        indexes = [
            models.Index(fields=["next_try_at", "id"], condition=Q(state="queued"), name="people_outbox"),
            models.Index(fields=["person", "-id"], name="messages_of_person"),
            models.Index(fields=["area_code", "-id"], name="people_messages_by_area"),
            models.Index(
                fields=["channel", "reference"], condition=~Q(reference=""), name="messages_by_reference"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class OptOut(models.Model):
    """Somebody does not want messages by a channel any more."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="opt_outs")
    channel = models.CharField(_("channel"), max_length=10, choices=MessageChannel)
    source = models.CharField(_("how they said so"), max_length=200)
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("at"))

    wall = OF_PERSON

    class Meta:
        verbose_name = _("declined channel")
        verbose_name_plural = _("declined channels")
        constraints = [models.UniqueConstraint(fields=["person", "channel"], name="declined_once")]
