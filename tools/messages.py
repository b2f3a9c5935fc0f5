"""Keep both catalogues: extract from Python, templates and JavaScript, merge translations, compile.

    python tools/messages.py update                 extract and compile
    python tools/messages.py translate FILE.tsv     msgid<TAB>Chinese
                                                    (plural: msgid<TAB>msgid_plural<TAB>Chinese;
                                                    with a context: context|msgid<TAB>Chinese)
    python tools/messages.py compile                only compile
    python tools/messages.py missing                print msgids without a Chinese text
    python tools/messages.py check                  the same, failing if there are any

Works without GNU gettext (Babel reads and writes the catalogues).
"""

from __future__ import annotations

import fcntl
import io
import sys
import tempfile
from pathlib import Path

from babel.messages import extract, mofile, pofile
from babel.messages.catalog import Catalog

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "chunfeng"
LOCALES = {"zh_Hans": "zh_Hans", "en": "en"}
KEYWORDS = {
    **dict.fromkeys(("gettext", "gettext_lazy", "_", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    "npgettext": ((1, "c"), 2, 3),
}


def template_catalogue() -> Catalog:
    """All msgids of the source tree, with where they stand."""
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=False)
        django.setup()
    from django.utils.translation import template

    found = Catalog(charset="utf-8", fuzzy=False)
    for path in sorted(SOURCE.rglob("*")):
        if "migrations" in path.parts or path.suffix not in {".py", ".html", ".txt"}:
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            if "templates" not in path.parts:
                continue
            text = template.templatize(text, origin=str(path))
        where = str(path.relative_to(ROOT))
        for line, message, comments, context in extract.extract(
            "python", io.BytesIO(text.encode()), KEYWORDS, options={"encoding": "utf-8"}
        ):
            if message and (message if isinstance(message, str) else message[0]):
                found.add(message, None, [(where, line)], auto_comments=comments, context=context)
    return found


def load(locale: str) -> Catalog:
    path = _po(locale)
    if not path.exists():
        return Catalog(locale=locale, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return pofile.read_po(file, locale=locale, charset="utf-8")


def save(locale: str, catalogue: Catalog) -> None:
    catalogue.header_comment = "# Chunfeng"
    out = io.BytesIO()
    pofile.write_po(
        out,
        catalogue,
        omit_header=False,
        width=110,
        sort_output=True,
        no_location=True,
        ignore_obsolete=True,
        include_previous=False,
    )
    lines = out.getvalue().decode().splitlines(keepends=True)
    # dates in the header would make every run a change
    kept = [
        x
        for x in lines
        if not x.startswith(
            ('"POT-Creation', '"PO-Revision', '"Generated-By', '"Last-Translator', '"Language-Team')
        )
    ]
    _po(locale).parent.mkdir(parents=True, exist_ok=True)
    _po(locale).write_text("".join(kept), encoding="utf-8")
    compile_one(locale)


def compile_one(locale: str) -> None:
    out = io.BytesIO()
    mofile.write_mo(out, load(locale))
    target = _po(locale).with_suffix(".mo")
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        file.write(out.getvalue())
    Path(file.name).chmod(0o644)
    Path(file.name).replace(target)


def update(translations: dict[str, list[str]] | None = None) -> None:
    found = template_catalogue()
    for locale in LOCALES:
        catalogue = load(locale)
        catalogue.update(found, no_fuzzy_matching=True)
        for message in catalogue:
            if not message.id:
                continue
            plural = isinstance(message.id, tuple | list)
            if locale == "en":
                message.string = tuple(message.id) if plural else message.id
            else:
                key = message.id[0] if plural else message.id
                new = (translations or {}).get(f"{message.context}|{key}" if message.context else key)
                if new:
                    message.string = (new[-1],) if plural else new[-1]
        save(locale, catalogue)


def missing() -> list[str]:
    """Msgids of the source tree without a Chinese text, and texts that ask for other placeholders."""
    catalogue = load("zh_Hans")
    gone = []
    for message in template_catalogue():
        if not message.id:
            continue
        known = catalogue.get(message.id, message.context)
        strings = (
            [] if known is None else ([known.string] if isinstance(known.string, str) else list(known.string))
        )
        if not strings or not all(strings):
            gone.append(message.id if isinstance(message.id, str) else message.id[0])
    return gone


def _po(locale: str) -> Path:
    return SOURCE / "locale" / locale / "LC_MESSAGES" / "django.po"


def main(arguments: list[str]) -> int:
    with (Path(tempfile.gettempdir()) / "chunfeng-messages.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        match arguments:
            case ["update"]:
                update()
            case ["translate", file]:
                rows = [
                    x.split("\t") for x in Path(file).read_text(encoding="utf-8").splitlines() if "\t" in x
                ]
                update({row[0].replace("\\n", "\n"): row[1:] for row in rows})
            case ["compile"]:
                for locale in LOCALES:
                    compile_one(locale)
            case ["check"]:
                gone = missing()
                for each in gone:
                    print("no Chinese text:", repr(each))
                return bool(gone)
            case ["missing"]:
                print("\n".join(repr(x) for x in missing()))
            case _:
                print(__doc__)
                return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
