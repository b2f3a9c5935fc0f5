"""Deadlines of an order: by, from, window, recurring, fuzzy (see :class:`~.structure.Deadline`).

前 is read "by the end of that day" (month, year); the printed words are kept. A term that starts with an
event nobody can date yet (接到报告后2小时内) is fuzzy, and 第一时间 is not one o'clock.
"""

import re
from datetime import timedelta

from .dates import CLOCK, Calendar, Point, clock_time
from .lexicon import any_of
from .numbers import chinese_int
from .structure import Deadline

_BEFORE = re.compile(
    r"(?:（[^（）]{1,12}）)?(?:之前|以前|前(?![期段往后来款述置沿去台端人途列一两三几已]"
    r"|提(?![出交供醒升高前])))"
)
_FROM = re.compile(r"(?:（[^（）]{1,12}）)?(?:起|开始|始)(?!前)")
_NOT_BEFORE = re.compile(r"(?:不得?早于|不早于)$")
_TO = re.compile(r"(?:（[^（）]{1,12}）)?(?:至|到|[-—–－]{1,2}|[~～])")
_PAST = re.compile(
    r"(?:（[^（）]{1,8}）)?(?:以来|以后|之后|后|至今|印发|下发|发布|公布|出台|召开的|发生|通过|颁布"
    r"|发出|成立|举行的|会议|[^，。；]{0,12}?文件)"
)
_LAST = re.compile(
    r"(?:截止(?:时间|日期)?(?:为|是|到|至|：)?|截至(?:时间|日期)?(?:为|是|：)|最迟|不迟于|不晚于|最晚"
    r"|(?:延期|推迟|顺延)[^，。；]{0,16}?(?:至|到))(?:于|到|至|在|为)?$"
)
_ON = re.compile(r"(?:务必于|务必在|定于|请于|务于|拟于|须于|应于|于|在)$")
_IMMEDIATE = re.compile(
    r"(?=[自从即本今发印下公])[自从]?(?:即日|即刻|本日|今日|(?:本(?:通知|通告|公告|意见|办法|令)?)(?:发布|印发|发文|下发"
    r"|公布)之日)(?:起|开始)"
)
_EVERY = re.compile(
    any_of(
        r"(?P<days>每(?:\d{1,2}|[两三四五六七十]|半)(?:天|日|个?月))|(?P<day>每天|每日|每晚|每早|逐日"
        r"|每一天|天天|日报告制度?|“日报告”|日报制度)"
        r"|每(?:个)?(?:周|星期)(?P<week>[一二三四五六日天](?!次))?(?!期|年|边|转|岁)"
        r"|(?:每(?:个)?月|逐月|按月)(?P<month>底|末|初|\d{1,2}[日号])?(?![\d.]*[元万])"
        r"|(?P<quarter>每(?:个)?季度|每季|按季度?|逐季)(?P<qpart>末|初)?|(?P<half>每半年)"
        r"|(?P<year>每年)(?P<ymonth>年?底|末|\d{1,2}月(?:\d{1,2}日|底)?)?(?![\d.]*[元万])"
        r"|(?P<weekly>按周|逐周)|(?P<daily>按日(?=上报|报送|报告|报))",
    )
)
_PAY = re.compile(r"每人|每户|元|只享受|补贴|补助")
_FUZZY = re.compile(
    any_of(
        r"第一时间|(?<!无法)(?<![不未])及时(?!性)|尽快|尽早|立即|立刻|即刻|马上|即时|适时|随时|限期"
        r"|近期(?=[，内将要对开]|组织)|近日内|短期内|入[冬夏秋]以?前|汛期前|开学前|返校前|返岗前"
        r"|(?:(?:^|(?<=[，。；：要应]))|(?<=春)|(?<=假))(?:节后|节前)(?=[，要应]|第一)",
    )
)
_WITHIN = re.compile(
    r"(?:[^，。；：（]{0,10}(?:之日起|后|之时起))?(?:\d{1,3}"
    r"|[一二三四五六七八九十两]{1,3})个?(?:工作日|自然日|小时|日|天|分钟)(?:之内|以内|内)"
)
_SIGNED = re.compile(
    r"(?:本(?:通知|意见|通告|公告|办法)?)?(?:印发|发布|下发|发文|公布)之日起(?P<n>\d{1,3})[日天](?:内"
    r"|之内|以内)"
)
# 对2月9日前开工的企业: the date describes whom, not when.
_WHOM_BEFORE = re.compile(r"(?:^|[，；。：、])(?:对|对于|凡|凡是|将|针对|向)[^，；。：]*$")
_WHOM_AFTER = re.compile(r"[^，；。：]{0,30}?的(?!要|，|应|须)")
_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日", 1)} | {"天": 7}
_ORDER = {"by": 0, "window": 1, "from": 2}


def find_deadline(text: str, days: Calendar, *, policy: bool = False) -> Deadline | None:
    """Return when the order in this sentence (``text``, normal form) is due, or None.

    ``policy`` says the sentence grants or permits something: a window in it is how long the policy holds,
    no deadline. A dated term wins over a recurring one, that over a fuzzy one; among dated ones the
    earliest kind of by, window, from.
    """
    dated = _dated(text, days, policy)
    recurring = _recurring(text)
    if recurring and dated and dated.kind == "from":
        recurring.start = dated.start
        return recurring
    if recurring and not dated and _IMMEDIATE.search(text):
        recurring.start = days.signed
    if dated or recurring:
        return dated or recurring
    return _immediate(text, days) or _after_signing(text, days) or _fuzzy(text)


