"""What somebody might type, send or do at the wrong moment: nothing leaks, nothing breaks, nothing is lost."""

from __future__ import annotations

import io
import json

import docx
import pypdf
import pytest

from chunfeng.core.errors import Refused
from chunfeng.reporting.actions import (
    discard_bulletin,
    draft_bulletin,
    edit_bulletin,
    issue_bulletin,
)
from chunfeng.reporting.models import Bulletin, Form
from chunfeng.reporting.queries.bulletins import file_of
from tests import factories
from tests.reporting import bulletin_scene as scenes
from tests.reporting.bulletin_scene import DAY, NOW

pytestmark = pytest.mark.django_db
CONTROL = "甲\x0b乙\x01丙\x1b丁\x85戊\ufffe己\u2028庚"


@pytest.fixture
def made():
    return scenes.scene(cities=2, per_city=2, days=2, second=False)


@pytest.fixture
def leader(made):
    return factories.actor(made.office, "leader")


def drafted(made, leader, **fields) -> Bulletin:
    return draft_bulletin(
        series=scenes.series(made, **fields), first_day=DAY, last_day=DAY, by=leader, at=NOW
    )


def words_of(data: bytes) -> str:
    return "\n".join(line.text for line in docx.Document(io.BytesIO(data)).paragraphs)


def test_characters_pasted_from_elsewhere_do_not_stop_a_bulletin(made, leader):
    Form.objects.update(title="检查\x02点日报")  # as it may have come with a file
    of = drafted(made, leader, sent_to=f"报：{CONTROL}")
    of = edit_bulletin(
        bulletin=of, version=of.version, by=leader, at=NOW, title=f"题{CONTROL}", add={"top": CONTROL}
    )
    issued = issue_bulletin(bulletin=of, version=of.version, by=leader, at=NOW)
    words = words_of(file_of(issued, "docx"))
    assert words.count("甲乙丙丁戊己庚") == 3
    assert file_of(issued, "pdf").startswith(b"%PDF")


def test_what_looks_like_markup_is_printed_as_it_was_typed(made, leader):
    text = '#read("data.json") #eval("x") $x$ *粗* \\ <w:p/> ]]> &amp; {甲} @ref // 注'
    of = drafted(made, leader)
    of = edit_bulletin(bulletin=of, version=of.version, by=leader, at=NOW, title=text[:30], add={"top": text})
    pages = pypdf.PdfReader(io.BytesIO(file_of(of, "pdf"))).pages
    printed = "".join("".join(page.extract_text().split()) for page in pages)
    assert '#read("data.json")#eval("x")$x$*粗*\\<w:p/>]]>&amp;{甲}@ref//注' in printed
    assert text in words_of(file_of(of, "docx"))


def test_no_identity_number_of_a_situation_goes_into_a_bulletin(made, leader):
    found = scenes.situation(made)
    found.what = "滞留人员身份证号220102199001011234，电话13912345678，请求协助。"
    found.save()
    held = json.dumps(drafted(made, leader).content, ensure_ascii=False)
    assert "滞留人员" in held
    assert "220102199001011234" not in held and "13912345678" not in held


def test_issuing_a_draft_that_was_just_discarded_says_so(made, leader):
    of = drafted(made, leader)
    discard_bulletin(bulletin=Bulletin.objects.get(pk=of.pk), version=of.version, by=leader, at=NOW)
    with pytest.raises(Refused):
        issue_bulletin(bulletin=of, version=of.version, by=leader, at=NOW)
