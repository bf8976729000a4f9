"""Standing: where a post stands today, held, ahead or over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from yunzhang.people.models import Post


class Spell(StrEnum):
    """Now, later or before; in the order that pages tell them."""

    NOW = "now"
    AHEAD = "ahead"
    OVER = "over"


def spell(post: Post, today: date) -> Spell:
    """Whether the post is held today, is to be taken up, or is over (or was called off)."""
    if post.to_date is not None and post.to_date < max(today, post.from_date):
        return Spell.OVER
    return Spell.NOW if post.from_date <= today else Spell.AHEAD


def told(posts: Iterable[Post], today: date) -> list[tuple[Post, Spell]]:
    """Posts with where they stand: those held, those to come, those over."""
    found = [(post, spell(post, today)) for post in posts]
    return sorted(found, key=lambda each: list(Spell).index(each[1]))
