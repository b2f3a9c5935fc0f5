"""Routes of the room of bulletins."""

from django.urls import path

from chunfeng.web.bulletins import home, issue, series

urlpatterns = [
    path("", home.home, name="bulletins"),
    path("series/new/", series.new, name="bulletin-series-new"),
    path("series/<int:pk>/", series.series, name="bulletin-series"),
    path("series/<int:pk>/change/", series.change, name="bulletin-series-change"),
    path("series/<int:pk>/draft/", series.draft, name="bulletin-draft"),
    path("<int:pk>/", issue.bulletin, name="bulletin"),
    path("<int:pk>/file.docx", issue.file, {"format": "docx"}, name="bulletin-docx"),
    path("<int:pk>/file.pdf", issue.file, {"format": "pdf"}, name="bulletin-pdf"),
    path("<int:pk>/curve/<int:number>.png", issue.curve, name="bulletin-curve"),
    path("<int:pk>/edit/", issue.edit, name="bulletin-edit"),
    path("<int:pk>/refresh/", issue.refresh, name="bulletin-refresh"),
    path("<int:pk>/issue/", issue.issue, name="bulletin-issue"),
    path("<int:pk>/discard/", issue.discard, name="bulletin-discard"),
]
