"""The pages of the policies are those of the files, and say what an officer asks."""

from __future__ import annotations

from pathlib import Path

from chunfeng_rules import pages
from chunfeng_rules.library import SHIPPED, shipped

ROOT = Path(__file__).resolve().parents[2]
CODES = sorted(p.stem for p in SHIPPED.glob("*.yaml"))


def test_the_name_of_a_file_is_its_code():
    texts = {code for m in shipped().values() for code, _ in m.texts}
    assert texts == set(CODES)


def test_policy_pages_are_up_to_date():
    folder = ROOT / "docs" / "policy"
    wanted = pages.pages(shipped().values())
    found = {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in folder.rglob("*.md")}
    assert found.keys() == wanted.keys(), "run: chunfeng measure pages docs/policy"
    assert [name for name in wanted if found[name] != wanted[name]] == [], (
        "run: chunfeng measure pages docs/policy"
    )


def test_the_wheel_holds_the_measures():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "measures/*.yaml" in project["tool"]["setuptools"]["package-data"]["*"]
    assert (SHIPPED.parent / "__init__.py").exists()


def test_pages_say_what_an_officer_asks():
    page = pages.page(shipped()["job-retention-refund"], "zh")
    for words in (
        "未核实",
        "失业保险基金",
        "5.5%",
        "贵单位是什么规模的企业？",
        "社会保险缴费证明",
        "返还金额 18,000.01元",
    ):
        assert words in page


def test_pages_of_measures_that_are_gone_are_removed(tmp_path):
    held = list(shipped().values())
    assert pages.write(held, tmp_path) == 2 * (len(held) + 1)
    (tmp_path / "zh" / "gone.md").write_text("old", encoding="utf-8")
    pages.write(held[:1], tmp_path)
    assert sorted(p.name for p in (tmp_path / "zh").iterdir()) == sorted([f"{held[0].code}.md", "index.md"])
