"""How a reading is compared with a gold file: when two values, quotes, clauses or deadlines are the same."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

DIGITS = {sign: value for value, sign in enumerate("一二三四五六七八九", 1)}
Json = dict[str, Any]


def flat(value: Any) -> str:
    """A text without spaces and width: what two careful people could type differently is made equal."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", value or ""))


def bare(value: Any) -> str:
    """A flat text without any punctuation."""
    return "".join(sign for sign in flat(value) if sign.isalnum())


def flat_list(values: Iterable[str] | None) -> list[str]:
    """Each text flat."""
    return [flat(value) for value in values or []]


@lru_cache(maxsize=100_000)
def common(one: str, other: str) -> int:
    """The length of the longest common substring."""
    if one in other or other in one:
        return min(len(one), len(other))
    return SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size


def overlap(one: str, other: str) -> bool:
    """Whether two quotes speak of the same order: their common part is 60 % of the shorter."""
    one, other = bare(one), bare(other)
    return bool(one and other) and common(one, other) >= 0.6 * min(len(one), len(other))


def closeness(one: str, other: str) -> float:
    """The common part as a share of the longer quote."""
    one, other = bare(one), bare(other)
    return common(one, other) / max(len(one), len(other), 1)


def pair_duties(gold: list[Json], found: list[Json]) -> list[tuple[Json, Json]]:
    """Pair duties one to one: expected before optional ones, then the closest first."""
    candidates = sorted(
        (bool(want.get("optional")), -closeness(want["quote"], got["quote"]), i, j)
        for i, want in enumerate(gold)
        for j, got in enumerate(found)
        if overlap(want["quote"], got["quote"])
    )
    pairs, used_gold, used_found = [], set(), set()
    for _, _, i, j in candidates:
        if i not in used_gold and j not in used_found:
            used_gold.add(i)
            used_found.add(j)
            pairs.append((gold[i], found[j]))
    return pairs


def pair_documents(gold: list[Json], found: list[Json]) -> Iterator[tuple[Json | None, Json | None]]:
    """Pair documents by place when the counts agree, else by their likest titles."""
    if len(gold) == len(found):
        yield from zip(gold, found, strict=True)
        return
    ranked = sorted(
        (-closeness(want["title"] or "", got["title"] or ""), i, j)
        for i, want in enumerate(gold)
        for j, got in enumerate(found)
    )
    match: dict[int, int] = {}
    for _, i, j in ranked:
        if i not in match and j not in match.values():
            match[i] = j
    yield from ((want, found[match[i]] if i in match else None) for i, want in enumerate(gold))
    yield from ((None, got) for j, got in enumerate(found) if j not in match.values())


def people(document: Json) -> list[tuple[str, frozenset[str]]]:
    """Contacts as names with the digits of their telephones."""
    return sorted(
        (flat(one["name"]), frozenset(re.sub(r"\D", "", phone) for phone in one["phones"]))
        for one in document["contacts"]
    )


def same_citation(want: Json, got: Json) -> bool:
    """By number where the gold file has one and the reader found one, else by title."""
    if want["number"] and got["number"]:
        return flat(want["number"]) == flat(got["number"])
    return bool(want["title"]) and not want["number"] and bare(want["title"]) == bare(got["title"])


def counted(label: str | None) -> int | None:
    """The number in a label: （十二） is 12, 3. is 3."""
    sign = flat(label).strip("()、.．")
    if sign.isdecimal():
        return int(sign)
    tens, mark, ones = sign.rpartition("十")
    if not sign or any(one not in DIGITS for one in tens + ones):
        return None
    return (DIGITS.get(tens, 1) * 10 if mark else 0) + DIGITS.get(ones, 0)


def clause_ids(clause: Json) -> set[str]:
    """The id, and the id by label where the numbering runs on."""
    head, dot, _ = clause["id"].rpartition(".")
    return {clause["id"], f"{head}{dot}{counted(clause['label'])}"}


def begins_alike(want: Json, got: Json) -> bool:
    """Same label, same first words."""
    start = flat(got["text"]).removeprefix(flat(got["label"]))
    return bare(want["label"]) == bare(got["label"]) and bare(start).startswith(bare(want["opens"])[:10])


def dated(deadline: Json | None) -> bool:
    """Whether a deadline is fixed in the calendar, once or again and again."""
    return deadline is not None and any(deadline[key] for key in ("start", "end", "every"))


def same_deadline(want: Json, got: Json | None) -> bool:
    """Kind, dates, clock time and unit of repetition agree; a repetition may leave its first day open."""
    if not got or any(want[key] != got[key] for key in ("kind", "end", "time")):
        return False
    starts = {want["start"], None} if want["kind"] == "recurring" else {want["start"]}
    return got["start"] in starts and unit(want["every"]) == unit(got["every"])


def unit(every: str | None) -> str:
    """day of `3 days` and of `day:3`, week of `week:1`."""
    return re.sub(r"[^a-z]|s$", "", (every or "").partition(":")[0])


def brief(deadline: Json | None) -> str | None:
    """A deadline on one line."""
    if not deadline:
        return None
    parts = (deadline[key] for key in ("text", "kind", "start", "end", "time", "every"))
    return " ".join(part for part in parts if part)


def same_place(want: str, got: str | None) -> bool:
    """Same top clause and same depth: the ids themselves are scored with the clauses."""
    found = (got or "").split(".")
    return want.split(".")[0] == found[0] and want.count(".") + 1 == len(found)


def right_lead(gold: Json, actors: Json) -> bool:
    """The lead as written; a list of equals 甲、乙 may also be read as 甲 with 乙."""
    accepted = flat_list([gold["actors"]["lead"], *gold.get("lead_also", [])])
    whole = flat("、".join([actors["lead"] or "", *actors["with"]]))
    return flat(actors["lead"]) in accepted or (bool(actors["with"]) and whole in accepted)
