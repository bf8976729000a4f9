"""Sides: the unit that asks and the unit that gives, as every list of sharing shows them."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from yunzhang.portal.listing import Column

SIDES = (
    Column(
        "consumer",
        _("Consumer"),
        lambda row: row.consumer.short_name,
        order="consumer__short_name",
        found=("consumer__name", "consumer__short_name"),
    ),
    Column(
        "provider",
        _("Provider"),
        lambda row: row.provider.short_name,
        order="provider__short_name",
        found=("provider__name", "provider__short_name"),
    ),
)
