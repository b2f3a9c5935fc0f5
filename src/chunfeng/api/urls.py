from django.urls import path, re_path

from chunfeng.api.app import api
from chunfeng.api.problems import not_found

urlpatterns = [
    path("", api.urls),
    re_path(r"^(?P<rest>.*)$", not_found, name="api-nothing"),
]
