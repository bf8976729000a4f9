"""Permissions: yes and no with their reasons, and in words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hub_world import HubWorld
from yunzhang.packs import read, shipped
from yunzhang.people.models import Person, Post, Unit
from yunzhang.people.permission_names import PERMISSION_NAMES
from yunzhang.people.permissions import NEEDS, Actor, Standing, may, pack, require, why, why_not
from yunzhang.terms.faults import Refused

ROLES = [*(row.id for row in read("national").roles), "abolished"]
UNITS = [Unit(pk=number, name=f"单位{number}") for number in (1, 2, 3)]
POSTS = st.tuples(st.sampled_from(ROLES), st.sampled_from(UNITS), st.sampled_from([7, 8]))


def test_every_permission_has_a_name_in_both_languages_and_no_name_is_left_over() -> None:
    given = {may for name in shipped() for role in read(name).roles for may in role.may}

    assert set(PERMISSION_NAMES) == given | set(NEEDS.values())
    assert len({text.zh for text in PERMISSION_NAMES.values()}) == len(PERMISSION_NAMES)
    assert len({text.en for text in PERMISSION_NAMES.values()}) == len(PERMISSION_NAMES)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_may_not_is_told_so_in_words(hub: HubWorld, language) -> None:
    with pytest.raises(Refused) as refused:
        require(hub.officer, "request.reply", hub.units[2])

    [fault] = refused.value.faults
    assert "request.reply" not in fault.sentence(language)
    assert ("答复共享申请" if language == "zh" else "reply to requests") in fault.sentence(language)


def test_a_yes_names_the_post_and_the_row_of_the_pack(hub: HubWorld) -> None:
    [reason] = why(hub.reviewer, "catalog.review", hub.units[2])

    assert reason.yes
    assert reason.post.from_date == date(2026, 1, 1)
    assert reason.role.cite.clause == "第十七条"


def test_a_no_names_what_each_post_lacks(hub: HubWorld) -> None:
    [lacking] = why(hub.officer, "catalog.review", hub.units[2])
    [elsewhere] = why(hub.officer, "catalog.draft", hub.units[3])

    assert (lacking.standing, elsewhere.standing) == (Standing.LACKS, Standing.ELSEWHERE)


@given(
    posts=st.lists(POSTS, max_size=5),
    permission=st.sampled_from(sorted(PERMISSION_NAMES)),
    unit=st.sampled_from([*UNITS, None]),
)
def test_the_answer_and_its_reasons_never_disagree(posts, permission, unit) -> None:
    held = tuple(
        Post(pk=number, role=role, unit=at, person_id=holder, from_date=date(2026, 1, 1))
        for number, (role, at, holder) in enumerate(posts)
    )
    actor = Actor(Person(pk=7), held)
    roles = {row.id: row for row in pack().roles}

    reasons = why(actor, permission, unit)

    allowed = any(
        permission in roles[post.role].may
        and (unit is None or roles[post.role].scope == "all" or post.unit == unit)
        for post in held
        if post.role in roles
    )
    assert len(reasons) == len(held)
    assert may(actor, permission, unit) == allowed == any(reason.yes for reason in reasons)
    assert bool(why_not(actor, permission, unit)) != allowed
