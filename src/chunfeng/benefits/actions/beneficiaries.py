"""Who claims and is paid: known by document or credit code, the same in every area."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from chunfeng.benefits.actions.common import required
from chunfeng.benefits.choices import PayeeRelation, PaymentState, SubjectKind
from chunfeng.benefits.models import Beneficiary, Payee, Payment
from chunfeng.core import crypto, identifiers
from chunfeng.core.actions import record
from chunfeng.core.actor import Actor
from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.offices import roles
from chunfeng.people import numbers
from chunfeng.people.actions.common import in_reach
from chunfeng.people.models import Person
from chunfeng.people.queries import register

PURPOSE = "benefit-subject"


def subject_key(number: str) -> str:
    """What stands for a document or credit code, as `core.identifiers` writes it, in every area and for ever."""
    return crypto.lasting(number, PURPOSE)


@transaction.atomic
def know_person(*, person: Person, area_code: str = "", by: Actor, at: datetime) -> Beneficiary:
    """The person as a beneficiary of an area (by default the first of theirs in sight). Again: the one there is.

    Raises Refused without a document number: nobody could tell whether the person was paid before.
    """
    roles.require(by, "claim.work")
    row = register.survivor(person)
    if row is None:
        raise Refused(_("This person is no longer in the register, or out of your sight."))
    in_reach(by, row)
    if not row.id_number:
        raise Refused(
            _(
                "Enter the document number of %(name)s first: by it the system knows whether somebody was paid."
            )
            % {"name": row.name}
        )
    own = (code for code in (row.area_code, row.current_area, row.work_area) if code and by.sees(code))
    phone = row.phones.order_by("position", "pk").first()
    values = {
        "name": row.name,
        "id_number": row.id_number,
        "phone": phone.number if phone else None,
        "person": row,
    }
    key = subject_key(row.id_number)
    return _known(SubjectKind.PERSON, key, area_code or next(own, ""), values, by=by, at=at)


@transaction.atomic
def know_listed(*, name: str, number: str, area_code: str, by: Actor, at: datetime) -> Beneficiary:
    """Somebody whom a unit or a counter names with a document (as `document` reads it), in the register or not.

    Raises Refused where the number is known in this area under another name.
    """
    roles.require(by, "claim.work")
    values = {"name": required(name, _("name"), 60), "id_number": number}
    found = _known(SubjectKind.PERSON, subject_key(number), area_code, values, by=by, at=at)
    if same_name(found.name) != same_name(name):
        raise Refused(
            _("The number %(number)s is known under another name. Compare both with the document.")
            % {"number": crypto.mask(number)}
        )
    return found


def document(text: str) -> str:
    """The one form of a document number somebody typed. Raises Refused for what cannot be one."""
    number = identifiers.plain(text)
    if len(number) not in (15, 18) or not number[:-1].isdecimal():
        return numbers.other_document(text)
    found = identifiers.citizen_id(text)
    if identifiers.CHECK in found.doubts:
        raise Refused(
            _("The last sign of %(number)s does not fit: copy the number from the document.")
            % {"number": crypto.mask(found.number)}
        )
    return found.number


def same_name(text: str) -> str:
    """A name as it is compared: without blanks, dots of one kind."""
    return "".join(text.split()).replace("•", "·")


@transaction.atomic
def know_unit(*, name: str, credit_code: str, area_code: str, by: Actor, at: datetime) -> Beneficiary:
    """A firm or another unit by its unified social credit code (GB 32100). Raises Refused for a code that is none."""
    roles.require(by, "claim.work")
    code = identifiers.credit_code(credit_code)
    if code.doubts:
        raise Refused(
            _("The last sign of the credit code %(code)s does not fit: copy it from the licence.")
            % {"code": code.number}
        )
    values = {"name": required(name, _("name"), 120), "credit_code": code.number}
    return _known(SubjectKind.EMPLOYER, subject_key(code.number), area_code, values, by=by, at=at)


@transaction.atomic
def set_account(*, beneficiary: Beneficiary, account: str, bank: str, by: Actor, at: datetime) -> Beneficiary:
    """The bank account payments go to, 8 to 32 digits; what waits to be paid goes there too. Again: nothing new.

    Payments of claims with another payee keep that payee's account. Another account in place of one that was known
    is marked: whoever sends a batch sees which of its payments were decided before.
    """
    roles.require(by, "claim.work")
    digits = account_number(account)
    where = required(bank, _("bank"), 120)
    row = Beneficiary.objects.select_for_update(of=("self",)).filter(pk=beneficiary.pk).first()
    if row is None or not by.sees(row.area_code):
        raise NotAllowed(_("This beneficiary belongs to another area."))
    if (row.account, row.bank) != (digits, where):
        if row.account and row.account != digits:
            row.account_changed_at = at
        row.account, row.bank = digits, where
        row.save(update_fields=["account", "bank", "account_changed_at"])
        elsewhere = Payee.objects.exclude(relation=PayeeRelation.SELF).values("claim")
        waiting = Payment.objects.filter(beneficiary=row, state=PaymentState.WAITING)
        waiting.exclude(decision__claim__in=elsewhere).update(account=digits, bank=where)
        record("beneficiary.account", by=by, on=row, at=at)
    return row


def account_number(text: str) -> str:
    """The digits of a bank account, 8 to 32. Raises Refused for anything else."""
    digits = "".join(text.split())
    if not (digits.isascii() and digits.isdecimal() and 8 <= len(digits) <= 32):
        raise Refused(_("A bank account has 8 to 32 digits. Look at the card or the passbook again."))
    return digits


def shown_name(row: Beneficiary) -> str:
    """The name as the public may read it: the middle of a person's name hidden, a unit's in full."""
    return masked_name(row.name) if row.kind == SubjectKind.PERSON else row.name


def masked_name(name: str) -> str:
    """A person's name with its middle hidden."""
    name = name.strip()
    return name[:1] + "*" if len(name) <= 2 else name[0] + "*" * (len(name) - 2) + name[-1]


def _known(
    kind: SubjectKind, key: str, area: str, values: Mapping[str, object], *, by: Actor, at: datetime
) -> Beneficiary:
    if not area or not by.sees(area):
        raise NotAllowed(_("Choose an area of yours: the beneficiary belongs to where the claim is decided."))
    known = Beneficiary.objects.filter(subject_key=key, area_code=area).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            made = Beneficiary.objects.create(
                kind=kind, subject_key=key, area_code=area, made_at=at, **values
            )
    except IntegrityError:
        return Beneficiary.objects.get(subject_key=key, area_code=area)
    record("beneficiary.add", by=by, on=made, at=at, detail={"kind": str(kind)})
    return made
