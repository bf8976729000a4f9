"""Every page of every menu fits a phone, a desk and a large screen; so do the forms they lead to."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MENU = ".side a[href^='/']"
# What is a file is no page.
FORMS = ".head .do a[href^='/']:not([href$='.zip'], [href$='.json'], [href$='.docx'])"
# What a list leads to is looked at once: its first row.
ROWS = "main tbody tr:first-child td:first-child a[href^='/cage/']"
HREFS = "links => links.map(link => link.getAttribute('href'))"


@pytest.fixture(scope="module")
def seed() -> str:
    return "tests.browser.seed_town"


@pytest.mark.parametrize(
    "who",
    ["reviewer", "provider", "provider_head", "consumer", "auditor", "chief", "supervisor"],
)
def test_no_page_of_the_menu_is_wider_than_its_window(windows, who):
    window, opened = windows(who), set()
    waiting = window.open("/").locator(MENU).evaluate_all(HREFS)

    while waiting:
        path = waiting.pop()
        if path not in opened:
            opened.add(path)
            page = window.open(path)
            waiting += page.locator(FORMS).evaluate_all(HREFS)
            waiting += page.locator(ROWS).evaluate_all(HREFS)

    assert len(opened) > 5
    assert not window.wrong
