"""Models: found and counted, now or on a day that is past; registered, edited, each as its whole record."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from remit.api import edits, subjects
from remit.api.lists import Page, foreign_cursor
from remit.api.shapes import Day, Given, Instant, Kind, Label, Labels, Line, Text, located
from remit.inventory import actions, record, search
from remit.kernel.problems import Invalid

router = Router()
RECORD = {
    "responses": {
        200: {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/ModelRecord"}}}}
    }
}
ViewName = Literal[*search.VIEWS]
Value = Label
MOST_TOGETHER = 500
_AS_OF = "As things stood then: an instant, or a day, which means its end in UTC."
_KNOWN = "As this installation knew it then; what was corrected later is shown as it was believed."
_FIELDS = "Only these members, separated by commas; `reference` always comes along."


class ModelRow(Schema):
    """One model, or a use case that has none yet, as it stands or stood; `fields` leaves members out."""

    model_config = ConfigDict(json_schema_extra=lambda schema: schema.update(required=["reference"]))

    reference: str = Field(description="Of the model; of the use case while it has no model.")
    name: str
    use_case: str = Field(description="The use case's key.")
    use_case_name: str
    kind: str
    built_in: str
    vendor: str
    version: str
    stage: str
    tier: str
    unit: str
    owner: str
    owner_active: bool
    regulations: list[str]
    tags: list[str]
    planned_value_a_year: str
    currency: str
    missing: list[str] = Field(description="What it should say by now and does not.")
    completeness: int = Field(description="Percent of what it should say by now.")
    remit: str
    remit_state: str
    remit_until: datetime | None
    health: str
    since: datetime = Field(description="Since when it stands so.")
    until: datetime | None = Field(description="Until when it stood so; null if it does now.")


class Models(Schema):
    """A page of models, by unit, name and reference."""

    items: list[ModelRow]
    next: str | None


class ModelOut(Schema):
    """A model as it was registered."""

    reference: str
    name: str
    use_case: str
    kind: str
    description: str
    built_in: str
    vendor: str
    external_key: str | None
    tags: list[str]
    details: dict[str, Any]
    registered_at: datetime

    @staticmethod
    def resolve_use_case(row: Any) -> str:
        """Name the use case by its key."""
        return str(row.use_case.key)

    @staticmethod
    def resolve_vendor(row: Any) -> str:
        """Name the vendor."""
        return row.vendor.name if row.vendor else ""


class ModelIn(Given):
    """A way of making the decision of a use case; `details` are what its kind asks of it."""

    use_case: Line = Field(description="Key or reference.")
    name: Line
    kind: Kind
    description: Text = ""
    built_in: str = Field("", max_length=60)
    vendor: str = Field("", max_length=120, description="Name or id.")
    external_key: str = Field("", max_length=200, description="Its id where it comes from.")
    tags: Labels = Field(default_factory=list)
    details: dict[str, Any] = Field(default_factory=dict)


class ModelsIn(Given):
    """Models to register together: all of them, or none."""

    models: list[ModelIn] = Field(min_length=1, max_length=MOST_TOGETHER)


class ModelsOut(Schema):
    """Models as they were registered, in the order in which they were given."""

    models: list[ModelOut]


class ModelEdit(Given):
    """Fields to change; `vendor` is a name or id, empty for none."""

    name: Line | None = None
    description: Text | None = None
    built_in: str | None = Field(None, max_length=60)
    vendor: str | None = Field(None, max_length=120)
    tags: Labels | None = None
    details: dict[str, Any] | None = None
    custom: dict[str, Any] | None = Field(None, description="Custom fields by key; null takes a value away.")
    reason: Text = Field("", description="Why; it is kept in the ledger.")


class Then(Schema):
    """As of when."""

    as_of: Instant | Day | None = Field(None, description=_AS_OF)

    @property
    def at(self) -> datetime | None:
        """The instant; None for now.

        Raises:
            Invalid: it is yet to come.
        """
        return search.moment(self.as_of) if self.as_of else None


class Filter(Then):
    """What to find: values of one name widen it, names narrow each other; `none` asks for no value."""

    q: str = Field("", max_length=80, description="Words that all occur.")
    view: ViewName = Field("", description="A filter that everybody has.")
    tier: list[Value] = Field(default_factory=list, max_length=50)
    stage: list[Value] = Field(default_factory=list, max_length=50)
    health: list[Value] = Field(default_factory=list, max_length=50)
    unit: list[Line] = Field(default_factory=list, max_length=50)
    remit: list[Value] = Field(default_factory=list, max_length=50, description="States of the remit.")
    owner: list[Value] = Field(default_factory=list, max_length=50, description="Ids of people.")
    kind: list[Value] = Field(default_factory=list, max_length=50)
    built: list[Value] = Field(default_factory=list, max_length=50)
    regulation: list[Line] = Field(default_factory=list, max_length=50)
    tag: list[Value] = Field(default_factory=list, max_length=50)
    all_tags: list[Value] = Field(default_factory=list, max_length=50, description="Tags that all occur.")
    missing: list[Value] = Field(default_factory=list, max_length=50)
    known_at: Instant | Day | None = Field(None, description=_KNOWN)

    @property
    def wanted(self) -> search.Search:
        """The search that it says."""
        asked = self.model_dump(exclude={"as_of", "known_at", "limit", "cursor", "fields"})
        return search.Search.of({k: v if isinstance(v, list) else [v] for k, v in asked.items()})

    @property
    def known(self) -> datetime | None:
        """As known at this instant; None for now.

        Raises:
            Invalid: it is yet to come.
        """
        return search.moment(self.known_at, name="known_at") if self.known_at else None


class ModelsAsked(Filter, Page):
    """Which models, and which of their members."""

    fields: str = Field("", max_length=600, description=_FIELDS)


class FacetValue(Schema):
    """A value of a facet and how many models would be found with it."""

    value: str
    label: str
    count: int


class Facets(Schema):
    """How many models fit, and for each facet, under the others, how many each value would find."""

    total: int
    found: int
    views: dict[str, int]
    facets: dict[str, list[FacetValue]]


@router.get("/models", response=Models)
def list_models(request: HttpRequest, asked: Query[ModelsAsked]) -> Any:
    """List models that you may see, now or as they stood on a day."""
    names = _sparse(asked.fields)
    found = search.rows(asked.wanted, **search.seen_by(request.user), at=asked.at, known=asked.known)
    try:
        rows, after = search.values(found, [_ROW[n] for n in names], after=asked.cursor, size=asked.limit)
    except Invalid as problem:
        raise foreign_cursor() from problem
    # a hundred rows as objects of pydantic would take longer than finding them
    items = [dict(zip(names, row, strict=True)) for row in rows]
    body = msgspec.json.encode({"items": items, "next": after or None})
    return HttpResponse(body, content_type="application/json")


@router.get("/models/facets", response=Facets)
def count_models(request: HttpRequest, asked: Query[Filter]) -> Any:
    """Count models that you may see, for every value of every facet."""
    counted = search.counts(asked.wanted, **search.seen_by(request.user), at=asked.at, known=asked.known)
    return {
        "total": counted.total,
        "found": counted.found,
        "views": {name or "all": n for name, n in counted.views.items()},
        "facets": {
            facet: [{"value": c.value, "label": c.label, "count": c.n} for c in values]
            for facet, values in counted.facets.items()
        },
    }


@router.post("/models", response={201: ModelOut})
def register_model(request: HttpRequest, response: HttpResponse, given: ModelIn) -> Any:
    """Register a way of making the decision of a use case."""
    registered = actions.register_model(
        acting_user=request.user,
        **given.model_dump(exclude={"use_case", "vendor"}),
        use_case=subjects.use_case(request, given.use_case),
        vendor=subjects.vendor(given.vendor) if given.vendor else None,
    )
    located(response, f"models/{registered.reference}")
    return Status(201, registered)


@router.post("/models/batch", response={201: ModelsOut})
def register_models(request: HttpRequest, given: ModelsIn) -> Any:
    """Register up to 500 models in one transaction; a fault names its item, and then none is."""
    use_cases = subjects.use_cases(request, [each.use_case for each in given.models])
    vendors = subjects.each(subjects.vendor, "vendor", [each.vendor for each in given.models])
    wanted = [
        actions.NewModel(
            **each.model_dump(exclude={"use_case", "vendor"}),
            use_case=use_cases[each.use_case],
            vendor=vendors.get(each.vendor),
        )
        for each in given.models
    ]
    registered = actions.register_models(acting_user=request.user, models=wanted)
    return Status(201, {"models": registered})


@router.get("/models/{reference}", response=dict[str, Any], openapi_extra=RECORD)
def get_model(request: HttpRequest, reference: str, asked: Query[Then]) -> Any:
    """Show the whole record of a model, or of a use case that has none, as the definition has it."""
    return _record(request, *_subject(request, reference), asked.at)


@router.patch("/models/{reference}", response=dict[str, Any], openapi_extra=RECORD)
def edit_model(request: HttpRequest, reference: str, given: ModelEdit) -> Any:
    """Change fields that nobody has to review; for watched ones ask with a change request (409)."""
    found = subjects.model(request, reference)
    changes, custom = edits.given(given)
    edited = edits.apply(
        request,
        found,
        changes,
        custom,
        reason=given.reason,
        edit=functools.partial(actions.edit_model, model=found),
    )
    return _record(request, edited.use_case, edited, None)


def _subject(request: HttpRequest, reference: str) -> tuple[Any, Any]:
    if reference.upper().startswith("UC-"):
        return subjects.use_case(request, reference), None
    model = subjects.model(request, reference)
    return model.use_case, model


def _record(request: HttpRequest, use_case: Any, model: Any, at: datetime | None) -> HttpResponse:
    hidden = record.hidden_from(request.user, use_case, model)
    body = msgspec.json.encode(record.of(use_case, model, at=at, hidden=hidden))
    return HttpResponse(body, content_type="application/json")


# column of the standing by member
_ROW = {
    "reference": "reference",
    "name": "title",
    "use_case": "key",
    "use_case_name": "use_case_name",
    "kind": "kind",
    "built_in": "built_in",
    "vendor": "vendor_name",
    "version": "version_number",
    "stage": "stage",
    "tier": "tier",
    "unit": "unit_name",
    "owner": "owner_name",
    "owner_active": "owner_active",
    "regulations": "regulations",
    "tags": "tags",
    "planned_value_a_year": "planned_value_a_year",
    "currency": "currency",
    "missing": "missing",
    "completeness": "completeness",
    "remit": "remit_number",
    "remit_state": "remit_state",
    "remit_until": "remit_until",
    "health": "health",
    "since": "valid_from",
    "until": "valid_to",
}


def _sparse(fields: str) -> list[str]:
    asked = {name.strip() for name in fields.split(",") if name.strip()}
    if unknown := sorted(asked - _ROW.keys()):
        raise Invalid(
            f"There is no member {', '.join(unknown)}.",
            fields={"fields": f"Choose from: {', '.join(_ROW)}."},
        )
    return [name for name in _ROW if not asked or name in asked or name == "reference"]
