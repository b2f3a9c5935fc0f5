"""Routes of payments."""

from django.urls import path

from chunfeng.web.payments import batch, funds, home, progress

urlpatterns = [
    path("", home.home, name="payments"),
    path("progress/", progress.progress, name="payments-progress"),
    path("funds/", funds.report, name="funds"),
    path("funds/all/", funds.every, name="funds-all"),
    path("funds/<int:pk>/", funds.account, name="funds-account"),
    path("all/", home.every, name="payments-all"),
    path("make/", home.make, name="payment-make"),
    path("batches/<int:pk>/", batch.page, name="payment-batch"),
    path("batches/<int:pk>/file/", batch.file, name="payment-file"),
    path("batches/<int:pk>/act/<str:move>/", batch.act, name="payment-act"),
    path("<int:pk>/", batch.payment, name="payment"),
    path("<int:pk>/again/", batch.again, name="payment-again"),
    path("recoveries/<int:pk>/close/", batch.close, name="recovery-close"),
]
