"""Days and instants are taken as RFC 3339 writes them, which is what the description says, and only so."""

import pytest
from pydantic import TypeAdapter, ValidationError

from remit.api.shapes import Day, Instant

MOMENT = TypeAdapter(Instant | Day)


@pytest.mark.parametrize(
    "given", ["2026-03-03", "2026-03-03T10:00:00Z", "2026-03-03t10:00:00.5z", "2026-03-03T10:00:00+01:00"]
)
def test_what_is_written_as_described_is_taken(given):
    assert MOMENT.validate_python(given).isoformat().startswith("2026-03-03")


@pytest.mark.parametrize(
    "given",
    [
        "2026-03-03T00:00:00",
        "2026-03-03 10:00:00Z",
        "2026-03-03_10:00:00Z",
        "2026-03-03T10:00Z",
        "2026-03-03T10:00:00,5Z",
        "2026-03-03T10:00:00+0100",
        "2026-W01-1",
        "20260303",
        "2026-02-30",
        "1767225600",
        1767225600,
        "",
    ],
)
def test_anything_else_is_refused(given):
    with pytest.raises(ValidationError):
        MOMENT.validate_python(given)
