"""Mail: sent once over real SMTP, whatever the server, another worker or a crash does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.db import connection, connections

from tests.hub_world import WHY, HubWorld, build
from tests.people.smtp_server import Letters, free_port, smtp_server
from yunzhang import clock
from yunzhang.people import choices, mail, notices
from yunzhang.people.models import Notice, NoticeChoice, Person
from yunzhang.people.permissions import pack
from yunzhang.terms.faults import Refused, Text

ADDRESS = "officer@example.test"
SAID = Text("申请“核对住址”待答复", "Request “check addresses” waits for a reply")


@pytest.fixture
def server(settings) -> Iterator[Letters]:
    with smtp_server() as letters:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", letters.port
        settings.EMAIL_USE_TLS = False
        settings.ADDRESS = "https://hub.example.test"
        yield letters


def mailed(person: Person, way: str = choices.EACH, address: str = ADDRESS) -> Person:
    """The person with an address and a choice."""
    person.email = address
    person.save()
    NoticeChoice.objects.update_or_create(person=person, defaults={"mail": way})
    return person


def told(person: Person, count: int = 1) -> None:
    """Notices of the person whose mail is due."""
    first = Notice.objects.count()
    for number in range(first, first + count):
        said = Text(f"{SAID.zh} {number}", f"{SAID.en} {number}")
        notices.tell([person], f"k:{number}", notices.TURN, "request:1", "R-1", said)
    pass_time(timedelta(days=14))


def pass_time(much: timedelta) -> None:
    """As if so much time had gone by for every mail that waits."""
    for row in Notice.objects.exclude(mail_at=None).filter(mailed_at=None):
        Notice.objects.filter(pk=row.pk).update(mail_at=row.mail_at - much)


def subjects(letters: list[EmailMessage]) -> list[str]:
    """What the letters are about, without the space a folded header begins with."""
    return [str(one["Subject"]).strip() for one in letters]


def pause() -> timedelta:
    return timedelta(seconds=pack().limit("mail.pause_seconds"))


def test_each_notice_goes_as_a_mail_of_its_own_and_once(hub: HubWorld, server: Letters) -> None:
    told(mailed(hub.officer.person), 2)

    mail.send_due()
    mail.send_due()

    assert subjects(server.taken) == [f"【云长】{SAID.zh} {n}" for n in (0, 1)]
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_a_digest_is_one_mail_in_the_readers_language(hub: HubWorld, server: Letters) -> None:
    person = mailed(hub.officer.person, choices.DIGEST)
    person.language = "en"
    person.save()
    told(person, 3)

    mail.send_due()

    [letter] = server.taken
    plain, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    numbers = Notice.objects.values_list("pk", flat=True)
    assert subjects([letter]) == ["[Yunzhang] 3 notices to read"]
    assert all(f"{SAID.en} {number}" in plain and SAID.en in html for number in range(3))
    assert all(f"https://hub.example.test/notices/{number}" in plain for number in numbers)
    assert person.full_name not in plain + html


def test_markup_and_line_breaks_of_a_title_stay_text(hub: HubWorld, server: Letters) -> None:
    said = Text("<b>申请</b>\r\nBcc: all@example.test", "x")
    person = mailed(hub.officer.person)
    notices.tell([person], "k", notices.TURN, "request:1", "R-1", said)

    mail.send_due()

    [letter] = server.taken
    assert letter["Bcc"] is None
    assert "<b>申请" not in letter.get_body(("html",)).get_content()


def test_what_was_read_on_the_pages_is_not_mailed(hub: HubWorld, server: Letters) -> None:
    told(mailed(hub.officer.person))
    notices.read(hub.officer.person)

    mail.send_due()

    assert not server.taken


def test_nothing_is_mailed_in_quiet_hours(hub: HubWorld, server: Letters) -> None:
    told(mailed(hub.officer.person))
    here = clock.now().astimezone(clock.BEIJING)
    start, end = (here - timedelta(hours=1)).time(), (here + timedelta(hours=1)).time()
    NoticeChoice.objects.update(quiet_from=start, quiet_to=end)

    mail.send_due()

    assert not server.taken
    assert Notice.objects.get().mail_at.astimezone(clock.BEIJING).time() == end


def test_a_server_that_is_down_is_tried_again_after_growing_pauses(hub: HubWorld, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_USE_TLS = False
    told(mailed(hub.officer.person), 2)
    told(mailed(hub.head.person, address="head@example.test"))
    waits = []

    for _ in range(3):
        mail.send_due()
        waits.append(round((Notice.objects.earliest("mail_at").mail_at - clock.now()) / pause()))
        pass_time(waits[-1] * pause())
    with smtp_server(settings.EMAIL_PORT) as letters:
        mail.send_due()

    assert waits == [1, 2, 4]
    assert len(letters.taken) == 3


def test_one_refused_address_holds_nobody_up_and_its_person_is_told(
    hub: HubWorld, server: Letters
) -> None:
    told(mailed(hub.officer.person))
    told(mailed(hub.head.person, address="head@example.test"))
    server.recipients[ADDRESS] = "550 no such user"

    mail.send_due()
    pass_time(timedelta(days=1))
    mail.send_due()

    assert [one["To"] for one in server.taken] == ["head@example.test"]
    assert "拒收" in notices.of(hub.officer.person)[0].zh
    assert not Notice.objects.filter(person=hub.officer.person).exclude(mail_at=None).exists()


def test_an_address_that_answers_later_gets_its_mail_later(hub: HubWorld, server: Letters) -> None:
    told(mailed(hub.officer.person))
    server.recipients[ADDRESS] = "451 come back"
    mail.send_due()
    server.recipients.clear()

    mail.send_due()
    too_early = len(server.taken)
    pass_time(pause())
    mail.send_due()

    assert (too_early, len(server.taken)) == (0, 1)


def test_a_mail_tried_often_enough_is_left_to_the_pages(hub: HubWorld, server: Letters) -> None:
    told(mailed(hub.officer.person))
    Notice.objects.update(mail_tries=pack().limit("mail.tries"))

    mail.send_due()

    assert not server.taken
    assert notices.unread(hub.officer.person) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_mail_once(hub_home: Path, server: Letters) -> None:
    hub = build(hub_home / "sources")
    for name, actor in hub.actors.items():
        told(mailed(actor.person, address=f"{name}@example.test"), 3)

    def work() -> None:
        mail.send_due()
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    sent = subjects(server.taken)
    assert len(sent) == len(set(sent)) == 3 * len(hub.actors)


KILLED = """
import sys
from yunzhang.hub import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sys.argv[2])
settings.EMAIL_USE_TLS = False
import django
django.setup()
from yunzhang.people import mail
mail.send_due()
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_before_it_could_note_the_mail_repeats_it_recognisably(
    hub_home: Path, server: Letters
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the killed worker opens the file of the database")
    hub = build(hub_home / "sources")
    told(mailed(hub.officer.person))
    place = [str(connection.settings_dict["NAME"]), str(server.port)]
    home = {
        **os.environ,
        "YUNZHANG_HOME": str(hub_home),
        "DJANGO_SETTINGS_MODULE": "yunzhang.hub.settings",
    }
    home["YUNZHANG_SECRET"] = "the same for both"
    worker = subprocess.Popen([sys.executable, "-c", KILLED, *place], env=home)
    server.after_taking = lambda: worker.send_signal(signal.SIGKILL)
    assert worker.wait(60) == -signal.SIGKILL
    server.after_taking = lambda: None

    mail.send_due()
    at_once = len(server.taken)
    pass_time(pause())
    subprocess.run([sys.executable, "-c", KILLED, *place], env=home, check=True, timeout=60)
    mail.send_due()

    first, second = server.taken
    assert at_once == 1
    assert first["Message-ID"] == second["Message-ID"]


def test_a_choice_moves_what_waits(hub: HubWorld, server: Letters) -> None:
    mailed(hub.officer.person, choices.DIGEST)
    notices.tell([hub.officer.person], "k", notices.TURN, "request:1", "R-1", SAID)
    mail.send_due()
    before = len(server.taken)

    choices.choose(hub.officer, choices.Wish("each", ADDRESS, "en"), why=WHY)
    mail.send_due()

    assert before == 0
    assert subjects(server.to(ADDRESS)) == [f"[Yunzhang] {SAID.en}"]


def test_a_choice_with_everything_wrong_is_refused_with_every_reason(hub: HubWorld) -> None:
    wish = choices.Wish("pigeon", "nobody", "tlh", clock.now().time())

    with pytest.raises(Refused) as refused:
        choices.choose(hub.officer, wish, why=WHY)

    assert set(refused.value.codes) == {
        "notices.way_unknown",
        "notices.address_wrong",
        "notices.language_unknown",
        "notices.quiet_half",
    }
