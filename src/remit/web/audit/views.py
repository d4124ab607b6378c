"""The audit ledger."""

from __future__ import annotations

import json
import tempfile
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from remit.kernel import clock
from remit.kernel.problems import Conflict
from remit.ledger import export as exports
from remit.ledger import queries
from remit.people import policies
from remit.people import queries as people
from remit.web.audit import differences, telling
from remit.web.audit.veil import Veil

PAGE = 40
_HOW = """The ledger of this Remit, up to the checkpoint signed when it was exported.

{name}                one JSON line an entry, and each checkpoint after the last entry it covers
{name}.<key id>.pem   the public keys that signed the checkpoints

Check it without this server:  remit ledger verify --export {name} --public-key {name}.<key id>.pem
Compare the keys and the root with those you hold from elsewhere; a file cannot vouch for itself.
"""


class Filter:
    """What the reader asked the timeline for; what cannot be read narrows nothing."""

    def __init__(self, asked: QueryDict) -> None:
        self.text = asked.get("q", "").strip()[:120]
        self.kind = asked.get("kind", "")[:100]
        self.actor = asked.get("actor", "")[:200]
        self.day = _read(date.fromisoformat, asked.get("day", ""))
        self.object = _read(UUID, asked.get("object", ""))
        self.before = _read(int, asked.get("before", ""))
        self.after_day = _read(date.fromisoformat, asked.get("under", ""))

    @property
    def query(self) -> str:
        """The filter as a query string, without the place in the list."""
        found = QueryDict(mutable=True)
        given = {
            "q": self.text,
            "kind": self.kind,
            "actor": self.actor,
            "day": self.day,
            "object": self.object,
        }
        for name, value in given.items():
            if value:
                found[name] = str(value)
        return found.urlencode()

    def entries(self, who: Any) -> Any:
        """The entries that fit, the latest first; text is looked for only in what `who` may read."""
        return queries.entries(
            text=self.text,
            unread=policies.veiled_tables(who) if self.text else (),
            action=self.kind,
            actor=self.actor,
            object_id=self.object,
            day=self.day,
        )


def ledger(request: HttpRequest, entry: int | None = None) -> HttpResponse:
    """Show the ledger; to htmx its next entries, the filtered timeline, or one entry alone."""
    people.require_reach(request.user, "ledger.read", None)
    asked = Filter(request.GET)
    partial = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    if partial and entry is not None:
        return render(request, "audit/entry.html", _entry(entry, request.user) | {"asked": asked})
    listed = _timeline(asked, request.user)
    context = listed | {"asked": asked, "chosen": entry}
    if partial:
        template = "audit/entries.html" if asked.before else "audit/timeline.html"
        return render(request, template, context)
    context |= _state() | _choices()
    items = [item for day in listed["days"] for item in day.items]
    covered = [item.id for item in items if context["newest"] and item.index < context["newest"].size]
    shown = entry if entry is not None else next(iter([*covered, *(item.id for item in items)]), None)
    context |= {"nav": "audit", "chosen": shown}
    context |= _entry(shown, request.user) if shown is not None else {}
    context |= {
        "may_export": people.may(request.user, "ledger.export"),
        "crumbs": [("Audit ledger", reverse("audit:ledger")), (f"Entry {entry}", "")]
        if entry is not None
        else [("Audit ledger", "")],
    }
    return render(request, "audit/ledger.html", context)


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Hand over the whole ledger with the public keys, in one file that needs no Remit server to check."""
    people.require_reach(request.user, "ledger.export", None)
    name = f"ledger-{clock.recorded_now():%Y-%m-%d}.jsonl"
    # deleted by the system once the answer is sent: nothing else has its name
    packed = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    with tempfile.TemporaryDirectory(prefix="remit-export-") as folder:
        written = exports.export(Path(folder) / name)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in (written.path, *written.public_keys):
                archive.write(file, file.name)
            archive.writestr("README.txt", _HOW.format(name=name))
    packed.seek(0)
    return FileResponse(packed, as_attachment=True, filename=f"{Path(name).stem}.zip")


def _timeline(asked: Filter, who: Any) -> dict[str, Any]:
    found = asked.entries(who)
    page = found.filter(pk__lt=asked.before) if asked.before else found
    rows = list(page.select_related("leaf", "payload")[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    names, veil = people.names(row.actor for row in rows), Veil(who)
    items = [telling.told(row, veil.reduced(queries.payload(row), row.table_name), names) for row in rows]
    times = [item.at for item in items]
    counts = queries.per_day(found, min(times), max(times)) if times else {}
    return {
        "days": telling.by_day(items, counts),
        "before": rows[-1].pk if more else None,
        "under": rows[-1].occurred_at.date() if more else None,
    }


def _entry(identifier: int, who: Any) -> dict[str, Any]:
    entry = queries.entry(identifier)
    whole = queries.payload(entry)
    payload = Veil(who).reduced(whole, entry.table_name)
    names = people.names([entry.actor])
    context = {
        "entry": entry,
        "item": telling.told(entry, payload, names),
        "changes": differences.changes(payload),
        "payload": entry.payload.body if whole and payload == whole else "",
        "veiled": payload != whole,
        "by_story": telling.by_story(entry),
    }
    try:
        proof = queries.inclusion(entry)
    except Conflict as waiting:
        return context | {"waiting": waiting}
    key = queries.public_keys().get(queries.checkpoints().get(size=proof.size).key_id, "")
    return context | {
        "proof": proof,
        "leaf": json.loads(proof.leaf),
        "material": {
            "leaf": proof.leaf,
            "index": proof.index,
            "size": proof.size,
            "root": proof.root,
            "path": [step.hash for step in proof.steps],
            "note": proof.note,
            "key": "".join(key.splitlines()[1:-1]),
            "payload": context["payload"],
            "payload_sha256": entry.payload_sha256,
        },
    }


def _state() -> dict[str, Any]:
    state = queries.state()
    newest = queries.checkpoints().last()
    ago = _ago(state.verified_at) if state.verified_at else None
    return {"state": state, "newest": newest, "verified": ago}


def _choices() -> dict[str, Any]:
    nouns = dict.fromkeys(f"{action.partition('.')[0]}." for action in queries.actions())
    names = people.names(queries.actors())
    # the platform's parts share one name; here they are told apart
    actors = [
        (a, f"{name}, {a.removeprefix('system:')}" if a.startswith("system:") else name)
        for a, name in names.items()
    ]
    return {
        "kinds": [(noun, telling.kind(noun)) for noun in nouns],
        "actors": sorted(actors, key=lambda pair: pair[1]),
    }


def _ago(instant: datetime) -> tuple[int, str]:
    """How long ago by the machine's clock, as a number and its unit."""
    minutes = int((clock.recorded_now() - instant).total_seconds() // 60)
    if minutes < 1:
        return 0, "min ago"
    if minutes < 120:
        return minutes, "min ago"
    return (minutes // 60, "h ago") if minutes < 60 * 48 else (minutes // 1440, "days ago")


def _read(convert: Any, text: str) -> Any:
    try:
        return convert(text)
    except ValueError:
        return None
