"""Ledgers of people as villages send them: made up, dirty on purpose, of any size, the same for the same seed.

    ledger.write_xlsx(path, ledger.rows(200_000, seed=1))
    ledger.write_csv(path, ledger.rows(1_000_000, seed=1), encoding="gb18030")
    ledger.found(ledger.rows(500, seed=1))           # how many rows carry which dirt

Rows are made one after another and nothing is held but the last few households. Document numbers have right
check digits and never meet by chance; mobile numbers use beginnings that no network gives out.
"""

from __future__ import annotations

import csv
import io
import random
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from demo import dirt
from demo.dirt import AGAIN, HEADER, Cells, Dirt

__all__ = ["HEADER", "Dirt", "Row", "Village", "found", "rows", "villages", "write_csv", "write_xlsx"]

SHARE = 0.12
"""How many of the rows carry dirt, unless told."""
RECENT = 200
"""How many clean rows are remembered, to repeat some of them."""

_BORN_FROM = date(1942, 1, 1)
_DAYS = (date(2003, 12, 31) - _BORN_FROM).days
_PEOPLE = _DAYS * 1000
_PHONES = ("154", "161", "163", "164", "168", "169")
_STEP, _PHONE_STEP = 13_994_017, 370_820_393  # coprime to what they walk over: every number comes once

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
)
_RARER = ("欧阳", "司马", "上官", "诸葛", "慕容", "尉迟")
_SECOND = {
    "男": "建国志永德文明春玉金海立晓俊振宝长兴广云庆世家学成万少绍维景",
    "女": "秀桂玉淑凤春晓雪丽艳红亚金立文海明云庆景小彩美月素宝长兴家学",
}
_LAST = {
    "男": "华军伟林山东江波涛斌鹏飞龙辉强勇刚平安宁生才财有余田福贵祥云春成明文武国民",
    "女": "华芳敏静霞兰英梅琴珍芝平香莲菊荣花燕娟玲萍云霖春红丽娜婷颖慧洁洋雪凤青霜",
}
_MALE, _FEMALE = "男", "女"
_PLACES = (
    ("湖北省武汉市", "420100000000"),
    ("北京市", "110000000000"),
    ("辽宁省沈阳市", "210100000000"),
    ("浙江省温州市", "330300000000"),
    ("广东省深圳市", "440300000000"),
    ("吉林省长春市", "220100000000"),
)
_WORK = (
    ("演示电子装配厂", "装配工"),
    ("演示建筑劳务队", "瓦工"),
    ("演示汽车零部件厂", "操作工"),
    ("演示物流园", "分拣员"),
    ("演示餐饮店", "服务员"),
    ("", "务农"),
)
_CATEGORIES = ("返乡人员", "外出务工", "学生", "经商人员", "就业困难人员", "贫困户", "失业登记", "残疾人", "")
_ODDS = (30, 25, 8, 4, 4, 5, 6, 2, 16)
_NOTES = ("", "", "", "", "已电话联系", "家属代报", "春节后计划返岗", "需要招聘信息", "独居")


@dataclass(frozen=True, slots=True)
class Village:
    """Where people of a ledger are at home: 12-digit code, and name as written in an address."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its place below the header (from 1), the cells in the order of `HEADER`, and its dirt if any."""

    number: int
    cells: Cells
    dirt: Dirt | None = None
    again: int = 0
    """The number of the row whose person comes again here; 0 for everybody else."""


def villages(count: int, county: str = "220184") -> list[Village]:
    """Made-up villages with codes of the standard's form inside a county (6 digits)."""
    return [
        Village(f"{county}{100 + n // 20:03d}{200 + n % 20:03d}", f"演示镇{n // 20 + 1}第{n % 20 + 1}村")
        for n in range(count)
    ]


