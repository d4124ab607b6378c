"""Takes what gateways left of strangers to the discovery queue."""

from __future__ import annotations

from remit.gateway import strangers
from remit.inventory import actions, queries
from remit.kernel import paths

MOST_OPEN = 500
"""With so many open sightings of gateways, further strangers are let go until some are answered."""


def report_strangers(*, acting_user: str) -> int:
    """Report every stranger that gateways left, remove their files, and return how many were reported.

    A use case that is filed is no stranger, even if nothing of it is deployed.
    """
    reported = 0
    for file, seen in strangers.read(paths.strangers()):
        filed = queries.keys_of({one.name for one in seen if one.what == "use_case"})
        room = MOST_OPEN - queries.open_sightings("gateway")
        for one in seen[: max(room, 0)]:
            if one.what == "use_case" and one.name in filed:
                continue
            called = one.name if one.what == "use_case" else f"Unknown caller {one.name}"
            actions.sight(
                acting_user=acting_user,
                source="gateway",
                external_key=f"{one.what}:{one.name}",
                name=called,
                details={"what": one.what, "asked_by" if one.what == "use_case" else "asks": one.beside},
                times=one.times,
                seen_at=one.last,
            )
            reported += 1
        file.unlink(missing_ok=True)
    return reported
