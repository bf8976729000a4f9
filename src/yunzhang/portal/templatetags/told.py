"""Told: how many notices wait for the reader, for the bell of every page."""

from __future__ import annotations

from django import template
from django.template import Context

from yunzhang.people import notices

register = template.Library()


@register.simple_tag(takes_context=True)
def unread(context: Context) -> int:
    """The count of unread notices: one query, asked only where the bell is drawn."""
    return notices.unread(context["user"])
