"""Projects: how pages put the dependences, what is built anew, and years into words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.oversee.building.project_models import Project, ProjectPlan
from yunzhang.portal.building import project_lists

register = template.Library()

STANDS = {
    "network": _("The government extranet"),
    "cloud": _("The unified cloud"),
    "platform": _("The sharing platform"),
    "support": _("Common platforms and systems"),
}
BUILT = {
    "cloud": _("A cloud"),
    "room": _("A machine room"),
    "network": _("A dedicated network"),
    "platform": _("A data platform"),
}


@register.simple_tag
def stand_words(on: str) -> str:
    """What a project stands on."""
    return gettext(STANDS[on])


@register.simple_tag
def built_words(what: str) -> str:
    """What a project would build anew."""
    return gettext(BUILT[what])


@register.filter
def project_years(one: Project | ProjectPlan) -> str:
    return project_lists.years(one)
