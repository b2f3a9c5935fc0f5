"""Routes of the room of reports."""

from django.urls import path

from chunfeng.web.reports import board, entries, filling, home, report, sheets

urlpatterns = [
    path("", home.home, name="reports"),
    path("<int:pk>/", report.report, name="report"),
    path("<int:pk>/fill/", filling.fill, name="report-fill"),
    path("<int:pk>/check/", filling.check, name="report-check"),
    path("<int:pk>/zero/", filling.zero, name="report-zero"),
    path("<int:pk>/receipt/", filling.receipt, name="report-receipt"),
    path("<int:pk>/unmask/", report.unmask, name="report-unmask"),
    path("<int:pk>/<slug:move>/", report.act, name="report-act"),
    path("form/<int:pk>/", board.ledger_page, name="ledger"),
    path("form/<int:pk>/entries/", entries.entries, name="entries"),
    path("form/<int:pk>/entry/", entries.new, name="entry-new"),
    path("form/<int:pk>/entry/check/", entries.check, name="entry-check"),
    path("form/<int:pk>/<slug:move>/", board.act, name="ledger-act"),
    path("sheets/", sheets.sheet, name="sheet-upload"),
    path("sheets/result/", sheets.result, name="sheet-result"),
    path("sheets/<int:pk>/", sheets.sheet, name="sheet-template"),
    path("sheets/<int:pk>/template/", sheets.template, name="sheet-file"),
]
