"""Keys: who signed what. The door to `cryptography`.

A key has a name and a text form (C2SP signed-note verifier key). Each way of signing is a
`Suite`, a row of the registry: Ed25519 with SHA-256 is built in, another (SM2 with SM3) is
plugged in with `register` and changes nothing else.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from yunzhang.protect.merkle import Hasher
from yunzhang.terms.document import Document, Raw, decode, encode
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.signed import Signature, Signed, signing_bytes

KEY_TEXT_WRONG = FaultKind(
    "key.text_wrong",
    400,
    Text("密钥文本不正确：{reason}", "The key text is wrong: {reason}"),
    Text("从密钥持有方重新复制完整的一行。", "Copy the whole line again from the key's holder."),
)
KEY_EXISTS = FaultKind(
    "key.exists",
    409,
    Text(
        "密钥文件 {path} 已存在，不会覆盖。", "The key file {path} exists and is not overwritten."
    ),
    Text("换一个文件名，或先将旧密钥移走存档。", "Use another name, or archive the old key first."),
)
KEY_UNREADABLE = FaultKind(
    "key.unreadable",
    500,
    Text("无法读取密钥文件 {path}:{reason}", "The key file {path} cannot be read: {reason}"),
    Text("检查文件是否存在以及权限。", "Check that the file exists and may be read."),
)
KEY_EXPOSED = FaultKind(
    "key.exposed",
    500,
    Text("密钥文件 {path} 可被他人读取。", "Others can read the key file {path}."),
    Text(
        "执行 chmod 600；若可能已泄露，请更换密钥。",
        "Run chmod 600; replace the key if it may have leaked.",
    ),
)
EXCHANGE_WRONG = FaultKind(
    "key.exchange_wrong",
    400,
    Text("密钥交换的公钥无效。", "The public value of the key exchange is not valid."),
    Text("重新握手，每次使用新的临时密钥。", "Shake hands again with a fresh ephemeral key."),
)
KIND_WRONG = FaultKind(
    "signed.kind_wrong",
    400,
    Text("签名文件的种类是 {found}，应为 {wanted}。", "The document is a {found}, not a {wanted}."),
    Text("发送正确种类的文件。", "Send a document of the right kind."),
)
KEY_UNKNOWN = FaultKind(
    "signed.key_unknown",
    401,
    Text("签名密钥 {key} 未登记。", "The signing key {key} is not registered."),
    Text(
        "先登记该密钥，或用已登记的密钥签名。", "Register that key, or sign with a registered one."
    ),
)
SIGNATURE_WRONG = FaultKind(
    "signed.signature_wrong",
    401,
    Text("密钥 {key} 的签名与内容不符。", "The signature by {key} does not match the content."),
    Text(
        "内容可能被改动过；向签发方重新取得。",
        "The content may have been changed; get it from its issuer again.",
    ),
)


PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True)
class Suite:
    """One way of signing and hashing.

    `algorithm` is the signature type of a C2SP key: an assigned byte, or 0xff and a longer
    identifier. Secrets and public keys are `key_bytes` long; `digest` gives 32 bytes.
    """

    name: str
    algorithm: bytes
    secret_bytes: int
    public_bytes: int
    digest: Hasher
    public_of: Callable[[bytes], bytes]
    signer: Callable[[bytes], Callable[[bytes], bytes]]
    verifier: Callable[[bytes], Callable[[bytes, bytes], bool]]


def _ed25519_public(secret: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def _ed25519_signer(secret: bytes) -> Callable[[bytes], bytes]:
    return Ed25519PrivateKey.from_private_bytes(secret).sign


def _ed25519_verifier(public: bytes) -> Callable[[bytes, bytes], bool]:
    key = Ed25519PublicKey.from_public_bytes(public)

    def verify(message: bytes, signature: bytes) -> bool:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return verify


ED25519 = Suite(
    name="ed25519-sha256",
    algorithm=b"\x01",
    secret_bytes=32,
    public_bytes=32,
    digest=hashlib.sha256,
    public_of=_ed25519_public,
    signer=_ed25519_signer,
    verifier=_ed25519_verifier,
)
SUITES: dict[bytes, Suite] = {ED25519.algorithm: ED25519}


def register(suite: Suite) -> None:
    """Plug in another suite. Raises ValueError when its algorithm bytes are taken or ambiguous."""
    for taken in SUITES:
        if taken.startswith(suite.algorithm) or suite.algorithm.startswith(taken):
            raise ValueError(f"algorithm {suite.algorithm.hex()} collides with {taken.hex()}")
    SUITES[suite.algorithm] = suite


@dataclass(frozen=True)
class PublicKey:
    """A named public key; equal when name, suite and key are equal."""

    name: str
    suite: Suite
    raw: bytes
    _verify: Callable[[bytes, bytes], bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        try:
            object.__setattr__(self, "_verify", self.suite.verifier(self.raw))
        except ValueError as error:
            raise Refused(KEY_TEXT_WRONG(reason=error)) from error

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        """Read `name+<8 hex>+<base64>` (C2SP signed-note); raises `key.text_wrong`."""
        name, suite, raw = _parse_key(text.strip(), "public_bytes")
        key = cls(name, suite, raw)
        if key.text != text.strip():
            raise Refused(KEY_TEXT_WRONG(reason="the key ID does not belong to the key"))
        return key

    @property
    def id(self) -> bytes:
        """The four-byte key ID of the signed-note specification."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._typed).digest()[:4]

    @property
    def text(self) -> str:
        """The verifier key as one line of text."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self._typed).decode()}"

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether this key's holder signed exactly this message."""
        return self._verify(message, signature)

    @property
    def _typed(self) -> bytes:
        return self.suite.algorithm + self.raw


