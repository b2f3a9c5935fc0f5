"""Official documents, what they say, and who got them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.core.models import StoredFile
from chunfeng.notices.choices import Act, DeadlineKind, DutyState, Force, Kind, Openness, Relation, State
from chunfeng.offices.choices import Level
from chunfeng.offices.models import Office

NOTICE_TABLE = "notices_notice"
_SEEN_WITH_NOTICE = walls.of(NOTICE_TABLE, "notice_id")
_IN_OWN_NOTICE = (
    f"EXISTS (SELECT 1 FROM {NOTICE_TABLE} own WHERE own.id = {{self}}.notice_id "  # noqa: S608
    f"AND {walls.in_range('own.area_code')})"
)
_OF_NOTICE = walls.Wall(read=_SEEN_WITH_NOTICE, write=_IN_OWN_NOTICE)
"""What a notice says is read by whoever sees the notice and written only in the area that registered it."""

_HIDDEN_FROM_SEARCH = (
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
            F("text"), Value(_HIDDEN_FROM_SEARCH), Value(" "), Value("g"), function="regexp_replace"
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


class Clause(models.Model):
    """A numbered part of a notice; `start`/`end` are offsets into the notice's text. Everything cites one."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="clauses")
    ident = models.CharField(_("clause"), max_length=30)
    label = models.CharField(_("label"), max_length=30, blank=True)
    heading = models.CharField(_("heading"), max_length=300, blank=True)
    text = models.TextField(_("text"))
    start = models.IntegerField()
    end = models.IntegerField()
    position = models.IntegerField()

    wall = _OF_NOTICE

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["notice", "ident"], name="clause_once")]

    def __str__(self) -> str:
        return f"{self.label}{self.heading}" or self.ident


class Duty(models.Model):
    """Something a notice orders, at a clause, in its own words (B8, B10)."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="duties")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="duties")
    quote = models.TextField(_("quote"))
    start = models.IntegerField(default=0)
    end = models.IntegerField(default=0)
    force = models.CharField(_("force"), max_length=10, choices=Force)
    action = models.TextField(_("action"))
    lead = models.CharField(_("lead body"), max_length=200, blank=True)
    partners = models.JSONField(_("co-responsible bodies"), default=list, blank=True)
    report_to = models.CharField(_("report to"), max_length=200, blank=True)
    quantities = models.JSONField(_("quantities"), default=list, blank=True)
    deadline_text = models.CharField(_("deadline in the text"), max_length=200, blank=True)
    deadline_kind = models.CharField(_("kind of deadline"), max_length=10, choices=DeadlineKind, blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_time = models.TimeField(_("time"), null=True, blank=True)
    every = models.CharField(_("repeats"), max_length=20, blank=True)
    date_by_default = models.BooleanField(_("date set by the office's default"), default=False)
    no_date = models.BooleanField(_("deliberately without a date"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=DutyState, default=DutyState.PROPOSED)
    drop_reason = models.CharField(_("reason for dropping"), max_length=300, blank=True)
    added_by_hand = models.BooleanField(_("added by hand"), default=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by_name = models.CharField(_("confirmed by"), max_length=60, blank=True)
    position = models.IntegerField(default=0)

    # what was dropped, and why, stays with those who reviewed it
    wall = walls.Wall(
        read=f"{_SEEN_WITH_NOTICE} AND (state <> 'dropped' OR {_IN_OWN_NOTICE})", write=_IN_OWN_NOTICE
    )

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="dropped") | ~Q(drop_reason=""), name="dropped_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.action[:80]

    @property
    def undated(self) -> bool:
        """A deadline is named, but no day is known and nobody said that there is none."""
        named = self.deadline_kind not in ("", DeadlineKind.RECURRING)
        begins = self.deadline_kind == DeadlineKind.FROM and self.starts_on is not None
        return named and self.due_on is None and not self.no_date and not begins

    UNDATED = (
        Q(due_on__isnull=True, no_date=False)
        & ~Q(deadline_kind__in=["", DeadlineKind.RECURRING])
        & ~Q(deadline_kind=DeadlineKind.FROM, starts_on__isnull=False)
    )
    """The same as a condition on rows."""


class Citation(models.Model):
    """A document named in a notice, resolved to one of ours where we hold it (B3, B13)."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="citations")
    title = models.CharField(_("title"), max_length=300, blank=True)
    number = models.CharField(_("document number"), max_length=80, blank=True)
    issuer = models.CharField(_("issuer"), max_length=200, blank=True)
    date = models.DateField(_("date"), null=True, blank=True)
    clause = models.CharField(_("clause"), max_length=60, blank=True)
    relation = models.CharField(_("relation"), max_length=12, choices=Relation, default=Relation.CITES)
    target = models.ForeignKey(
        Notice, null=True, blank=True, on_delete=models.SET_NULL, related_name="cited_by"
    )
    number_key = models.CharField(max_length=80, blank=True, editable=False)
    title_key = models.CharField(max_length=300, blank=True, editable=False)

    wall = _OF_NOTICE

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        indexes = [
            models.Index(fields=["number_key"], name="citation_by_number"),
            models.Index(fields=["title_key"], name="citation_by_title"),
        ]

    def __str__(self) -> str:
        return f"《{self.title}》{self.number}"


