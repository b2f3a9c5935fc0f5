from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BenefitsConfig(AppConfig):
    name = "chunfeng.benefits"
    label = "benefits"
    verbose_name = _("Benefits")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chunfeng.benefits import (
            counters,  # noqa: F401  (registers the figures offered to forms)
            injury_counters,  # noqa: F401  (the same for work injuries)
            jobs,  # noqa: F401  (registers the periodic jobs)
        )
