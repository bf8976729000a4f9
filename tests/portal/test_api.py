"""A grant's page for the calling system: made-up samples, what is left of today, what changed."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

import pytest

from tests.portal.town import NAMES
from yunzhang import clock
from yunzhang.gather.models import Drift, EntryVersion, Resource
from yunzhang.node.asked import Call
from yunzhang.share import grants
from yunzhang.terms.document import decode
from yunzhang.use.models import UsageDay


@pytest.fixture
def page(town, visit):
    def opened(language: str = "zh-hans") -> str:
        answer = visit("consumer", language).get(f"/grants/{town.grants['granted'].pk}/api")
        assert answer.status_code == 200
        return str(answer.content, "utf-8")

    return opened


def samples(text: str) -> list[str]:
    return [
        html.unescape(one) for one in re.findall(r'<pre class="code">(.*?)</pre>', text, re.DOTALL)
    ]


def test_the_sample_call_is_one_a_node_would_read(town, page):
    call, _answer = samples(page())

    asked = decode(call, Call)

    opened = grants.opened(town.grants["granted"])
    assert (asked.grant, asked.purpose, asked.items) == (opened.id, opened.purpose, opened.items)
    assert set(asked.key or ()) == set(opened.key_items)


def test_the_sample_answer_is_made_up_and_masked_as_the_grant_masks(town, page):
    text = page()
    _call, answer = samples(text)

    told = json.loads(answer)

    row = dict(zip(told["items"], told["rows"][0], strict=True))
    assert set(row) == {"code", "name", "phone"}
    assert "*" in row["phone"]
    assert "编造的值，不是真实数据" in text
    assert not any(name in text for name in NAMES)
    assert "451024" not in text


def test_what_is_left_of_today_and_what_was_refused_stand_there(town, page):
    grant = town.grants["granted"]
    UsageDay.objects.filter(grant=grant.pk, day=clock.today()).delete()
    UsageDay.objects.create(day=clock.today(), grant=grant.pk, answered=41, refused=2, rows=977)

    text = page()

    assert "<b>43</b>" in text
    assert "<b>977</b>" in text
    assert "purpose.other" in text


def test_what_changes_under_the_caller_is_announced(town, page):
    resource = town.entries["townships"].resource
    Drift.objects.create(
        resource=resource, kind="column_missing", sentence_zh="少了一列", sentence_en="a column",
        found_at=clock.now(),
    )  # fmt: skip
    EntryVersion.objects.filter(resource=resource, state="published").update(number=7)
    on = clock.today() + timedelta(days=30)
    Resource.objects.filter(pk=resource.pk).update(stops_on=on)

    text = page()

    for said in ("少了一列", "新版本 7", f"自 {on} 起终止"):
        assert said in text
