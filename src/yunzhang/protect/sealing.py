"""Sealing: a secret that must be read again is kept so that a copy of the records tells nothing."""

from __future__ import annotations

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from yunzhang.terms.faults import FaultKind, Refused, Text

NONCE_BYTES = 12

SEAL_BROKEN = FaultKind(
    "seal.broken",
    500,
    Text(
        "封存的密文无法用现在的会话密钥打开。",
        "What was sealed does not open with the present session key.",
    ),
    Text(
        "恢复原来的 YUNZHANG_SECRET，或由主管部门停用相关人员的第二要素后重新设置。",
        "Restore the former YUNZHANG_SECRET, or have the authority remove these second factors.",
    ),
)


def seal(text: str, secret: str, use: str) -> str:
    """The text under a key made of the hub's secret for this one use."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(_key(secret, use)).encrypt(nonce, text.encode(), use.encode())
    return base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str, secret: str, use: str) -> str:
    """What was sealed; raises `seal.broken` under another secret or for another use."""
    try:
        data = base64.b64decode(sealed, validate=True)
        nonce, body = data[:NONCE_BYTES], data[NONCE_BYTES:]
        return AESGCM(_key(secret, use)).decrypt(nonce, body, use.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Refused(SEAL_BROKEN()) from error


def _key(secret: str, use: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"yunzhang/{use}".encode()).derive(secret.encode())
