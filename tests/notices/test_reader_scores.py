"""The reader's targets on the made-up notices, the scorer itself, and checked facts of two real pages."""

import copy
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from typer.testing import CliRunner

from chunfeng.notices.reader import Reading, read
from chunfeng.notices.reader.sources.radicals import as_characters
from tests.notices.comparing import flat
from tests.notices.reader.damage import damage, in_gbk
from tests.notices.score_reader import (
    EMPTY,
    FIXTURES,
    TARGETS,
    Miss,
    Score,
    app,
    cases,
    gold_of,
    score_directory,
    score_documents,
)

SEEDS = Path(os.environ.get("CHUNFENG_SEEDS", Path(__file__).parents[3] / "shared" / "seeds"))
TEXTS = [path for path in cases(FIXTURES) if path.suffix == ".txt"]


def gold_documents(path: Path) -> list[dict[str, Any]]:
    return json.loads(gold_of(path).read_text(encoding="utf-8"))["documents"]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def digest(text: str) -> str:
    return hashlib.sha256(squeezed(text).encode()).hexdigest()[:16]


# The targets


@pytest.fixture(scope="module")
def fixture_score() -> Score:
    return score_directory(FIXTURES)


def told(misses: list[Miss]) -> str:
    return "\n".join(f"{one.file}: gold {one.gold} read {one.found}" for one in misses[:20])


@pytest.mark.parametrize("name", TARGETS)
def test_the_reader_meets_its_target(fixture_score: Score, name: str) -> None:
    tally = fixture_score.tallies[name]
    misses = [one for one in fixture_score.misses if one.field == name]
    assert tally.share >= TARGETS[name], told(misses)


def test_the_reader_writes_no_false_date(fixture_score: Score) -> None:
    assert fixture_score.false_dates == 0, told(
        [one for one in fixture_score.misses if one.field == "false dates"]
    )


def test_the_reader_finds_every_document(fixture_score: Score) -> None:
    assert fixture_score.tallies["documents"].share == 1.0


@pytest.mark.parametrize("path", TEXTS[::4], ids=lambda path: path.stem)
def test_a_word_file_reads_like_its_text(path: Path) -> None:
    word = docx.Document()
    for line in path.read_text(encoding="utf-8").splitlines():
        word.add_paragraph(line)
    stream = io.BytesIO()
    word.save(stream)
    score = Score(file=path.name)
    reading = read(stream.getvalue(), f"{path.stem}.docx")
    plain = read(path.read_bytes(), path.name).as_json()["documents"]
    for clause in [clause for document in plain for clause in document["clauses"]]:
        clause["opens"] = flat(clause["text"]).removeprefix(flat(clause["label"]))[:12]
    for document in plain:
        document["clauses"] = [clause for clause in document["clauses"] if clause["label"]]
    score_documents(score, plain, reading.as_json()["documents"], reading.text)
    assert not score.misses, told(score.misses)


