"""Every model and every role, level and state has its line in GLOSSARY.md, in English and Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.utils import translation

from chunfeng.areas import choices as areas
from chunfeng.benefits import choices as benefits
from chunfeng.notices import choices as notices
from chunfeng.offices import choices as offices
from chunfeng.people import choices as people
from chunfeng.reporting import choices as reporting
from chunfeng.tasking import choices as tasking

ROOT = Path(__file__).resolve().parents[2]


def lines() -> dict[str, str]:
    text = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    rows = [x.split("|") for x in text.splitlines() if x.startswith("|")]
    return {row[1].strip().lower(): row[2].strip() for row in rows if len(row) >= 4}


def test_every_model_is_in_the_glossary():
    known = lines()
    gone = []
    for model in apps.get_models():
        if model._meta.app_label not in {
            "core",
            "areas",
            "offices",
            "notices",
            "tasking",
            "reporting",
            "people",
            "benefits",
            "web",
            "api",
        }:
            continue
        if model._meta.auto_created:
            continue
        with translation.override("en"):
            english = str(model._meta.verbose_name).lower()
        with translation.override("zh-hans"):
            chinese = str(model._meta.verbose_name)
        if known.get(english) != chinese:
            gone.append(f"| {english} | {chinese} | … |  (now: {known.get(english)})")
    assert gone == []


VOCABULARIES = (
    areas.Level, areas.Kind, areas.ChangeKind,
    offices.Level, offices.Line, offices.Role, offices.GroupRole,
    notices.Kind, notices.State, notices.Openness, notices.Force, notices.DeadlineKind, notices.DutyState,
    notices.Relation,
    tasking.TaskState, tasking.Part, tasking.Before, tasking.IssueState,
    reporting.Origin, reporting.FormState, reporting.Standing, reporting.State, reporting.Channel, reporting.Step,
    reporting.SituationState, reporting.BulletinKind, reporting.BulletinState,
    people.Category, people.FactKind, people.Said, people.RunState, people.Verdict, people.PairState,
    people.ContactKind, people.Outcome, people.CampaignState, people.CallState, people.FollowUpReason,
    people.Exposure, people.Placement, people.IsolationState, people.HandOver, people.FeverStep, people.Occasion,
    people.MessageChannel, people.SendState, people.PointKind, people.RegistrationKind, people.RegistrationState,
    people.RequestKind, people.RequestState,
    benefits.MeasureState, benefits.SubjectKind, benefits.ClaimState, benefits.ClaimChannel, benefits.ClaimStepKind,
    benefits.DecisionOutcome, benefits.ObjectionState, benefits.BatchState, benefits.PaymentState,
    benefits.RecoveryState, benefits.InjuryState, benefits.InjuryApplicant, benefits.WorkListState,
    benefits.EnquiryChannel, benefits.EnquiryState, benefits.EnquiryStepKind, benefits.EnrolmentState,
    benefits.PayeeRelation, benefits.RunOver, benefits.SimulationState,
)  # fmt: skip


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda v: v.__qualname__)
def test_every_role_level_kind_and_state_is_in_the_glossary(vocabulary):
    """A word with two Chinese terms has a line for each; what tells them apart stands in brackets."""
    known = {(re.sub(r" \(.*\)$", "", english), chinese) for english, chinese in lines().items()}
    gone = []
    for item in vocabulary:
        with translation.override("en"):
            english = str(item.label).lower()
        with translation.override("zh-hans"):
            chinese = str(item.label)
        if (english, chinese) not in known:
            gone.append(f"| {english} | {chinese} | … |")
    assert gone == []