def _dated(text: str, days: Calendar, policy: bool) -> Deadline | None:
    points = days.points(text)
    found: list[Deadline] = []
    used = -1
    for index, point in enumerate(points):
        if index == used or _says_whom(text, point):
            continue
        follow = points[index + 1] if index + 1 < len(points) else None
        span = _TO.match(text, point.end)
        if span and follow and span.end() == follow.start:
            used = index + 1
            if not policy and not _PAST.match(text, follow.end):
                window = text[point.start : follow.end]
                found.append(Deadline(window, "window", point.first, follow.last, follow.time))
            continue
        deadline = _single(text, point, policy)
        if deadline:
            found.append(deadline)
    return min(found, key=lambda deadline: _ORDER[deadline.kind]) if found else None


def _single(text: str, point: Point, policy: bool) -> Deadline | None:
    """Return the deadline a single date makes with the words around it."""
    head = text[max(0, point.start - 14) : point.start]
    before = _BEFORE.match(text, point.end)
    earliest = _NOT_BEFORE.search(head)
    if earliest:
        words = earliest[0] + text[point.start : before.end() if before else point.end]
        return Deadline(words, "from", point.first, None, point.time)
    if before:
        return Deadline(text[point.start : before.end()], "by", None, point.last, point.time)
    since = _FROM.match(text, point.end)
    if since:
        return Deadline(text[point.start : since.end()], "from", point.first, None, point.time)
    last = _LAST.search(head)
    if last and re.match(r"之?后|以后", text[point.end :]):
        return Deadline(text[point.start : point.end] + text[point.end : point.end + 2], "from", point.first)
    if last and not (policy and "延" in last[0]):
        return Deadline(last[0] + text[point.start : point.end], "by", None, point.last, point.time)
    on = _ON.search(head)
    if on and not _PAST.match(text, point.end) and text[point.end : point.end + 1] != "的":
        return Deadline(text[point.start : point.end], "by", None, point.last, point.time)
    if (
        not (policy and head.endswith("至"))
        and text[point.end - 1] in "底末内"
        and text[point.end : point.end + 1] in "，完全基建实力新达"
    ):
        return Deadline(text[point.start : point.end], "by", None, point.last, point.time)
    return None


def _says_whom(text: str, point: Point) -> bool:
    return bool(_WHOM_BEFORE.search(text, max(0, point.start - 40), point.start)) and bool(
        _WHOM_AFTER.match(text, point.end)
    )


def _recurring(text: str) -> Deadline | None:
    for match in _EVERY.finditer(text):
        if _PAY.search(text, max(0, match.start() - 3), match.end() + 8):
            continue
        every = _every(match)
        evening = match[0] in ("每晚", "每早")
        time, end = _time_of(text, match.start() if evening else match.end())
        return Deadline(text[match.start() : end], "recurring", None, None, time, every)
    return None


def _every(match: re.Match[str]) -> str:
    if match["days"]:
        return _span(match["days"])
    if match["week"]:
        return f"week:{_WEEKDAYS[match['week']]}"
    if match["month"]:
        day = match["month"].rstrip("日号")
        return f"month:{ {'底': 'end', '末': 'end', '初': 'start'}.get(day, day) }"
    if match["qpart"]:
        return "quarter:end" if match["qpart"] == "末" else "quarter:start"
    for name in ("day", "quarter", "half", "year"):
        if match[name]:
            return name
    if match["daily"]:
        return "day"
    return "week" if match["weekly"] or "周" in match[0] or "星期" in match[0] else "month"


def _span(words: str) -> str:
    """Return 10 days for 每10天, 15 days for 每半月."""
    if "半" in words:
        return "15 days"
    count = chinese_int(words[1:].rstrip("天日个月")) or 1
    return f"{count} months" if "月" in words else f"{count} days"


def _time_of(text: str, start: int) -> tuple[str | None, int]:
    """Return the clock time a recurring term names (the one with 前 first) and where its words end."""
    stop = min((i for i in (text.find("。", start), text.find("；", start)) if i >= 0), default=len(text))
    first: tuple[str | None, int] = (
        None,
        max(start, start + 2 if text.startswith(("每晚", "每早"), start) else start),
    )
    for clock in CLOCK.finditer(text, start, stop):
        time = clock_time(clock)
        before = _BEFORE.match(text, clock.end())
        if time and before:
            near = clock.start() - start <= 6
            return time, before.end() if near else start
        if time and clock.start() == start and first[0] is None:
            first = time, clock.end()
    before = _BEFORE.match(text, start)
    return (None, before.end()) if before and first[0] is None else first


def _immediate(text: str, days: Calendar) -> Deadline | None:
    match = _IMMEDIATE.search(text)
    if not match:
        return None
    until = _TO.match(text, match.end())
    last = next((p for p in days.points(text) if p.start == until.end()), None) if until else None
    if last:
        return Deadline(text[match.start() : last.end], "window", days.signed, last.last, last.time)
    return None if _SIGNED.search(text) else Deadline(match[0], "from", days.signed)


def _after_signing(text: str, days: Calendar) -> Deadline | None:
    match = _SIGNED.search(text) if "之日起" in text else None
    if not match:
        return None
    end = days.signed + timedelta(days=chinese_int(match["n"]) or 0) if days.signed else None
    return Deadline(match[0], "by", None, end)


def _fuzzy(text: str) -> Deadline | None:
    match = _FUZZY.search(text)
    within = _WITHIN.search(text) if "内" in text else None
    if within and (match is None or within.start() < match.start()):
        match = within
    return Deadline(re.sub(r"^(?:[并要应须需]|应?当|必须|务必)*", "", match[0]), "fuzzy") if match else None
