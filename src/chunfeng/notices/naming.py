"""How documents are named: keys to find one under its other forms, its issuer's level, its relations.

Pure functions over text; the tables are the usage of GB/T 9704-2012 and of the pages the office receives.
"""

from __future__ import annotations

import re

from chunfeng.notices.choices import Relation
from chunfeng.notices.reader.numbers import number_year, telegram_form
from chunfeng.offices.choices import Level

_NUMBER = re.compile(
    r"(?P<code>[\u4e00-\u9fff（）]{2,24})[〔（(【\[［﹝{｛「](?P<year>(?:19|20)\d\d)年?[〕）)】\]］﹞}｝」]第?(?P<serial>\d{1,5})号?"
)
_BRACKETS = re.compile(r"[《》〈〉<>“”\"'\s]+")
_ABOUT = re.compile(r"(关于|转发|印发).*$", re.DOTALL)
_FORWARDS = re.compile(r"(?:转发|批转|印发)(?:的|了)?$|^[》〉]?[^，。；]{0,24}?(?:转发给|印发给)")
_REPLACES_BEFORE = re.compile(r"(?:废止|代替|取代|替代|停止执行)(?:的|了)?$")
_REPLACES_AFTER = re.compile(
    r"^[^，。；《]{0,20}[，]?(?:同时|即行|现予|予以|自[^，。；]{1,16}起)?(?:予以|即行)?(?:废止|停止执行|停止施行|失效|作废)"
)
_IMPLEMENTS = re.compile(
    r"(?:(?:为|为了|为深入|为认真|认真|深入|全面|坚决|切实|进一步)?(?:贯彻落实|贯彻执行|贯彻|落实|执行)(?:好)?)[^，。；》]{0,24}$"
)
_BASIS = re.compile(r"(?:根据|按照|依据|依照|遵照|按)[^，。；》]{0,30}$")
_MORE = re.compile(r"[》〉）)〕\]号、和及与]\s*$")
_STATE = re.compile(
    r"^(?:国|中共中央|中华|全国|中央|最高|财政部|教育部|卫生部|公安部|交通部|交通运输部|民政部|人社部|人力资源|劳动和?社会?保障部|劳动保障部"
    r"|劳社部|工业和信息化部|农业部|农业农村部|商务部|商贸部|司法部|科技部|卫健委|国卫|财社|财政|交运|工信)"
)
_PROVINCE = re.compile(
    r"^(?:北京|天津|上海|重庆|[\u4e00-\u9fff]{2,3}(?:省|自治区)|内蒙古|广西|西藏|宁夏|新疆|省)"
)
_PLACES = (
    (Level.VILLAGE, re.compile(r"(?:村民?委员会|村委会|居民?委员会|社区)")),
    (Level.TOWNSHIP, re.compile(r"(?:乡|镇|街道|苏木)")),
    (Level.COUNTY, re.compile(r"(?:县|区|旗|管委会|管理委员会)")),
    (Level.PREFECTURE, re.compile(r"(?:市|州|盟|地区|行署)")),
)
_REGION = re.compile(r"自治区|经济区|地区")
_PROVINCE_LETTER = re.compile(
    r"^[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼](?=[政人办委党劳卫财就发社]|$)"
)
_STATE_CODE = re.compile(
    r"^(?:国[办发函卫]|中[办发]|人社[部厅]|劳社[部厅]|财[社金税]|交运|工信部|民[办发]|卫(?:发|办|疾)|教[育办])"
)


def number_key(number: str) -> str:
    """One form for all writings of a document number ([2020], 明电 and 发明电, spaces); "" for none.

    >>> number_key("人社厅发明电[2020] 5 号") == number_key("人社厅明电〔2020〕5号")
    True
    """
    return telegram_form(proper_number(number)) if number else ""


