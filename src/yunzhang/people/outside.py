"""Outside identities: a registered person signs in by the account another house gave them.

Nobody enters the hub by such an account alone: it is linked to a person the authority registered.
The links are records of `allauth.socialaccount`.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from yunzhang.people.act import act
from yunzhang.people.models import Person
from yunzhang.people.permissions import Actor
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Refused, Text

LINKED_TO_OTHER = FaultKind(
    "outside.linked_to_other",
    409,
    Text("该统一身份已关联另一位人员。", "This outside identity belongs to another person here."),
    Text(
        "退出统一身份后用本人账号重试，或联系主管部门。",
        "Sign out there and use your own account, or ask the authority.",
    ),
)
NOT_LINKED = FaultKind(
    "outside.not_linked",
    409,
    Text("没有关联这一统一身份。", "No such outside identity is linked."),
    Text("刷新页面后重试。", "Reload the page and try again."),
)


def house() -> str:
    """What people call the house that the settings name; empty where they name none."""
    named: str = settings.OIDC["name"] or urlsplit(settings.OIDC["issuer"]).netloc
    return named if settings.OIDC["issuer"] else ""


def person_of(house: str, subject: str) -> Person | None:
    """Whom an identity of a house is linked to."""
    found = SocialAccount.objects.filter(provider=house, uid=subject).select_related("user")
    link = found.first()
    return link.user if link else None


def of(person: Person) -> list[SocialAccount]:
    """The outside identities of a person, the oldest first."""
    return list(SocialAccount.objects.filter(user=person).order_by("pk"))


def link(actor: Actor, house: str, subject: str, shown: str, *, why: str) -> None:
    """Let the acting person sign in by this identity; raises `outside.linked_to_other`."""
    person = actor.person
    assert person is not None, "only a person has an identity elsewhere"
    about = f"person:{person.pk}"
    with act(actor, Deed.IDENTITY_LINKED, about, unit=actor.unit, why=why, house=house):
        held = person_of(house, subject)
        if held is not None and held != person:
            raise Refused(LINKED_TO_OTHER())
        SocialAccount.objects.update_or_create(
            provider=house, uid=subject, defaults={"user": person, "extra_data": {"shown": shown}}
        )


def unlink(actor: Actor, number: int, *, why: str) -> None:
    """End one's own link; the outside identity signs nobody in any more."""
    person = actor.person
    about = f"person:{person.pk if person else ''}"
    with act(actor, Deed.IDENTITY_UNLINKED, about, unit=actor.unit, why=why) as deeds:
        held = SocialAccount.objects.filter(pk=number, user=person).first()
        if held is None:
            raise Refused(NOT_LINKED())
        deeds.content.update(house=held.provider)
        held.delete()
