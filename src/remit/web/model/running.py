"""A model at work: what the gateway decided, and what the monitors measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.http import HttpRequest

from remit.monitoring import queries as monitors
from remit.people import queries as people
from remit.serving import decision_store
from remit.serving import queries as serving
from remit.web import words
from remit.web.model.page import ModelPage, tab

WEEK = timedelta(days=7)
_MOMENT = timedelta(seconds=1)
_ROWS = 20
_MARKS = {"ok": "ok", "watch": "warn", "breach": "bad"}
_VERDICTS = {
    "ok": "Within its limits",
    "watch": "Watch",
    "breach": "Breach",
    "insufficient": "Too few rows",
    "not_computable": "Cannot be computed",
}
# written so that assets/vendor.py finds the icons
_WORST = ("breach", "watch", "ok", "insufficient", "not_computable")
_ICONS = {"approve": {"icon": "circle-check"}, "refer": {"icon": "user"}, "decline": {"icon": "circle-x"}}
_REFUSED = {"icon": "hand-stop"}
Key = tuple[str, str, str]


@tab("monitoring", "Monitoring")
def monitoring(request: HttpRequest, page: ModelPage) -> dict[str, Any]:
    """Show each measured series with its limits, and the alarms."""
    monitored = {monitor.version_id for monitor in monitors.of_model(page.model)}
    watched = [version for version in page.versions if version.pk in monitored]
    number = request.GET.get("version", "")
    version = next((v for v in watched if v.number == number), watched[0] if watched else None)
    windows = list(monitors.windows(version)) if version else []
    measured = series(windows)
    first = _telling(measured)
    return {
        "watched": watched,
        "version": version,
        "windows": windows,
        "now": _now(measured),
        "charts": [chart(key, measured[key]) for key in first],
        "more": [chart(key, rows) for key, rows in measured.items() if key not in first],
        "alarms": list(monitors.alarms(page.use_case).filter(monitor__version__model=page.model)),
    }


@tab("decisions", "Decisions")
def decisions(request: HttpRequest, page: ModelPage) -> dict[str, Any]:
    """Show what the gateway did in the last seven days, and the latest decisions."""
    del request
    may = people.may(page.who, "decision.read", unit=page.use_case.unit, subject=page.use_case.pk)
    asked = traffic(page)
    found = decision_store.rows(page.use_case.key, since=asked.since) if may and asked else []
    latest = found[: -_ROWS - 1 : -1]
    return {"may": may, "traffic": asked, "rows": [_decision(row) for row in latest]}


def traffic(page: ModelPage) -> Any:
    """Return the last seven days at the gateway, or the seven to the last request; None if there is none."""
    found = serving.traffic(page.use_case, since=page.now - WEEK, until=page.now)
    if found.asked:
        return found
    last = serving.last_asked(page.use_case)
    until = last + _MOMENT if last else None
    return serving.traffic(page.use_case, since=until - WEEK, until=until) if until else None


def health(page: ModelPage) -> list[dict[str, Any]]:
    """Return the measured series of the version that counts, each with its latest value and its past."""
    return _now(series(monitors.windows(page.version))) if page.version else []


def series(windows: Iterable[Any]) -> dict[Key, list[dict[str, Any]]]:
    """Return the measured rows by metric, column and segment, each in the order of the windows."""
    found: dict[Key, list[dict[str, Any]]] = {}
    for window in windows:
        for row in window.results:
            key = (row["metric"], row["column"], row["segment"])
            found.setdefault(key, []).append(row | {"label": window.label, "until": window.until})
    return found


def chart(key: Key, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a series as the chart script draws it, with a sentence that says the same."""
    latest = _latest(key, rows)
    limit = rows[-1]["limit"]
    lines = [
        {"y": limit[kind], "name": f"{name} {limit[kind]:g}", "tone": tone}
        for kind, name, tone in (("watch", "Watch", "warn"), ("breach", "Breach", "bad"))
        if limit.get(kind) is not None
    ]
    return latest | {
        "id": "series-" + "-".join(part.replace("=", "-") for part in key if part),
        "says": f"{latest['name']}, {len(rows)} windows; {rows[-1]['label']}: {latest['word'].lower()}.",
        "data": {
            "name": latest["name"],
            "digits": 3,
            "x": [row["label"] for row in rows],
            "y": [row["value"] for row in rows],
            "low": [row["low"] for row in rows],
            "high": [row["high"] for row in rows],
            "n": [row["n"] for row in rows],
            "limits": lines,
        },
    }


def _now(measured: Mapping[Key, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return each metric of the whole model with its latest value and its past, the worst column for all."""
    found = []
    for name, keys in groupby(_by_metric(measured), key=itemgetter(0)):
        columns = list(keys)
        worst = min(columns, key=lambda key: _WORST.index(measured[key][-1]["verdict"]))
        rows = measured[worst]
        shown = _latest(worst, rows) | {"values": [r["value"] for r in rows if r["value"] is not None]}
        if len(columns) > 1:
            shown["name"] = f"{words.metric(name)}, worst of {len(columns)} columns"
        found.append(shown)
    return found


def _telling(measured: Mapping[Key, list[dict[str, Any]]]) -> list[Key]:
    """Return the series to draw first: one a metric, and every one beyond a limit."""
    once = {name: next(keys) for name, keys in groupby(_by_metric(measured), key=itemgetter(0))}
    beyond = [key for key, rows in measured.items() if rows[-1]["verdict"] in {"watch", "breach"}]
    return list(dict.fromkeys([*once.values(), *beyond]))


def _by_metric(measured: Iterable[Key]) -> list[Key]:
    """Return the series of the whole model, those of one metric together, in the order of the windows."""
    order: dict[str, list[Key]] = {}
    for key in measured:
        if not key[2]:
            order.setdefault(key[0], []).append(key)
    return [key for keys in order.values() for key in keys]


def _latest(key: Key, rows: list[dict[str, Any]]) -> dict[str, Any]:
    row = rows[-1]
    return {
        "name": words.measured({"metric": key[0], "column": key[1], "segment": key[2].replace("=", " ")}),
        "value": row["value"],
        "low": row["low"],
        "high": row["high"],
        "mark": _MARKS.get(row["verdict"], "none"),
        "word": _VERDICTS[row["verdict"]],
        "sub": _limits(row["limit"]) if row["value"] is not None else row["reason"],
    }


def _limits(limit: Mapping[str, Any]) -> str:
    side = "above" if limit["direction"] == "above" else "below"
    parts = [f"{kind} {side} {limit[kind]:g}" for kind in ("watch", "breach") if limit.get(kind) is not None]
    return ", ".join(parts).capitalize()


def _decision(row: Mapping[str, Any]) -> dict[str, Any]:
    refused = row["status"] != "decided"
    return {
        **row,
        **(_REFUSED if refused else _ICONS[row["action"]]),
        "outcome": f"Refused, {row['clause']}" if refused else row["action"].capitalize(),
        "ms": row["total_us"] / 1000,
    }
