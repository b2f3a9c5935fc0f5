"""Files come in as plain text with their paragraphs, or are refused with a sentence."""

import io
import time
import zipfile
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from chunfeng.notices import reader
from chunfeng.notices.reader import Unreadable, sources
from chunfeng.notices.reader.sources import numbering, pdf, plain_text

NOTICE = "关于做好返岗服务工作的通知\n\n各县（市、区）：\n　　请于2020年2月10日前报送。\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"]
)
def test_plain_text_in_every_usual_encoding(encoding: str) -> None:
    assert plain_text(NOTICE.encode(encoding), "notice.txt") == NOTICE


def test_line_ends_and_controls_are_made_regular() -> None:
    text = plain_text("第一条\r\n\r\n\r\n\r\n第二条\x00\x07  \r第三条\ufeff".encode(), "a.txt")
    assert text == "第一条\n\n第二条\n第三条\n"


def test_a_few_broken_bytes_do_not_spoil_a_long_text() -> None:
    data = (NOTICE * 40).encode("gb18030") + b"\xff\xff"
    assert plain_text(data, "a.txt").startswith("关于做好返岗服务工作的通知")


HTML = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>标题</title><style>p{{}}</style></head>
<body><script>var a = "脚本";</script><div style="display: none">隐藏</div><h1>关于返岗的通知</h1>
<p>&#12288;&#12288;各县（市、区）：</p><p>请于2月10日前&nbsp;报送，
联系人<b>张三</b>。<br>第二行</p><!-- 注释 -->
<table><tr><th>姓名</th><th>电话</th></tr><tr><td><p>李四</p></td><td>12333</td></tr></table></body></html>"""


@pytest.mark.parametrize(
    ("charset", "encoding"), [("utf-8", "utf-8"), ("gb2312", "gb18030"), ("utf-8", "gb18030")]
)
def test_html_keeps_paragraphs_breaks_and_rows(charset: str, encoding: str) -> None:
    text = plain_text(HTML.format(charset=charset).encode(encoding), "page.html")
    lines = [line for line in text.split("\n") if line]
    assert lines == [
        "关于返岗的通知",
        "　　各县（市、区）：",
        "请于2月10日前 报送，联系人张三。",
        "第二行",
        "姓名\t电话",
        "李四\t12333",
    ]


def test_a_fragment_of_html_is_read_without_the_name_saying_so() -> None:
    assert plain_text("<p>第一段</p><p>第二段</p>".encode(), "") == "第一段\n\n第二段\n"


def test_angle_brackets_in_plain_text_are_no_html() -> None:
    text = "转发<关于做好工作的通知>的通知\n数量<5且>3\n"
    assert plain_text(text.encode(), "a.txt") == text


def word_file() -> bytes:
    document = docx.Document()
    document.add_paragraph("关于返岗的通知")
    document.add_paragraph("　　一、及时报送。")
    table = document.add_table(rows=2, cols=2)
    for row, values in zip(table.rows, [("县区", "人数"), ("甲县", "12")], strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    document.add_paragraph("2020年2月10日").add_run("\t印发").add_break()
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_word_paragraphs_and_tables_in_their_order() -> None:
    lines = [line for line in plain_text(word_file(), "notice.docx").split("\n") if line]
    assert lines == ["关于返岗的通知", "　　一、及时报送。", "县区\t人数", "甲县\t12", "2020年2月10日\t印发"]


def word_xml(body: str) -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
        )
    return buffer.getvalue()


def test_deleted_text_and_field_codes_of_a_word_file_are_left_out() -> None:
    body = (
        "<w:p><w:r><w:t>保留</w:t></w:r><w:del><w:r><w:delText>删去</w:delText></w:r></w:del>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r><w:ins><w:r><w:t>新增</w:t></w:r></w:ins></w:p>"
    )
    assert plain_text(word_xml(body), "a.docx") == "保留新增\n"


def test_labels_that_word_counts_by_itself_are_written_out() -> None:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    kinds = (("chineseCountingThousand", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."))
    levels = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{label}"/></w:lvl>'
        for at, (kind, label) in enumerate(kinds)
    )
    lists = (
        f'<w:numbering {space}><w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
        '<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num></w:numbering>'
    )
    body = "".join(
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="3"/></w:numPr></w:pPr>'
        f"<w:r><w:t>{text}</w:t></w:r></w:p>"
        for at, text in [(0, "摸底"), (1, "登记"), (1, "核对"), (2, "上报"), (0, "服务"), (1, "对接")]
    )
    buffer = io.BytesIO(word_xml(body + "<w:p><w:r><w:t>落款</w:t></w:r></w:p>"))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("word/numbering.xml", lists)
    assert plain_text(buffer.getvalue(), "a.docx").split() == [
        "一、摸底",
        "（一）登记",
        "（二）核对",
        "1.上报",
        "二、服务",
        "（一）对接",
        "落款",
    ]


@pytest.mark.parametrize(
    ("number", "text"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九")]
)
def test_chinese_figures_of_labels(number: int, text: str) -> None:
    assert numbering.chinese(number) == text


def printed(*lines: str) -> bytes:
    """A one-page PDF with a text layer: the words are named by a ToUnicode map, no font is embedded."""
    signs = sorted({sign for line in lines for sign in line})
    code = {sign: f"{number:04x}" for number, sign in enumerate(signs, 1)}
    shows = "".join(f"<{''.join(code[sign] for sign in line)}> Tj 0 -20 Td\n" for line in lines)
    stream = f"BT /F1 12 Tf 50 800 Td\n{shows}ET".encode()
    table = "\n".join(f"<{value}> <{ord(sign):04x}>" for sign, value in code.items())
    names = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(code)} beginbfchar\n{table}\nendbfchar\n"
        "endcmap end end"
    ).encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 850] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [7 0 R] "
        b"/ToUnicode 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(names), names),
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /DW 1000 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def test_the_text_layer_of_a_pdf_with_its_lines_joined() -> None:
    data = printed(
        "关于做好返岗服务工作的通知",
        "各县（市、区）人力资源和社会保障局：",
        "　　为贯彻落实党中央、国务院决策部署，做好疫情防控期间农民",
        "工返岗服务工作，现就有关事项通知如下。",
        "　　一、摸清底数。要逐人登记外出务工人员的基本情况和健康状",
        "况，每日下午5时前报送。",
        "　　二、加强协作。输出地与输入地要签订协议，共享信息，做到",
        "— 1 —",
        "底数清、情况明。",
        "云泽市人力资源和社会保障局",
        "2020年2月10日",
    )
    assert plain_text(data, "notice.pdf").split("\n") == [
        "关于做好返岗服务工作的通知",
        "各县（市、区）人力资源和社会保障局：",
        "　　为贯彻落实党中央、国务院决策部署，做好疫情防控期间农民工返岗服务工作，现就有关事项通知如下。",
        "　　一、摸清底数。要逐人登记外出务工人员的基本情况和健康状况，每日下午5时前报送。",
        "　　二、加强协作。输出地与输入地要签订协议，共享信息，做到底数清、情况明。",
        "云泽市人力资源和社会保障局",
        "2020年2月10日",
        "",
    ]


@pytest.mark.parametrize("line", ["— 2 —", "-12-", "第3页 共8页", "4/9", "7"])
def test_page_numbers_are_left_out(line: str) -> None:
    assert pdf.joined(["正文第一行。", line, "正文第二行。"]) == "正文第一行。\n正文第二行。"


def blank_pdf(password: str = "") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def bomb() -> bytes:
    return word_xml("<w:p><w:r><w:t>" + "零" * (30 * 2**20) + "</w:t></w:r></w:p>")


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.txt", "empty"),
        (b" \r\n\x00", "a.txt", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "a.doc", "Save it as .docx"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "a.png", "OCR"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 64, "a.pdf", "picture"),
        (b"{\\rtf1 hello}", "a.doc", "RTF"),
        (b"Rar!\x1a\x07", "a.rar", "Unpack"),
        (b"PK\x03\x04" + b"\0" * 64, "a.zip", "Word file"),
        (b"not a word file", "a.docx", "called .docx"),
        (b"%PDF-1.7\ngarbage", "a.pdf", "damaged PDF"),
        (bytes(range(128, 256)) * 40, "a.bin", "not text"),
        (b"<html><body><script>1</script></body></html>", "a.html", "no text"),
    ],
)
def test_refusals_say_what_it_is_and_what_to_do(data: bytes, name: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words) as refusal:
        plain_text(data, name)
    assert str(refusal.value).startswith(name) and str(refusal.value).endswith(".")


def test_a_scan_is_named_a_scan() -> None:
    with pytest.raises(Unreadable, match=r"scan\. .*OCR"):
        plain_text(blank_pdf(), "scan.pdf")


def test_a_locked_pdf_is_refused() -> None:
    with pytest.raises(Unreadable, match="password"):
        plain_text(blank_pdf("geheim"), "locked.pdf")


def test_a_small_archive_that_unpacks_to_very_much_is_refused() -> None:
    data = bomb()
    assert len(data) < 2**20
    with pytest.raises(Unreadable, match="unpacks to more than"):
        plain_text(data, "bomb.docx")


def parts_of(**parts: str) -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, body in parts.items():
            archive.writestr(f"word/{part}.xml", f"<w:{part} {space}>{body}</w:{part}>")
    return buffer.getvalue()


LONG_LABEL = (
    '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/>'
    f'<w:lvlText w:val="{"一" * 10_000}"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (dict.fromkeys(("document", "styles", "footnotes"), " " * 6 * 2**20), "more than 16 MB"),
        ({"document": "<w:p/>" * 100_001}, "more than 100,000 paragraphs"),
        ({"document": "<w:p/>", "styles": "<w:a/>" * 1_000_001}, "more than 1,000,000 pieces"),
        (
            {
                "document": '<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:p>' * 600,
                "numbering": LONG_LABEL,
            },
            "more than 5,000,000 characters",
        ),
    ],
)
def test_the_limits_of_a_word_file_count_over_all_its_parts(parts: dict[str, str], words: str) -> None:
    data = parts_of(**parts)
    assert len(data) < 2**20
    with pytest.raises(Unreadable, match=words) as refusal:
        plain_text(data, "a.docx")
    assert str(refusal.value).endswith("Split it or paste the text.")


def test_entities_of_a_word_file_are_not_expanded() -> None:
    body = word_xml("<w:p/>")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, zipfile.ZipFile(io.BytesIO(body)) as inner:
        xml = inner.read("word/document.xml").decode()
        evil = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "十十十十十">]>' + xml
        archive.writestr(
            "word/document.xml", evil.replace("<w:p/>", "<w:p><w:r><w:t>好&x;</w:t></w:r></w:p>")
        )
    hostname = Path("/etc/hostname")
    text = plain_text(buffer.getvalue(), "a.docx")
    assert text.startswith("好")
    assert not hostname.exists() or hostname.read_text().strip() not in text


def test_too_large_a_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_BYTES", 10)
    with pytest.raises(Unreadable, match="Split it"):
        plain_text("一二三四五".encode(), "a.txt")
    monkeypatch.setattr(sources, "MAX_CHARACTERS", 2)
    with pytest.raises(Unreadable, match="characters"):
        plain_text("一二三".encode(), "a.txt")


def test_the_reading_keeps_raw_and_repaired_text() -> None:
    reading = reader.read("關(guān)於返崗的通知".encode(), "a.txt")
    assert reading.raw == "關(guān)於返崗的通知\n"
    assert reading.text == "关于返岗的通知\n"
    content = reading.as_json()
    assert set(content) == {"file", "sha256", "repairs", "suspect", "documents"}
    assert reader.read_bytes("關(guān)於返崗的通知".encode(), "a.txt") == content
    assert reader.read_text("關(guān)於返崗的通知", "a.txt") == content


def test_a_missing_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"nothing\.txt cannot be opened"):
        reader.read_file(tmp_path / "nothing.txt")


def _bounded(data: bytes, name: str) -> None:
    begun = time.monotonic()
    try:
        reading = reader.read(data, name)
    except Unreadable as refusal:
        assert str(refusal).endswith(".")
    else:
        assert reading.as_line()
    assert time.monotonic() - begun < 5


MANY = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@MANY
@given(st.binary(max_size=3000), st.sampled_from(["a.txt", "a.html", "a.docx", "a.pdf", ""]))
def test_any_bytes_give_a_reading_or_a_refusal(data: bytes, name: str) -> None:
    _bounded(data, name)


@MANY
@given(st.text(max_size=400), st.sampled_from(["utf-8", "utf-16", "gb18030"]))
def test_any_text_gives_a_reading_or_a_refusal(text: str, encoding: str) -> None:
    _bounded(text.encode(encoding, "replace"), "a.txt")


@MANY
@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=20), st.booleans())
def test_damaged_word_and_pdf_files_give_a_reading_or_a_refusal(
    changes: list[tuple[int, int]], word: bool
) -> None:
    data = bytearray(
        word_xml("<w:p><w:r><w:t>通知</w:t></w:r></w:p>") if word else printed("关于返岗的通知各县局")
    )
    for at, value in changes:
        data[at % len(data)] = value
    _bounded(bytes(data), "a.docx" if word else "a.pdf")


@pytest.mark.parametrize(
    "unit", ["(", "（a", "?guān)", "關(", "<p>", "<", "《", "第", "一、", "2020年", "\t", "&", "?", "要"]
)
def test_long_runs_of_one_thing_take_bounded_time(unit: str) -> None:
    _bounded((unit * (60_000 // len(unit))).encode(), "a.txt")


@pytest.mark.parametrize(
    "page",
    [
        "<p>中" + "\n" * 200_000 + "A</p>",
        "<div>" * 20_000 + "深",
        "<table>" * 3_000 + "表",
        "<!--" * 20_000,
        "<p>" + "&nbsp;" * 50_000 + "中</p>",
    ],
    ids=["blanks", "divs", "tables", "comments", "entities"],
)
def test_hostile_pages_take_bounded_time(page: str) -> None:
    begun = time.monotonic()
    try:
        plain_text(("<html><body>" + page).encode(), "a.html")
    except Unreadable as refusal:
        assert str(refusal).endswith(".")
    assert time.monotonic() - begun < 5


def test_heads_and_feet_of_pages_are_left_out_and_radicals_become_characters() -> None:
    pages = [
        ["云泽市文件", "正文甲", "第1页"],
        ["云泽市文件", "正文乙", "第2页"],
        ["云泽市文件", "正文丙", "第3页"],
    ]
    assert pdf.without_furniture(pages) == ["正文甲", "正文乙", "正文丙"]
    assert (
        plain_text(printed("⼯⼈返岗⼈数⼀览，⺠⽣⻓远，按⼾登记"), "a.pdf")
        == "工人返岗人数一览，民生长远，按户登记\n"
    )
