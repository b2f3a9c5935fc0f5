"""Routes of the room of isolation."""

from django.urls import path

from chunfeng.web.isolation import entry, fever, flow, follow_ups, listing, page, person, rules, today

urlpatterns = [
    path("", listing.home, name="isolation"),
    path("find/", listing.find, name="isolation-find"),
    path("today/", today.today, name="isolation-today"),
    path("flow/", flow.flow, name="isolation-flow"),
    path("gate/", entry.gate, name="isolation-gate"),
    path("gate/<int:pk>/", entry.decide, name="isolation-decide"),
    path("gate/decided/<int:pk>/", entry.decided, name="isolation-decided"),
    path("rules/", rules.rules, name="isolation-rules"),
    path("rules/library/", rules.library, name="isolation-library"),
    path("rules/new/", rules.new, name="isolation-rule-new"),
    path("rules/<int:pk>/", rules.change, name="isolation-rule"),
    path("rules/<int:pk>/end/", rules.end, name="isolation-rule-end"),
    path("areas/", rules.areas, name="isolation-areas"),
    path("areas/new/", rules.declare, name="isolation-area-new"),
    path("areas/<int:pk>/end/", rules.end_area, name="isolation-area-end"),
    path("person/<int:pk>/", person.explain, name="isolation-person"),
    path("person/<int:pk>/place/", person.place, name="isolation-place"),
    path("fever/", fever.cases, name="fever-cases"),
    path("fever/new/<int:pk>/", fever.new, name="fever-new"),
    path("fever/<int:pk>/", fever.case, name="fever-case"),
    path("fever/<int:pk>/fellows/<int:fellow_id>/", fever.fellow, name="fever-fellow"),
    path("fever/<int:pk>/<slug:step>/", fever.step, name="fever-step"),
    path("follow-ups/", follow_ups.home, name="follow-ups"),
    path("follow-ups/new/<int:pk>/", follow_ups.new, name="follow-up-new"),
    path("follow-ups/<int:pk>/", follow_ups.page, name="follow-up"),
    path("follow-ups/<int:pk>/ask/", follow_ups.ask, name="follow-up-ask"),
    path("follow-ups/<int:pk>/close/", follow_ups.close, name="follow-up-close"),
    path("<int:pk>/", page.page, name="isolation-page"),
    path("<int:pk>/record/", page.record, name="isolation-record"),
    path("<int:pk>/release/", page.release, name="isolation-release"),
    path("<int:pk>/lift/", page.lift, name="isolation-lift"),
    path("<int:pk>/move/", page.move, name="isolation-move"),
    path("<int:pk>/hand-over/", page.hand_over, name="isolation-hand-over"),
    path("<int:pk>/receipt/", page.receipt, name="isolation-receipt"),
    path("<int:pk>/show/", page.show, name="isolation-show"),
]
