"""Measures in force, claims, money, work injuries and epidemic work."""

from chunfeng.benefits.models.claims import (
    Beneficiary,
    Claim,
    ClaimPaper,
    ClaimStep,
    Decision,
    Objection,
    PublicityItem,
    PublicityList,
)
from chunfeng.benefits.models.measures import Measure, MeasureVersion, Simulation
from chunfeng.benefits.models.payees import Payee
from chunfeng.benefits.models.payments import FundUse, Payment, PaymentBatch, Recovery
from chunfeng.benefits.models.services import (
    AttendanceDay,
    Enquiry,
    EnquiryStep,
    Enrolment,
    TrainingCourse,
    TrainingNeed,
)
from chunfeng.benefits.models.work import InjuryCase, InjuryPaper, InjuryStep, WorkDay, WorkList

__all__ = [
    "AttendanceDay",
    "Beneficiary",
    "Claim",
    "ClaimPaper",
    "ClaimStep",
    "Decision",
    "Enquiry",
    "EnquiryStep",
    "Enrolment",
    "FundUse",
    "InjuryCase",
    "InjuryPaper",
    "InjuryStep",
    "Measure",
    "MeasureVersion",
    "Objection",
    "Payee",
    "Payment",
    "PaymentBatch",
    "PublicityItem",
    "PublicityList",
    "Recovery",
    "Simulation",
    "TrainingCourse",
    "TrainingNeed",
    "WorkDay",
    "WorkList",
]
