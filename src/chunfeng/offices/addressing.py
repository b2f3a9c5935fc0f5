"""The grammar of addressee phrases: text in, calls for offices out. Pure, two tables and a short parser.

各县（市、区）人力资源和社会保障局、财政局 reads as places {县 市 区} × bodies {hrss, finance}. A place word
names a level, a body word a line of business; a body the table does not know is kept as the ending of a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from chunfeng.offices.choices import Level, Line

CITY = "city"
"""市 alone: a prefecture to a province, a county-level city to a prefecture."""
SOMEWHERE = "somewhere"
"""各地: one level down."""
ZONES = "zones"

# place word (a regular expression) → level. Guards keep 市场监管局 and 地税局 whole.
PLACE_WORDS: tuple[tuple[str, str], ...] = (
    ("设区的?市|地级市|省辖市|自治州|地区|州|盟|(?:行政)?公署", Level.PREFECTURE),
    ("自治区|直辖市|省(?!级)", Level.PROVINCE),
    ("地(?!税|震|质|铁|方)", SOMEWHERE),
    ("市(?!场|民|容)", CITY),
    ("功能区|开发区|产业园区?|工业园区?|园区|管理区|度假区|示范区|风景区|林业局", ZONES),
    ("县级市|自治县|县|自治旗|旗|区(?!域|划)", Level.COUNTY),
    ("苏木|街道|街|乡(?!村)|镇|场(?!所)", Level.TOWNSHIP),
    ("行政村|嘎查|社区|村(?!民小组)|居(?=民?委)", Level.VILLAGE),
)

_UNIT = "(?:厅|局|委员会|委|部门?|机关|系统|办公室|办|处|行政主管部门|行政部门)*"
_STATION = "(?:服务)?(?:中心|所|站|机构)"

# body word → lines of business, and what the office's name must contain (where the line is too wide)
BODY_WORDS: tuple[tuple[str, tuple[Line, ...], str], ...] = (
    ("(?:人民)?政府(?:办公[室厅])?(?:行署|公署)?|党委|党工委|办事处|民?委员会|委会", (Line.GOVERNMENT,), ""),
    ("管理?委员?会", (Line.ZONE,), ""),
    (
        "(?:[^省市县区旗盟州乡镇]*(?:疫|防治|防控|应对|非典|肺炎)[^省市县区旗盟州乡镇]*(?:领导小组|联防联控机制))?"
        "(?:[^省市县区旗盟州乡镇]*指挥部)?(?:办公室)?",
        (Line.COMMAND,),
        "",
    ),
    (
        f"(?:人力资源和?社会保障|人社|劳动和?社会保障|劳动保障|社会保障|劳动){_STATION}",
        (Line.HRSS, Line.EMPLOYMENT),
        "",
    ),
    ("劳动(?:保障)?监察(?:大队|支队|总队|机构|局)", (Line.HRSS,), "监察"),
    ("劳动人事争议仲裁(?:委员会|院|机构)", (Line.HRSS,), "仲裁"),
    (
        f"(?:人力资源和?社会保障|人社|劳动和?社会保障|劳动保障|人事劳动(?:和?社会保障)?){_UNIT}",
        (Line.HRSS,),
        "",
    ),
    ("(?:公共|劳动)?(?:就业|人才)[^、局]*(?:中心|局|处|所|机构|管理办公室|办)", (Line.EMPLOYMENT,), ""),
    ("(?:社会保险|社保)[^、]*(?:中心|局|处|所|机构)", (Line.SOCIAL_INSURANCE,), ""),
    ("(?:疾病预防控制|疾控)(?:中心|机构)?", (Line.HEALTH,), "疾"),
    ("卫生院|社区卫生服务中心", (Line.HEALTH,), "卫生"),
    (f"(?:卫生健康|卫生和?计划生育|卫健|卫计|卫生|医疗卫生){_UNIT}", (Line.HEALTH,), ""),
    (f"财政{_UNIT}所?", (Line.FINANCE,), ""),
    (f"交通(?:运输)?{_UNIT}", (Line.TRANSPORT,), ""),
    ("公安(?:派出所)", (Line.PUBLIC_SECURITY,), "派出所"),
    (f"公安{_UNIT}", (Line.PUBLIC_SECURITY,), ""),
    (f"(?:教育(?:和?体育|和?科技)?|教体|教科){_UNIT}", (Line.EDUCATION,), ""),
    (f"(?:工业和?信息化|工信|经济和?信息化|经信|经贸){_UNIT}", (Line.INDUSTRY,), ""),
    (f"农[业牧]业?和?(?:农村|畜牧)?{_UNIT}", (Line.AGRICULTURE,), ""),
    (f"民政{_UNIT}", (Line.CIVIL_AFFAIRS,), ""),
    ("档案(?:局馆|馆局|局|馆|部门)", (Line.ARCHIVES,), ""),
)

_PLACE = re.compile("|".join(f"(?P<p{i}>{pattern})" for i, (pattern, _level) in enumerate(PLACE_WORDS)))
_BODIES = tuple((re.compile(pattern), lines, called) for pattern, lines, called in BODY_WORDS)
_EVERY = re.compile("各级?|所有|每个|全省|全区|全市|全州|全盟|全县|全旗|全乡|全镇|全体")
_NOISE = re.compile(
    "以及|及其|及|和(?=[各一二两三四五六七八九十0-9省市州县区乡镇村])|与|等|省?直管|扩权|所属|辖区内?|辖"
)
_COUNT = re.compile("(?P<n>[0-9]+|[一二两三四五六七八九十]+)个")
_TAIL = re.compile("(?:有关|相关|各)(?:部门|单位|处室|机构)$")
_DIRECT = re.compile("直管")
_OFFICES = re.compile("(各|有关|相关)((?:[委办厅局部]、)+[委办厅局部](?:、?处)?)")

DEPARTMENTS = re.compile(
    "(?:各?(?P<place>省|自治区|市|州|盟|地区|行署|县|区|旗|乡镇?|镇|街道|本级))?"
    "(?P<of>直属?|级|人民政府|政府|行署|委)?(?:机关)?(?P<mark>(?:各|有关|相关)*)"
    "(?:工作|职能|组成)?(?P<what>[^各]{0,12}?)(?:部门|单位|委办局|机构)"
)
OWN_UNITS = re.compile(
    "(?:局|厅|委|部|中心|院|所|行)(?:所属|直?属|下属|直|系统)(?:各|有关|相关)*(?:事业)?(?:单位|机构)"
)
INTERNAL = re.compile(
    "(?:[^各]{0,20}(?:局|厅|委|部|中心|院)|省|市|县)?(?:内|机关)?(?:各|有关|相关)*(?:处室|科室|股室|处|科|股|司局?|内设机构)"
)
GUESTS = re.compile(".*(?:驻|在|辖区)[^、]{0,4}(?:各|有关)*(?:单位|企业|机构)")


@dataclass(frozen=True, slots=True)
class Body:
    """A kind of office: its lines of business and a word its name must contain; `word` as it was printed."""

    word: str
    lines: tuple[Line, ...] = ()
    called: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an enumeration: the levels its place words name, or a name; and its body if said."""

    text: str
    places: tuple[str, ...] = ()
    name: str = ""
    body: Body | None = None
    every: bool = False
    direct: bool = False
    count: int | None = None


