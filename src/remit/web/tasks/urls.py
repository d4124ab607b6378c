"""Addresses of my tasks and of one task."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from remit.web.rooms import Nav
from remit.web.tasks import task, views

app_name = "tasks"
NAV = Nav("tasks", "My tasks", "tasks:mine", icon="checkbox", order=10, count=views.count)
urlpatterns: list[URLPattern | URLResolver] = [
    path("tasks/", views.mine, name="mine"),
    path("tasks/<str:reference>/", task.task, name="task"),
    path("tasks/<str:reference>/take", task.take, name="take"),
]
