"""Official documents, what they say, and who got them."""

from chunfeng.notices.models.contents import Citation, Clause, Duty, Explanation, NoticeContact
from chunfeng.notices.models.notice import NOTICE_TABLE, Emergency, Notice
from chunfeng.notices.models.sending import DeadlineDefault, Dispatch, NoticeEntry, NumberSeries

__all__ = [
    "NOTICE_TABLE",
    "Citation",
    "Clause",
    "DeadlineDefault",
    "Dispatch",
    "Duty",
    "Emergency",
    "Explanation",
    "Notice",
    "NoticeContact",
    "NoticeEntry",
    "NumberSeries",
]