@dataclass(slots=True)
class Call:
    """Places × bodies: "all offices of these lines at these places"."""

    items: list[Item] = field(default_factory=list)
    bodies: list[Body] = field(default_factory=list)

    @property
    def every(self) -> bool:
        """Whether all are meant (各 was said) and not one known body (市人社局)."""
        return any(item.every for item in self.items)


def tidy(text: str) -> str:
    """The phrase without spaces, with full-width brackets and commas, without its colon."""
    text = re.sub(r"\s+", "", text).translate(str.maketrans("(),;:·", "（），；：·"))
    return text.strip("：。，；、")


def parts(phrase: str) -> list[str]:
    """The phrase cut at commas, semicolons and 、各 outside brackets."""
    text = _OFFICES.sub(r"\1部门", tidy(phrase))
    return [part for part in _cut(text, "，；：。") if part]


def items(part: str) -> list[str]:
    """The part cut at 、 outside brackets."""
    return [text for text in _cut(part.replace("各地各", "各地、各"), "、") if text]


def _cut(text: str, marks: str) -> list[str]:
    out, depth, begin = [], 0, 0
    for at, char in enumerate(text):
        depth += (char == "（") - (char == "）" and depth > 0)
        if char in marks and depth == 0:
            out.append(text[begin:at])
            begin = at + 1
    return [*out, text[begin:]]


