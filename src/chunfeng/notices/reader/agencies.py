"""Names of issuing bodies: told apart, joined, split."""

import re

AGENCY_END = (
    r"(?:政府|公署|司|办公厅|办公室|委员会|厅|局|部|委|办|法院|检察院|院|联合会|会|署|中心|指挥部"
    r"|领导小组|工作组|组|公司|集团|银行|总队|支队|大学|学院|学校|医院|党组|工会|党委|中央|国务院"
    r"|联防联控机制|处|站|所|科|街道|社区|村|总社|社|台|馆|队|团委|省|市|县)"
)
AGENCY = re.compile(
    rf"^[\u4e00-\u9fff（）()、“”/]{{2,40}}{AGENCY_END}(?:（[\u4e00-\u9fff]{{1,20}}）)?$|^(?:国务院"
    rf"|中共中央|全国总工会|共青团中央)$"
)


def title_issuers(title: str) -> list[str]:
    """Return the bodies named before 关于, 印发 or 转发 in a title, in order."""
    match = re.match(r"^(?P<who>[^《》“”]{2,200}?)(?=关于|印发|转发|批转|公告$|通告$|令$)", title)
    if not match:
        return []
    who = match["who"].strip()
    if (
        any(word in who for word in ("工作", "做好", "加强", "防控", "疫情"))
        and "指挥部" not in who
        and "小组" not in who
    ):
        return []
    return split_agencies(who)


def split_agencies(text: str) -> list[str]:
    """Split the names of issuing bodies at spaces and 、; letters spread out (卫 生 部) are joined again."""
    pieces = re.sub(r"（(?:盖章|印章|章|印|代章|借章|代|代印)）", "", text).split()
    names: list[str] = []
    loose = ""
    for piece in pieces:
        if loose and (AGENCY.match(loose) or loose in ("国务院",)) and len(piece) > 2:
            names.append(loose)
            loose = piece
        else:
            loose += piece
    if loose:
        names.append(loose)
    found: list[str] = []
    for name in names:
        parts = name.split("、")
        if len(parts) > 1 and all(AGENCY.match(p) for p in parts):
            found += parts
        else:
            found.append(name)
    return [part for name in found for part in _run_together(name) if AGENCY.match(part)]


def _run_together(name: str) -> list[str]:
    """Part three or more ministries printed without spaces; fewer are one name (卫生部疾病控制局)."""
    parts = re.findall(r"[\u4e00-\u9fff]{2,12}?(?:部|委)(?:办公厅)?(?!门|长)", name) if len(name) > 14 else []
    return parts if len(parts) >= 3 and "".join(parts) == name else [name]
