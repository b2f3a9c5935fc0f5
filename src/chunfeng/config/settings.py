"""One settings file; what differs between sites comes from the environment."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from urllib.parse import unquote, urlparse

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from chunfeng.core import embedded
from chunfeng.core.crypto_key import load_key

PACKAGE = Path(__file__).resolve().parent.parent
HOME = embedded.home()
DEBUG = os.environ.get("CHUNFENG_DEBUG") == "1"
FIELD_KEY = load_key(HOME / "field.key")
FIELD_CIPHER = os.environ.get("CHUNFENG_CIPHER", "aes")
FILES_ROOT = HOME / "files"
SECRET_KEY = os.environ.get("SECRET_KEY") or hashlib.blake2b(b"django", key=FIELD_KEY).hexdigest()
HTTPS = os.environ.get("CHUNFENG_HTTPS") == "1"
ALLOWED_HOSTS = os.environ.get("CHUNFENG_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

INSTALLED_APPS = [
    "chunfeng.web",
    "chunfeng.api",
    "chunfeng.benefits",
    "chunfeng.people",
    "chunfeng.reporting",
    "chunfeng.tasking",
    "chunfeng.notices",
    "chunfeng.offices",
    "chunfeng.areas",
    "chunfeng.core",
    "procrastinate.contrib.django",
    "django_htmx",
    "ninja",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "mozilla_django_oidc",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "chunfeng.web.middleware.RefusalMiddleware",
    "chunfeng.api.auth.TokenMiddleware",
    "chunfeng.offices.middleware.ScopeMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "chunfeng.config.urls"
WSGI_APPLICATION = "chunfeng.config.wsgi.application"
APPEND_SLASH = True
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chunfeng.web.context.frame",
            ],
            "builtins": ["chunfeng.web.templatetags.chunfeng"],
        },
    }
]


def _database() -> dict[str, object]:
    url = os.environ.get("DATABASE_URL")
    base: dict[str, object] = {
        "ENGINE": "chunfeng.core.postgres",
        "NAME": embedded.DATABASE,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}},
        "TEST": {"NAME": os.environ.get("CHUNFENG_TEST_DB")},
    }
    if url:
        parts = urlparse(url)
        if parts.scheme not in {"postgres", "postgresql"}:
            raise ValueError("DATABASE_URL must begin with postgresql://")
        base |= {
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or "localhost"),
            "PORT": str(parts.port or 5432),
        }
    return base


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["chunfeng.core.passwords.TunedArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "name", "email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "chunfeng.web.accounts.views.locked_out"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
OTP_TOTP_ISSUER = "Chunfeng"
REQUIRE_TOTP = os.environ.get("CHUNFENG_REQUIRE_TOTP") == "1"

OIDC_ON = bool(os.environ.get("OIDC_CLIENT_ID"))
if OIDC_ON:
    AUTHENTICATION_BACKENDS.insert(1, "chunfeng.web.accounts.oidc.ByUserName")
    OIDC_RP_CLIENT_ID = os.environ["OIDC_CLIENT_ID"]
    OIDC_RP_CLIENT_SECRET = os.environ.get("OIDC_CLIENT_SECRET", "")
    OIDC_RP_SIGN_ALGO = os.environ.get("OIDC_SIGN_ALGO", "RS256")
    OIDC_OP_AUTHORIZATION_ENDPOINT = os.environ.get("OIDC_AUTHORIZE", "")
    OIDC_OP_TOKEN_ENDPOINT = os.environ.get("OIDC_TOKEN", "")
    OIDC_OP_USER_ENDPOINT = os.environ.get("OIDC_USERINFO", "")
    OIDC_RP_SCOPES = "openid profile"  # the user name comes with the profile
    OIDC_OP_JWKS_ENDPOINT = os.environ.get("OIDC_JWKS", "")

SESSION_ENGINE = "chunfeng.core.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 8
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if HTTPS:
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
EMAIL_BACKEND = os.environ.get("CHUNFENG_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
PERSON_EMAIL = os.environ.get("CHUNFENG_PERSON_EMAIL") == "1"
STOP_WORDS = os.environ.get("CHUNFENG_STOP_WORDS", "T,TD,N,退订,拒收,STOP").split(",")
HOTLINE = os.environ.get("CHUNFENG_HOTLINE", "12333")
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "chunfeng@localhost")


def _gateway(name: str) -> dict[str, object]:
    """What the environment says of a message gateway: CHUNFENG_SMS_URL, _TOKEN, _FIELDS, …; see people.channels."""

    def told(what: str) -> str:
        return os.environ.get(f"CHUNFENG_{name}_{what}", "")

    def table(what: str) -> dict[str, object]:
        try:
            read = json.loads(told(what) or "{}")
        except ValueError as error:
            raise ValueError(f"CHUNFENG_{name}_{what} is not JSON: {error}") from None
        if not isinstance(read, dict):
            raise ValueError(f"CHUNFENG_{name}_{what} must be a JSON object")
        return read

    return {
        "url": told("URL"), "token": told("TOKEN"), "form": told("BODY") == "form",
        "fields": table("FIELDS"), "headers": table("HEADERS"), "signature": told("SIGNATURE"),
        "taken": told("TAKEN"), "reference": told("REFERENCE"),
        "hopeless": tuple(code for code in told("HOPELESS").split(",") if code),
    }  # fmt: skip


MESSAGE_GATEWAYS = {"sms": _gateway("SMS"), "chat": _gateway("CHAT")}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"chunfeng.people.messages": {"level": "INFO"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
