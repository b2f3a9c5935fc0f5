"""Indexes for finding an office by any of its names; at most one responsible person at a time."""

import django.contrib.postgres.indexes
from django.db import migrations, models

# btree_gist is not in the embedded server; ranges of one value give an exclusion constraint equality
EXCLUDE = """
CREATE TYPE offices_code_span AS RANGE (subtype = text, collation = "C");
ALTER TABLE offices_responsibility ADD CONSTRAINT one_responsible_person_at_a_time EXCLUDE USING gist (
    offices_code_span(area_code, area_code, '[]') WITH &&,
    int8range(COALESCE(programme_id, 0), COALESCE(programme_id, 0), '[]') WITH &&,
    daterange(valid_from, valid_to) WITH &&
);
"""
ALLOW = """
ALTER TABLE offices_responsibility DROP CONSTRAINT one_responsible_person_at_a_time;
DROP TYPE offices_code_span;
"""


class Migration(migrations.Migration):
    dependencies = [("offices", "0001_initial")]

    operations = [
        migrations.AddIndex("office", models.Index(fields=["name"], name="office_by_name")),
        migrations.AddIndex("office", models.Index(fields=["short_name"], name="office_by_short_name")),
        migrations.AddIndex(
            "office", django.contrib.postgres.indexes.GinIndex(fields=["aliases"], name="office_by_alias")
        ),
        migrations.RunSQL(EXCLUDE, ALLOW),
    ]
