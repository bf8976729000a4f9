"""Settings: what a deployment may choose comes from YUNZHANG_* variables (docs/settings.md)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

BASE = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("YUNZHANG_HOME", Path.cwd() / ".yunzhang")).resolve()
HUB_NAME = os.environ.get("YUNZHANG_HUB_NAME", "hub.yunzhang.local")
PACK = os.environ.get("YUNZHANG_PACK") or "national"  # a shipped pack's name, or a pack's folder
LAKE = HOME / "lake"
LEDGER = HOME / "log"
HUB_KEY = HOME / "hub.key"
SECRETS = HOME / "secrets"  # <credit code>/<name>: passwords of sources, see gather/secrets.py
SOURCES = [  # the folders below which files may be registered as sources
    Path(folder).resolve()
    for folder in os.environ.get("YUNZHANG_SOURCES", str(HOME / "sources")).split(os.pathsep)
]

MAIL_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def _secret() -> str:
    """The session secret: made once and kept beside the data, readable by its owner alone."""
    path = HOME / "secret"
    if not path.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()


def _database(url: str) -> dict[str, object]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HOME / "hub.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }


def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8").strip() if path else ""


SECRET_KEY = os.environ.get("YUNZHANG_SECRET") or _secret()
DEBUG = os.environ.get("YUNZHANG_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("YUNZHANG_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("YUNZHANG_ORIGINS", "").split(",") if o]
DATABASES = {"default": _database(os.environ.get("YUNZHANG_DATABASE", ""))}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # Of allauth only protocol and records: `allauth` itself, which brings its pages, is left out.
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "yunzhang.people",
    "yunzhang.gather",
    "yunzhang.share",
    "yunzhang.use",
    "yunzhang.oversee",
    "yunzhang.portal",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yunzhang.portal.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "yunzhang.portal.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "yunzhang.portal.doors.RefusalMiddleware",
]
ROOT_URLCONF = "yunzhang.hub.urls"
WSGI_APPLICATION = "yunzhang.hub.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yunzhang.portal.doors.frame",
            ],
        },
    }
]

AUTH_USER_MODEL = "people.Person"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# The house whose accounts sign in here, too (OpenID Connect); without an issuer there is none.
OIDC = {
    "issuer": os.environ.get("YUNZHANG_OIDC_ISSUER", "").rstrip("/"),
    "client": os.environ.get("YUNZHANG_OIDC_CLIENT", ""),
    "secret": os.environ.get("YUNZHANG_OIDC_SECRET", ""),
    "name": os.environ.get("YUNZHANG_OIDC_NAME", ""),
    "username_claim": os.environ.get("YUNZHANG_OIDC_USERNAME_CLAIM", ""),
}
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"provider_class": "yunzhang.portal.people.outside.House"}
}
SOCIALACCOUNT_ADAPTER = "yunzhang.portal.people.outside.Adapter"
SOCIALACCOUNT_STORE_TOKENS = False
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off (RFC 6238, 5.2)
MFA_ADAPTER = "yunzhang.people.second_factor.Adapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "sign_in"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Reached over TLS alone, the hub's cookies never leave a browser without it.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = bool(CSRF_TRUSTED_ORIGINS) and all(
    origin.startswith("https://") for origin in CSRF_TRUSTED_ORIGINS
)
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE / "portal" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# The address people reach this hub at, for links in mails and calls; empty: they hold none.
ADDRESS = os.environ.get("YUNZHANG_ADDRESS", "").rstrip("/")
MAIL_TLS = os.environ.get("YUNZHANG_MAIL_TLS") or "starttls"
if MAIL_TLS not in MAIL_PORTS:
    raise ValueError(f"YUNZHANG_MAIL_TLS is {MAIL_TLS}. Next: set starttls, tls or none.")
EMAIL_HOST = os.environ.get("YUNZHANG_MAIL_HOST", "")  # empty: no mail at all
EMAIL_PORT = int(os.environ.get("YUNZHANG_MAIL_PORT") or MAIL_PORTS[MAIL_TLS])
EMAIL_HOST_USER = os.environ.get("YUNZHANG_MAIL_USER", "")
EMAIL_HOST_PASSWORD = _read(os.environ.get("YUNZHANG_MAIL_PASSWORD_FILE", ""))
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL_TLS == "starttls", MAIL_TLS == "tls"
DEFAULT_FROM_EMAIL = os.environ.get("YUNZHANG_MAIL_FROM") or f"yunzhang@{HUB_NAME}"
WEBHOOK_HOSTS = [h for h in os.environ.get("YUNZHANG_WEBHOOK_HOSTS", "").lower().split(",") if h]

# Tiles below the map, as 天地图 serves them by longitude and latitude; empty: none.
MAP_TILES = os.environ.get("YUNZHANG_MAP_TILES", "")
MAP_TILES_CREDIT = os.environ.get("YUNZHANG_MAP_TILES_CREDIT", "")  # with their review number
if MAP_TILES and not MAP_TILES.startswith("https://"):
    raise ValueError("YUNZHANG_MAP_TILES is no https address. Next: see docs/settings.md.")

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS: list[Path] = []
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_HANDLERS = [
    "yunzhang.portal.uploading.Limited",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
