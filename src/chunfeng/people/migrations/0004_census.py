from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_isolation"),
        ("people", "0003_messages"),
    ]

    operations = [
        migrations.AddField(
            model_name="callitem",
            name="why",
            field=models.CharField(blank=True, max_length=200, verbose_name="why it was taken off"),
        ),
    ]
