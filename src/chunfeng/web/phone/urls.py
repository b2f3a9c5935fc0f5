"""Routes of what a telephone opens without a line, and what it asks."""

from django.urls import path

from chunfeng.web.phone import calls, holder, places, shells, worker, zeros

urlpatterns = [
    path("sw.js", worker.worker, name="phone-worker"),
    path("manifest.webmanifest", worker.manifest, name="phone-manifest"),
    path("phone/js/<slug:name>.js", worker.script, name="phone-script"),
    path("phone/token/", holder.token, name="phone-token"),
    path("phone/places/", places.places, name="phone-places"),
    path("phone/reports/", zeros.reports, name="phone-reports"),
    path("phone/situation/", shells.shell("phone-situation"), name="phone-situation"),
    path("phone/zero/", shells.shell("phone-zero"), name="phone-zero"),
    path("census/calls/", shells.shell("calls"), name="calls"),
    path("census/pack/", calls.pack, name="calls-pack"),
    path("census/sync/", calls.sync, name="calls-sync"),
]
