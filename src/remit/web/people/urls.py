"""Addresses of the signed-in person's own page, of the people here, their units, groups and emergencies."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from remit.web.people import emergencies, groups, person, units, views
from remit.web.rooms import Nav

NAV = Nav("people", "People", "people:people", icon="users", order=85)

_own: list[URLPattern | URLResolver] = [
    path("account/", views.me, name="me"),
    path("people/", views.everybody, name="people"),
    path("people/suggest", views.suggest, name="suggest"),
    path("people/invite", views.invite, name="invite"),
    path("people/<uuid:identifier>/", person.page, name="person"),
    path("people/<uuid:identifier>/edit", person.edit, name="edit"),
    path("people/<uuid:identifier>/give-role", person.give_role, name="give_role"),
    path("people/<uuid:identifier>/leave", person.leave, name="leave"),
    path("people/<uuid:identifier>/come-back", person.come_back, name="come_back"),
    path("people/<uuid:identifier>/away", person.away, name="away"),
    path("people/roles/<uuid:identifier>/end", person.end_role, name="end_role"),
    path("people/absences/<uuid:identifier>/cancel", person.back, name="back"),
    path("people/units/", units.tree, name="units"),
    path("people/units/<uuid:identifier>/", units.page, name="unit"),
    path("people/units/<uuid:identifier>/edit", units.edit, name="edit_unit"),
    path("people/owners/<slug:key>/", units.appoint, name="appoint"),
    path("people/groups/", groups.everything, name="groups"),
    path("people/groups/<uuid:identifier>/", groups.page, name="group"),
    path("people/groups/<uuid:identifier>/rename", groups.rename, name="rename_group"),
    path("people/groups/<uuid:identifier>/remove", groups.remove, name="remove_group"),
    path("people/groups/<uuid:identifier>/members", groups.add_member, name="add_member"),
    path(
        "people/groups/<uuid:identifier>/members/<uuid:user>/remove",
        groups.remove_member,
        name="remove_member",
    ),
    path("people/groups/<uuid:identifier>/roles", groups.give_role, name="give_group_role"),
    path("people/groups/roles/<uuid:identifier>/end", groups.end_role, name="end_group_role"),
    path("people/emergencies/", emergencies.everything, name="emergencies"),
    path("people/emergencies/<str:reference>/", emergencies.page, name="emergency"),
    path("people/emergencies/<str:reference>/close", emergencies.close, name="close_emergency"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((_own, "people"))),
]
