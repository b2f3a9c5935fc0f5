from django.db import migrations


class Migration(migrations.Migration):
    """No two rows of one code at one time. btree_gist is not everywhere, a range type over text is."""

    dependencies = [("areas", "0001_initial")]

    operations = [
        migrations.RunSQL(
            'CREATE TYPE area_code_range AS RANGE (subtype = text, collation = "C")',
            "DROP TYPE area_code_range",
        ),
        migrations.RunSQL(
            """ALTER TABLE areas_area ADD CONSTRAINT area_no_overlap EXCLUDE USING gist (
                area_code_range(code::text, code::text, '[]') WITH &&,
                daterange(valid_from, valid_to) WITH &&)""",
            "ALTER TABLE areas_area DROP CONSTRAINT area_no_overlap",
        ),
    ]
