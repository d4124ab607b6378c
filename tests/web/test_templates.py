"""What holds for every template, without running any."""

import json
import re
import sys
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "src/remit/web"
ASSETS = Path(__file__).parents[2] / "assets"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: str(t.relative_to(WEB / "templates")))
def test_no_template_needs_an_exception_from_the_csp(template):
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=", text), "inline styles are blocked: draw it, or give it a class"
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+=", text), "inline handlers are blocked"
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script or "application/json" in script
    assert not re.search(r"(?:href|src)=[\"']https?://", text), "nothing comes from elsewhere"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: str(t.relative_to(WEB / "templates")))
def test_cotton_evaluates_no_filter_in_a_dynamic_attribute(template):
    # :n="rows|length" silently gives nothing; n="{{ rows|length }}" is what works
    assert not re.search(r'\s:[a-z_]+="[^"{]*\|', template.read_text(encoding="utf-8"))


def test_every_icon_named_is_in_the_sprite():
    sys.path.insert(0, str(ASSETS))
    try:
        import vendor
    finally:
        sys.path.remove(str(ASSETS))
    sprite = WEB / "static/vendor/icons.svg"
    if not sprite.exists():
        pytest.skip("the web assets are not built: python assets/vendor.py")
    held = set(re.findall(r'id="i-([a-z0-9-]+)"', sprite.read_text(encoding="utf-8")))
    assert vendor.icons_in_use() <= held, "run python assets/vendor.py"


def test_the_lock_pins_every_package_by_digest_and_names_no_host():
    lock = json.loads((ASSETS.parent / "package-lock.json").read_text(encoding="utf-8"))
    for name, package in lock["packages"].items():
        if name:
            assert package["integrity"].startswith("sha512-"), name
            assert "resolved" not in package or "registry.npmjs.org" in package["resolved"], name
