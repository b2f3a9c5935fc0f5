"""From a page to the documents on it: page furniture is set aside, metadata kept, one stretch of lines a
document.

A page holds several documents when it says 第一篇…第五篇, when after the date of one the title of another
follows, or when an attachment with its own title stands at the end (a forwarding notice with the original
inside).
"""

import re
from dataclasses import dataclass, field

from .dates import FULL_DATE
from .numbers import NUMBER_LINE, find_numbers
from .text import LABEL, Line

_PART_MARK = re.compile(r"^第[一二三四五六七八九十]{1,3}篇[：:]")
# Words a line of page furniture starts with: such a line is short, or the word stands before a colon or a
# bar.
_PAGE_WORD = re.compile(
    r"^(?:下载|点此处|文档|相关(?:文|链|新|阅|推|信|附|报|内容|资|专|热|标|搜|评|：|$)|上一[篇条页]|下一[篇条页]|分享|打印|关闭|字体|字号|浏览|阅读|点击|访问"
    r"|首页|导航|版权|主办|承办|技术支持|扫一扫"
    r"|扫描|手机|微信|微博|返回|收藏|原文|标签|关键词|TAG|无障碍|繁体|简体|登录|注册|关注|网友|我要"
    r"|热门|推荐|猜你|更多|附件下载|友情"
    r"|联系我们|网站|关于我们|隐私|信息公开|通知公告|政策文件|政务公开|政府信息公开|用户|使用第三方"
    r"|主题词|法律汇编|跳转到|维基|论文部分内容|会员|正文|我的|设为)"
)
_LABELLED = re.compile(
    r"^(?:时间|发布时间|发文时间|更新时间|更新日期|录入时间|日期|来 ?源|信息来源|文章来源"
    r"|文 ?章 ?来 ?源|稿件来源|作者|编 ?辑|责任编辑|责编|审 ?核|校对|录入|简介"
    r"|声明|免责声明|标签|关键词|关键字|原标题|原文地址|原文链接|上一[篇条]|下一[篇条]|版权所有"
    r"|主办单位|主办|承办单位|承办|技术支持|网站标识码|备案号|体裁分类|组配分类|主题分类|文种|公文种类"
    r"|有效性|时效性|效力状态|废止日期|失效日期|失效时间|生效日期|实施日期|公开日期|公开时限|公开范围"
    r"|公开类型|公开形式|信息分类|信息索引|信息名称|信息类别|索 ?引 ?号|主题词|内容概述|内容分类"
    r"|服务对象|责任部门"
    r"|登记号|统一编号|名 ?称|标 ?题|題|题|有 ?效 ?性|发布日期|发布机构|字号|字体|浏览次数|浏览量"
    r"|阅读量|阅读次数|点击|访问量|点击数|分享到|分享至|责任编审|本文来源|本文链接|稿源|供稿|投稿/合作"
    r"|投稿|咨询热线|首席编辑|初审|复审|终审|当前位置|您(?:现在|当前)?的?(?:所在)?位置|所在位置"
    r"|您所在的位置)[：:]"
)
_PAGE_OPENING = re.compile(
    r"(?:https?：|www\.|EN$|Page \d|P\. ?\d*$|-? ?\d{1,4} ?-?$|第 ?\d+ ?页|（共 ?\d+ ?页）"
    r"|\d+ ?/ ?\d+$|A[+-]|>>|Copyright|copyright|©|[\u4e00-\u9fff]ICP|京公网安备|欢迎(?:登录|访问"
    r"|光临)|【.{0,6}】$|[•·] |网友评论|◎)"
    r"|[^。]{0,30}来源：[^。]{0,30}$|[^。]{0,40}(?:作者|点击(?:数|量|次数)?"
    r"|浏览(?:量|次数)?|责任编辑)：[^。]{0,30}$"
)
_PAGE_MARK = re.compile(
    r"word格式文档|\.(?:docx?|pdf|xlsx?|wps|rar|zip)$|ICP备|网站标识码|公网安备|友情链接|会员上传|如需引用，请以正式文件为准"
    r"|违者必究|不承担相关法律责任|不承担此类|进行举报|并不意味着赞同其观点|凡本网注明|本网转载"
    r"|版权与免责|本作品是中华人民共和国|将本文档下载|本内容来源于"
    r"|浏览次数"
    r"|设为首页|加入收藏| > .* > |>> .*正文$"
)
# Its clock time tells the line of a news page that names source and editor.
_CLOCK_LINE = re.compile(r"\d{2}：\d{2}(?:：\d{2})?.{0,10}(?:来源|浏览|责编|作者)")
_SHORT = 14
# 【发布文号】… and the table above a page of a government site: label, value.
_META = re.compile(
    r"(?:【 ?(?P<l1>[\u4e00-\u9fff ]{2,8}?) ?】|(?:^|[ •])(?P<l2>发电单位|发文机关|发布机关|发布机构|发文机构"
    r"|发布单位|发文单位|制定机关|发文字号|发布文号|文 ?号|文件编号|发文文号|成文日期|发文日期"
    r"|发布日期|签发日期|生成日期|索 ?引 ?号|公开方式|公开属性|紧急程度|标 ?题|名 ?称|来 ?源|主题分类"
    r"|公文种类|题)：)"
    r" ?(?P<value>.*?)(?= ?【|(?:^| )•|$|(?<=\S) +(?:发文|发布|成文|生成|主题|公文|文 ?号|来 ?源|源："
    r"|签发|索引|公开|有效|标 ?题|名 ?称))"
)
_META_KEYS = {
    "发布单位": "issuer", "发文机关": "issuer", "发布机关": "issuer", "发布机构": "issuer",
    "发文机构": "issuer", "发文单位": "issuer", "颁布单位": "issuer", "制定机关": "issuer",
    "颁发部门": "issuer", "发布部门": "issuer", "发布文号": "number", "发文字号": "number",
    "文号": "number", "文件编号": "number", "发文文号": "number", "颁布文号": "number", "发电单位": "issuer",
    "成文日期": "date", "发布日期": "date", "颁布日期": "date", "发文日期": "date", "签发日期": "date",
    "颁布时间": "date", "公开方式": "published", "公开属性": "published", "紧急程度": "urgency",
}  # fmt: skip
TITLE_END = re.compile(
    r"(?:决议|决定|命令|公报|公告|通告|意见|通知|通报|报告|请示|批复|议案|函|纪要|令|方案|预案|办法"
    r"|规定|细则|条例|总结|倡议书|倡议|公开信|一封信|告知书|指南|指引|要点|计划|规划|制度|标准|措施"
    r"|规范|须知|提示|工作安排|任务分工|若干政策|规程|承诺书|讲话|汇报)"
    r"(?:全文)?(?:（[^（）]{1,30}）|〔[^〔〕]{1,20}〕|〈[^〈〉]{1,20}〉)*$"
)
_TITLE_BODY = re.compile(r"关于|印发|转发|工作|防控|防治|实施|应急|疫情|肺炎|就业|[\u4e00-\u9fff]{4}")
_DATE_ONLY = re.compile(rf"^（?(?:{FULL_DATE.pattern})）?(?:（[^）]{{1,12}}）)?(?:[印封]发?)?$")
_MASKED_DATE = re.compile(r"^[×xX*\d〇○]{0,4}年[×xX*\d]{1,3}月[×xX*\d]{1,3}日$")
_ISSUER_DATE = re.compile(rf"^[\u4e00-\u9fff（）、· ]{{3,60}} *(?:{FULL_DATE.pattern})$")
_CLOSING_ENDS = "日号）印封发"
_AFTER_CLOSING = re.compile(
    r"^(?:附件?|附表|抄送|抄报|主题词|分送|（?此件|（?此文|（?公开|（?信息公开|（?联系|联系"
    r"|\d{1,2}[.、]|[^。]{0,40}印发$|主送|签发|校对|打字|共印|（本页)"
)
_REGULATION = re.compile(r"^第一[章条]")
_ANNOUNCED = re.compile(r"(?:全文|原文|具体内容|，内容)如下：?$")
_ATTACHED = re.compile(r"^附(?:件|录)?(?: ?[\d一二三四五六七八九十]{1,2})?(?:：)?$")


