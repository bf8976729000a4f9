"""Kept: whatever form of whatever page lacks one thing, all that was typed stands in it again."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from tests.portal.test_pages import PAGES, addresses

__all__ = ["addresses"]
WRITTEN = {"text", "search", "email", "url", ""}
SET = {"number": "7", "date": "2026-12-07", "time": "09:30"}


@dataclass
class Form:
    """A form as the page offers it: where it goes, its fields, its choices, its buttons."""

    action: str = ""
    typed: dict[str, str] = field(default_factory=dict)  # name -> what a person writes
    fixed: dict[str, list[str]] = field(default_factory=dict)  # hidden, and perhaps repeated
    chosen: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms that post, of the main part of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.form: Form | None = None
        self.select = ""
        self.feed(page[page.index("<main") : page.index("</main>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        part = {name: value or "" for name, value in attrs}
        if tag == "form" and part.get("method") == "post":
            self.form = Form(part.get("action", ""))
            self.found.append(self.form)
        if self.form is not None:
            self._field(self.form, tag, part)

    def _field(self, form: Form, tag: str, part: dict[str, str]) -> None:
        name, kind = part.get("name", ""), part.get("type", "")
        if tag == "textarea" or (tag == "input" and kind in WRITTEN):
            form.typed[name] = f"写下的{name}"
        elif tag == "input" and kind in SET:
            form.typed[name] = SET[kind]
        elif tag == "input" and kind == "hidden":
            form.fixed.setdefault(name, []).append(part.get("value", ""))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and part.get("value"):
            form.chosen[self.select] = part["value"]
        elif tag == "button" and name == "deed":
            form.buttons.append(part["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        if tag == "select":
            self.select = ""


@pytest.mark.parametrize("page", PAGES)
def test_a_form_that_lacks_one_thing_comes_back_with_all_that_was_typed(page, visit, addresses):
    who, address, _ = PAGES[page]
    address = address.format(**addresses)
    client = visit(who)
    path = address.partition("?")[0]

    for form in Forms(client.get(address).content.decode()).found:
        for button in form.buttons:
            lacking = next((name for name in ("why", "reply") if name in form.typed), "")
            typed = {name: text for name, text in form.typed.items() if name != lacking}
            answer = client.post(
                form.action or path, {**form.fixed, **form.chosen, **typed, "deed": button}
            )
            if answer.status_code == 302:
                continue  # it lacked nothing: what there is to give a reason with is optional
            text = answer.content.decode()
            assert 400 <= answer.status_code < 500, (page, button)
            assert 'role="alert"' in text or not typed, (page, button)
            lost = [name for name, said in typed.items() if html.escape(said) not in text]
            assert not lost, (page, button)
            _still_chosen(form, text, (page, button))


def _still_chosen(form: Form, text: str, where: tuple[str, str]) -> None:
    for name, value in form.chosen.items():
        assert f'<option value="{html.escape(value)}" selected' in text, (*where, name)
