"""Every page of every menu fits a phone, a desk and a large screen; so do the forms they lead to."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MENU = ".side a[href^='/']"
FORMS = ".head .do a[href^='/']"
HREFS = "links => links.map(link => link.getAttribute('href'))"


@pytest.mark.parametrize(
    "who", ["reviewer", "provider", "provider_head", "consumer", "auditor", "chief"]
)
def test_no_page_of_the_menu_is_wider_than_its_window(windows, who):
    window, opened = windows(who), set()
    waiting = window.open("/").locator(MENU).evaluate_all(HREFS)

    while waiting:
        path = waiting.pop()
        if path not in opened:
            opened.add(path)
            waiting += window.open(path).locator(FORMS).evaluate_all(HREFS)

    assert len(opened) > 5
    assert not window.wrong
