"""People, and the files they came in."""

from chunfeng.people.models.imports import ColumnMap, ImportRow, ImportRun, PossibleDuplicate
from chunfeng.people.models.register import (
    Dataset,
    Fact,
    Household,
    Person,
    PersonCategory,
    PersonDataset,
    PersonPhone,
)

__all__ = [
    "ColumnMap",
    "Dataset",
    "Fact",
    "Household",
    "ImportRow",
    "ImportRun",
    "Person",
    "PersonCategory",
    "PersonDataset",
    "PersonPhone",
    "PossibleDuplicate",
]
