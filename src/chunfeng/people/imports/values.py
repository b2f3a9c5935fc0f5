"""Cells as values: texts, days, sexes, kinds of document, categories, answers. Pure; None is "cannot be read"."""

from __future__ import annotations

import re
from datetime import date, timedelta

from chunfeng.people.choices import Category, FactKind, FactValue, IdKind, Sex

_NOTHING = "无 不详 未知 没有 暂无 不清楚 不知道 无电话 无手机 空 none null n/a - -- — —— / // \\ 0"
NOTHING = frozenset(re.split(" ", _NOTHING))
"""What people write into a cell to say that nothing is known."""
_CONTROLS = dict.fromkeys((*range(0x20), 0x7F, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF)) | {
    ord(blank): " " for blank in "\t\n\r\x0b\x0c\u00a0\u3000"
}
_WIDE = {ord("０") + n: str(n) for n in range(10)}
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*(?:[-/.月]\s*(\d{1,2})\s*日?\s*)?(?:[T ].*)?月?")
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"[1-9]\d{3,4}")
_NAME = re.compile(r"[^\W\d_]+(?:[·. ][^\W\d_]+)*")
_SPLIT = re.compile(r"[、,，;；/|\n和]+")
_SEX = {
    **dict.fromkeys(("男", "男性", "m", "male", "1"), Sex.MALE.value),
    **dict.fromkeys(("女", "女性", "f", "female", "2"), Sex.FEMALE.value),
}
_UNSTATED_SEX = frozenset({"0", "9", "未说明", "未说明的性别", "未知的性别"})
_KINDS = (
    ("外国人永久居留", IdKind.FOREIGN),
    ("居住证", IdKind.PERMIT),
    ("居民身份证", IdKind.CITIZEN),
    ("身份证", IdKind.CITIZEN),
    ("户口", IdKind.CITIZEN),
)
_CATEGORIES = {
    Category.RETURNING: "返乡人员 返乡农民工 返乡务工人员 返乡务工 返乡 务工返乡",
    Category.OUTGOING: "外出务工 外出务工人员 在外务工 外出农民工 务工人员 外出就业",
    Category.STUDENT: "学生 在校学生 大学生 学生返乡",
    Category.TRADER: "经商人员 经商 个体经商 商贩 外出经商",
    Category.FLOATING: "流动人口 流动人员 外来人员",
    Category.UNEMPLOYED: "失业登记 登记失业人员 失业人员 失业 登记失业",
    Category.HARDSHIP: "就业困难人员 就业困难 困难人员 零就业家庭",
    Category.POOR: "贫困户 建档立卡贫困户 建档立卡 贫困劳动力 脱贫户 低保户 贫困人口",
    Category.DISABLED: "残疾人 残疾 残疾人员",
    Category.GRADUATE: "高校毕业生 毕业生 应届毕业生",
    Category.VETERAN: "退役军人 退伍军人 复员军人",
    Category.BENEFICIARY: "享受补贴人员 享受政策人员 补贴对象",
}
CATEGORY_WORDS = {word: key.value for key, words in _CATEGORIES.items() for word in words.split()} | {
    key.value: key.value for key in Category
}
_ANSWERS = {
    FactKind.RETURN: {
        FactValue.RETURNED: "已返乡 返乡 已返 是 已回乡 已返回 在家",
        FactValue.ON_WAY: "在途 返乡途中 途中",
        FactValue.AWAY: "未返乡 未返 否 在外 未返回 未回乡",
    },
    FactKind.SYMPTOMS: {
        FactValue.NO_SYMPTOMS: "无症状 无 正常 健康 良好 没有 无异常 否",
        FactValue.FEVER: "发热 发烧 有发热",
        FactValue.OTHER_SYMPTOMS: "咳嗽 乏力 有症状 其他症状 呼吸困难 异常 干咳",
    },
}
ANSWERS = {
    kind: {word: value.value for value, words in answers.items() for word in words.split()}
    for kind, answers in _ANSWERS.items()
}


def clean(text: str) -> str:
    """A cell without control characters, blanks at its ends, and the apostrophe that marks text in a sheet."""
    if not text.isprintable():
        text = text.translate(_CONTROLS)
    return text.strip().removeprefix("'").strip()


def stated(text: str) -> str:
    """The cleaned cell, "" where it says that nothing is known."""
    text = clean(text)
    return "" if text.lower() in NOTHING else text


def name(text: str) -> str | None:
    """A name; blanks inside Chinese names fall away, middle dots become one. None for digits and signs."""
    if text.isalpha() and len(text) <= 60:
        return text
    text = re.sub(r"[•．・‧●∙]", "·", text)
    if not text.isascii():
        text = re.sub(r"\s+", "", text)
        text = re.sub(r"[(（].*?[)）]$", "", text)
    return text if len(text) <= 60 and _NAME.fullmatch(text) else None


def sex(text: str) -> str | None:
    """ "m", "f", "" for not stated."""
    known = _SEX.get(text.lower().translate(_WIDE))
    return known if known is not None else "" if not text or text in _UNSTATED_SEX else None


def day(text: str, *, latest: date) -> date | None:
    """A day in one of the forms people write, up to `latest`; a month alone is its first day."""
    try:
        found = (
            date.fromisoformat(text) if len(text) == 10 and text[4] == "-" else _day(text.translate(_WIDE))
        )
    except ValueError:
        return None
    return found if found is not None and date(1850, 1, 1) <= found <= latest else None


def _day(text: str) -> date | None:
    if found := _EIGHT.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3] or 1))
    if _SERIAL.fullmatch(text) and int(text) > 2100:  # days since 1899-12-30, as spreadsheets count
        return date(1899, 12, 30) + timedelta(days=int(text))
    return None


def id_kind(text: str) -> str:
    """The kind of document a word names; "" for none, "other" for any other document."""
    if not text:
        return ""
    return next((kind.value for word, kind in _KINDS if word in text), IdKind.OTHER.value)


def categories(text: str) -> tuple[list[str], bool]:
    """Categories named in a cell, and whether every word of it was understood."""
    whole = CATEGORY_WORDS.get(text)
    if whole is not None:
        return [whole], True
    parts = [part.strip() for part in _SPLIT.split(text) if part.strip()]
    found = [CATEGORY_WORDS[part] for part in parts if part in CATEGORY_WORDS]
    return list(dict.fromkeys(found)), len(found) == len(parts)


def several(text: str) -> list[str]:
    """The numbers of a cell that holds more than one."""
    return [part for part in re.split(r"[、,，;；/|\n]+|(?<=\d{11})\s+", text) if part.strip()]
