"""The circular: a month's missed limits by unit, each with its link; a draft, never sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from yunzhang import clock
from yunzhang.people.models import Clock, Turn


@pytest.fixture
def late(town) -> Clock:
    """The reply that is late, with the month it was due in."""
    return Clock.objects.get(subject=f"request:{town.requests['applied'].pk}")


def page(client, late: Clock, more: str = "") -> str:
    answer = client.get(f"/queue/circular?month={late.due_on:%Y-%m}{more}")
    assert answer.status_code == 200
    return str(answer.content, "utf-8").partition("<main")[2] or str(answer.content, "utf-8")


def test_a_missed_limit_stands_with_unit_article_days_and_link(late, town, visit):
    text = page(visit("reviewer"), late)

    number = town.requests["applied"].number
    for said in ("广西壮族自治区民政厅", f"/requests/{number}", "第二十一条", "仍未办结", "工作日"):
        assert said in text
    assert "村级组织名录" not in text


def test_what_was_done_too_late_stays_in_the_circular(late, town, visit):
    Clock.objects.filter(pk=late.pk).update(ended_on=late.due_on + timedelta(days=3))

    assert "已补办" in page(visit("reviewer"), late)


def test_what_was_done_in_time_or_in_another_month_is_left_out(late, town, visit):
    client = visit("reviewer")
    other = client.get("/queue/circular?month=2020-02").content.decode()

    Clock.objects.filter(pk=late.pk).update(ended_on=late.due_on)

    assert "急救调度地址匹配" not in other
    assert "急救调度地址匹配" not in page(client, late)


def test_a_month_nobody_can_read_is_this_month(town, visit):
    answer = visit("reviewer").get("/queue/circular?month=soon")

    assert f"{clock.today():%Y-%m}" in answer.content.decode()


def test_a_chief_drafts_for_the_own_unit_only(late, town, visit):
    Clock.objects.filter(pk=late.pk).update(unit=town.units[3])

    assert "急救调度地址匹配" not in page(visit("chief"), late)


def test_the_text_is_markdown_whose_figures_are_links_and_titles_stay_words(late, town, visit):
    Turn.objects.filter(clock=late).update(title="[x](javascript:1) <b>")

    text = page(visit("reviewer"), late, "&form=md")

    assert text.startswith("# ")
    assert f"http://testserver/requests/{town.requests['applied'].number}" in text
    assert "\\[x\\]\\(javascript" in text
    assert "<b>" not in text.replace("\\<b\\>", "")


def test_what_rested_in_time_was_kept_however_late_it_ended(late, town, visit):
    client = visit("reviewer")
    over = late.due_on + timedelta(days=3)

    Clock.objects.filter(pk=late.pk).update(rested_on=late.due_on, ended_on=over)
    in_time = page(client, late)
    Clock.objects.filter(pk=late.pk).update(rested_on=over, ended_on=over)

    assert "急救调度地址匹配" not in in_time
    assert f"/requests/{town.requests['applied'].number}" in page(client, late)
