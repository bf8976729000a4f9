"""Letters: notices as one mail, in the reader's language, as plain text and as simple HTML.

A letter holds what the notices say and nothing else: no row, no figure, no name of a person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime

from yunzhang.people.models import Notice, Person
from yunzhang.people.permissions import pack
from yunzhang.terms.faults import Language, Text

SUBJECT_ONE = Text("【云长】{said}", "[Yunzhang] {said}")
SUBJECT_MANY = Text("【云长】{count} 条通知待查看", "[Yunzhang] {count} notices to read")
MORE = Text("另有 {count} 条，见通知页。", "{count} more are on the page of notices.")
ALL = Text("全部通知", "All notices")
FOOT = Text(
    "本邮件由云长枢纽自动发送，请勿回复。可在“通知方式”页更改或停用。",
    "This mail was sent by a Yunzhang hub; please do not reply. Change or stop it on the page "
    "“How I am told”.",
)


def letter(person: Person, notices: Sequence[Notice]) -> EmailMultiAlternatives:
    """One mail about these notices; the same notices always bear the same Message-ID."""
    spoken: Language = "en" if person.language.startswith("en") else "zh"
    shown = notices[: pack().limit("mail.lines")]
    more = len(notices) - len(shown)
    made = EmailMultiAlternatives(
        subject=_subject(notices, spoken),
        body=_plain(shown, more, spoken),
        to=[person.email],
        headers={"Message-ID": _message_id(notices), "Auto-Submitted": "auto-generated"},
    )
    made.attach_alternative(_html(shown, more, spoken), "text/html")
    return made


def _subject(notices: Sequence[Notice], spoken: Language) -> str:
    if len(notices) == 1:
        return SUBJECT_ONE.say(spoken, {"said": _said(notices[0], spoken)})
    return SUBJECT_MANY.say(spoken, {"count": str(len(notices))})


def _plain(shown: Sequence[Notice], more: int, spoken: Language) -> str:
    parts = [
        "\n".join(filter(None, (f"{_at(one)}  {_said(one, spoken)}", _address(one))))
        for one in shown
    ]
    if more:
        parts.append(MORE.say(spoken, {"count": str(more)}))
    if settings.ADDRESS:
        parts.append(f"{ALL.say(spoken, {})}: {settings.ADDRESS}{reverse('notices')}")
    return "\n\n".join([*parts, f"-- \n{FOOT.say(spoken, {})}"]) + "\n"


def _html(shown: Sequence[Notice], more: int, spoken: Language) -> str:
    rows = format_html_join(
        "", "<p><small>{}</small><br>{}</p>", ((_at(one), _linked(one, spoken)) for one in shown)
    )
    rest = format_html("<p>{}</p>", MORE.say(spoken, {"count": str(more)})) if more else ""
    lang = "en" if spoken == "en" else "zh-CN"
    foot = FOOT.say(spoken, {})
    page = '<!doctype html><html lang="{}"><body>{}{}<hr><p><small>{}</small></p></body></html>'
    return format_html(page, lang, rows, rest, foot)


def _linked(one: Notice, spoken: Language) -> str:
    address = _address(one)
    said = _said(one, spoken)
    return format_html('<a href="{}">{}</a>', address, said) if address else said


def _address(one: Notice) -> str:
    return settings.ADDRESS + reverse("notice", args=[one.pk]) if settings.ADDRESS else ""


def _said(one: Notice, spoken: Language) -> str:
    # On one line: a line break in a subject would be a header of somebody else's making.
    return " ".join((one.en if spoken == "en" else one.zh).split())


def _at(one: Notice) -> str:
    return localtime(one.at).strftime("%Y-%m-%d %H:%M")


def _message_id(notices: Sequence[Notice]) -> str:
    numbers = ",".join(str(one.pk) for one in notices)
    digest = hashlib.sha256(f"{settings.SECRET_KEY}:{numbers}".encode()).hexdigest()
    return f"<{digest[:32]}@{settings.HUB_NAME}>"
