"""Call signatures: how a call to a unit's own system is signed, and how that system checks it.

The three headers and the signed text are those of the Standard Webhooks specification, so that
its libraries in any language check them: HMAC-SHA256 over id, time and body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

ID, TIME, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
SECRET_MARK = "whsec_"  # noqa: S105 - says what follows, and is none
SCHEME = "v1"


@dataclass(frozen=True)
class CallSecret:
    """A secret that a webhook shares with the system it calls."""

    key: bytes

    @classmethod
    def derived(cls, master: bytes, salt: str) -> CallSecret:
        """The secret of one webhook, from the hub's own key and the salt kept with the webhook."""
        return cls(hmac.digest(master, f"webhook:{salt}".encode(), hashlib.sha256))

    @property
    def text(self) -> str:
        """As the unit's officer is shown it, once."""
        return SECRET_MARK + base64.b64encode(self.key).decode()

    def headers(self, id: str, seconds: int, body: bytes) -> dict[str, str]:
        """What a call bears: its id, the same at every try, when it was sent, and the signature."""
        return {ID: id, TIME: str(seconds), SIGNATURE: self._signed(id, str(seconds), body)}

    def signs(self, headers: Mapping[str, str], body: bytes, *, now: int, tolerance: int) -> bool:
        """Whether this call comes from who knows the secret, and was sent within the tolerance."""
        id, seconds, signatures = (headers.get(name, "") for name in (ID, TIME, SIGNATURE))
        if not seconds.isdecimal() or abs(now - int(seconds)) > tolerance:
            return False
        wanted = self._signed(id, seconds, body)
        return any(hmac.compare_digest(wanted, one) for one in signatures.split())

    def _signed(self, id: str, seconds: str, body: bytes) -> str:
        text = f"{id}.{seconds}.".encode() + body
        code = hmac.digest(self.key, text, hashlib.sha256)
        return f"{SCHEME},{base64.b64encode(code).decode()}"