def test_radical_signs_become_characters() -> None:
    assert as_characters("务⼯⼈员包⻋（附件⼆）⻛") == "务工人员包车（附件二）风"


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("chromium"), reason="prints the page with chromium")
def test_a_printed_page_reads_like_its_text(tmp_path: Path) -> None:
    path = FIXTURES / "prefecture_joint_2020.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    page = tmp_path / "page.html"
    page.write_text("<meta charset=utf-8>" + "".join(f"<p>{line}</p>" for line in lines), encoding="utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    command += [f"--user-data-dir={tmp_path}", f"--print-to-pdf={tmp_path / 'page.pdf'}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    reading = read((tmp_path / "page.pdf").read_bytes(), "page.pdf")
    (found,) = reading.as_json()["documents"]
    (plain,) = read(path.read_bytes(), path.name).as_json()["documents"]
    for name in ("number", "title", "issuers", "addressees", "date", "kind"):
        assert found[name] == plain[name]
    assert [squeezed(one["quote"]) for one in found["duties"]] == [
        squeezed(one["quote"]) for one in plain["duties"]
    ]


@pytest.mark.parametrize("one_by_one", [False, True])
@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_a_damaged_page_is_repaired_or_marked(path: Path, one_by_one: bool) -> None:
    clean = path.read_text(encoding="utf-8")
    assert in_gbk(clean)
    reading = read(damage(clean, one_by_one=one_by_one).encode(), path.name)
    if not reading.suspects:
        assert squeezed(reading.text) == squeezed(read(clean.encode(), path.name).text)


# The gold files and the scorer


@pytest.mark.parametrize("path", cases(FIXTURES), ids=lambda path: path.stem)
def test_gold_quotes_stand_in_their_text(path: Path) -> None:
    text = squeezed(read(path.read_bytes(), path.name).text)
    for document in gold_documents(path):
        for quote in [duty["quote"] for duty in document["duties"]]:
            assert squeezed(quote) in text
        labels = {clause["id"] for clause in document["clauses"]}
        assert {duty["clause"] for duty in document["duties"]} - {None} <= labels


def as_read(path: Path) -> tuple[list[dict[str, Any]], str]:
    """The gold documents in the form of a perfect reading, and a text for them."""
    documents = copy.deepcopy(gold_documents(path))
    for document in documents:
        document.update({key: value for key, value in EMPTY.items() if key not in document})
        for clause in document["clauses"]:
            clause.update(text=clause["label"] + clause["opens"], start=0, end=None)
    return documents, path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_gold_scores_full_marks_against_itself(path: Path) -> None:
    score = Score(file=path.name)
    score_documents(score, gold_documents(path), *as_read(path))
    assert not score.misses, told(score.misses)
    assert score.false_dates == 0


def late(duty: dict[str, Any]) -> None:
    duty["deadline"] = {
        "text": "",
        "kind": "by",
        "start": None,
        "end": "2020-12-24",
        "time": None,
        "every": None,
    }


SPOILT: dict[str, Callable[[dict[str, Any]], object]] = {
    "number": lambda one: one.update(number="云人社发[2020]18号"),
    "addressees": lambda one: one["addressees"].pop(),
    "issuers": lambda one: one["issuers"].reverse(),
    "date": lambda one: one.update(date="2020-02-20"),
    "kind": lambda one: one.update(kind="函"),
    "title": lambda one: one.update(title="通知"),
    "citations recall": lambda one: one["citations"].pop(),
    "citations precision": lambda one: one["citations"].append({"title": "云泽人社快讯", "number": None}),
    "duties recall": lambda one: one["duties"].pop(),
    "duties precision": lambda one: one["duties"].append(dict(one["duties"][0])),
    "force": lambda one: one["duties"][0].update(force="must"),
    "lead": lambda one: one["duties"][0]["actors"].update({"lead": "市公安局", "with": []}),
    "deadlines": lambda one: one["duties"][2].update(deadline=None),
    "false dates": lambda one: late(one["duties"][3]),
    "verbatim": lambda one: one["duties"][4].update(quote=one["duties"][4]["quote"] + "，等等"),
    "clauses recall": lambda one: one["clauses"].pop(),
}


@pytest.mark.parametrize("name", SPOILT)
def test_the_scorer_sees_a_spoilt_reading(name: str) -> None:
    path = FIXTURES / "prefecture_joint_2020.txt"
    found, text = as_read(path)
    SPOILT[name](found[0])
    score = Score(file=path.name)
    score_documents(score, gold_documents(path), found, text)
    assert name in {miss.field for miss in score.misses}


def test_the_scorer_counts_a_lost_document() -> None:
    path = FIXTURES / "forwarding_2020.txt"
    found, text = as_read(path)
    score = Score(file=path.name)
    score_documents(score, gold_documents(path), found[1:], text)
    assert score.tallies["documents"].right == 0
    assert score.tallies["duties recall"].share < 1
    assert score.tallies["duties precision"].share == 1


def test_the_scorer_takes_any_directory(tmp_path: Path) -> None:
    path = FIXTURES / "work_summary_2003.txt"
    assert CliRunner().invoke(app, [str(tmp_path)]).exit_code == 2
    gold = gold_documents(path)
    gold[0]["number"] = "北劳发〔2003〕1号"
    (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / gold_of(path).name).write_text(json.dumps({"documents": gold}), encoding="utf-8")
    outcome = CliRunner().invoke(app, [str(tmp_path), "--errors"])
    assert outcome.exit_code == 1
    assert "北劳发〔2003〕1号" in outcome.output


# Two real pages, read by hand. No sentence of theirs stands here.


def seed(name: str) -> Reading:
    path = SEEDS / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return read(path.read_bytes(), name)


def fixed_dates(document: dict[str, Any]) -> Counter[tuple[str, str | None, str | None]]:
    """(top clause, start, end) of each dated deadline."""
    return Counter(
        (duty["clause"].split(".")[0], duty["deadline"]["start"], duty["deadline"]["end"])
        for duty in document["duties"]
        if duty["deadline"] and (duty["deadline"]["start"] or duty["deadline"]["end"])
    )


def duties_by_clause(document: dict[str, Any]) -> Counter[str]:
    return Counter(duty["clause"].split(".")[0] for duty in document["duties"])


def numbers(document: dict[str, Any]) -> set[str]:
    return {one["number"] for one in document["citations"] if one["number"]}


@pytest.fixture(scope="module")
def damaged() -> Reading:
    return seed("hunan-2020-damaged.txt")


@pytest.fixture(scope="module")
def notice(damaged: Reading) -> dict[str, Any]:
    (only,) = damaged.as_json()["documents"]
    return only


@pytest.fixture(scope="module")
def page() -> Reading:
    return seed("compound-2003-2018.txt")


@pytest.fixture(scope="module")
def documents(page: Reading) -> list[dict[str, Any]]:
    return page.as_json()["documents"]


class TestDamagedProvincialNotice:
    """湘就服发〔2020〕3号 from a page with accidents of conversion."""

    def test_every_character_is_repaired(self, damaged: Reading) -> None:
        # The digest is that of a text compared with the damaged page character by character.
        assert digest(damaged.text) == "30b53080933dbda8"
        assert not damaged.suspects

    def test_header(self, notice: dict[str, Any]) -> None:
        assert (notice["number"], notice["date"], notice["kind"]) == (
            "湘就服发〔2020〕3号",
            "2020-01-26",
            "通知",
        )
        assert notice["issuers"] == ["湖南省就业服务中心"]
        assert notice["addressees"] == ["各市州就业服务中心"]
        assert digest(notice["title"]) == "84c4dcf5de9f635f"

    def test_contacts_and_citations(self, notice: dict[str, Any]) -> None:
        assert [len(one["name"]) for one in notice["contacts"]] == [3, 2]
        assert all(len(one["phones"]) == 3 for one in notice["contacts"])
        assert len(notice["citations"]) == 3
        assert not numbers(notice)

    def test_duties_and_deadlines(self, notice: dict[str, Any]) -> None:
        assert [one["label"] for one in notice["clauses"] if one["label"]] == [
            f"{one}、" for one in "一二三四五六"
        ]
        assert fixed_dates(notice) == Counter(
            [("2", None, "2020-02-01"), ("3", "2020-01-26", None), ("3", None, "2020-01-31")]
        )
        found = duties_by_clause(notice)
        for clause, least, most in [
            ("1", 0, 1),
            ("2", 5, 6),
            ("3", 3, 3),
            ("4", 2, 2),
            ("5", 2, 2),
            ("6", 1, 2),
        ]:
            assert least <= found[clause] <= most, (clause, found)

    def test_recipients(self, notice: dict[str, Any]) -> None:
        by_day = {duty["deadline"]["end"]: duty["report_to"] for duty in notice["duties"] if duty["deadline"]}
        assert by_day["2020-02-01"] == "省就业服务中心"
        assert by_day["2020-01-31"] == "省就业服务中心就业服务部"


class TestPageOfFiveDocuments:
    """A scraped page: two provinces' offices of 2003, a summary, a township, a city."""

    def test_headers(self, documents: list[dict[str, Any]]) -> None:
        assert [(one["number"], one["kind"], one["date"]) for one in documents] == [
            ("内政字〔2003〕261号", "意见", "2003-08-13"),
            ("川府办发电〔2003〕36号", "通知", "2003-06-06"),
            (None, None, None),
            ("姚政发〔2003〕15号", "通知", "2003-04-25"),
            (None, "意见", None),
        ]

    def test_issuers_and_addressees(self, documents: list[dict[str, Any]]) -> None:
        assert [one["issuers"] for one in documents] == [
            ["内蒙古自治区人民政府"],
            ["四川省人民政府办公厅"],
            [],
            ["姚桥乡人民政府"],
            [],
        ]
        assert [len(one["addressees"]) for one in documents] == [3, 2, 0, 2, 3]

    def test_titles(self, documents: list[dict[str, Any]]) -> None:
        assert [digest(one["title"]) for one in documents] == [
            "93b3a51276dec86f",
            "9c97ca607e1e558b",
            "378390459288bcb6",
            "1db4efc9154f26ec",
            "06a39f9a3b683eb4",
        ]
        assert len(documents[3]["signer"]) == 3

    def test_citations(self, documents: list[dict[str, Any]]) -> None:
        assert numbers(documents[0]) == set()
        assert len(documents[0]["citations"]) == 5
        assert numbers(documents[1]) == {"国办发明电〔2003〕18号", "川网办发〔2003〕7号"}
        assert len(documents[1]["citations"]) == 2
        assert documents[3]["citations"] == []
        assert numbers(documents[4]) == {"国发〔2018〕39号", "甘政发〔2018〕78号"}
        assert len(documents[4]["citations"]) == 4

    def test_newsletters_are_no_citations(self, documents: list[dict[str, Any]]) -> None:
        titles = [one["title"] or "" for one in documents[2]["citations"]]
        assert not [title for title in titles if re.search("快讯|动态|小结", title)]

    def test_clauses(self, documents: list[dict[str, Any]]) -> None:
        labels = [[one["label"] for one in document["clauses"] if one["label"]] for document in documents]
        assert len(labels[0]) == 7
        assert len(labels[1]) == 4 + 18
        assert len(labels[3]) == 6
        assert len(labels[4]) == 8 + 27

    def test_deadlines_of_2003(self, documents: list[dict[str, Any]]) -> None:
        orders = fixed_dates(documents[0])
        orders.pop(("7", None, "2003-12-31"), None)  # the government announces its own inspection
        assert orders == Counter({("2", None, "2003-10-15"): 2, ("2", None, "2003-10-31"): 1})
        assert not any(fixed_dates(document) for document in documents[1:4])

    def test_validity_windows_are_no_deadlines(self, documents: list[dict[str, Any]]) -> None:
        ends = {end for _, _, end in fixed_dates(documents[4])}
        assert "2019-12-31" not in ends
        assert ("5", "2019-01-01", "2020-12-31") not in fixed_dates(documents[4])

    def test_targets_for_2020_are_deadlines(self, documents: list[dict[str, Any]]) -> None:
        assert ("4", None, "2020-12-31") in fixed_dates(documents[4])

    def test_number_of_duties(self, documents: list[dict[str, Any]]) -> None:
        assert 25 <= len(documents[0]["duties"]) <= 60
        assert 6 <= len(documents[1]["duties"]) <= 8
        assert 6 <= len(documents[3]["duties"]) <= 8
        assert 70 <= len(documents[4]["duties"]) <= 130
        assert "may" in {duty["force"] for duty in documents[3]["duties"] if duty["clause"].startswith("3")}

    def test_what_was_done_is_no_duty(self, page: Reading, documents: list[dict[str, Any]]) -> None:
        plans = page.text.index("工作打算")
        assert not [
            duty["quote"] for duty in documents[2]["duties"] if page.text.index(duty["quote"]) < plans
        ]

    def test_bracketed_bodies_lead(self, documents: list[dict[str, Any]]) -> None:
        leads = ["市发展改革委"] * 3 + ["市人社局"] + ["市市场监管局"] * 2 + ["市人社局", "市财政局"]
        leads += ["市人社局"] * 8 + ["市农业农村局"] + ["市人社局"] * 3 + ["市民政局"] + ["市人社局"] * 2
        labelled = [one for one in documents[4]["clauses"] if "." in one["id"]]
        expected = {clause["id"]: lead for clause, lead in zip(labelled, leads, strict=False)}
        duties = [duty for duty in documents[4]["duties"] if duty["clause"] in expected]
        right = [duty for duty in duties if duty["actors"]["lead"] == expected[duty["clause"]]]
        assert len(right) >= 0.75 * len(duties)
