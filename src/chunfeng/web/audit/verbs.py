"""What the acts of the trail are called. The codes ("noun.act") stay in the trail; people read words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chunfeng.notices.choices import Act
from chunfeng.tasking.choices import EntryKind, IssueState

NAMES: dict[str, Any] = {
    "account.login": gettext_lazy("Logged in"),
    "account.login_failed": gettext_lazy("Log-in failed"),
    "account.locked": gettext_lazy("Log-in locked"),
    "account.logout": gettext_lazy("Logged out"),
    "account.posting": gettext_lazy("Chose a posting"),
    "account.password": gettext_lazy("Changed the own password"),
    "account.sessions_ended": gettext_lazy("Ended sessions"),
    "account.second_factor_on": gettext_lazy("Second factor set up"),
    "account.second_factor_off": gettext_lazy("Second factor removed"),
    "account.second_factor_reset": gettext_lazy("Second factor reset"),
    "account.create": gettext_lazy("Account made"),
    "account.one_time_password": gettext_lazy("One-time password given"),
    "account.deactivate": gettext_lazy("Account closed"),
    "account.reactivate": gettext_lazy("Account opened again"),
    "account.unlock": gettext_lazy("Account unlocked"),
    "posting.add": gettext_lazy("Posting added"),
    "posting.end": gettext_lazy("Posting ended"),
    "token.create": gettext_lazy("API token made"),
    "token.revoke": gettext_lazy("API token revoked"),
    "area.add_local": gettext_lazy("Local area added"),
    "area.change": gettext_lazy("Division changed"),
    "office.add": gettext_lazy("Office added"),
    "office.change": gettext_lazy("Office changed"),
    "office.import": gettext_lazy("Offices imported"),
    "office.retire": gettext_lazy("Office taken out of service"),
    "office.return": gettext_lazy("Office back in service"),
    "campaign.make": gettext_lazy("Round of calls prepared"),
    "campaign.change": gettext_lazy("Round of calls changed"),
    "campaign.start": gettext_lazy("Round of calls begun"),
    "campaign.add": gettext_lazy("People added to a round of calls"),
    "campaign.reassign": gettext_lazy("Entries of a call list handed on"),
    "campaign.second_round": gettext_lazy("Second round of calls begun"),
    "campaign.close": gettext_lazy("Round of calls closed"),
    "call.answer": gettext_lazy("Answer to a call taken in"),
    "census.pack": gettext_lazy("Call list with numbers given to a telephone"),
    "call.drop": gettext_lazy("Taken off a call list"),
    "call.decide": gettext_lazy("Decided which of two answers stands"),
    "census.entry": gettext_lazy("Read an entry of a call list with its answers"),
    "census.export": gettext_lazy("Exported a call list"),
    "contact.set": gettext_lazy("Contact entered"),
    "contact.remove": gettext_lazy("Contact removed"),
    "contact.read": gettext_lazy("Contact numbers read"),
    "group.set_up": gettext_lazy("Leading group set up"),
    "group.dissolve": gettext_lazy("Leading group dissolved"),
    "group.add_member": gettext_lazy("Member of a leading group added"),
    "group.end_member": gettext_lazy("Membership of a leading group ended"),
    "programme.add": gettext_lazy("Programme added"),
    "programme.change": gettext_lazy("Programme changed"),
    "responsibility.name": gettext_lazy("Responsible person named"),
    "responsibility.end": gettext_lazy("Responsibility ended"),
    "responsibility.read": gettext_lazy("Number of a responsible person read"),
    "emergency.add": gettext_lazy("Emergency entered"),
    "emergency.end": gettext_lazy("Emergency ended"),
    "dataset.make": gettext_lazy("Dataset opened"),
    "dataset.expire": gettext_lazy("Dataset emptied on its day"),
    "person.add": gettext_lazy("Person entered"),
    "person.change": gettext_lazy("Person's record changed"),
    "person.phones": gettext_lazy("Phones of a person changed"),
    "person.fact": gettext_lazy("Statement about a person entered"),
    "person.category": gettext_lazy("Category of a person entered"),
    "person.category_end": gettext_lazy("Category of a person ended"),
    "person.unmask": gettext_lazy("Sealed number of a person read"),
    "person.own_view": gettext_lazy("Own data given out"),
    "person.erase": gettext_lazy("Person deleted on request"),
    "person.expire": gettext_lazy("People deleted on their day"),
    "contact.record": gettext_lazy("Contact with a person recorded"),
    "contact.open": gettext_lazy("Answers of a contact read"),
    "person.arrive": gettext_lazy("Person of another area taken in where they are"),
    "person.file": gettext_lazy("Personal file read"),
    "household.cell": gettext_lazy("Household put into a cell"),
    "point.add": gettext_lazy("Service point or broker entered"),
    "point.change": gettext_lazy("Service point or broker changed"),
    "point.read": gettext_lazy("Phone of a service point read"),
    "person.merge": gettext_lazy("Records merged"),
    "person.undo_merge": gettext_lazy("Merge undone"),
    "person.keep_apart": gettext_lazy("Told apart as two persons"),
    "people.import": gettext_lazy("People taken in from a file"),
    "people.import-start": gettext_lazy("File of people read"),
    "people.import-begin": gettext_lazy("Import of people begun"),
    "people.import-drop": gettext_lazy("Import of people dropped"),
    "people.import_result": gettext_lazy("Result file of an import given out"),
    "notice.contacts": gettext_lazy("Contact persons of a notice read"),
    "notice.original": gettext_lazy("Original of a notice read"),
    "notice.default": gettext_lazy("Reading of a fuzzy deadline set"),
    "task.assign": gettext_lazy("Tasks assigned"),
    "task.withdraw": gettext_lazy("Tasks of a withdrawn notice closed"),
    "task.chase": gettext_lazy("Reminders sent by the system"),
    "task.remind": gettext_lazy("Reminder sent by hand"),
    "evidence.read": gettext_lazy("Evidence read"),
    "channel.add": gettext_lazy("Channel added"),
    "chase_rule.set": gettext_lazy("Chasing rule set"),
    "channel.stop": gettext_lazy("Channel stopped"),
    "channel.secret": gettext_lazy("Secret of a channel read"),
    "message.read": gettext_lazy("Message read"),
    "issue.raise": gettext_lazy("Coordination issue raised"),
    "issue.change": gettext_lazy("Coordination issue changed"),
    "bulletin.series": gettext_lazy("Bulletin series changed"),
    "bulletin.draft": gettext_lazy("Bulletin drafted"),
    "bulletin.edit": gettext_lazy("Bulletin draft edited"),
    "bulletin.refresh": gettext_lazy("Figures of a bulletin refreshed"),
    "bulletin.discard": gettext_lazy("Bulletin draft discarded"),
    "bulletin.issue": gettext_lazy("Bulletin issued"),
    "bulletin.file": gettext_lazy("File of a bulletin given out"),
    "bulletins.export": gettext_lazy("Bulletins exported"),
    "report.sheet": gettext_lazy("Reports filed from a spreadsheet"),
    "report.template": gettext_lazy("Template of a report given out"),
    "situation.report": gettext_lazy("Situation reported"),
    "situation.take_in": gettext_lazy("Situation taken in"),
    "situation.pass_on": gettext_lazy("Situation passed on"),
    "situation.pass_over": gettext_lazy("Silent office passed over"),
    "situation.merge": gettext_lazy("Situations merged"),
    "situation.settle": gettext_lazy("Situation settled"),
    "situation.news": gettext_lazy("News of a situation added"),
    "situation.read": gettext_lazy("Contact of a situation read"),
    "situation.escalate": gettext_lazy("Overdue situation escalated"),
    "situations.export": gettext_lazy("Situations exported"),
    "form.create": gettext_lazy("Form made"),
    "form.draft": gettext_lazy("Form draft saved"),
    "form.publish": gettext_lazy("Form published"),
    "form.end": gettext_lazy("Form ended"),
    "peak.add": gettext_lazy("Peak period entered"),
    "peak.end": gettext_lazy("Peak period ended"),
    "report.owe": gettext_lazy("Reports laid out"),
    "report.file": gettext_lazy("Report filed"),
    "report.zero": gettext_lazy("Zero report filed"),
    "report.return": gettext_lazy("Report sent back"),
    "report.exempt": gettext_lazy("Report let off"),
    "report.owe_again": gettext_lazy("Report owed again"),
    "report.accept": gettext_lazy("Figures accepted"),
    "report.unlock": gettext_lazy("Figures unlocked"),
    "report.chase": gettext_lazy("Silent offices chased"),
    "report.unmask": gettext_lazy("Personal data of a report shown"),
    "report.verify": gettext_lazy("Stored figures checked"),
    "report.correct": gettext_lazy("Stored figures put right"),
    "upkeep.clear": gettext_lazy("Old keys and sessions cleared"),
}


def say(verb: str) -> str:
    """The act in words; the code itself where it has no name."""
    if verb in NAMES:
        return str(NAMES[verb])
    noun, _dot, act = verb.partition(".")
    if act == "export":
        return _("List exported (%(list)s)") % {"list": noun}
    for prefix, said, choices in (
        ("notice", _("Notice"), Act),
        ("task", _("Task"), EntryKind),
        ("issue", _("Coordination issue"), IssueState),
    ):
        if noun == prefix and act in choices.values:
            return f"{said}: {choices(act).label}"
    return verb


def choices() -> list[tuple[str, str]]:
    """Every act with a name of its own, for the filter, and whole families by their noun."""
    families = [
        ("account.", _("All of accounts")),
        ("notice.", _("All of notices")),
        ("task.", _("All of tasks")),
        ("issue.", _("All of coordination issues")),
        ("office.", _("All of offices")),
    ]
    return families + sorted(((code, str(name)) for code, name in NAMES.items()), key=lambda pair: pair[0])
