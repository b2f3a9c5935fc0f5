"""The same ledger taken in as others do it: django-import-export in its fast mode; pandas and bulk_create.

Both clean a row as we do (`cleaned`), seal the same fields, and know a person again by the document alone: no
verdict is kept for a row and nobody is compared by phone, birth or village.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bench.people_world import COUNTY
from demo.dirt import OLD_COUNTY

BATCH = 1000
TEXTS = {"工作单位": "employer", "职业": "occupation", "备注": "note"}


def known_places() -> dict[str, str]:
    """Area codes by code, and the county's villages by name."""
    from chunfeng.areas.models import Area
    from demo.people import villages

    now = Area.objects.filter(valid_to=None)
    found = {code: code for code in now.values_list("code", flat=True)}
    old = {OLD_COUNTY + code[6:]: code for code in found if code.startswith(COUNTY[:6])}
    return found | old | {village.name: village.code for village in villages(COUNTY[:6])}


def cleaned(row: Mapping[str, Any], places: Mapping[str, str]) -> dict[str, Any] | None:
    """What the register would hold of a row, with its `phones`; None where it has no name, place or document."""
    from chunfeng.core import identifiers
    from chunfeng.people import keys, numbers

    text = {name: _text(value) for name, value in row.items()}
    name = "".join(unicodedata.normalize("NFKC", text["姓名"]).split())
    home = places.get(text["户籍地区划代码"] or COUNTY, "")
    if not name or not home.startswith(COUNTY[:6]) or name == "姓名":
        return None
    found: dict[str, Any] = {"name": name, "area_code": home, "sex": "", "birth": _day(text["出生日期"])}
    found |= {field: text[column][:60] for column, field in TEXTS.items()}
    found |= {"id_number": None, "id_hash": None, "id_kind": "", "phones": []}
    if text["身份证号"] not in ("", "不详"):
        try:
            document = identifiers.citizen_id(text["身份证号"])
        except identifiers.BadIdentifier:
            return None
        found |= {"id_kind": document.kind, "id_number": document.number, "sex": document.sex}
        found |= {"id_hash": keys.document_hash(document.number), "birth": found["birth"] or document.birth}
    for part in (text["联系电话"] + "、" + text["备用电话"]).split("、"):
        try:
            found["phones"].append(numbers.phone_number(part))
        except identifiers.BadIdentifier:
            continue
    return found


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, int | float) and value >= 10**15:
        return f"{value:.14E}"  # a figure of that length has lost digits
    return str(value).strip().removesuffix(".0")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def import_export(path: Path, dataset_id: int, at: datetime) -> int:
    """The file through a ModelResource: tablib reads it, instances are looked up at once and written in bulk."""
    import tablib

    sheet = tablib.Dataset().load(path.read_bytes(), format="xlsx")
    resource = _resource(at)
    result = resource.import_data(sheet, raise_errors=True)
    return int(result.totals["new"])


def _resource(at: datetime) -> Any:
    from import_export import fields, resources
    from import_export.instance_loaders import CachedInstanceLoader

    from chunfeng.people.models import Person

    names = ("name", "sex", "birth", "area_code", "id_kind", "id_number", "id_hash", *TEXTS.values())

    class People(resources.ModelResource):
        for name in names:
            locals()[name] = fields.Field(attribute=name, column_name=name)
        del name

        class Meta:
            model = Person
            fields = names
            import_id_fields = ("id_hash",)
            instance_loader_class = CachedInstanceLoader
            use_bulk, batch_size = True, BATCH
            skip_diff = skip_html_diff = True

        def before_import(self, dataset: Any, **_kwargs: Any) -> None:
            places = known_places()
            header = dataset.headers
            rows = [cleaned(dict(zip(header, row, strict=True)), places) for row in dataset]
            for name in names:
                dataset.append_col([row and row[name] for row in rows], header=name)
            self.seen: set[str] = set()

        def after_init_instance(self, instance: Any, new: bool, row: Any, **_kwargs: Any) -> None:
            instance.made_at = instance.changed_at = at

        def skip_row(self, instance: Any, original: Any, row: Any, errors: Any = None) -> bool:
            if not row["name"] or row["id_hash"] in self.seen:
                return True
            if row["id_hash"]:
                self.seen.add(row["id_hash"])
            return False

    return People()


def pandas(path: Path, dataset_id: int, at: datetime) -> int:
    """The sheet as a frame, rows cleaned one by one, doubles dropped, people, phones and places in bulk."""
    import pandas as pd

    from chunfeng.people import keys
    from chunfeng.people.models import Person, PersonDataset, PersonPhone

    frame = pd.read_excel(path, engine="calamine", dtype=object)
    places = known_places()
    rows = [cleaned(row, places) for row in frame.to_dict("records")]
    del frame
    table = pd.DataFrame([row for row in rows if row])
    has = table["id_hash"].notna()
    table = pd.concat([table[has].drop_duplicates("id_hash"), table[~has]])
    table = table.astype(object).where(table.notna(), None)
    phones = table.pop("phones").tolist()
    fields = table.to_dict("records")
    known = set(Person.objects.filter(id_hash__isnull=False).values_list("id_hash", flat=True))
    fresh = [
        (Person(made_at=at, changed_at=at, **row), numbers)
        for row, numbers in zip(fields, phones, strict=True)
        if row["id_hash"] not in known
    ]
    people = Person.objects.bulk_create([person for person, _numbers in fresh], batch_size=BATCH)
    PersonPhone.objects.bulk_create(
        [
            PersonPhone(person=person, number=number, number_hash=keys.phone_hash(number), position=n)
            for person, (_person, numbers) in zip(people, fresh, strict=True)
            for n, number in enumerate(dict.fromkeys(numbers))
        ],
        batch_size=BATCH,
    )
    PersonDataset.objects.bulk_create(
        [PersonDataset(person=person, dataset_id=dataset_id, since=at) for person in people],
        batch_size=BATCH,
    )
    return len(people)


WAYS = {"import_export": import_export, "pandas_bulk_create": pandas}
