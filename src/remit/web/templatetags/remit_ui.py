"""Icons, small pictures, and how figures and times are written. Built in to every template."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from remit.web import drawing, words

register = template.Library()
Number = int | float | Decimal
NOTHING, MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"

for picture in (
    drawing.ring,
    drawing.bar,
    drawing.bullet,
    drawing.interval,
    drawing.stack,
    drawing.spark,
    drawing.track,
):
    register.simple_tag(picture)
register.simple_tag(drawing.guilloche)
register.simple_tag(drawing.guilloche_band)


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "") -> SafeString:
    """Draw a Tabler icon from the sprite that assets/vendor.py builds from the names in use."""
    return format_html(
        '<svg class="rm-icon" width="{}" height="{}" {}><use href="{}#i-{}"/></svg>',
        size,
        size,
        drawing.described(label),
        static("vendor/icons.svg"),
        name,
    )


@register.filter
def money(amount: Number | None, currency: str = "USD") -> str:
    """Write an amount short: $18.6M, $58k, $412; an en dash where there is none."""
    if amount is None or amount == "":
        return NOTHING
    sign = MINUS if amount < 0 else ""
    size = abs(float(amount))
    symbol = {"USD": "$", "EUR": "€", "GBP": "£"}.get(currency, f"{currency} ")
    for factor, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size >= factor * 0.9995:
            scaled = size / factor
            return (
                f"{sign}{symbol}{scaled:.0f}{suffix}"
                if scaled >= 100
                else f"{sign}{symbol}{scaled:.3g}{suffix}"
            )
    return f"{sign}{symbol}{size:,.0f}"


@register.filter
def short(count: Number | None) -> str:
    """Write a count: 45.1M, 412k, 1,204; an en dash where there is none."""
    if count is None or count == "":
        return NOTHING
    size = float(count)
    if size >= 1e6:
        return f"{size / 1e6:.1f}M"
    return f"{size / 1e3:.0f}k" if size >= 1e5 else f"{size:,.0f}"


@register.filter
def pct(share: Number | None, digits: int = 0) -> str:
    """Write a share of 1 in percent; an en dash where there is none."""
    return NOTHING if share is None or share == "" else f"{float(share) * 100:.{int(digits)}f}%"


@register.filter
def share_of(count: Number | None, whole: Number | None) -> float | None:
    """Return a count as a share of a whole; nothing where there is no whole."""
    return float(count) / float(whole) if count is not None and whole else None


@register.filter
def figure(value: Number | None, digits: int = 3) -> str:
    """Write a measured value with a fixed number of digits; an en dash where there is none."""
    return NOTHING if value is None or value == "" else f"{float(value):.{int(digits)}f}"


@register.filter
def signed(value: Number | None, digits: int = 3) -> str:
    """Write a difference with its sign, as +0.012; an en dash where there is none."""
    if value is None or value == "":
        return NOTHING
    return f"{float(value):+.{int(digits)}f}".replace("-", MINUS)


@register.filter
def initials(name: str) -> str:
    """Return a person's initials, for the round mark."""
    parts = str(name).split()
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper() if parts else "?"


@register.filter
def digest(value: str, ends: int = 6) -> str:
    """Shorten a digest or long id to its two ends: 4f7c9f…5acd12."""
    text = str(value)
    return text if len(text) <= 2 * ends + 1 else f"{text[:ends]}…{text[-ends:]}"


@register.filter
def moment(instant: datetime | None) -> SafeString | str:
    """Write an instant as `24 Nov 2026, 14:02 UTC`, marked up as a time; an en dash where there is none."""
    if instant is None:
        return NOTHING
    return format_html(
        '<time datetime="{}">{}</time>', instant.isoformat(), f"{instant:%-d %b %Y, %H:%M} UTC"
    )


@register.filter
def day(instant: datetime | None) -> SafeString | str:
    """Write the day of an instant as `24 Nov 2026`, marked up as a time; an en dash where there is none."""
    if instant is None:
        return NOTHING
    return format_html('<time datetime="{}">{}</time>', instant.isoformat(), f"{instant:%-d %b %Y}")


@register.filter
def get(mapping: Any, key: str) -> Any:
    """Look a key up in a mapping; nothing where it is absent."""
    return mapping.get(key, "") if hasattr(mapping, "get") else ""


@register.filter
def outcome(answer: str) -> str:
    """Write a task's answer as what it did: `approve` is `approved`."""
    return words.OUTCOMES.get(str(answer), str(answer).replace("_", " "))


@register.filter
def kind(name: str) -> str:
    """Write a kind of model for people: `ml` is `Machine learning`."""
    return words.kind(str(name))


@register.filter
def browser(agent: str) -> str:
    """Name a browser and its system from what it says of itself."""
    return words.browser(str(agent))


@register.filter
def metric(name: str) -> str:
    """Write a metric's name for people."""
    return words.metric(str(name))


_PATH = ("idea", "intake", "development", "ready", "validation", "approval", "deployment", "in_business")


@register.filter
def stage_label(stage: str) -> str:
    """Write a stage for people: `in_business` is `In business`."""
    return str(stage).replace("_", " ").capitalize()


@register.filter
def stage_share(stage: str) -> float:
    """Return how far along the path to business a stage is, 0 to 1."""
    return _PATH.index(stage) / (len(_PATH) - 1) if stage in _PATH else 1.0


@register.filter
def clock_tone(tone: str) -> str:
    """Return the mark of a clock's tone: late is bad, in time is plain."""
    return {"late": "bad", "warn": "warn"}.get(tone, "")


@register.filter
def minus(a: Number, b: Number) -> Number:
    """Subtract."""
    return a - b
