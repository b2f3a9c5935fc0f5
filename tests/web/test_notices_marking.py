"""The text on the page is the text of the notice, whatever stands on it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chunfeng.notices.masking import masked
from chunfeng.notices.models import Clause, Duty
from chunfeng.web.notices import marking

TEXTS = st.text(alphabet="一二三甲乙。，\n 1（𠮷", max_size=120)
SPANS = st.lists(st.tuples(st.integers(-3, 130), st.integers(-3, 130)), max_size=12)


@given(TEXTS, SPANS, SPANS)
def test_every_character_stands_once_and_in_its_place(text, spans, doubtful):
    duties = [Duty(pk=i + 1, start=a, end=b, position=i, state="proposed") for i, (a, b) in enumerate(spans)]
    clauses = [Clause(pk=i + 1, label="一、", start=a) for i, (a, _b) in enumerate(spans)]
    suspects = [{"at": max(a, 0), "text": "?" * (abs(b) % 4)} for a, b in doubtful]
    lines = marking.lines(text, clauses, duties, suspects)
    assert "\n".join("".join(p.text for p in line.pieces) for line in lines) == text
    for line in lines:
        for piece in line.pieces:
            assert text[piece.at : piece.at + len(piece.text)] == piece.text


@given(st.text(alphabet="王电话：0123456789-（）a@.bc 〔〕号\n", max_size=80))
def test_masking_keeps_every_other_character_in_its_place(text):
    hidden = masked(text)
    assert len(hidden) == len(text)
    assert all(a == b or b == "*" for a, b in zip(text, hidden, strict=True))


def test_phones_and_mail_are_masked_numbers_and_dates_are_not():
    text = "人社厅明电〔2020〕5号，2020年2月5日17时前报13912345678、0518-85550101或a.b@example.com"
    hidden = masked(text)
    assert "12345678" not in hidden and "85550101" not in hidden and "a.b@" not in hidden
    assert "〔2020〕5号，2020年2月5日17时前报139" in hidden
