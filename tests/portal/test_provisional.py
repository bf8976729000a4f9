"""A due date that a year without its notice may still move is called provisional wherever shown."""

from __future__ import annotations

from pathlib import Path

from yunzhang import portal
from yunzhang.people.models import Clock
from yunzhang.portal.scoring import figures

TEMPLATES = Path(portal.__file__).parent / "templates"


def test_pages_and_figures_call_a_provisional_date_so(town, visit) -> None:
    Clock.objects.update(provisional=True)
    request = town.requests["applied"]

    for path in ("/", f"/requests/{request.number}"):
        assert "暂定" in visit("provider_head").get(path).content.decode(), path
    shown = figures.records("clock", [str(Clock.objects.first().pk)], linked=True)
    assert "provisional" in shown[0].note or "暂定" in shown[0].note


def test_no_page_shows_a_due_date_without_the_mark() -> None:
    silent = [
        str(page.relative_to(TEMPLATES))
        for page in TEMPLATES.rglob("*.html")
        if "due_on|" in (text := page.read_text(encoding="utf-8")) and ".provisional" not in text
    ]

    assert silent == []
