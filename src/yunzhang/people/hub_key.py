"""The hub's key: signs catalog entries, grants, revocations, scores and the hub's own log."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yunzhang.protect import keys
from yunzhang.protect.keys import KEY_EXISTS, SigningKey
from yunzhang.terms.document import Document, encode
from yunzhang.terms.faults import Refused


def hub_key() -> SigningKey:
    """The key at `settings.HUB_KEY`, made on first use; refused if others can read it."""
    return _key(Path(settings.HUB_KEY), settings.HUB_NAME)


def sign(kind: str, document: Document) -> str:
    """The document signed by the hub, as the exact text to keep and to send."""
    return encode(keys.sign(kind, document, hub_key())).decode()


@lru_cache(maxsize=4)
def _key(path: Path, name: str) -> SigningKey:
    if not path.exists():
        _make(path, name)
    return SigningKey.load(path)


def _make(path: Path, name: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        SigningKey.generate(name).save(path)
    except Refused as refused:
        # Another process of the hub made it in the meantime: that one is the key.
        if refused.codes != (KEY_EXISTS.code,):
            raise
