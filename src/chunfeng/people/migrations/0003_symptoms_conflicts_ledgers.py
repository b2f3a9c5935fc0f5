import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_census_isolation_messages"),
        ("tasking", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="followup",
            name="contact",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="opened_follow_ups",
                to="people.contactrecord",
            ),
        ),
        migrations.AddField(
            model_name="followup",
            name="issue",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tasking.coordinationissue",
                verbose_name="task of the partner",
            ),
        ),
        migrations.AddField(
            model_name="personmessage",
            name="void_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="no longer holds since"),
        ),
    ]
