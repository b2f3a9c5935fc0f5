"""Emergencies and the official documents about them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.core.models import StoredFile
from chunfeng.notices.choices import Kind, Openness, State
from chunfeng.offices.choices import Level
from chunfeng.offices.models import Office

NOTICE_TABLE = "notices_notice"
SEEN_WITH_NOTICE = walls.of(NOTICE_TABLE, "notice_id")
IN_OWN_NOTICE = (
    f"EXISTS (SELECT 1 FROM {NOTICE_TABLE} own WHERE own.id = {{self}}.notice_id "  # noqa: S608
    f"AND {walls.in_range('own.area_code')})"
)
OF_NOTICE = walls.Wall(read=SEEN_WITH_NOTICE, write=IN_OWN_NOTICE)
"""What a notice says is read by whoever sees the notice and written only in the area that registered it."""

HIDDEN_FROM_SEARCH = (
    r"[^[:space:]，。；、：:()（）]{0,64}@[^[:space:]，。；、：:()（）]+"
    r"|[0-9０-９]([-－—– \u00a0\u3000()（）转]{0,2}[0-9０-９]){5,}"
)
"""Whatever may be a telephone number or a mail address, in PostgreSQL's regular expressions; wider than
`masking`, so that nothing masked on the screen can be found by asking for it piece by piece."""


class Emergency(models.Model):
    """An event that the offices answer: an epidemic, a flood. Dates and areas are data (B1).

    Read by all. The office that opened it, or one above, ends it; one opened by the system has no office.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    began_on = models.DateField(_("began on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    areas = models.JSONField(_("areas hit"), default=list, blank=True)
    opened_by = models.ForeignKey(
        Office,
        verbose_name=_("opened by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="opened_emergencies",
    )
    area_code = AreaCodeField(_("area"), blank=True, default="")

    wall = walls.Wall(read="true", write=walls.in_range())

    class Meta:
        verbose_name = _("emergency")
        verbose_name_plural = _("emergencies")

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """One official document: as it came, as repaired, as read, as reviewed (B1, B5, B14).

    `area_code` is the area of the office that registered it. Others see it once it is dispatched to an
    office in their range, or when it is issued and public.
    """

    emergency = models.ForeignKey(Emergency, on_delete=models.PROTECT, related_name="notices")
    area_code = AreaCodeField(_("area"))
    registered_by_office = models.ForeignKey(
        Office, verbose_name=_("registered by"), on_delete=models.PROTECT, related_name="registered_notices"
    )
    issuing_office = models.ForeignKey(
        Office,
        verbose_name=_("issued by office"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="issued_notices",
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READ)
    openness = models.CharField(_("openness"), max_length=10, choices=Openness, default=Openness.INTERNAL)

    title = models.CharField(_("title"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind, blank=True)
    number = models.CharField(_("document number"), max_length=80, blank=True)
    aliases = models.JSONField(_("other forms of the number"), default=list, blank=True)
    issuers = models.JSONField(_("issuers"), default=list, blank=True)
    addressees = models.JSONField(_("addressees"), default=list, blank=True)
    date = models.DateField(_("date of signature"), null=True, blank=True)
    signer = models.CharField(_("signer"), max_length=60, blank=True)
    urgency = models.CharField(_("urgency"), max_length=10, blank=True)
    issuer_level = models.CharField(_("level of the issuer"), max_length=12, choices=Level, blank=True)
    copies_to = models.JSONField(_("copies to"), default=list, blank=True)
    attachments = models.JSONField(_("attachments"), default=list, blank=True)
    internal_rule = models.BooleanField(
        _("standing rule of the command"),
        default=False,
        help_text=_("reporting, supervision, tips, meetings"),
    )
    valid_from = models.DateField(_("in force from"), null=True, blank=True)
    valid_to = models.DateField(_("in force until"), null=True, blank=True)
    forwards = models.ForeignKey(
        "self",
        verbose_name=_("forwards"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="forwarded_by",
    )

    original = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sha256 = models.CharField(_("SHA-256 of the original"), max_length=64, blank=True)
    raw_text = models.TextField(_("text as it came"), blank=True)
    text = models.TextField(_("text as read"), blank=True)
    repairs = models.JSONField(_("repairs"), default=list, blank=True)
    suspects = models.JSONField(_("doubtful places"), default=list, blank=True)
    reading = models.JSONField(_("reader's result"), default=dict, blank=True)
    unreadable_because = models.CharField(_("why it could not be read"), max_length=500, blank=True)
    place = models.PositiveSmallIntegerField(_("place on the page"), default=0)
    shares_page = models.BooleanField(_("other documents on the page"), default=False)
    search_text = models.GeneratedField(
        verbose_name=_("text for the search"),
        expression=Func(
            F("text"), Value(HIDDEN_FROM_SEARCH), Value(" "), Value("g"), function="regexp_replace"
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    number_key = models.CharField(max_length=80, blank=True, editable=False)
    title_key = models.CharField(max_length=300, blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1)

    registered_at = models.DateTimeField(_("registered at"))
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reviewed_by_name = models.CharField(_("reviewed by"), max_length=60, blank=True)
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_because = models.CharField(_("reason for withdrawing"), max_length=300, blank=True)

    wall = walls.Wall(
        # EXISTS, not IN: a look-up per notice read instead of hashing every dispatch in range at each query
        read=f"{walls.in_range()} "  # noqa: S608
        "OR EXISTS (SELECT 1 FROM notices_dispatch d WHERE d.notice_id = notices_notice.id) "
        "OR (openness = 'public' AND state = 'issued')",
        write=walls.in_range(),
    )

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(fields=["emergency", "-date", "-id"], name="notice_register"),
            models.Index(fields=["area_code", "-id"], name="notice_by_area"),
            models.Index(fields=["number_key"], name="notice_by_number"),
            models.Index(fields=["title_key"], name="notice_by_title"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="issued") | Q(issued_at__isnull=False), name="issued_has_time"
            ),
            models.UniqueConstraint(
                fields=["issuing_office", "number"], condition=~Q(number=""), name="number_once_per_office"
            ),
            models.UniqueConstraint(
                fields=["emergency", "registered_by_office", "sha256", "place"],
                condition=~Q(sha256=""),
                name="registered_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(withdrawn_because=""), name="withdrawn_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title or '—'} {self.number}".strip()
