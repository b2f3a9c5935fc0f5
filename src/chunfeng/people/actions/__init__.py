"""Everything that changes the register of people."""

from chunfeng.people.actions.addresses import allow_again, decline, set_address
from chunfeng.people.actions.contacts import record_contact
from chunfeng.people.actions.datasets import make_dataset
from chunfeng.people.actions.erasing import Expired, erase, expire
from chunfeng.people.actions.facts import end_category, set_category, state_fact
from chunfeng.people.actions.mailings import confirm_mailing, draft_mailing, drop_mailing, run_mailings
from chunfeng.people.actions.merging import keep_apart, merge, undo_merge
from chunfeng.people.actions.messaging import queue_message
from chunfeng.people.actions.register import AlreadyKnown, add_person, change_person, set_phones
from chunfeng.people.actions.showing import OwnView, own_view, unmask
from chunfeng.people.actions.templates import add_template, change_template, end_template, take_shipped
from chunfeng.people.outbox import deliver

__all__ = [
    "AlreadyKnown",
    "Expired",
    "OwnView",
    "add_person",
    "add_template",
    "allow_again",
    "change_person",
    "change_template",
    "confirm_mailing",
    "decline",
    "deliver",
    "draft_mailing",
    "drop_mailing",
    "end_category",
    "end_template",
    "erase",
    "expire",
    "keep_apart",
    "make_dataset",
    "merge",
    "own_view",
    "queue_message",
    "record_contact",
    "run_mailings",
    "set_address",
    "set_category",
    "set_phones",
    "state_fact",
    "take_shipped",
    "undo_merge",
    "unmask",
]
