"""Reading offices, postings, leading groups and the people who answer for an area."""

from chunfeng.offices.queries.addressees import Resolved, resolve_addressees
from chunfeng.offices.queries.bodies import resolve_body
from chunfeng.offices.queries.postings import actor_for, actor_of, postings_on
from chunfeng.offices.queries.tree import below

__all__ = [
    "Resolved",
    "actor_for",
    "actor_of",
    "below",
    "postings_on",
    "resolve_addressees",
    "resolve_body",
]