@dataclass(frozen=True, repr=False)
class SigningKey:
    """A named secret key. Never printed, never sent; on disk only its owner can read it."""

    name: str
    suite: Suite
    secret: bytes
    public: PublicKey = field(init=False, compare=False)
    _sign: Callable[[bytes], bytes] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        public = PublicKey(self.name, self.suite, self.suite.public_of(self.secret))
        object.__setattr__(self, "public", public)
        object.__setattr__(self, "_sign", self.suite.signer(self.secret))

    def __repr__(self) -> str:
        return f"SigningKey({self.public.text})"

    @classmethod
    def generate(cls, name: str, suite: Suite = ED25519) -> SigningKey:
        """A fresh key from the system's random source."""
        return cls(name, suite, os.urandom(suite.secret_bytes))

    @classmethod
    def load(cls, path: Path) -> SigningKey:
        """Read a key file; raises `key.unreadable`, `key.exposed` or `key.text_wrong`."""
        try:
            text, mode = path.read_text(encoding="utf-8"), path.stat().st_mode
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(KEY_UNREADABLE(path=path, reason=_reason(error))) from error
        if mode & 0o077:
            raise Refused(KEY_EXPOSED(path=path))
        prefix, _, rest = text.strip().partition(PRIVATE)
        if prefix or not rest:
            raise Refused(KEY_TEXT_WRONG(reason=f"{path} is not a private key"))
        return cls(*_parse_key(rest, "secret_bytes"))

    def save(self, path: Path) -> None:
        """Write the key file, mode 0600, whole or not at all; raises `key.exists`."""
        typed = base64.b64encode(self.suite.algorithm + self.secret).decode()
        text = f"{PRIVATE}{self.name}+{self.public.id.hex()}+{typed}\n"
        try:
            _create(path, text.encode())
        except FileExistsError as error:
            raise Refused(KEY_EXISTS(path=path)) from error

    def sign(self, message: bytes) -> bytes:
        """The signature over exactly this message."""
        return self._sign(message)


class Exchange:
    """One side of an ephemeral X25519 key agreement; used once."""

    def __init__(self) -> None:
        self._secret = X25519PrivateKey.generate()
        self.public = self._secret.public_key().public_bytes_raw()

    def derive(self, their_public: bytes, context: bytes) -> bytes:
        """32 bytes both sides share, bound to `context` and to both public values.

        HKDF-SHA256 (RFC 5869); raises `key.exchange_wrong` for a value that is no key.
        """
        try:
            shared = self._secret.exchange(X25519PublicKey.from_public_bytes(their_public))
        except ValueError as error:
            raise Refused(EXCHANGE_WRONG()) from error
        info = context + b"".join(sorted((self.public, their_public)))
        return HKDF(hashes.SHA256(), length=32, salt=None, info=info).derive(shared)


def mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes."""
    return hmac.digest(key, message, "sha256")


def same(one: bytes, other: bytes) -> bool:
    """Whether two secrets are equal, in time that tells nothing of where they differ."""
    return hmac.compare_digest(one, other)


def sign(kind: str, document: Document, key: SigningKey) -> Signed:
    """The document's canonical bytes, signed as this kind."""
    body = encode(document)
    value = base64.b64encode(key.sign(signing_bytes(kind, body))).decode()
    return Signed(
        kind=kind, body=Raw(body), signatures=(Signature(key=key.public.text, value=value),)
    )


F = TypeVar("F", bound=Document)


def open_signed(signed: Signed, kind: str, form: type[F], keys: Iterable[PublicKey]) -> F:
    """The document inside, once a key of `keys` is seen to have signed it as `kind`.

    Signatures by other keys are ignored; a wrong one by a known key is refused. Raises
    `signed.kind_wrong`, `signed.key_unknown`, `signed.signature_wrong`, `document.malformed`.
    """
    if signed.kind != kind:
        raise Refused(KIND_WRONG(found=signed.kind, wanted=kind))
    known = {key.text: key for key in keys}
    ours = [signature for signature in signed.signatures if signature.key in known]
    if not ours:
        raise Refused(KEY_UNKNOWN(key=", ".join(s.key for s in signed.signatures) or "(none)"))
    body = bytes(signed.body)
    message = signing_bytes(kind, body)
    wrong = [s for s in ours if not known[s.key].verify(message, from_base64(s.value) or b"")]
    if wrong:
        raise Refused(*(SIGNATURE_WRONG(key=known[s.key].name) for s in wrong))
    return decode(body, form)


def check_name(name: str) -> None:
    """A key name has no spaces and no plus sign (C2SP signed-note); raises `key.text_wrong`."""
    if not name or "+" in name or name.split() != [name] or not name.isprintable():
        raise Refused(KEY_TEXT_WRONG(reason=f"{name!r} cannot name a key"))


def from_base64(text: str) -> bytes | None:
    """The bytes of strict, canonical base64; None when the text is anything else."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None


def _parse_key(text: str, length: str) -> tuple[str, Suite, bytes]:
    parts = text.split("+", 2)
    typed = from_base64(parts[2]) if len(parts) == 3 else None
    if typed is None:
        raise Refused(KEY_TEXT_WRONG(reason="it is not name+hex+base64"))
    for algorithm, suite in SUITES.items():
        if typed.startswith(algorithm):
            if len(typed) != len(algorithm) + getattr(suite, length):
                raise Refused(KEY_TEXT_WRONG(reason="the key has the wrong length"))
            return parts[0], suite, typed[len(algorithm) :]
    raise Refused(KEY_TEXT_WRONG(reason=f"no suite for algorithm {typed[:1].hex()}"))


def _create(path: Path, data: bytes) -> None:
    # A hard link fails when the name is taken, so the file appears whole or not at all.
    whole = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    handle = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(whole, path)
    finally:
        whole.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
