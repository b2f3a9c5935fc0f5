"""Addressees (主送机关): found at the head of a body and split into phrases."""

import re

from .agencies import AGENCY_END
from .text import LABEL

_ADDRESSEE = re.compile(r"^(?P<list>[^。；！？]{2,900}?)(?:：|:)[？?]*(?P<rest>.*)$")
ADDRESSED = re.compile(
    r"(?:^(?:各|辖区|全[省市县区乡镇村国州体]|广大|省[直级内]|市[直级属]|县[直级]|区[直级]|驻|本[市县区]"
    r"|有关|局属|厅[直机属]|部[直属]|机关|贵|尊敬的|亲爱的)|(?:政府|厅|局|委|办|部门|部|单位|中心|公司"
    r"|银行|院|校|学校|所|站|办公室|委员会|指挥部|领导小组|小组|处|科|室|机构|村|社区|街道|乡镇|镇|乡"
    r"|企业|集团|机关|群众|市民|居民|同志|同志们|朋友们|朋友|家长|业主|农民工|）|场|协会|署|会|社|县区"
    r"|市州|市|县|区|队|团|厂|园区|管委会|党组|党委|总队|支队|系统|兵团|户)$)"
)
NOT_ADDRESSED = re.compile(
    r"如下|通知|意见$|为(?:了|深入|切实|贯彻|做好|进一步|加强|认真|有效)|根据|按照|现将|有关事项|联系"
    r"|电话|附件|签发|时间|地点|电邮|邮箱|标题|来源|作者|要求|工作$|原则$|措施$|目标$"
    r"|[一二三四五六七八九十]是|^[一二三四五六七八九十]、"
)
_DIVISION = (
    r"(?:省|自治区|直辖市|市|州|自治州|盟|县|区|旗|自治县|县级市|乡|镇|地区|行署|地|委|办|厅|局|部"
    r"|新区|县区|市州|市县|街道|[市县区州]?（[市县区旗、]+）)"
)
_SHORT = re.compile(rf"^(?:各|[\u4e00-\u9fff]{{0,14}}各)?{_DIVISION}{{1,3}}$|^(?:中央|省属|市属|部属)$")
# 中央、省属驻本市各单位: both belong to 各单位.
_OWNED = re.compile(r"^(?:中央|[省市县区部]属|[省市县区]直)$")
_OWNED_UNITS = re.compile(r"^(?:[省市县区部]属|驻)")
_OWNER = re.compile(
    r"^(?:国务院|[\u4e00-\u9fff]{0,8}(?:省|市|县|区|州)(?:政府|委)?|自治区|省直|市直|[市县区]直|中央"
    r"|全[省市县])各"
)


def addressees_in(flat: str) -> tuple[list[str], int] | None:
    """Return the addressees a line opens with and how far they reach (behind the colon), or None."""
    match = _ADDRESSEE.match(flat)
    if not match:
        return None
    listed = match["list"]
    if NOT_ADDRESSED.search(listed) or LABEL.match(listed) or not ADDRESSED.search(listed) or "》" in listed:
        return None
    return split_addressees(listed), match.start("rest")


def split_addressees(listed: str) -> list[str]:
    """Split an addressee list into its phrases: at ，and ；, and at 、 where the next one stands by itself.

    各市、州人民政府 stays one phrase (the parts share their noun), 各村、辖区各单位 are two.
    """
    found: list[str] = []
    for part in _split_outside(listed, "，；"):
        group = ""
        for piece in _split_outside(part, "、"):
            if group and _stands_alone(group, piece):
                found.append(group)
                group = piece
            else:
                group = f"{group}、{piece}" if group else piece
        if group:
            found.append(group)
    return [phrase.strip("？? ") for phrase in found if phrase.strip("？? ")]


def _split_outside(text: str, marks: str) -> list[str]:
    depth = start = 0
    pieces: list[str] = []
    for index, char in enumerate(text):
        if char in "（〔":
            depth += 1
        elif char in "）〕":
            depth = max(0, depth - 1)
        elif char in marks and not depth:
            pieces.append(text[start:index])
            start = index + 1
    return [*pieces, text[start:]]


def _stands_alone(group: str, piece: str) -> bool:
    """Tell whether ``piece`` starts a new phrase after the phrase ``group``."""
    last = group.rsplit("、", 1)[-1]
    if _OWNED.match(last) and _OWNED_UNITS.match(piece):
        return False
    if _SHORT.match(last) and not re.match(
        r"^(?:[^各]{2,}各|各(?:部门|单位|村|社区|企业|有关|直属|学校))", piece
    ):
        return False
    if _OWNER.match(group) and re.match(
        r"^各(?:直属|有关|办事|特设|派出|机构|人民团体|民主党派|部门|单位|大企业|企业|事业)", piece
    ):
        return False
    if "各" in piece[:8]:
        return True
    if group.startswith("各") and re.match(
        r"(?:[省市县区州旗盟]|事业|乡镇?|镇)(?:人民政府|单位|政府)", piece
    ):
        return False
    if group.startswith("各") and not re.search(r"(?:政府|公署|管委会|委员会|办事处)$", last):
        return bool(
            re.search(r"(?:村|社区|单位|部门|企业|学校)$", last)
            and len(piece) > 3
            and not last.startswith("事业")
        )
    ends = re.compile(rf"{AGENCY_END}(?:（[^（）]+）)?$")
    return bool(ends.search(last) and ends.search(piece) and len(last) > 3 and len(piece) > 3)
