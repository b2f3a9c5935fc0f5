"""Files taken into the register: how their columns are read, and what became of every row."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.core.models import StoredFile
from chunfeng.offices.models import Office
from chunfeng.people.choices import PairState, RunState, Verdict
from chunfeng.people.models.register import Dataset, Person


class ColumnMap(models.Model):
    """How an office reads the columns of a kind of file; found again by the file's header line."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="column_maps")
    area_code = AreaCodeField(_("area"))
    header_sha256 = models.CharField(max_length=64)
    columns = models.JSONField(_("columns"))
    used_at = models.DateTimeField(_("last used at"))

    wall = walls.by_area()

    class Meta:
        verbose_name = _("column mapping")
        verbose_name_plural = _("column mappings")
        constraints = [
            models.UniqueConstraint(fields=["office", "header_sha256"], name="one_mapping_per_header")
        ]


class ImportRun(models.Model):
    """One file on its way into the register. `done` rows are settled; a stopped run goes on from there."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="people_imports")
    area_code = AreaCodeField(_("area"))
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="imports")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    columns = models.JSONField(_("columns"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.READ)
    total = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("rows settled"), default=0)
    counts = models.JSONField(_("verdicts"), default=dict)
    error = models.CharField(_("why it stopped"), max_length=300, blank=True)
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("uploaded at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("import of people")
        verbose_name_plural = _("imports of people")
        indexes = [models.Index(fields=["area_code", "-id"], name="people_import_by_area")]


class ImportRow(models.Model):
    """What became of one row of a file (1 is the first below the header)."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField(_("row"))
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict)
    # a mere pointer: neither taking in a million rows nor deleting a person pays for it, and it may point nowhere
    person = models.ForeignKey(
        Person,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    reasons = models.JSONField(_("reasons"), default=list, blank=True)

    wall = walls.part_of("people_importrun", "run_id")

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="row_settled_once")]
        indexes = [models.Index(fields=["run", "verdict", "number"], name="row_by_verdict")]


class PossibleDuplicate(models.Model):
    """Two records that share a key (document, phone, name and birth, name and village) and may be one person.

    `before` keeps, sealed, what a merge changed, so that it can be undone.
    """

    kept = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="duplicates", db_index=False)
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    area_code = AreaCodeField(_("area"))
    keys = models.JSONField(_("what agrees"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=PairState, default=PairState.OPEN)
    before = EncryptedTextField(_("records before the merge"), null=True, blank=True)
    found_at = models.DateTimeField(_("found at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by_name = models.CharField(_("decided by"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(fields=["kept", "other"], name="pair_once"),
            models.CheckConstraint(condition=Q(kept__lt=models.F("other")), name="pair_in_order"),
        ]
        indexes = [
            models.Index(fields=["area_code", "-id"], condition=Q(state="open"), name="open_pairs_by_area")
        ]
