from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "chunfeng.people"
    label = "people"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chunfeng.people import (
            contact_counters,  # noqa: F401  (registers the figures offered to forms)
            counters,  # noqa: F401  (registers the figures offered to forms)
            jobs,  # noqa: F401  (registers the periodic jobs)
            suggestions,  # noqa: F401  (registers the figures offered to forms)
        )
