"""Course words: how procedures, steps and parties are called, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from yunzhang.people.cases import course_of
from yunzhang.people.models import Case
from yunzhang.people.permissions import pack
from yunzhang.portal.templatetags.said import said
from yunzhang.terms import procedures

PARTIES = {
    "applicant": _("Applicant"),
    "provider": _("Provider"),
    "consumers": _("Consumers"),
    "both": _("Both sides"),
    "authority": _("Authority"),
    "approvers": _("Units that approve together"),
    "experts": _("Experts"),
    "government": _("Government"),
    "chief": _("Chief"),
    "office": _("Cloud chief office"),
    "unit": _("Unit that owes it"),
    "duty": _("Units taking part"),
    "recipient": _("Units it goes to"),
    "patroller": _("Unit that patrols"),
    "hub": _("The hub"),
    "": _("Ends"),
}


def procedure_names() -> dict[str, str]:
    """The procedures of the pack in force, by id."""
    return {row.id: said(row) for row in pack().procedures}


def step_names(case: Case) -> str:
    """How the present step of a case is called."""
    return said(procedures.step_of(course_of(case), case.step))


def party_name(party: str) -> str:
    """A party of a procedure in words."""
    return gettext(PARTIES.get(party, party))
