"""All routes: screens at the root, the public REST API under /api/v1."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include("chunfeng.web.urls")),
    path("api/v1/", include("chunfeng.api.urls")),
]
if settings.OIDC_ON:
    urlpatterns.append(path("oidc/", include("mozilla_django_oidc.urls")))
