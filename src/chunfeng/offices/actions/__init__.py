"""Everything that changes offices, postings, leading groups and responsibilities."""

from chunfeng.offices.actions.contacts import remove_contact, reveal_contacts, reveal_responsible, set_contact
from chunfeng.offices.actions.directory import add_office, change_office, retire_office, return_office
from chunfeng.offices.actions.groups import add_member, dissolve_group, end_membership, set_up_group
from chunfeng.offices.actions.postings import end_posting, post_user
from chunfeng.offices.actions.programmes import add_programme, change_programme
from chunfeng.offices.actions.responsible import end_responsibility, name_responsible

__all__ = [
    "add_member",
    "add_office",
    "add_programme",
    "change_office",
    "change_programme",
    "dissolve_group",
    "end_membership",
    "end_posting",
    "end_responsibility",
    "name_responsible",
    "post_user",
    "remove_contact",
    "retire_office",
    "return_office",
    "reveal_contacts",
    "reveal_responsible",
    "set_contact",
    "set_up_group",
]
