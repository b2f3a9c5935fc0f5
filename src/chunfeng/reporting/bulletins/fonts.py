"""Chinese type on this machine: which families a PDF is set in, or a refusal that says what to install."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import typst
from django.utils.translation import gettext as _

from chunfeng.core.errors import Refused

_SONG = ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Source Han Serif CN", "Songti SC", "SimSun",
         "STSong", "AR PL UMing CN")  # fmt: skip
_HEI = ("SimHei", "STHeiti", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
        "WenQuanYi Zen Hei")  # fmt: skip
BODY = ("FangSong_GB2312", "FangSong", "STFangsong", "FZFangSong-Z02", *_SONG, *_HEI)
HEAD = ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "STZhongsong", *_SONG, *_HEI)
BLACK = (*_HEI, *_SONG)
KAI = ("KaiTi_GB2312", "KaiTi", "STKaiti", "AR PL UKai CN", *_SONG, *_HEI)
PACKAGE = "fonts-noto-cjk"


@dataclass(frozen=True)
class Faces:
    """Families by use: body (仿宋), head (小标宋), black (黑体), kai (楷体)."""

    body: str
    head: str
    black: str
    kai: str


def chosen(families: Collection[str]) -> Faces:
    """The best of the families at hand for each use. Raises `Refused` where none of them is Chinese."""
    there = set(families)
    found = [next((name for name in wanted if name in there), "") for wanted in (BODY, HEAD, BLACK, KAI)]
    if not all(found):
        raise Refused(
            _(
                "No Chinese font was found on this server, the PDF would show empty boxes. "
                "Install one: apt-get install %(package)s"
            )
            % {"package": PACKAGE}
        )
    return Faces(*found)


@cache
def installed() -> typst.Fonts:
    """The fonts of the system, looked through once."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)
