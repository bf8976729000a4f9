"""A small house of identities: OpenID Connect over plain HTTP on loopback, run as a process.

It signs real tokens (RS256) and checks the code, the client's secret and PKCE as the standard has
it. `python -m tests.portal.oidc_house PORT`: the person who "signs in" there is named in the query
of `/authorize` by `login_hint`; `spoil` makes it answer wrongly in one way.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "yunzhang", "loopback-secret"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CODES: dict[str, dict[str, str]] = {}


class House(BaseHTTPRequestHandler):
    """The four addresses of a provider."""

    @property
    def issuer(self) -> str:
        return f"http://{self.headers['Host']}"

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        asked = dict(parse_qsl(split.query))
        if split.path == "/.well-known/openid-configuration":
            self._json(
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "userinfo_endpoint": f"{self.issuer}/userinfo",
                    "jwks_uri": f"{self.issuer}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        elif split.path == "/keys":
            key = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
            self._json({"keys": [{**key, "kid": "1", "alg": "RS256", "use": "sig"}]})
        elif split.path == "/authorize":
            self._authorize(asked)
        else:
            self._json({"error": "not_found"}, 404)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        sent = dict(parse_qsl(self.rfile.read(length).decode()))
        held = CODES.pop(sent.get("code", ""), None)
        challenge = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        shown = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if (
            held is None
            or (sent["client_id"], sent["client_secret"]) != (CLIENT, SECRET)
            or sent["redirect_uri"] != held["redirect_uri"]
            or shown != held["code_challenge"]
        ):
            self._json({"error": "invalid_grant"}, 400)
            return
        answer = {"access_token": secrets.token_hex(8), "token_type": "Bearer", "expires_in": 60}
        if held.get("spoil") != "no_token":
            answer["id_token"] = self._token(held)
        self._json(answer)

    def _authorize(self, asked: dict[str, str]) -> None:
        back = asked["redirect_uri"]
        if asked.get("spoil") == "cancel":
            given = {"error": "access_denied", "state": asked["state"]}
        else:
            code = secrets.token_hex(8)
            CODES[code] = asked
            given = {"code": code, "state": asked["state"]}
        self.send_response(302)
        self.send_header("Location", f"{back}?{urlencode(given)}")
        self.end_headers()

    def _token(self, held: dict[str, str]) -> str:
        spoil, who = held.get("spoil", ""), held.get("login_hint", "visitor")
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": "http://elsewhere.example" if spoil == "issuer" else self.issuer,
            "aud": "another" if spoil == "audience" else CLIENT,
            "sub": f"subject-of-{who}",
            "preferred_username": who,
            "iat": now,
            "exp": now - 3600 if spoil == "expired" else now + 60,
        }
        key = STRANGER if spoil == "key" else KEY
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "1"})

    def _json(self, body: dict[str, Any], status: int = 200) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_line: object) -> None:
        """A house in a test keeps quiet."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), House).serve_forever()