@dataclass(slots=True)
class Stretch:
    """The lines of one document: all of them in printed order, metadata found around it, the page's title
    for it.
    """

    lines: list[Line]
    meta: dict[str, str] = field(default_factory=dict)
    hint: Line | None = None
    inside: int | None = None


def stretches(lines: list[Line]) -> list[Stretch]:
    """Cut the lines of a page into documents; ``inside`` is the index of the document one is attached to."""
    found: list[Stretch] = []
    for hint, chunk in _marked(lines):
        meta: dict[str, str] = {}
        kept = _behind_announcement([line for line in chunk if not _set_aside(line, meta)])
        base = len(found)
        for number, (piece, attached) in enumerate(_documents(kept)):
            first = number == 0
            if piece or (first and hint):
                inside = len(found) - 1 if attached and len(found) > base else None
                found.append(Stretch(piece, meta if first else {}, hint if first else None, inside))
    return found


def _behind_announcement(lines: list[Line]) -> list[Line]:
    """Drop what a news page puts before the document it prints (…发布了通告，内容如下：)."""
    for index, line in enumerate(lines[:8]):
        if _ANNOUNCED.search(line.raw) and any(
            TITLE_END.search(next_.flat) for next_ in lines[index + 1 : index + 5]
        ):
            return lines[index + 1 :]
    return lines


