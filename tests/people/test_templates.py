"""Templates: placeholders checked at saving, kept once used, ended; the shipped ones can all be taken over."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from chunfeng.core.errors import NotAllowed, Refused
from chunfeng.people import actions
from chunfeng.people.actions.messaging import queue_message
from chunfeng.people.choices import Occasion
from chunfeng.people.messaging import library, placeholders
from chunfeng.people.models import MessageTemplate
from chunfeng.people.queries import messages
from tests import factories as f
from tests.people.builders import CITY, FAR, NEAR, dataset, person

GIVEN = {
    "name": "返乡提醒", "occasion": "returned", "channel": "sms", "text": "{姓名}，请居家。{ office }{电话}",
    "source": "测人社发〔2020〕1号 第二条",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def by(db):
    return f.actor(f.office(NEAR))


def add(by, **values):
    return actions.add_template(values=GIVEN | values, by=by, at=f.NOW)


def test_chinese_words_in_braces_are_kept_under_their_code(by):
    made = add(by)
    assert made.text == "{name}，请居家。{office}{phone}" and made.valid_from == date(2020, 2, 1)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": "{名字}您好"}, "{name}"),
        ({"text": "您好{name"}, "stands alone"),
        ({"text": "您好}"}, "stands alone"),
        ({"text": "{{name}}"}, "stands alone"),
        ({"text": "  "}, "is empty"),
        ({"text": "长" * 501}, "501"),
        ({"channel": "chat"}, "whole group"),
        ({"channel": "pigeon"}, "channel"),
        ({"occasion": ""}, "occasion"),
        ({"source": " "}, "is empty"),
        ({"destination": "远方"}, "Check the code"),
        ({"valid_to": date(2020, 2, 1)}, "must lie after"),
    ],
)
def test_what_is_refused(by, values, said):
    with pytest.raises(Refused, match=said):
        add(by, **values)
    assert not MessageTemplate.objects.exists()


@given(st.text(alphabet=st.sampled_from("{}名姓ab name目的地\n"), max_size=30))
def test_whatever_is_read_can_be_filled_and_nothing_of_a_brace_is_left(text):
    with translation.override("en"):
        try:
            kept = placeholders.read(text)
        except Refused:
            return
    filled = placeholders.fill(kept, placeholders.examples())
    assert not set("{}") & set(filled) and placeholders.read(kept) == kept


def test_two_of_one_name_on_one_day_are_refused(by):
    add(by)
    with pytest.raises(Refused, match="another name"):
        add(by)


def test_what_was_sent_stays_as_it_was(by):
    made = add(by)
    assert (
        actions.change_template(template=made, values={"text": "{name}好"}, by=by, at=f.NOW).text
        == "{name}好"
    )
    who = person(by, dataset(MessageTemplate.objects.get().office), phones=("13800000001",))
    assert queue_message(person=who, occasion="returned", dedupe="1", by=by, at=f.NOW).text == "王测试好"
    with pytest.raises(Refused, match="write a new one"):
        actions.change_template(template=made, values={"text": "别的"}, by=by, at=f.NOW)
    with pytest.raises(Refused, match="cannot end before"):
        actions.end_template(template=made, on=date(2020, 2, 1), by=by, at=f.NOW)
    assert actions.end_template(template=made, on=date(2020, 2, 2), by=by, at=f.NOW).valid_to == date(
        2020, 2, 2
    )


def test_one_that_never_spoke_can_be_taken_away(by):
    actions.end_template(template=add(by), on=date(2020, 2, 1), by=by, at=f.NOW)
    assert not MessageTemplate.objects.exists()


def test_every_shipped_text_can_be_taken_over_once(by):
    codes = [each.code for each in library.templates()]
    made = actions.take_shipped(codes=codes, by=by, at=f.NOW)
    assert len(made) == len(codes) and actions.take_shipped(codes=codes, by=by, at=f.NOW) == []
    assert {each.occasion for each in made} == set(Occasion.values)
    for each in made:
        shown = messages.preview(each.text)
        assert shown.parts <= 2 and "{" not in shown.text, each.name
    with pytest.raises(Refused, match="no shipped"):
        actions.take_shipped(codes=["nothing"], by=by, at=f.NOW)


def test_a_reminder_names_the_day_where_one_is_known(by):
    actions.take_shipped(codes=["returned", "returned-plain"], by=by, at=f.NOW)
    who = person(by, dataset(f.office(NEAR)), phones=("13800000001",))

    def said(dedupe, **extra):
        return queue_message(
            person=who, occasion="returned", dedupe=dedupe, extra=extra, by=by, at=f.NOW
        ).text

    assert "2020-02-15" in said("1", since=date(2020, 2, 1), release_on=date(2020, 2, 15))
    assert "居家观察" not in said("2") and "{" not in said("2")


def test_parts_of_a_text_message():
    assert [messages.preview("字" * n).parts for n in (70, 71, 134, 135)] == [1, 2, 2, 3]
    assert messages.preview("字" * 70, "【测】").parts == 2


def test_templates_from_above_are_read_and_only_ones_own_are_changed(by):
    above = add(f.actor(f.office(CITY)))
    add(f.actor(f.office(FAR)), name="别县")
    assert list(messages.templates(by)) == [above]
    with pytest.raises(NotAllowed):
        actions.end_template(template=above, on=date(2020, 3, 1), by=by, at=f.NOW)
    with pytest.raises(NotAllowed):
        add(f.actor(f.office(NEAR), "caller"))
