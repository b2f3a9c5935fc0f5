"""Traditional and simplified characters: telling them apart, and OpenCC's ``tw2s`` conversion.

``tw2s`` and no other: ``t2s`` leaves 著力 as it is, ``tw2sp`` replaces words (分散式 becomes 分布式).
The dictionaries are OpenCC's own files. They are applied here because the packaged converter misses a
phrase that is the whole of its input (顯著 alone) and is too slow for long pages.
"""

import re
from functools import cache
from pathlib import Path

# Where OpenCC's lists fall short: 著 is kept in these words and 乾 in the name of a county, 抬 would become
# 擡, and 么, 薹, 吒 are simplified already. Its literary phrases and names break everyday words: 對於單位,
# 徵調, 附著於, 主乾道 would keep a traditional character, 覆上 and 沈 would change a right one.
_LITERARY = re.compile("^[於覆沈]|徵|麼|.?著[於白志式]|合著|吃子|吃口|乾[道斷旦造紅圖象宅盛]|二噁英|甚鉅")
_KEPT = {word: word for word in ("原著", "專著", "編著", "論著", "譯著", "遺著", "土著", "卓著")}
_OWN_WORDS = {"乾安": "乾安", "瞭": "了", "瞭望": "瞭望"}
_OWN_SIGNS = dict(zip("抬擡么薹吒伕牠揹牴妳", "抬抬么薹吒夫它背抵你", strict=True))

_EVERYDAY = frozenset("們個來時國對會產業務關這說還過學動發開長門問間應現經點體當實設無與")

Table = dict[str, str]


def _read(name: str) -> Table:
    import opencc

    rows = (Path(opencc.__file__).parent / "dictionary" / f"{name}.txt").read_text("utf-8").splitlines()
    pairs = (row.split("\t", 1) for row in rows if "\t" in row)
    return {key: values.split(" ")[0] for key, values in pairs}


@cache
def _to_simplified() -> Table:
    """Single characters that ``tw2s`` changes, both steps in one."""
    variants, simplified = _read("TWVariantsRev"), _read("TSCharacters")
    steps = {key: simplified.get(value, value) for key, value in (simplified | variants).items()} | _OWN_SIGNS
    return {key: value for key, value in steps.items() if key != value and len(key) == len(value) == 1}


@cache
def _step(phrases: str, characters: str) -> tuple[re.Pattern[str], Table, dict[int, str]]:
    words = _read(phrases) | (_KEPT if phrases == "TWVariantsRevPhrases" else _OWN_WORDS)
    words = {
        word: meant for word, meant in words.items() if len(word) == len(meant) and not _LITERARY.search(word)
    }
    ordered = sorted(words, key=len, reverse=True)
    single = {
        key: value for key, value in _read(characters).items() if len(key) == len(value) == 1
    } | _OWN_SIGNS
    return re.compile("|".join(map(re.escape, ordered))), words, str.maketrans(single)


def simplify(text: str) -> str:
    """The text in simplified characters (``tw2s``), character for character: the length stays."""
    for names in (("TWVariantsRevPhrases", "TWVariantsRev"), ("TSPhrases", "TSCharacters")):
        text = _replace(text, *_step(*names))
    return text


def _replace(text: str, pattern: re.Pattern[str], words: Table, single: dict[int, str]) -> str:
    pieces: list[str] = []
    last = 0
    for match in pattern.finditer(text):
        pieces += (text[last : match.start()].translate(single), words[match[0]])
        last = match.end()
    return "".join([*pieces, text[last:].translate(single)])


def is_traditional(character: str) -> bool:
    """Whether ``tw2s`` changes this character."""
    return character in _to_simplified()


@cache
def _simplified_to_all() -> dict[str, list[str]]:
    import opencc

    rows = (Path(opencc.__file__).parent / "dictionary" / "STCharacters.txt").read_text("utf-8").splitlines()
    return {key: values.split(" ") for key, values in (row.split("\t", 1) for row in rows if "\t" in row)}


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _only_simplified() -> frozenset[str]:
    kept = _to_simplified().keys() | _read("TWVariantsRev").keys()
    return frozenset(
        key for key, forms in _simplified_to_all().items() if key not in forms and key not in kept
    )


def counts(text: str) -> tuple[int, int]:
    """How many characters are only traditional, and how many only simplified."""
    table, simplified = _to_simplified(), _only_simplified()
    return sum(sign in table for sign in text), sum(sign in simplified for sign in text)


def looks_traditional(text: str) -> bool:
    """Whether the page as a whole is in traditional characters. A quotation in a simplified page is not."""
    if sum(sign in text for sign in _EVERYDAY) < 3:
        return False
    traditional, simplified = counts(text)
    return traditional > 3 * simplified


# The characters official texts use most; a line read one byte off holds few of them.
_FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民"
    "得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社"
    "义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并"
    "提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强"
    "放决西被干做必战先回则任取据处府疫防控就业务服保障企省市县镇乡村街委办厅局院所州盟旗疗医病毒肺炎症染传感测检查隔离诊治救援"
    "助贫扶创岗位招聘培训失劳社险补贴金款费缴申请报告登记信息网络平台宣传监督责任落实严格确切及早集中单位负请示批转印抄送附联话真"
    "号令第条款项节假春冬夏秋元万亿百千岁周前后上午时至起止止内外以下均须不得可应当认领导组织协调配合支持鼓励按照根据规定要求做"
    "好工作措施办法意见通知精神贯彻执行情况问题加快推进加强完善建立健全机构人员群众职工农民企业困难重点安全稳定健康卫生稳"
)


def plausible(character: str) -> int:
    """How well a character fits an official text.

    :returns: 2 for a frequent character or mark, 0 for one of plain simplified text (GB 2312), else -3
    """
    value = _to_simplified().get(character, character)
    if value in _FREQUENT or value in "　、。·—…“”《》（），：；！〔〕":
        return 2
    if value.isascii():
        return 0
    if not _in_gb2312(value):
        return -3
    return 0 if "\u4e00" <= value <= "\u9fa5" or value in "％～〈〉「」『』【】？‘’×○〇①②③" else -3