def body_of(word: str) -> Body | None:
    """The body a word names by the table, or None."""
    for pattern, lines, called in _BODIES:
        if word and pattern.fullmatch(word):
            return Body(word, lines, called)
    return None


def read_item(text: str) -> Item:
    """Read one item. Unknown text becomes `name` (nothing recognised) or a body known by its ending."""
    plain = re.sub("[（）、]", "", text)
    every = bool(_EVERY.search(plain))
    direct = bool(_DIRECT.search(plain))
    counted = _COUNT.search(plain)
    bare = _EVERY.sub("", _COUNT.sub("", _NOISE.sub("", plain)))
    bare = _TAIL.sub("", bare) or bare
    whole = body_of(bare)
    places, rest = ((), bare) if whole and not _PLACE.match(bare) else _places(bare)
    if direct:
        places = tuple(str(Level.COUNTY) if place == CITY else place for place in places)
    more = {"every": every or counted is not None, "direct": direct, "count": _number(counted)}
    if places:
        body = (body_of(rest) or Body(rest, (), rest)) if rest else None
        return Item(text, places=places, body=body, **more)  # type: ignore[arg-type]
    if whole:
        return Item(text, body=whole, **more)  # type: ignore[arg-type]
    for at in range(1, len(bare)):
        if (body := body_of(bare[at:])) is not None and at >= 2:
            return Item(text, name=bare[:at], body=body, **more)  # type: ignore[arg-type]
    if every:
        return Item(text, body=Body(bare, (), bare), **more)  # type: ignore[arg-type]
    return Item(text, name=bare, **more)  # type: ignore[arg-type]


def read_items(texts: list[str]) -> list[Call]:
    """Group items: places and names gather until bodies follow; a place after a body opens a new call.

    各 said once holds for the rest of the enumeration: 各盟行政公署、市人民政府.
    """
    calls: list[Call] = []
    said_every = False
    for text in texts:
        item = read_item(text)
        said_every = said_every or item.every
        if item.every != said_every:
            item = Item(item.text, item.places, item.name, item.body, said_every, item.direct, item.count)
        opens = bool(item.places or item.name) or not calls
        if not calls or (opens and calls[-1].bodies):
            calls.append(Call())
        if opens:
            calls[-1].items.append(item)
        if item.body:
            calls[-1].bodies.append(item.body)
    return calls


def levels(places: tuple[str, ...], issuer: str) -> tuple[set[str], bool]:
    """The levels that place words name in a document of an issuer of this level; whether zones are too."""
    order = [str(level) for level in Level]
    found: set[str] = set()
    for at, place in enumerate(places):
        if place == CITY:
            wide = issuer in (Level.COUNTRY, Level.PROVINCE) and Level.COUNTY not in places[:at]
            found.add(Level.PREFECTURE if wide else Level.COUNTY)
        elif place == SOMEWHERE:
            one_down = order[min(order.index(issuer) + 1, len(order) - 1)]
            found.add(one_down if len(places) == 1 else Level.PREFECTURE)
        elif place != ZONES:
            found.add(place)
    return found, ZONES in places


def county_sorts(places: tuple[str, ...], words: str, issuer: str) -> frozenset[str]:
    """Which sorts of county-level area are meant: some of 县 区 市; empty when all three or none are said.

    各区 are districts only; 各县（市、区） are all; a province's 各市、县 leaves the districts out.
    """
    if Level.COUNTY not in levels(places, issuer)[0]:
        return frozenset()
    plain = re.sub("自治区|地区|社区|[^县市区旗]", "", words).replace("旗", "县")
    said = frozenset(plain)
    return frozenset() if len(said) == 3 else said


def _places(text: str) -> tuple[tuple[str, ...], str]:
    found: list[str] = []
    at = 0
    while match := _PLACE.match(text, at):
        found.append(str(PLACE_WORDS[int(match.lastgroup[1:])][1]))  # type: ignore[index]
        at = match.end()
    return tuple(found), text[at:]


def _number(match: re.Match[str] | None) -> int | None:
    if match is None:
        return None
    text = match["n"]
    if text.isdigit():
        return int(text)
    digits = {"两": 2} | {char: n for n, char in enumerate("零一二三四五六七八九")}
    if "十" not in text:
        return digits.get(text)
    tens, _ten, ones = text.partition("十")
    return digits.get(tens, 1) * 10 + digits.get(ones, 0)