def rows(
    count: int,
    *,
    seed: int,
    places: Sequence[Village] = (),
    share: float = SHARE,
    kinds: Sequence[Dirt] = tuple(Dirt),
    first: int = 0,
) -> Iterator[Row]:
    """`count` rows, village after village.

    :param places: where the people live; made-up villages of 300 people unless told
    :param share: part of the rows (0 … 1) that carry one of `kinds`; every kind comes equally often
    :param first: how many people to leave out: another ledger of the same seed tells of others
    """
    if not 0 <= first <= first + count <= _PEOPLE // 2:
        raise ValueError(f"a ledger tells of {_PEOPLE // 2:,} people at most: ask for fewer")
    maker = _Maker(seed, first, places or villages(max(count // 300, 1)), count)
    deck = _Deck(kinds, maker.luck)
    for number in range(1, count + 1):
        wanted = maker.luck.random() < share and number < count
        yield maker.row(number, deck.draw() if wanted and kinds else None)


def found(of: Iterable[Row]) -> Counter[Dirt]:
    """How many rows carry each kind of dirt."""
    return Counter(row.dirt for row in of if row.dirt)


class _Deck:
    """All kinds shuffled and dealt, then shuffled again: a short ledger too meets every one."""

    def __init__(self, kinds: Sequence[Dirt], luck: random.Random) -> None:
        self.kinds, self.luck = list(kinds), luck
        self.left: list[Dirt] = []

    def draw(self) -> Dirt:
        if not self.left:
            self.left = self.luck.sample(self.kinds, len(self.kinds))
        return self.left.pop()


class _Maker:
    """Makes one person after another; remembers the household at hand and the last clean rows."""

    def __init__(self, seed: int, first: int, places: Sequence[Village], count: int) -> None:
        self.luck = random.Random(seed)
        self.start = random.Random(f"start {seed}").randrange(_PEOPLE)
        self.next, self.places, self.count = first, places, count
        self.recent: deque[tuple[int, Cells]] = deque(maxlen=RECENT)
        self.household: list[Any] = ["", "", 0, 0]  # village, phone, left to come, number
        self.surname = ""

    def row(self, number: int, kind: Dirt | None) -> Row:
        """The next row with this dirt. What cannot be repeated yet comes as a clean row."""
        if kind in AGAIN:
            earlier = self._earlier(short=kind is Dirt.AGAIN_SHORT)
            if earlier is not None:
                cells = dirt.soil(kind, earlier[1], self.luck)
                cells[dirt.NUMBER] = number
                return Row(number, cells, kind, earlier[0])
            kind = None
        cells = self._person(number, kind)
        if kind is None:
            self.recent.append((number, cells))
            return Row(number, cells)
        return Row(number, dirt.soil(kind, cells, self.luck), kind)

    def _earlier(self, *, short: bool) -> tuple[int, Cells] | None:
        fit = [one for one in self.recent if not short or str(one[1][dirt.ID])[6:8] == "19"]
        return self.luck.choice(fit) if fit else None

    def _person(self, number: int, kind: Dirt | None) -> Cells:
        """The cells of somebody new whose number can carry the dirt."""
        village = self.places[(number - 1) * len(self.places) // self.count]
        while True:
            at, self.next = self.next, self.next + 1
            born, document = self._document(at, village.code[:6])
            if kind in (Dirt.ID_FIFTEEN, Dirt.ID_NO_DAY) and born.year >= 2000:
                continue
            if kind is Dirt.ID_SMALL_X and document[17] != "X":
                continue
            break
        luck = self.luck
        sex = _MALE if int(document[16]) % 2 else _FEMALE
        phone = self._family(village, _phone(at + self.start))
        away = luck.random() < 0.4
        place, work = luck.choice(_PLACES) if away else ("", "")
        employer, job = luck.choice(_WORK)
        category = luck.choices(_CATEGORIES, _ODDS)[0]
        since = date(2020, 1, 1) + timedelta(days=luck.randrange(50)) if category else None
        return [
            number,
            self._name(sex),
            sex,
            "居民身份证",
            document,
            born.isoformat(),
            phone,
            _phone(at + self.start + _PEOPLE) if luck.random() < 0.1 else "",
            village.code,
            village.name,
            f"{self.household[3]:04d}",
            place,
            work,
            employer,
            job,
            category,
            since,
            "未返乡" if away else "已返乡",
            "发热" if luck.random() < 0.01 else "无症状",
            luck.choice(_NOTES),
        ]

    def _document(self, at: int, county: str) -> tuple[date, str]:
        days, serial = divmod((at * _STEP + self.start) % _PEOPLE, 1000)
        born = _BORN_FROM + timedelta(days=days)
        stem = f"{county}{born:%Y%m%d}{serial:03d}"
        return born, stem + dirt.check_digit(stem)

    def _family(self, village: Village, phone: str) -> str:
        """Moves on to the next household when this one is full. The phone: often that of the head."""
        home = self.household
        if home[0] != village.code or not home[2]:
            number = home[3] + 1 if home[0] == village.code else 1
            self.household = [village.code, phone, self.luck.randrange(0, 5), number]
            self.surname = ""
            return phone
        home[2] -= 1
        return str(home[1]) if self.luck.random() < 0.35 else phone

    def _name(self, sex: str) -> str:
        """Children and brothers share a surname with the head, others bring their own."""
        luck = self.luck
        if not self.surname or luck.random() < 0.35:
            self.surname = luck.choice(_RARER) if luck.random() < 0.01 else luck.choice(_SURNAMES)
        second = luck.choice(_SECOND[sex]) if luck.random() < 0.8 else ""
        return self.surname + second + luck.choice(_LAST[sex])


def _phone(at: int) -> str:
    place = (at * _PHONE_STEP) % (len(_PHONES) * 10**8)
    return f"{_PHONES[place // 10**8]}{place % 10**8:08d}"


def write_csv(target: Path | BinaryIO, of: Iterable[Row], *, encoding: str = "gb18030") -> int:
    """The header and the rows as CSV; the number of rows written. Encodings: gb18030, utf-8, utf-8-sig."""
    if isinstance(target, Path):
        with target.open("wb") as stream:
            return write_csv(stream, of, encoding=encoding)
    text = io.TextIOWrapper(target, encoding=encoding, newline="")
    out, count = csv.writer(text), 0
    out.writerow(HEADER)
    for count, row in enumerate(of, start=1):  # noqa: B007  (the last one is the number written)
        out.writerow(["" if cell is None else cell for cell in row.cells])
    text.flush()
    text.detach()
    return count


def write_xlsx(target: Path | BinaryIO, of: Iterable[Row]) -> int:
    """The header and the rows as a spreadsheet; figures and days as such, everything else as text."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, options)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet, count = book.add_worksheet("台账"), 0
    sheet.write_row(0, 0, HEADER)
    for count, row in enumerate(of, start=1):
        for column, cell in enumerate(row.cells):
            if isinstance(cell, date):
                sheet.write_datetime(count, column, cell, day)
            elif isinstance(cell, int | float):
                sheet.write_number(count, column, cell)
            elif cell:
                sheet.write_string(count, column, cell)
    book.close()
    return count
