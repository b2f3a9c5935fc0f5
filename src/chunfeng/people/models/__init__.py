"""People, the files they came in, and what offices do with and for them."""

from chunfeng.people.models.census import CallItem, Campaign, ContactRecord, FollowUp
from chunfeng.people.models.imports import ColumnMap, ImportRow, ImportRun, PossibleDuplicate
from chunfeng.people.models.isolation import (
    AffectedArea,
    FellowWorker,
    FeverCase,
    FeverCaseStep,
    HealthRecord,
    Isolation,
    IsolationStock,
    PlacementRule,
)
from chunfeng.people.models.messages import Mailing, MessageTemplate, OptOut, PersonAddress, PersonMessage
from chunfeng.people.models.register import (
    Dataset,
    Fact,
    Household,
    Person,
    PersonCategory,
    PersonDataset,
    PersonPhone,
)
from chunfeng.people.models.services import DataRequest, Registration, ServicePoint

__all__ = [
    "AffectedArea",
    "CallItem",
    "Campaign",
    "ColumnMap",
    "ContactRecord",
    "DataRequest",
    "Dataset",
    "Fact",
    "FellowWorker",
    "FeverCase",
    "FeverCaseStep",
    "FollowUp",
    "HealthRecord",
    "Household",
    "ImportRow",
    "ImportRun",
    "Isolation",
    "IsolationStock",
    "Mailing",
    "MessageTemplate",
    "OptOut",
    "Person",
    "PersonAddress",
    "PersonCategory",
    "PersonDataset",
    "PersonMessage",
    "PersonPhone",
    "PlacementRule",
    "PossibleDuplicate",
    "Registration",
    "ServicePoint",
]
