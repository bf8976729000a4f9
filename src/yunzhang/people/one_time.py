"""One-time passwords: told once, good for the first sign-in, then changed by their holder."""

from __future__ import annotations

import secrets

from django.contrib.auth.hashers import BasePasswordHasher, get_hasher

from yunzhang.people.models import Person
from yunzhang.people.permissions import pack

# Without the characters that a reader of a printed slip confuses.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 16  # nearly eighty bits


def password() -> str:
    """A password nobody can guess, in groups that can be read out."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(drawn[at : at + 4] for at in range(0, LENGTH, 4))


def give(person: Person, given: str) -> None:
    """Set a password that must be changed at the first sign-in; the caller saves the person.

    A slow hash keeps guessable passwords; this one cannot be guessed, and a thousand people are
    to be entered in one transaction. Django hashes it anew when its holder signs in.
    """
    hasher: BasePasswordHasher = type(get_hasher())()
    if hasattr(hasher, "iterations"):
        hasher.iterations = pack().limit("import.password_rounds")
    person.password = hasher.encode(given, hasher.salt())
    person.password_once = True
