"""Routes of the room of bulletins."""

from django.urls import path, re_path

from chunfeng.web.bulletins import home, issue, series

urlpatterns = [
    path("", home.home, name="bulletins"),
    path("series/new/", series.new, name="bulletin-series-new"),
    path("series/<int:pk>/", series.series, name="bulletin-series"),
    path("series/<int:pk>/change/", series.change, name="bulletin-series-change"),
    path("series/<int:pk>/draft/", series.draft, name="bulletin-draft"),
    path("<int:pk>/", issue.bulletin, name="bulletin"),
    re_path(r"^(?P<pk>[0-9]{1,18})/file\.(?P<format>docx|pdf)$", issue.file, name="bulletin-file"),
    path("<int:pk>/curve/<int:number>.png", issue.curve, name="bulletin-curve"),
    path("<int:pk>/edit/", issue.edit, name="bulletin-edit"),
    path("<int:pk>/refresh/", issue.refresh, name="bulletin-refresh"),
    path("<int:pk>/issue/", issue.issue, name="bulletin-issue"),
    path("<int:pk>/discard/", issue.discard, name="bulletin-discard"),
]
