"""Everything that changes the register of people."""

from chunfeng.people.actions.contacts import record_contact
from chunfeng.people.actions.datasets import make_dataset
from chunfeng.people.actions.erasing import Expired, erase, expire
from chunfeng.people.actions.facts import end_category, set_category, state_fact
from chunfeng.people.actions.merging import keep_apart, merge, undo_merge
from chunfeng.people.actions.register import AlreadyKnown, add_person, change_person, set_phones
from chunfeng.people.actions.showing import OwnView, own_view, unmask

__all__ = [
    "AlreadyKnown",
    "Expired",
    "OwnView",
    "add_person",
    "change_person",
    "end_category",
    "erase",
    "expire",
    "keep_apart",
    "make_dataset",
    "merge",
    "own_view",
    "record_contact",
    "set_category",
    "set_phones",
    "state_fact",
    "undo_merge",
    "unmask",
]
