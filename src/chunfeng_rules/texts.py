"""What people read: every sentence of this library exists in Chinese and English, without a catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages."""

    zh: str
    en: str

    def __getitem__(self, language: str) -> str:
        """The sentence in a language: "zh…" is Chinese, all else English."""
        return self.zh if language.startswith("zh") else self.en

    def filled(self, values: dict[str, Text]) -> Text:
        """The sentence with <name> replaced by what is known under that name; unknown names stay as they are."""
        zh, en = self.zh, self.en
        for name, value in values.items():
            zh, en = zh.replace(f"<{name}>", value.zh), en.replace(f"<{name}>", value.en)
        return Text(zh, en)

    def as_data(self) -> dict[str, str]:
        """For JSON: {"zh": …, "en": …}."""
        return {"zh": self.zh, "en": self.en}


UNKNOWN = Text("未知", "unknown")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Place("", 1, 1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a measure. An error forbids its use; a warning is for its author."""

    says: Text
    place: Place
    error: bool = True

    def line(self, language: str = "en") -> str:
        """ "FILE:LINE:COLUMN: what is wrong", in a language."""
        kind = "" if self.error else Text("提醒：", "warning: ")[language]
        return f"{self.place}: {kind}{self.says[language]}"


class Trouble(Exception):
    """Something that cannot be read; `at` is a character offset within an expression, or None."""

    def __init__(self, zh: str, en: str, at: int | None = None) -> None:
        super().__init__(en)
        self.says = Text(zh, en)
        self.at = at


class BadMeasure(Exception):
    """A measure that cannot be used; `findings` says everything that is wrong with it."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(f.line() for f in findings))
        self.findings = findings


class BadFacts(ValueError):
    """Facts of the wrong kind handed to a measure; `says` names the fact and what was expected."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.says = Text(zh, en)
