"""Addresses of the pages of one model."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from remit.web.model import (
    acts,
    controls,
    edit,
    evidence,
    history,
    issue_forms,
    issues,
    lifecycle,
    overview,
    record,
    relate,
    running,
    value,
    version,
    versions,
)

app_name = "model"
_MODEL = "models/<str:reference>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(_MODEL, overview.overview, name="overview"),
    path(f"{_MODEL}lifecycle/", lifecycle.lifecycle, name="lifecycle"),
    path(f"{_MODEL}versions/", versions.versions, name="versions"),
    path(f"{_MODEL}versions/<str:number>/", version.version, name="version"),
    path(f"{_MODEL}versions/<str:number>/scan", version.scan, name="version_scan"),
    path(f"{_MODEL}versions/<str:number>/columns/", version.schema, name="version_schema"),
    path(f"{_MODEL}evidence/", evidence.evidence, name="evidence"),
    path(f"{_MODEL}controls/", controls.controls, name="controls"),
    path(f"{_MODEL}monitoring/", running.monitoring, name="monitoring"),
    path(f"{_MODEL}decisions/", running.decisions, name="decisions"),
    path(f"{_MODEL}value/", value.value, name="value"),
    path(f"{_MODEL}history/", history.history, name="history"),
    path(f"{_MODEL}issues/", issues.issues, name="issues"),
    path(f"{_MODEL}issues/<slug:verb>", issue_forms.act, name="issue"),
    path(f"{_MODEL}issues/<slug:verb>/<slug:issue>", issue_forms.act, name="issue_of"),
    path(f"{_MODEL}remits/<str:number>.json", overview.remit_file, name="remit_file"),
    path(f"{_MODEL}remit/<str:verb>", acts.act, name="act"),
    path(f"{_MODEL}record.json", record.as_json, name="record"),
    path(f"{_MODEL}edit", edit.model, name="edit"),
    path("use-cases/<slug:key>/edit", edit.use_case, name="edit_use_case"),
    path(f"{_MODEL}relations/new", relate.relate, name="relate"),
    path(f"{_MODEL}relations/candidates", relate.candidates, name="candidates"),
    path(f"{_MODEL}relations/<uuid:relation>/end", relate.end, name="end_relation"),
]
