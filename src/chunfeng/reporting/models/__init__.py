"""Forms, the obligations ledger, important situations, bulletins."""

from chunfeng.reporting.models.bulletins import Bulletin, BulletinSeries
from chunfeng.reporting.models.forms import Form, FormVersion, PeakPeriod
from chunfeng.reporting.models.ledger import Acceptance, LedgerStep, Obligation, Revision, Suggestion
from chunfeng.reporting.models.situations import Situation, SituationHop, SituationNews

__all__ = [
    "Acceptance",
    "Bulletin",
    "BulletinSeries",
    "Form",
    "FormVersion",
    "LedgerStep",
    "Obligation",
    "PeakPeriod",
    "Revision",
    "Situation",
    "SituationHop",
    "SituationNews",
    "Suggestion",
]
