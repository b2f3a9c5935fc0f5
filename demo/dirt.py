"""What goes wrong in ledgers that villages fill in: each kind of dirt by name, and how it looks in a row.

A row is a list of cells in the order of `HEADER`. Every function changes the cells of one clean row.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from enum import StrEnum

Cell = str | int | float | date | None
Cells = list[Cell]

HEADER = (
    "序号",
    "姓名",
    "性别",
    "证件类型",
    "身份证号",
    "出生日期",
    "联系电话",
    "备用电话",
    "户籍地区划代码",
    "户籍地址",
    "户号",
    "现居住地",
    "工作地",
    "工作单位",
    "职业",
    "人员类别",
    "类别开始日期",
    "返乡情况",
    "健康状况",
    "备注",
)
(
    NUMBER,
    NAME,
    SEX,
    ID_KIND,
    ID,
    BIRTH,
    PHONE,
    PHONE2,
    HOME,
    ADDRESS,
    HOUSEHOLD,
    PLACE,
    WORK,
    EMPLOYER,
    OCCUPATION,
    CATEGORY,
    SINCE,
    RETURN,
    HEALTH,
    NOTE,
) = range(len(HEADER))

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
OLD_COUNTY = "220381"
"""Gongzhuling before mid-2020; on the documents of everybody registered there until then."""


class Dirt(StrEnum):
    """One kind of dirt. A row carries one at most."""

    ID_WIDE = "full-width digits in the document number"
    ID_SMALL_X = "check digit x in small letters"
    ID_SPACED = "spaces in the document number"
    ID_QUOTED = "apostrophe before the document number"
    ID_FIFTEEN = "document number of 15 digits"
    ID_CHECK = "wrong check digit"
    ID_OLD_AREA = "document number of an abolished county"
    ID_NO_DAY = "document number with a day that does not exist"
    ID_CUT = "document number cut short"
    ID_ROUNDED = "document number kept as a figure and rounded"
    ID_WORD = "a word in place of the document number"
    ID_MISSING = "no document number"
    ID_PERMIT = "residence permit"
    ID_FOREIGN = "foreign permanent residence number"
    NAME_SPACED = "spaces in the name"
    NAME_MISSING = "no name"
    NAME_RARE = "name with a rare character"
    NAME_DOTTED = "name with a middle dot"
    SEX_OTHER = "sex and document differ"
    SEX_CODED = "sex as a figure"
    BIRTH_OTHER = "date of birth and document differ"
    BIRTH_DOTTED = "date of birth with dots"
    BIRTH_WRITTEN = "date of birth in characters"
    BIRTH_EIGHT = "date of birth in eight digits"
    BIRTH_NO_DAY = "date of birth that does not exist"
    BIRTH_TO_COME = "date of birth to come"
    PHONE_SPLIT = "phone with separators"
    PHONE_ABROAD = "phone with the country's code"
    PHONE_WIDE = "phone in full-width digits"
    PHONE_TWO = "two phones in one cell"
    PHONE_SHORT = "phone that lacks a digit"
    PHONE_FIXED = "telephone of the house"
    PHONE_WORD = "a word in place of the phone"
    AREA_NAMED = "home area by its name"
    AREA_OLD = "home area of an abolished county"
    AREA_UNKNOWN = "home area that does not exist"
    AREA_MISSING = "no home area"
    AREA_OUTSIDE = "home area outside the county"
    CATEGORY_TWO = "two categories in one cell"
    CATEGORY_UNKNOWN = "category nobody knows"
    NOTE_LONG = "note longer than the register keeps"
    NOTE_FORMULA = "note that a spreadsheet would reckon"
    NOTE_CONTROL = "control characters in the note"
    ROW_EMPTY = "empty row"
    ROW_TOTAL = "row of totals"
    ROW_HEADER = "header in the middle of the file"
    AGAIN_SAME = "the same row again"
    AGAIN_SHORT = "the same person by the 15 digits"
    AGAIN_MORE = "the same document with more told"
    AGAIN_DIFFERS = "the same document with another name"
    AGAIN_PHONE = "the same name and phone without a document"
    AGAIN_BIRTH = "the same name and birth without a document"
    AGAIN_VILLAGE = "the same name and village, nothing else"


AGAIN = tuple(kind for kind in Dirt if kind.name.startswith("AGAIN_"))
"""The kinds that need somebody who came before."""


def soil(kind: Dirt, cells: Cells, luck: random.Random) -> Cells:
    """The cells of a clean row with this dirt. `AGAIN_…` expects the cells of the earlier row."""
    out = list(cells)
    _WAYS[kind](out, luck)
    return out


def check_digit(first: str) -> str:
    """The 18th sign of a citizen number, from the first 17 digits (GB 11643)."""
    return CHECKS[sum(int(d) * w for d, w in zip(first, WEIGHTS, strict=True)) % 11]


def fifteen(number: str) -> str:
    """The 15-digit form of an 18-digit number of the last century."""
    return number[:6] + number[8:17]


def put(column: int, value: Cell) -> Callable[[Cells, random.Random], None]:
    """Dirt that is the same in every row."""

    def way(cells: Cells, _luck: random.Random) -> None:
        cells[column] = value

    return way


def change(column: int, how: Callable[[str], Cell]) -> Callable[[Cells, random.Random], None]:
    """Dirt made from what stood in the cell."""

    def way(cells: Cells, _luck: random.Random) -> None:
        cells[column] = how(str(cells[column]))

    return way


def document(stem: Callable[[str], str], kind: str = "") -> Callable[[Cells, random.Random], None]:
    """Another document number whose check digit is right."""

    def way(cells: Cells, _luck: random.Random) -> None:
        first = stem(str(cells[ID]))
        cells[ID] = first + check_digit(first)
        cells[ID_KIND] = kind or cells[ID_KIND]

    return way


def _wrong_check(number: str) -> str:
    return number[:17] + ("0" if number[17] != "0" else "1")


def _no_day(number: str) -> str:
    first = number[:10] + "0230" + number[14:17]
    return first + check_digit(first)


def _foreign(cells: Cells, luck: random.Random) -> None:
    number = str(cells[ID])
    first = "9" + "22" + f"{luck.randrange(1, 250):03d}" + number[6:17]
    cells[ID], cells[ID_KIND] = first + check_digit(first), "外国人永久居留身份证"


def _rare(cells: Cells, luck: random.Random) -> None:
    cells[NAME] = str(cells[NAME])[0] + luck.choice("㛃㼆䶮𬭎𬀩𪩘")


def _dotted(cells: Cells, luck: random.Random) -> None:
    dot = luck.choice("·•．")
    cells[NAME] = (
        luck.choice(("阿依古丽", "巴特尔", "卓玛")) + dot + luck.choice(("买买提", "扎西", "热合曼"))
    )


def _otherwise(cells: Cells, luck: random.Random) -> None:
    name = str(cells[NAME])
    cells[NAME] = name[:-1] + luck.choice([sign for sign in "峰锋枫丰" if sign != name[-1]])


def _only(*kept: int) -> Callable[[Cells, random.Random], None]:
    def way(cells: Cells, _luck: random.Random) -> None:
        for column in range(len(cells)):
            if column not in (NUMBER, NAME, HOME, ADDRESS, *kept):
                cells[column] = ""

    return way


def _more(cells: Cells, luck: random.Random) -> None:
    cells[EMPLOYER], cells[OCCUPATION] = "演示服装加工厂", "缝纫工"
    cells[PHONE2] = f"168{luck.randrange(10**8):08d}"


def _row(*values: tuple[int, Cell]) -> Callable[[Cells, random.Random], None]:
    def way(cells: Cells, _luck: random.Random) -> None:
        cells[:] = [""] * len(cells)
        for column, value in values:
            cells[column] = value

    return way


_WAYS: dict[Dirt, Callable[[Cells, random.Random], None]] = {
    Dirt.ID_WIDE: change(ID, lambda s: s.translate(WIDE)),
    Dirt.ID_SMALL_X: change(ID, str.lower),
    Dirt.ID_SPACED: change(ID, lambda s: f" {s[:6]} {s[6:14]} {s[14:]}"),
    Dirt.ID_QUOTED: change(ID, lambda s: "'" + s),
    Dirt.ID_FIFTEEN: change(ID, fifteen),
    Dirt.ID_CHECK: change(ID, _wrong_check),
    Dirt.ID_OLD_AREA: document(lambda s: OLD_COUNTY + s[6:17]),
    Dirt.ID_NO_DAY: change(ID, _no_day),
    Dirt.ID_CUT: change(ID, lambda s: s[:16]),
    Dirt.ID_ROUNDED: change(ID, lambda s: float(s[:15] + "000")),
    Dirt.ID_WORD: put(ID, "不详"),
    Dirt.ID_MISSING: put(ID, ""),
    Dirt.ID_PERMIT: document(lambda s: "810000" + s[6:17], "港澳台居民居住证"),
    Dirt.ID_FOREIGN: _foreign,
    Dirt.NAME_SPACED: change(NAME, lambda s: s[0] + "　" + s[1:] + " "),
    Dirt.NAME_MISSING: put(NAME, ""),
    Dirt.NAME_RARE: _rare,
    Dirt.NAME_DOTTED: _dotted,
    Dirt.SEX_OTHER: change(SEX, lambda s: "女" if s == "男" else "男"),
    Dirt.SEX_CODED: change(SEX, lambda s: 1 if s == "男" else 2),
    Dirt.BIRTH_OTHER: change(BIRTH, lambda s: f"{int(s[:4]) + 1}-{s[5:7]}-15"),
    Dirt.BIRTH_DOTTED: change(BIRTH, lambda s: f"{s[:4]}.{int(s[5:7])}.{int(s[8:])}"),
    Dirt.BIRTH_WRITTEN: change(BIRTH, lambda s: f"{s[:4]}年{int(s[5:7])}月{int(s[8:])}日"),
    Dirt.BIRTH_EIGHT: change(BIRTH, lambda s: s.replace("-", "")),
    Dirt.BIRTH_NO_DAY: change(BIRTH, lambda s: s[:4] + "-02-30"),
    Dirt.BIRTH_TO_COME: put(BIRTH, "2199-01-01"),
    Dirt.PHONE_SPLIT: change(PHONE, lambda s: f"{s[:3]}-{s[3:7]} {s[7:]}"),
    Dirt.PHONE_ABROAD: change(PHONE, lambda s: "+86 " + s),
    Dirt.PHONE_WIDE: change(PHONE, lambda s: s.translate(WIDE)),
    Dirt.PHONE_TWO: change(PHONE, lambda s: f"{s}、164{s[3:]}"),
    Dirt.PHONE_SHORT: change(PHONE, lambda s: s[:10]),
    Dirt.PHONE_FIXED: change(PHONE, lambda s: "0431-8" + s[4:11]),
    Dirt.PHONE_WORD: put(PHONE, "无"),
    Dirt.AREA_NAMED: lambda cells, _luck: cells.__setitem__(HOME, cells[ADDRESS]),
    Dirt.AREA_OLD: change(HOME, lambda s: OLD_COUNTY + s[6:]),
    Dirt.AREA_UNKNOWN: put(HOME, "229999999999"),
    Dirt.AREA_MISSING: put(HOME, ""),
    Dirt.AREA_OUTSIDE: put(HOME, "420102000000"),
    Dirt.CATEGORY_TWO: put(CATEGORY, "返乡人员、贫困户"),
    Dirt.CATEGORY_UNKNOWN: put(CATEGORY, "其他类"),
    Dirt.NOTE_LONG: put(NOTE, "与家人通过电话，" * 50),
    Dirt.NOTE_FORMULA: put(NOTE, "=1+1"),
    Dirt.NOTE_CONTROL: put(NOTE, "已联系\x0b\x07待回复"),
    Dirt.ROW_EMPTY: _row(),
    Dirt.ROW_TOTAL: _row((NUMBER, "合计"), (PHONE, "共若干人")),
    Dirt.ROW_HEADER: _row(*enumerate(HEADER)),
    Dirt.AGAIN_SAME: lambda _cells, _luck: None,
    Dirt.AGAIN_SHORT: change(ID, fifteen),
    Dirt.AGAIN_MORE: _more,
    Dirt.AGAIN_DIFFERS: _otherwise,
    Dirt.AGAIN_PHONE: _only(PHONE),
    Dirt.AGAIN_BIRTH: _only(BIRTH, SEX),
    Dirt.AGAIN_VILLAGE: _only(),
}
