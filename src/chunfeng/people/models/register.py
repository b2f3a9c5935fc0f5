"""The real-name register: people, households, phones, categories, and what was said about them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chunfeng.areas.fields import AreaCodeField
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField
from chunfeng.offices.models import Office
from chunfeng.people.choices import Category, FactKind, FactValue, IdKind, Said, Sex

_ANY_AREA = " OR ".join(walls.in_range(column) for column in ("area_code", "current_area", "work_area"))
PERSON_TABLE = "people_person"


class Dataset(models.Model):
    """A body of personal data with its purpose, the clause that asks for it, and the day it is deleted.

    `by_duty`: a duty asks for it, so that a person's request to be deleted waits for that day; else it rests
    on consent and the request is met at once.
    """

    owner = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="datasets")
    area_code = AreaCodeField(_("area"))
    name = models.CharField(_("name"), max_length=120)
    purpose = models.CharField(_("purpose"), max_length=300)
    source = models.CharField(_("source"), max_length=300)
    keep_until = models.DateField(_("deleted on"))
    by_duty = models.BooleanField(_("kept by duty"), default=True)
    made_at = models.DateTimeField(_("made at"))

    wall = walls.Wall(read=walls.in_range_or_above(), write=walls.in_range())

    class Meta:
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="dataset_once_per_owner"),
            models.CheckConstraint(condition=~Q(purpose="") & ~Q(source=""), name="dataset_has_purpose"),
        ]

    def __str__(self) -> str:
        return self.name


class Household(models.Model):
    """People who live together; `cell_code` is the ten-household cell where one is known."""

    area_code = AreaCodeField(_("village"))
    number = models.CharField(_("household number"), max_length=40)
    cell_code = AreaCodeField(_("ten-household cell"), blank=True)
    address = EncryptedTextField(_("address"), null=True, blank=True)

    wall = walls.by_area()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        constraints = [models.UniqueConstraint(fields=["area_code", "number"], name="household_once")]
        indexes = [
            models.Index(fields=["cell_code", "id"], condition=~Q(cell_code=""), name="households_by_cell")
        ]

    def __str__(self) -> str:
        return self.number


class Person(models.Model):
    """One person (D1, D14, D20). In sight of the offices of the home, the current and the work area.

    The number of the document is sealed and found by its keyed hash; `id_doubt` says what is odd about it (an
    old area code, a check digit): a doubt never keeps a person out. A record merged into another points
    there by `merged_into` and takes part in nothing. Its text is its serial number: the audit trail, which
    outlives the person's data, holds no name.
    """

    area_code = AreaCodeField(_("home area"))
    current_area = AreaCodeField(_("current area"), blank=True)
    work_area = AreaCodeField(_("work area"), blank=True)
    name = models.CharField(_("name"), max_length=60)
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True)
    birth = models.DateField(_("date of birth"), null=True, blank=True)
    id_kind = models.CharField(_("kind of document"), max_length=10, choices=IdKind, blank=True)
    id_number = EncryptedTextField(_("number of the document"), null=True, blank=True)
    id_hash = models.CharField(max_length=64, null=True, blank=True, db_collation="C")
    id_doubt = models.CharField(_("doubt about the number"), max_length=120, blank=True)
    household = models.ForeignKey(
        Household, null=True, blank=True, on_delete=models.PROTECT, related_name="members", db_index=False
    )
    employer = models.CharField(_("employer"), max_length=120, blank=True)
    occupation = models.CharField(_("occupation"), max_length=60, blank=True)
    note = models.CharField(_("remark"), max_length=300, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged", db_index=False
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    made_at = models.DateTimeField(_("entered at"))
    changed_at = models.DateTimeField(_("changed at"))

    wall = walls.Wall(read=_ANY_AREA, write=_ANY_AREA)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                fields=["id_hash"],
                condition=Q(merged_into__isnull=True),
                name="person_once_per_document",
            ),
            models.CheckConstraint(
                condition=Q(id_hash__isnull=True) | Q(id_number__isnull=False),
                name="document_hash_has_number",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="not_merged_into_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["area_code", "id"], name="person_by_home"),
            models.Index(
                fields=["current_area", "id"], condition=~Q(current_area=""), name="person_by_place"
            ),
            models.Index(fields=["work_area", "id"], condition=~Q(work_area=""), name="person_by_work"),
            # an operator class that serves equality and the beginning of a name
            models.Index(
                fields=["name", "birth"], opclasses=["text_pattern_ops", "date_ops"], name="person_by_name"
            ),
            models.Index(
                fields=["household"], condition=Q(household__isnull=False), name="person_by_household"
            ),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="person_by_survivor"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


OF_PERSON = walls.part_of(PERSON_TABLE, "person_id")


class PersonDataset(models.Model):
    """Why a person is held: one row for each dataset they belong to."""

    # found by the unique constraint, which begins with it
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="datasets", db_index=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="people")
    since = models.DateTimeField(_("since"))

    wall = OF_PERSON

    class Meta:
        verbose_name = _("place in a dataset")
        verbose_name_plural = _("places in datasets")
        constraints = [models.UniqueConstraint(fields=["person", "dataset"], name="in_dataset_once")]


class PersonPhone(models.Model):
    """A telephone number of a person; one number may serve a whole village."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="phones", db_index=False)
    number = EncryptedTextField(_("phone"))
    number_hash = models.CharField(max_length=64, db_collation="C")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    wall = OF_PERSON

    class Meta:
        verbose_name = _("person's phone")
        verbose_name_plural = _("people's phones")
        constraints = [
            models.UniqueConstraint(fields=["person", "number_hash"], name="phone_once_per_person")
        ]
        indexes = [models.Index(fields=["number_hash"], name="phone_by_hash")]


class PersonCategory(models.Model):
    """A category from a day to a day, with the source that says so."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="categories", db_index=False)
    category = models.CharField(_("category"), max_length=12, choices=Category)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    wall = OF_PERSON

    class Meta:
        verbose_name = _("person's category")
        verbose_name_plural = _("people's categories")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "category", "valid_from"], nulls_distinct=False, name="category_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="category_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["category", "person"], name="people_by_category")]


class Fact(models.Model):
    """One statement about a person: who said it, when, and from where. Never changed (D15).

    `place` is where the person is, or wants to go. A statement goes only with the person, by the system.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="facts", db_index=False)
    kind = models.CharField(_("about"), max_length=12, choices=FactKind)
    value = models.CharField(_("what is stated"), max_length=12, choices=FactValue)
    place = AreaCodeField(_("place"), blank=True)
    detail = EncryptedTextField(_("detail"), null=True, blank=True)
    on = models.DateField(_("day"))
    said = models.CharField(_("said by"), max_length=10, choices=Said)
    source = models.CharField(_("source"), max_length=200, blank=True)
    key = models.CharField(max_length=80, blank=True)
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("at"))

    append_only = True
    erasable = True
    wall = OF_PERSON

    class Meta:
        verbose_name = _("statement about a person")
        verbose_name_plural = _("statements about people")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "key"], condition=~Q(key=""), name="statement_once_per_key"
            )
        ]
        indexes = [
            models.Index(fields=["person", "kind", "-id"], name="fact_by_person"),
            models.Index(fields=["place", "person"], condition=~Q(place=""), name="fact_by_place"),
            # whoever said so once, to begin with: the ledgers then look at the newest word
            models.Index(
                fields=["kind", "value", "person"],
                condition=Q(value__in=["leaves", "returned"]),
                name="fact_of_movement",
            ),
        ]
