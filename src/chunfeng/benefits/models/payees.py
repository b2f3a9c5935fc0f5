"""Who gets the money of a claim where it is not the beneficiary."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chunfeng.benefits.choices import PayeeRelation
from chunfeng.benefits.models.claims import Claim, ClaimPaper
from chunfeng.core import walls
from chunfeng.core.crypto import EncryptedTextField


class Payee(models.Model):
    """The payee of a claim, with the reason and the paper that proves it.

    Of relation "self" it says that the beneficiary is meant, and holds nothing else. Who is paid twice is told by
    the beneficiary alone, never by the payee.
    """

    claim = models.OneToOneField(Claim, on_delete=models.CASCADE, related_name="payee")
    relation = models.CharField(_("relation to the beneficiary"), max_length=10, choices=PayeeRelation)
    name = models.CharField(_("payee"), max_length=120, blank=True)
    account = EncryptedTextField(_("account"), null=True, blank=True)
    bank = models.CharField(_("bank"), max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    paper = models.ForeignKey(ClaimPaper, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    user_id_at = models.BigIntegerField(_("user id"), null=True)
    by_name = models.CharField(_("by"), max_length=60)
    at = models.DateTimeField(_("at"))

    wall = walls.part_of("benefits_claim", "claim_id")

    class Meta:
        verbose_name = _("payee of a claim")
        verbose_name_plural = _("payees of claims")
        constraints = [
            models.CheckConstraint(
                condition=Q(relation="self")
                | (~Q(name="") & ~Q(bank="") & Q(account__isnull=False) & Q(paper__isnull=False)),
                name="other_payee_is_known",
            ),
        ]