def _marked(lines: list[Line]) -> list[tuple[Line | None, list[Line]]]:
    """Cut at 第一篇：…; what stands before the first mark is the page's own."""
    marks = [i for i, line in enumerate(lines) if line.raw[0] == "第" and _PART_MARK.match(line.raw)]
    if not marks:
        return [(None, lines)]
    found: list[tuple[Line | None, list[Line]]] = []
    for mark, end in zip(marks, [*marks[1:], len(lines)], strict=True):
        line = lines[mark]
        match = _PART_MARK.match(line.raw)
        shift = match.end() if match else 0
        rest = line.raw[shift:].strip()
        start = line.start + line.raw.index(rest, shift) if rest else line.end
        hint = Line(start, line.end, rest, "hint") if rest else None
        found.append((hint, lines[mark + 1 : end]))
    return found


def _set_aside(line: Line, meta: dict[str, str]) -> bool:
    """Tell page furniture and metadata; remember the latter."""
    raw = line.raw
    if len(raw) > 400:
        return False
    if "：" in raw[:16] or "【" in raw:
        known = False
        for match in _META.finditer(raw):
            key = (match["l1"] or match["l2"]).replace(" ", "")
            if key == "发布日期" and match["l2"]:
                known = True
                continue
            value = match["value"].strip()
            known = True
            if key in _META_KEYS and value:
                meta.setdefault(_META_KEYS[key], value)
        if known:
            return True
    if "。" in raw and "本网" not in raw and LABEL.match(raw):
        return False
    if _LABELLED.match(raw) or _PAGE_OPENING.match(raw) or _PAGE_MARK.search(raw):
        return True
    if "：" in raw and _CLOCK_LINE.search(raw):
        return True
    page_word = _PAGE_WORD.match(raw)
    if not page_word or "。" in raw:
        return False
    return len(raw) <= _SHORT or raw[page_word.end() : page_word.end() + 1] in ("：", "】")


def _documents(lines: list[Line]) -> list[tuple[list[Line], bool]]:
    """Cut at titles that follow the end of a document; the flag tells an attached or forwarded one."""
    found: list[tuple[list[Line], bool]] = []
    start = 0
    body = False
    closed = False
    attached = False
    index = 0
    while index < len(lines):
        raw = lines[index].raw
        if index > start and (closed or _ATTACHED.match(raw)) and body:
            title = index + 1 if _ATTACHED.match(raw) else index
            length = _title_block(lines, title)
            if not length and closed and _REGULATION.match(raw):
                found.append((lines[start:index], attached))
                start, body, closed, attached = index, True, False, True
                index += 1
                continue
            if length:
                found.append((lines[start:index], attached))
                start, body, closed, attached = title, False, False, True
                index = title + length
                continue
        if closed and not _AFTER_CLOSING.match(raw) and _is_body(raw) and len(raw) > 60:
            closed = False
        elif body and is_closing(lines[index]):
            closed = True
        elif _is_body(raw):
            body = True
        index += 1
    found.append((lines[start:], attached))
    return found


def is_closing(line: Line) -> bool:
    """Tell a line that is the date of signature, alone or after the issuing body."""
    if len(line.raw) > 90 or not (line.raw[-1] in _CLOSING_ENDS or line.raw[-1].isdigit()):
        return False
    return (
        bool(_DATE_ONLY.match(line.flat) or _MASKED_DATE.match(line.flat) or _ISSUER_DATE.match(line.raw))
        and "印发" not in line.flat
    )


def _is_body(raw: str) -> bool:
    return "。" in raw or len(raw) > 80 or bool(LABEL.match(raw) and not NUMBER_LINE.match(raw))


def _title_block(lines: list[Line], index: int) -> int:
    """Return how many lines from ``index`` form the title of a further document with a body, or 0."""
    joined = ""
    for count in range(1, 6):
        if index + count > len(lines):
            return 0
        line = lines[index + count - 1]
        if (
            _AFTER_CLOSING.match(line.raw)
            or LABEL.match(line.raw)
            or "。" in line.raw
            or line.raw[-1] in "，；："
        ):
            return 0
        joined += line.flat
        if find_numbers(line.flat) and count > 1 and len(line.flat) < 30:
            joined = joined[: -len(line.flat)]
        if len(joined) > 140:
            return 0
        if TITLE_END.search(joined) and len(joined) >= 6 and _TITLE_BODY.search(joined):
            follow = lines[index + count : index + count + 12]
            return count if sum(1 for f in follow if "。" in f.raw or LABEL.match(f.raw)) >= 2 else 0
    return 0
