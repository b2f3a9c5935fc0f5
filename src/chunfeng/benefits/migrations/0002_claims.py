"""Lines that came back stay known with their batch."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("benefits", "0001_measures_claims_payments")]

    operations = [
        migrations.AddField(
            model_name="paymentbatch",
            name="came_back",
            field=models.JSONField(blank=True, default=list, verbose_name="lines that came back"),
        )
    ]
