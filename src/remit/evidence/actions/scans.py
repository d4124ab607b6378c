"""The security scan of a version's files, kept as evidence on exactly that content."""

from __future__ import annotations

import tempfile
from pathlib import Path

from remit.evidence.actions.evidence import add_evidence
from remit.evidence.models import Evidence
from remit.inventory import artifacts, scanning
from remit.inventory.models import Artifact, Version
from remit.kernel.problems import Problem
from remit.ledger.capture import action
from remit.people.models import User


@action("evidence.scan")
def scan_version(*, acting_user: User | str, version: Version) -> Evidence | None:
    """Scan a version's files and keep what was found; a version without files has nothing to scan.

    Nothing in the files is imported, loaded or run. A file that cannot be fetched is a finding too.

    Raises:
        Denied: the person may not add evidence in this unit.
    """
    files = list(version.artifacts.order_by("name"))
    if not files:
        return None
    with tempfile.TemporaryDirectory(prefix="remit-scan-") as folder:
        fetched: dict[str, Path] = {}
        failed: dict[str, str] = {}
        for file in files:
            _fetch(file, Path(folder), fetched, failed)
        found = scanning.scan(fetched)
    for name, why in failed.items():
        found.add("unfetched", name, why)
    counts = scanning.counted(found.rows)
    total = sum(counts.values())
    return add_evidence(
        acting_user=acting_user,
        version=version,
        kind="security_scan",
        title=f"Security scan, {total or 'no'} weakness{'' if total == 1 else 'es'}",
        source="test",
        values={
            **counts,
            "files": len(files),
            "formats": found.formats,
            "weaknesses": [row.as_dict() for row in found.rows],
        },
    )


def _fetch(file: Artifact, folder: Path, fetched: dict[str, Path], failed: dict[str, str]) -> None:
    try:
        fetched[file.name] = artifacts.read_into(folder, file.name, file.sha256, file.location)
    except Problem as problem:
        failed[file.name] = problem.detail[:200]
