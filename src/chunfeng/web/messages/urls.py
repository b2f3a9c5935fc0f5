"""Routes of messages to people."""

from django.urls import path

from chunfeng.web.messages import home, many, panel, templates

urlpatterns = [
    path("", home.home, name="people-messages"),
    path("find/", home.find, name="people-messages-find"),
    path("<int:pk>/", home.message, name="people-message"),
    path("<int:pk>/again/", home.again, name="people-message-again"),
    path("templates/", templates.home, name="message-templates"),
    path("templates/new/", templates.new, name="message-template-new"),
    path("templates/shipped/", templates.shipped, name="message-templates-shipped"),
    path("templates/<int:pk>/", templates.change, name="message-template"),
    path("templates/<int:pk>/end/", templates.end, name="message-template-end"),
    path("many/", many.home, name="mailings"),
    path("many/new/", many.new, name="mailing-new"),
    path("many/<int:pk>/", many.page, name="mailing"),
    path("many/<int:pk>/<slug:move>/", many.act, name="mailing-act"),
    path("of/<int:pk>/send/", panel.send, name="person-message-send"),
    path("of/<int:pk>/decline/", panel.decline, name="person-message-decline"),
    path("of/<int:pk>/allow/", panel.allow, name="person-message-allow"),
    path("of/<int:pk>/address/", panel.address, name="person-message-address"),
]
