"""A phone shows every page of every menu whole, the forms those pages lead to as well."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MENU = ".side a[href^='/']"
FORMS = ".head .do a[href^='/']"
HREFS = "links => links.map(link => link.getAttribute('href'))"


@pytest.mark.parametrize("who", ["reviewer", "provider", "provider_head", "consumer", "auditor"])
def test_no_page_of_the_menu_is_wider_than_a_phone(windows, who):
    window, opened = windows(who), set()
    waiting = window.open("/").locator(MENU).evaluate_all(HREFS)

    while waiting:
        path = waiting.pop()
        if path not in opened:
            opened.add(path)
            waiting += window.open(path).locator(FORMS).evaluate_all(HREFS)

    assert len(opened) > 5
    assert not window.wrong
