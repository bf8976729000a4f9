"""Second factor: a code from one's own telephone beside the password, and codes for its loss.

The door to `allauth.mfa`, which knows the codes (RFC 6238) and keeps them; its pages are not used.
"""

from __future__ import annotations

import re
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from django.conf import settings
from django.db.models import QuerySet

from yunzhang import clock
from yunzhang.people import identity, tallies
from yunzhang.people.act import act
from yunzhang.people.models import Person
from yunzhang.people.permissions import NEEDS, Actor, pack, require
from yunzhang.protect.sealing import seal, unseal
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Refused, Text

CODE_WRONG = FaultKind(
    "second_factor.code_wrong",
    403,
    Text("验证码不对或已用过。", "The code is wrong or was used already."),
    Text(
        "核对手机时间，输入当前显示的 6 位数字。",
        "Check the telephone's clock and type the six digits shown now.",
    ),
)
ALREADY_SET = FaultKind(
    "second_factor.set_already",
    409,
    Text("已经启用第二要素。", "A second factor is set already."),
    Text("更换手机时先停用，再重新启用。", "For another telephone, remove it first."),
)
NOT_SET = FaultKind(
    "second_factor.not_set",
    409,
    Text("没有启用第二要素。", "No second factor is set."),
    Text("无需办理。", "There is nothing to do."),
)
OWED = FaultKind(
    "second_factor.owed",
    403,
    Text(
        "您的岗位要求启用第二要素后才能办理业务。", "Your post needs a second factor before work."
    ),
    Text("打开“本人”页面启用。", "Set one on the page “Me”."),
)
WINDOW_SECONDS = 90  # a code's own half minute and the one to either side that is tolerated
USE = "second factor"  # what its secrets are sealed for


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """What allauth asks of us: secrets are sealed, and the telephone shows the hub's name."""

    def encrypt(self, text: str) -> str:
        return seal(text, settings.SECRET_KEY, USE)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, settings.SECRET_KEY, USE)

    def get_totp_issuer(self) -> str:
        return str(settings.HUB_NAME)


def is_set(person: Person) -> bool:
    """Whether the person signs in with a code, too."""
    return _of(person, Authenticator.Type.TOTP).exists()


def owed(actor: Actor) -> bool:
    """Whether a role of the actor demands a second factor that is not set."""
    if actor.person is None:
        return False
    strict = {row.id for row in pack().roles if row.second_factor}
    held = any(post.role in strict for post in actor.posts)
    return held and not is_set(actor.person)


def new_secret() -> str:
    """A secret for a telephone, not yet anybody's."""
    return str(generate_totp_secret())


def picture(person: Person, secret: str) -> str:
    """What a telephone's camera reads, as SVG."""
    adapter = Adapter()
    return str(adapter.build_totp_svg(adapter.build_totp_url(person, secret)))


def set_up(actor: Actor, secret: str, code: str, password: str, *, why: str) -> tuple[str, ...]:
    """Sign in with a code from now on; the recovery codes, told this once.

    Raises Refused when the password or the code of this secret is wrong.
    """
    person = identity.confirmed(actor, password)
    subject = f"person:{person.pk}"
    with act(actor, Deed.SECOND_FACTOR_SET, subject, unit=actor.unit, why=why) as deeds:
        if is_set(person):
            raise Refused(ALREADY_SET())
        if not (validate_totp_code(secret, code) and _unused(person, code)):
            raise Refused(CODE_WRONG())
        TOTP.activate(person, secret)
        deeds.content.update(kind="totp")
        return tuple(RecoveryCodes.activate(person).generate_codes())


def new_codes(actor: Actor, password: str, *, why: str) -> tuple[str, ...]:
    """Other recovery codes for those lost or used up; the former ones end."""
    person = identity.confirmed(actor, password)
    subject = f"person:{person.pk}"
    with act(actor, Deed.SECOND_FACTOR_SET, subject, unit=actor.unit, why=why) as deeds:
        if not is_set(person):
            raise Refused(NOT_SET())
        _of(person, Authenticator.Type.RECOVERY_CODES).delete()
        deeds.content.update(kind="recovery_codes")
        return tuple(RecoveryCodes.activate(person).generate_codes())


def remove(actor: Actor, password: str, *, why: str) -> None:
    """Sign in without a code again; the password is asked for once more."""
    _remove(actor, identity.confirmed(actor, password), why)


def remove_for(actor: Actor, person: Person, *, why: str) -> None:
    """Let someone who lost telephone and codes sign in; whoever registers persons may."""
    require(actor, NEEDS[Deed.PERSON_REGISTERED], identity.home_of(person))
    _remove(actor, person, why)


def codes_left(person: Person) -> int:
    """How many recovery codes are unused."""
    kept = _of(person, Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(kept).get_unused_codes()) if kept else 0


def passes(person: Person, code: str) -> bool:
    """Whether the code is the telephone's present one, or an unused recovery code; once only."""
    for kept in _of(person, Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
        if kept.wrap().validate_code(code) and _unused(person, code):
            Authenticator.objects.filter(pk=kept.pk).update(last_used_at=clock.now())
            return True
    return False


def _unused(person: Person, code: str) -> bool:
    """Whether the code was not taken while it is good: who looked over a shoulder is too late."""
    digits = re.sub(r"[^0-9]", "", code)  # however it is spelt: allauth passes over "123-456"
    return tallies.once(f"second_factor:{person.pk}:{digits}", WINDOW_SECONDS)


def _of(person: Person, *types: str) -> QuerySet[Any]:
    kept: QuerySet[Any] = Authenticator.objects.filter(user=person, type__in=types)
    return kept


def _remove(actor: Actor, person: Person, why: str) -> None:
    subject, unit = f"person:{person.pk}", identity.home_of(person)
    with act(actor, Deed.SECOND_FACTOR_REMOVED, subject, unit=unit, why=why):
        if not is_set(person):
            raise Refused(NOT_SET())
        Authenticator.objects.filter(user=person).delete()
