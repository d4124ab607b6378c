"""What a version is made of: for comparing it with another, and for drafting its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from remit.inventory.models import Version
from remit.inventory.queries.entries import verified_artifacts
from remit.inventory.rules.difference import Content, File, TrainingData
from remit.measure.contract import Schema

if TYPE_CHECKING:
    from remit.inventory.inference import Draft


def content_of(version: Version, measures: Mapping[str, float]) -> Content:
    """Return all that makes a version what it is, with what was measured on it."""
    data = version.training_data
    return Content(
        columns=Schema.of(version.schema).columns if version.schema.get("columns") else (),
        measures=measures,
        data=TrainingData(data.name, data.sha256, data.rows) if data else None,
        files=tuple(File(a.name, a.media_type, a.sha256) for a in version.artifacts.order_by("name")),
        environment=version.environment,
        decision_rule=version.decision_rule,
        details=version.details,
        terms=version.intended_terms,
        code=version.code_reference,
        licence=version.licence,
    )


def drafted_schema(version: Version) -> Draft:
    """Return the schema that a version's files say, each hashed again first.

    Raises:
        Invalid: none says anything of columns.
        Broken: a file is gone or has changed.
        Unavailable: the place of a file cannot be reached.
    """
    # reading formats takes libraries that nothing else here needs
    from remit.inventory import inference

    return inference.draft(verified_artifacts(version).items())
