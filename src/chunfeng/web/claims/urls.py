"""Routes of claims, and of the lists the public reads."""

from django.urls import path

from chunfeng.web.claims import claim, entering, listing, publicity, referral, register

urlpatterns = [
    path("claims/", listing.claims, name="claims"),
    path("claims/find/", listing.find, name="claims-find"),
    path("claims/new/", entering.new, name="claim-new"),
    path("claims/register/", register.register, name="claims-register"),
    path("claims/lists/", publicity.lists, name="claims-lists"),
    path("claims/<int:pk>/", claim.page, name="claim"),
    path("claims/<int:pk>/referral/", referral.slip, name="claim-referral"),
    path("claims/<int:pk>/act/<str:move>/", claim.act, name="claim-act"),
    path("claims/<int:pk>/papers/<int:paper_id>/", claim.paper, name="claim-paper"),
    path("publicity/", publicity.published, name="publicity"),
    path("publicity/<int:pk>/", publicity.published_list, name="publicity-list"),
]
