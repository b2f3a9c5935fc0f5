"""Routes of monthly lists of epidemic work."""

from django.urls import path

from chunfeng.web.worklists import entering, home, page, sheet

urlpatterns = [
    path("", home.worklists, name="worklists"),
    path("new/", entering.new, name="worklist-new"),
    path("<int:pk>/", page.page, name="worklist"),
    path("<int:pk>/act/<str:move>/", page.act, name="worklist-act"),
    path("<int:pk>/template/", sheet.template, name="worklist-template"),
    path("<int:pk>/sheet/", sheet.upload, name="worklist-sheet"),
    path("<int:pk>/result/", sheet.result, name="worklist-result"),
]
