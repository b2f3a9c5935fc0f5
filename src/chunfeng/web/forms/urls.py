"""Routes of the room of forms."""

from django.urls import path

from chunfeng.web.forms import call, editor, expert, home, page, peaks, shelf

urlpatterns = [
    path("", home.home, name="forms"),
    path("new/", editor.new, name="form-new"),
    path("new/file/", expert.bring, name="form-import"),
    path("show/", editor.show, name="form-show"),
    path("check/", editor.check, name="form-check"),
    path("offices/", editor.find, name="form-offices"),
    path("library/", shelf.shelf, name="form-library"),
    path("library/use/", shelf.use, name="form-use"),
    path("call/", call.call, name="form-call"),
    path("call/show/", call.show, name="form-call-show"),
    path("peaks/", peaks.peaks, name="form-peaks"),
    path("peaks/<int:pk>/end/", peaks.end, name="form-peak-end"),
    path("<int:pk>/", page.form, name="form"),
    path("<int:pk>/sent/", call.sent, name="form-sent"),
    path("<int:pk>/edit/", editor.edit, name="form-edit"),
    path("<int:pk>/edit/yaml/", expert.edit, name="form-yaml"),
    path("<int:pk>/file/", page.export, name="form-export"),
    path("<int:pk>/publish/", page.publish, name="form-publish"),
    path("<int:pk>/end/", page.end, name="form-end"),
]