class NoticeContact(models.Model):
    """A contact person printed on a notice; staff only (B9)."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=60, blank=True)
    phones = EncryptedTextField(_("phones"), null=True, blank=True)
    email = EncryptedTextField(_("e-mail"), null=True, blank=True)

    wall = walls.Wall(
        read=f"{walls.of(NOTICE_TABLE, 'notice_id')} AND {walls.has_role('caller', 'officer', 'leader')}",
        write=_IN_OWN_NOTICE,
    )

    class Meta:
        verbose_name = _("contact person")
        verbose_name_plural = _("contact persons")


class Explanation(models.Model):
    """A question and its answer, tied to the clause it explains (B11). A correction adds a version."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="explanations")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="explanations")
    question = models.TextField(_("question"))
    answer = models.TextField(_("answer"))
    version = models.PositiveIntegerField(_("version"), default=1)
    replaced_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces"
    )
    by_name = models.CharField(_("by"), max_length=60)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    area_code = AreaCodeField(_("area"))
    at = models.DateTimeField(_("at"))

    # an office that received the notice may explain it to its own people
    wall = walls.Wall(
        read=f"{_SEEN_WITH_NOTICE} AND {walls.in_range_or_above()}",
        write=f"{_SEEN_WITH_NOTICE} AND {walls.in_range()}",
    )

    class Meta:
        verbose_name = _("explanation")
        verbose_name_plural = _("explanations")


class NoticeEntry(models.Model):
    """One line of a notice's history: who did or changed what, with the value before. Never changed."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="entries")
    duty = models.ForeignKey(Duty, null=True, blank=True, on_delete=models.SET_NULL, related_name="entries")
    act = models.CharField(_("what"), max_length=10, choices=Act)
    field = models.CharField(_("field"), max_length=30, blank=True)
    old = models.TextField(_("before"), blank=True)
    new = models.TextField(_("after"), blank=True)
    by_name = models.CharField(_("by"), max_length=60)
    office_name = models.CharField(_("office"), max_length=120, blank=True)
    at = models.DateTimeField(_("at"))

    append_only = True
    # whoever sees the notice adds a line (a receipt); names and earlier values stay where it is kept
    wall = walls.Wall(read=_IN_OWN_NOTICE, write=_SEEN_WITH_NOTICE)

    class Meta:
        verbose_name = _("line of a notice's history")
        verbose_name_plural = _("history of notices")
        ordering = ["id"]
        indexes = [models.Index(fields=["notice", "id"], name="entry_by_notice")]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.field}".strip()


class Dispatch(models.Model):
    """A notice sent to an office, with its receipt (B6). Unique: sending twice is sending once."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="dispatches")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="dispatches")
    area_code = AreaCodeField(_("area"))
    addressee = models.CharField(_("addressee phrase"), max_length=200, blank=True)
    for_task = models.BooleanField(
        _("for a single task"),
        default=False,
        help_text=_("handed on or named in the text; brings no other duty"),
    )
    sent_at = models.DateTimeField(_("sent at"))
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    received_by_name = models.CharField(_("received by"), max_length=60, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("dispatch")
        verbose_name_plural = _("dispatches")
        constraints = [models.UniqueConstraint(fields=["notice", "office"], name="dispatched_once")]
        indexes = [models.Index(fields=["area_code", "notice"], name="dispatch_by_area")]


class NumberSeries(models.Model):
    """The last serial an office gave in a year; taken under a row lock, so numbers have no gaps."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT)
    area_code = AreaCodeField(_("area"))
    agency_code = models.CharField(_("agency code"), max_length=30)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last serial"), default=0)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = [
            models.UniqueConstraint(fields=["office", "agency_code", "year"], name="one_series_per_year")
        ]


class DeadlineDefault(models.Model):
    """An office's reading of a fuzzy deadline: 及时 means so many days (shown as a default, never silent)."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="deadline_defaults")
    area_code = AreaCodeField(_("area"))
    phrase = models.CharField(_("phrase"), max_length=40)
    days = models.PositiveSmallIntegerField(_("days after signature"))

    wall = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())

    class Meta:
        verbose_name = _("deadline default")
        verbose_name_plural = _("deadline defaults")
        constraints = [models.UniqueConstraint(fields=["office", "phrase"], name="one_default_per_phrase")]
