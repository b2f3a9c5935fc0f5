from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "chunfeng.core"
    label = "core"
    verbose_name = _("Core")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chunfeng.core import walls

        post_migrate.connect(lambda using, **kw: walls.raise_walls(using), weak=False, sender=self)
