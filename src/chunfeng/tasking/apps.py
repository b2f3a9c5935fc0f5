from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TaskingConfig(AppConfig):
    name = "chunfeng.tasking"
    label = "tasking"
    verbose_name = _("Tasks")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chunfeng.tasking import jobs  # noqa: F401  (registers the periodic jobs)
