"""Search finds every part of every word, pages by key, and puts the exact hit first."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hub_world import HubWorld
from yunzhang.gather import search
from yunzhang.gather.models import EntryVersion, Resource
from yunzhang.terms.document import encode
from yunzhang.terms.entry import EntryDraft
from yunzhang.terms.faults import Refused

TITLES = (
    "企业登记信息",
    "不动产登记簿",
    "产权交易结果",
    "安全生产权限清单",
    "人口户籍登记",
    "Township codes(NBS)",
    "低保对象名单",
    "登记",
)


@pytest.fixture
def catalog(hub: HubWorld) -> list[EntryVersion]:
    return [entry(hub, number, title) for number, title in enumerate(TITLES, 1)]


def entry(
    hub: HubWorld, number: int, title: str, abstract: str = "", unit: int = 2, share_type: str = "1"
) -> EntryVersion:
    """A published entry as search sees it."""
    form = EntryDraft(title=title, abstract=abstract, classification="307001")
    resource = Resource.objects.create(code=f"307001/{number:06d}", unit=hub.units[unit])
    version = EntryVersion.objects.create(
        resource=resource,
        number=1,
        state=EntryVersion.State.PUBLISHED,
        title=title,
        draft=encode(form).decode(),
        drafted_by=hub.officer.person,
        classification="307001",
        share_type=share_type,
        grade=1,
    )
    search.index(version, form)
    return version


def titles(page: search.Page) -> list[str]:
    return [row.title for row in page.rows]


def test_two_characters_find_every_title_that_holds_them(catalog: list[EntryVersion]) -> None:
    found = search.search("登记")

    assert titles(found)[0] == "登记"
    assert set(titles(found)) == {title for title in TITLES if "登记" in title}


def test_neighbours_across_words_are_no_match(catalog: list[EntryVersion]) -> None:
    # 产权 stands in 安全生产权限 too: matching is by text, so that one is found as well,
    # but 记信 must not match where 记 and 信 only stand near each other.
    assert set(titles(search.search("产权"))) == {"产权交易结果", "安全生产权限清单"}
    assert titles(search.search("记信")) == ["企业登记信息"]
    assert titles(search.search("记簿")) == ["不动产登记簿"]


@pytest.mark.parametrize("query", ["nbs", "NBS", "township", "codes(NBS)"])
def test_width_and_letter_case_do_not_matter(catalog: list[EntryVersion], query: str) -> None:
    assert titles(search.search(query)) == ["Township codes(NBS)"]


def test_a_single_character_finds_too(catalog: list[EntryVersion]) -> None:
    assert set(titles(search.search("权"))) == {"产权交易结果", "安全生产权限清单"}


def test_every_word_of_the_query_must_be_there(catalog: list[EntryVersion]) -> None:
    assert titles(search.search("登记 户籍")) == ["人口户籍登记"]


def test_the_exact_code_comes_first(catalog: list[EntryVersion]) -> None:
    assert titles(search.search("307001/000003"))[0] == "产权交易结果"


@pytest.mark.parametrize("query", ["%", "_", "100%", "\\", "'", '"'])
def test_signs_of_the_query_language_are_only_text(catalog: list[EntryVersion], query: str) -> None:
    assert titles(search.search(query)) == []


def test_pages_by_key_show_each_entry_once(catalog: list[EntryVersion]) -> None:
    seen, after = [], ""
    while True:
        page = search.search("登记", after=after, limit=1)
        seen += titles(page)
        after = page.more
        if not after:
            break

    assert seen == titles(search.search("登记"))
    assert page.total_capped == 4
    assert not page.capped


def test_a_made_up_page_is_refused(catalog: list[EntryVersion]) -> None:
    with pytest.raises(Refused) as refused:
        search.search("登记", after="1; drop table")

    assert refused.value.codes == ("search.page_wrong",)


def test_filters_narrow_and_an_empty_query_finds_all(hub: HubWorld) -> None:
    entry(hub, 1, "甲", unit=2, share_type="1")
    entry(hub, 2, "乙", unit=3, share_type="2")

    assert titles(search.search("")) == ["甲", "乙"]
    assert titles(search.search("", share_type="2")) == ["乙"]
    assert titles(search.search("", unit=hub.units[2])) == ["甲"]
    assert titles(search.search("", classification="3")) == ["甲", "乙"]
    assert titles(search.search("", classification="101001")) == []
    assert titles(search.search("", grade=2)) == []


def test_only_the_published_version_is_found(hub: HubWorld) -> None:
    version = hub.published()
    EntryVersion.objects.filter(pk=version.pk).update(state=EntryVersion.State.SUPERSEDED)

    assert titles(search.search("行政区划")) == []


def test_a_published_entry_is_found_by_its_items(hub: HubWorld) -> None:
    version = hub.published()

    assert titles(search.search("county_code")) == [version.title]


TEXT = st.text(alphabet="登记人口产权限 aAb1%_", min_size=1, max_size=12)


@given(text=TEXT, at=st.integers(0, 11), length=st.integers(1, 12))
@settings(max_examples=300, deadline=None)
def test_the_bigrams_of_any_part_of_a_word_are_among_those_of_the_whole(
    text: str, at: int, length: int
) -> None:
    whole = search.normal(text)
    for word in whole.split():
        assert search.bigrams(word[at : at + length]) <= search.bigrams(whole)
