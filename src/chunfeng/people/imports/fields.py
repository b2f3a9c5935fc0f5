"""What a column of a ledger may hold, and the headings people write over it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a row may tell: key, heading of the template, other headings (blanks between), an example."""

    key: str
    label: Any
    words: str
    example: str = ""
    needed: bool = False
    many: bool = False
    """Whether several columns may hold it."""


FIELDS = (
    Field("name", _("Name"), "姓名 名字 人员姓名 本人姓名 务工人员姓名 name", "示例甲", needed=True),
    Field("sex", _("Sex"), "性别 sex gender", "男"),
    Field("id_kind", _("Kind of document"), "证件类型 证件种类 id-type", "居民身份证"),
    Field(
        "id_number",
        _("Document number"),
        "身份证号 身份证号码 公民身份号码 身份证 证件号码 证件号 居民身份证号 居民身份证号码 id id-number",
    ),
    Field(
        "birth",
        _("Date of birth"),
        "出生日期 出生年月 出生年月日 生日 birth birthday date-of-birth",
        "1985-03-07",
    ),
    Field(
        "phone",
        _("Phone"),
        "电话 联系电话 手机 手机号 手机号码 联系方式 本人电话 移动电话 备用电话 其他电话 家属电话 "
        "联系电话1 联系电话2 电话1 电话2 phone mobile",
        many=True,
    ),
    Field(
        "home",
        _("Home area"),
        "户籍地 户籍所在地 户籍地区划 户籍地区划代码 行政区划 区划代码 行政区划代码 籍贯地 户口所在地 "
        "所属区划 home area area-code",
        "220184000000",
    ),
    Field("town", _("Township"), "乡镇 乡镇街道 镇街 所属乡镇 街道 户籍乡镇 town township"),
    Field("village", _("Village"), "村 村社区 行政村 村居 社区 所属村 村屯 户籍村 village"),
    Field("address", _("Address"), "户籍地址 家庭住址 住址 详细地址 地址 家庭地址 户籍详细地址 address"),
    Field("household", _("Household number"), "户号 家庭编号 户编号 户口簿号 household"),
    Field("cell", _("Code of the ten-household cell"), "十户代码 联户代码 网格代码 十户长编码 cell"),
    Field(
        "current",
        _("Current area"),
        "现居住地 居住地 现住地 现住址 目前所在地 现所在地 常住地 current-area residence",
    ),
    Field(
        "work", _("Work area"), "工作地 务工地 务工地点 就业地 务工所在地 就业地点 工作地点 流向 work-area"
    ),
    Field(
        "employer", _("Employer"), "工作单位 用人单位 就业单位 单位名称 务工单位 企业名称 employer company"
    ),
    Field("occupation", _("Occupation"), "职业 工种 岗位 从事工作 从事工种 occupation job"),
    Field(
        "category", _("Category"), "人员类别 类别 人员类型 身份类别 人员分类 category", "返乡人员", many=True
    ),
    Field("since", _("Category since"), "类别开始日期 认定日期 登记日期 返乡日期 since"),
    Field("returned", _("Return to the home area"), "返乡情况 是否返乡 返乡状态 return returned"),
    Field("symptoms", _("Symptoms"), "健康状况 有无症状 身体状况 健康情况 症状 symptoms health"),
    Field("note", _("Note"), "备注 说明 note remarks"),
)
BY_KEY = {field.key: field for field in FIELDS}
NEEDED = tuple(field.key for field in FIELDS if field.needed)
_LEFT_OUT = "序号 编号 行号 no"


def plain(text: str) -> str:
    """A heading in its plainest form: no blanks, stars, colons, or what stands in brackets."""
    return re.sub(r"[（(【\[].*?[)）】\]]|[\s*＊:：_\-/、.。]", "", text).lower()


@cache
def known_words() -> dict[str, str]:
    """Every heading that is understood, in plain form, with the key of its field; "" for running numbers."""
    found = {plain(word): field.key for field in FIELDS for word in field.words.split()}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found |= {plain(str(field.label)): field.key for field in FIELDS}
    return found | {plain(word): "" for word in _LEFT_OUT.split()}


def suggest_columns(header: Sequence[str]) -> list[str]:
    """The field each column seems to hold, "" for none; a field that stands once is not given out twice."""
    words, used, columns = known_words(), set(), []
    for heading in header:
        key = words.get(plain(heading), "")
        if key and (BY_KEY[key].many or key not in used):
            used.add(key)
            columns.append(key)
        else:
            columns.append("")
    return columns


def header_sha256(header: Sequence[str]) -> str:
    """By what a mapping is found again: the header line."""
    return hashlib.sha256("\x1f".join(plain(cell) for cell in header).encode()).hexdigest()
