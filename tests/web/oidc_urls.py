"""The routes of the site with those of the identity provider, as when OIDC_CLIENT_ID is set."""

from django.urls import include, path

from chunfeng.config.urls import urlpatterns as site

urlpatterns = [*site, path("oidc/", include("mozilla_django_oidc.urls"))]
