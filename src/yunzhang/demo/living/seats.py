"""Seats: chiefs appointed by document, most cities still without one, and one who hands over."""

from __future__ import annotations

from datetime import timedelta

from yunzhang import clock
from yunzhang.demo.made import WHY, Province
from yunzhang.oversee.seats import chiefs, handovers
from yunzhang.oversee.seats.chiefs import Warrant
from yunzhang.people import delegations, identity
from yunzhang.people.models import Post, Unit
from yunzhang.people.permissions import actor_of

# Made-up persons: a surname and the post.
NAMES = ("韦市云长", "黄市云长", "覃市云长", "农市云长", "莫市云长")
EVERY = 3  # every third city has a chief
NEXT = "李市云长"
TAKES = 1  # matters the next one took over so far
FIRST = "first_responsible"  # a seat some packs want in every department
EMPTY = 6  # so many departments have nobody in it


def appoint(made: Province) -> None:
    """Every third city has its chief, by name and document."""
    seats = list(made.cities.values())[::EVERY]
    for number, (name, held) in enumerate(zip(NAMES, seats, strict=True), 1):
        post = _appointed(made, f"shiyunzhang{number}", name, held[0], f"演示任〔2025〕{number}号")
        made.chiefs[held[0].pk] = actor_of(post.person, clock.today())
    for office in ("civil", "health", "stats"):
        made.chiefs[made.town.units[office].pk] = made.town.officer(office, "cloud_chief")
    made.chiefs[made.region.pk] = made.head
    for post in Post.objects.filter(role="cloud_chief", appointment=None):
        told = Warrant("演示任〔2025〕10号", clock.today(), office="主要负责人")
        chiefs.record(made.reviewer, post, told, why=WHY)


def seat_first_responsible(made: Province) -> None:
    """The heads of departments answer for sharing where the pack says so; a few are missing."""
    if FIRST not in {row.id for row in chiefs.listed()}:
        return
    heads = [
        (made.town.officer(office, "sharing_body_head").person, made.town.units[office])
        for office in ("civil", "stats", "land", "health")
    ]
    departments = [unit for held in made.cities.values() for unit in held[1:]]
    heads += [(made.officers_head, unit) for unit in departments[:-EMPTY]]
    told = Warrant("演示任〔2025〕20号", clock.today(), office="主要负责人")
    for person, unit in heads:
        if person is not None:
            chiefs.appoint(made.reviewer, person, unit, FIRST, told, why=WHY)


def hand_over(made: Province) -> None:
    """A chief leaves; the next one has looked at the first matters, the others still wait."""
    held = next(iter(made.cities.values()))
    leaver, today = made.chiefs[held[0].pk], clock.today()
    [post] = leaver.posts
    delegations.delegate(leaver, post, made.officer, today, today + timedelta(days=60), why=WHY)
    identity.relieve(made.reviewer, post, to_date=today, why="任期届满")
    handover = handovers.open(made.reviewer, Post.objects.get(pk=post.pk), why=WHY)
    taken = _appointed(made, "shiyunzhang6", NEXT, held[0], "演示任〔2026〕6号")
    made.chiefs[held[0].pk] = successor = actor_of(taken.person, today)
    lines = list(handover.lines.values_list("pk", flat=True)[:TAKES])
    handovers.take(successor, handover, lines, remark="已核对", why=WHY)


def _appointed(made: Province, username: str, name: str, unit: Unit, document: str) -> Post:
    seat = [(unit, "cloud_chief")]
    person = identity.register(made.reviewer, username, name, made.password, seat, why=WHY)
    post = person.posts.select_related("person", "unit").get()
    warrant = Warrant(document, clock.today(), office="市长")
    chiefs.record(made.reviewer, post, warrant, why=WHY)
    return post