def proper_number(number: str) -> str:
    """The number in the form of GB/T 9704 where it is one, else the text without spaces (公告2020年第1号)."""
    tidy = re.sub(r"\s+", "", number)
    match = _NUMBER.fullmatch(tidy)
    return f"{match['code']}〔{match['year']}〕{int(match['serial'])}号"[:80] if match else tidy[:80]


def number_trouble(number: str) -> str:
    """What is missing in a number that claims a year in brackets: "code", "year", "serial" or "" for none."""
    tidy = re.sub(r"\s+", "", number)
    if _NUMBER.fullmatch(tidy) or not re.search(r"[〔\[（(【]", tidy):
        return ""
    if number_year(proper_number(tidy)) is None and not re.search(r"(?:19|20)\d{2}", tidy):
        return "year"
    if re.match(r"[〔\[（(【]", tidy):
        return "code"
    return "serial"


def title_key(title: str) -> str:
    """A title from its 关于, 转发 or 印发 on, without brackets and spaces: as citations of it agree."""
    bare = _BRACKETS.sub("", title)
    match = _ABOUT.search(bare)
    return (match[0] if match else bare)[:300]


def serial_of(number: str, agency_code: str, year: int) -> int | None:
    """The serial, when the number is of this agency and year."""
    match = re.fullmatch(rf"{re.escape(agency_code)}〔{year}〕(\d+)号", proper_number(number))
    return int(match[1]) if match and agency_code else None


def level_of(issuers: list[str], number: str = "", title: str = "") -> str:
    """The administrative level of the issuer by its name, else by the code of the number; "" when unknown."""
    for name in [*issuers, title.split("关于")[0]]:
        found = _level_of_name(name)
        if found:
            return found
    if _STATE_CODE.match(number):
        return Level.COUNTRY
    return Level.PROVINCE if _PROVINCE_LETTER.match(number) else ""


def _level_of_name(name: str) -> str:
    name = _BRACKETS.sub("", name)
    if not name:
        return ""
    if _STATE.match(name):
        return Level.COUNTRY
    plain = _REGION.sub("", name) if name.startswith(("内蒙古", "广西", "西藏", "宁夏", "新疆")) else name
    below = next((level for level, word in _PLACES if word.search(plain)), "")
    if _PROVINCE.match(name):
        # 北京市…区, …省…市: the smallest place named decides; the municipalities' own 市 does not count
        rest = _PROVINCE.sub("", plain).removeprefix("市")
        return next((level for level, word in _PLACES if word.search(rest)), "") or Level.PROVINCE
    return below


def relation(text: str, start: int, end: int) -> Relation:
    """What the text does to the document it names at text[start:end], by the words around it.

    转发, 印发 → forwards; 废止, 停止执行, 代替 → replaces; 贯彻落实 → implements; 根据, 按照 → basis (for
    further members of a list of documents too); else cites.
    """
    before, after = text[max(0, start - 60) : start].rstrip("《〈（(〔 \n"), text[end : end + 50]
    # relations reach over the other documents of an enumeration: 根据《甲》和《乙》
    before = re.sub(r"《[^》]{1,80}》(?:[（(][^）)]{1,40}[）)])?", "》", before)
    if _FORWARDS.search(before[-4:]) or re.match(
        r"^[》〉]?(?:[（(][^）)]{1,40}[）)])?(?:转发|印发)给", after
    ):
        return Relation.FORWARDS
    after = re.sub(r"^[》〉]?\s*(?:[（(][^）)]{1,40}[）)])?", "", after)
    if _REPLACES_BEFORE.search(before) or _REPLACES_AFTER.match(after):
        return Relation.REPLACES
    clause = re.split(r"[。；\n]", before)[-1]
    if _MORE.search(clause):
        clause = re.sub(r"[》〉、和及与]+", "", clause)
    if _IMPLEMENTS.search(clause):
        return Relation.IMPLEMENTS
    return Relation.BASIS if _BASIS.search(clause) else Relation.CITES
