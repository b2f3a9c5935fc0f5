from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_isolation"),
    ]

    operations = [
        migrations.AddField(
            model_name="callitem",
            name="why",
            field=models.CharField(blank=True, max_length=200, verbose_name="why it was taken off"),
        ),
        migrations.RemoveIndex(model_name="callitem", name="calls_by_village"),
        migrations.AddIndex(
            model_name="callitem",
            index=models.Index(
                fields=["campaign", "area_code", "state", "caller", "branch", "outcome"],
                name="calls_by_village",
            ),
        ),
    ]
