from django.urls import path

from chunfeng.web.audit import views

urlpatterns = [
    path("audit/", views.audit, name="audit"),
    path("audit/<int:pk>/", views.event, name="audit-event"),
    path("audit/keeping/", views.keeping, name="audit-keeping"),
]
