"""Django's settings, made from a ``Config``: the same for the desk, for its commands and for the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ostiary_web.environment import Config, Mail, Provider
from ostiary_web.logs import logging_settings

_HERE = Path(__file__).resolve().parent
_HALF_HOUR = 30 * 60
_YEAR = 365 * 24 * 3600

_APPS = (
    # First: the desk's templates win over those of allauth and of Django's forms.
    "ostiary_web.staff",
    "ostiary_web.registry",
    "ostiary_web.casework",
    "ostiary_web.counter",
    "ostiary_web.ledger_link",
    "ostiary_web.worker",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "django.forms",
)
_MIDDLEWARE = (
    "ostiary_web.middleware.request_lines",
    "ostiary_web.counter.limits.no_large_bodies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ostiary_web.middleware.session_goes_on",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ostiary_web.casework.left_forms.keep_what_was_typed",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "ostiary_web.middleware.second_factor_required",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ostiary_web.middleware.no_zero_in_address",
    "axes.middleware.AxesMiddleware",  # last, as it asks
)


def django_settings(config: Config) -> dict[str, Any]:
    """Every setting by its name. ``OSTIARY`` is the ``Config`` itself."""
    return {
        "OSTIARY": config,
        "DEBUG": False,
        "SECRET_KEY": config.secret_key,
        "ALLOWED_HOSTS": list(config.hosts),
        "INSTALLED_APPS": list(_APPS),
        "MIDDLEWARE": list(_MIDDLEWARE),
        "ROOT_URLCONF": "ostiary_web.urls",
        "WSGI_APPLICATION": "ostiary_web.wsgi.application",
        "DATABASES": {"default": database(config.database_url)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "TASKS": {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}},
        "LANGUAGE_CODE": "en",
        "LANGUAGES": [("en", "English")],
        "TIME_ZONE": config.time_zone,
        "USE_TZ": True,
        "LOGGING_CONFIG": "ostiary_web.logs.configure",
        "LOGGING": logging_settings(),
        **_pages(config),
        **_fences(config),
        **_log_in(config.provider, https=not config.demo),
        **_mail(config.mail),
    }


def database(url: str) -> dict[str, Any]:
    """Django's description of a database, set so that what is committed is kept."""
    if url.startswith("sqlite:///"):
        pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": url.removeprefix("sqlite:///"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # The lock for writing is taken at the beginning, so that nobody fails half-way.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "".join(f"PRAGMA {one};" for one in pragmas),
            },
        }
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def vendor() -> Path:
    """The front-end files of others: inside the package, or beside the sources."""
    inside = _HERE / "vendor"
    return inside if inside.is_dir() else _HERE.parents[1] / "vendor"


def _pages(config: Config) -> dict[str, Any]:
    processors = ("request", "i18n")
    return {
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [_HERE / "templates", _HERE / "playground" / "templates"],
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        *(f"django.template.context_processors.{one}" for one in processors),
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                        "ostiary_web.context.site",
                    ]
                },
            }
        ],
        "FORM_RENDERER": "ostiary_web.forms.Renderer",
        "STATIC_URL": "/static/",
        "STATIC_ROOT": config.static,
        "STATICFILES_DIRS": [
            _HERE / "static",
            ("playground", _HERE / "playground" / "static"),
            ("uswds", vendor() / "uswds"),
        ],
        "STORAGES": {
            "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # no page keeps files yet
            "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
        },
        "WHITENOISE_KEEP_ONLY_HASHED_FILES": True,
    }


def _fences(config: Config) -> dict[str, Any]:
    """What the browser is told, and what its cookies may do."""
    from csp.constants import NONE, SELF

    own = ("script-src", "style-src", "font-src", "connect-src", "form-action", "manifest-src")
    closed = ("default-src", "base-uri", "frame-ancestors", "object-src")
    directives = {name: [SELF] for name in own} | {name: [NONE] for name in closed} | {"img-src": [SELF, "data:"]}
    fences: dict[str, Any] = {
        "CONTENT_SECURITY_POLICY": {"DIRECTIVES": directives},
        # Each item of a request is a box, and each fact of the board: hundreds are lawful.
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 5_000,
        # What is uploaded is held in memory, and never laid in a folder that others read; larger bodies are refused.
        "FILE_UPLOAD_HANDLERS": ["django.core.files.uploadhandler.MemoryFileUploadHandler"],
        "FILE_UPLOAD_MAX_MEMORY_SIZE": 12 * 2**20,
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "SESSION_COOKIE_AGE": _HALF_HOUR,  # without a request: see ``session_goes_on``
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SAMESITE": "Lax",
    }
    if config.demo:
        return fences
    return fences | {
        "SECURE_SSL_REDIRECT": True,
        "SECURE_REDIRECT_EXEMPT": [r"^health$"],  # asked by the machine itself
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "SECURE_HSTS_SECONDS": _YEAR,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_HSTS_PRELOAD": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        # A name that a browser takes only from this host, over HTTPS.
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
    }


def _log_in(provider: Provider | None, https: bool) -> dict[str, Any]:
    return _accounts(https) | _second_factor(https) | _provider(provider)


def _provider(provider: Provider | None) -> dict[str, Any]:
    apps = []
    if provider is not None:
        server = {"server_url": provider.issuer, "fetch_userinfo": True, "oauth_pkce_enabled": True}
        app = {"provider_id": "agency", "name": provider.name, "client_id": provider.client, "secret": provider.secret}
        apps = [app | {"settings": server}]
    return {
        "SOCIALACCOUNT_ADAPTER": "ostiary_web.staff.adapters.ProviderAdapter",
        "SOCIALACCOUNT_ONLY": False,
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION": True,
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT": True,
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"APPS": apps}},
    }


def _accounts(https: bool) -> dict[str, Any]:
    return {
        "AUTH_USER_MODEL": "staff.Person",
        "AUTHENTICATION_BACKENDS": [
            "axes.backends.AxesStandaloneBackend",
            "allauth.account.auth_backends.AuthenticationBackend",
        ],
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.Argon2PasswordHasher"],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
            {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
            {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
        ],
        "PASSWORD_RESET_TIMEOUT": 24 * 3600,
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "home",
        "ACCOUNT_ADAPTER": "ostiary_web.staff.adapters.DeskAdapter",
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
        "ACCOUNT_USER_MODEL_EMAIL_FIELD": "mail",
        "ACCOUNT_LOGIN_METHODS": {"email"},
        "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",  # the administrator who adds a person vouches for the address
        "ACCOUNT_PREVENT_ENUMERATION": True,
        "ACCOUNT_RATE_LIMITS": {"login_failed": ""},  # axes and `staff.actions.guessing` count, for all processes
        "ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE": True,
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": 300,
        "ACCOUNT_SESSION_REMEMBER": False,
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": "https" if https else "http",
    }


def _second_factor(https: bool) -> dict[str, Any]:
    """The second factor, and how often one may guess."""
    return {
        "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes", "webauthn"],
        "MFA_PASSKEY_LOGIN_ENABLED": False,
        "MFA_ALLOW_UNVERIFIED_EMAIL": True,  # see above: who added the person vouches
        "MFA_TOTP_ISSUER": "Ostiary",
        "MFA_FORMS": {
            "authenticate": "ostiary_web.staff.forms_codes.CodeForm",
            "reauthenticate": "ostiary_web.staff.forms_codes.CodeAgainForm",
        },
        "MFA_TOTP_TOLERANCE": 1,  # a telephone's clock may be half a minute wrong
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not https,
        "AXES_FAILURE_LIMIT": 5,
        "AXES_COOLOFF_TIME": 1,
        "AXES_CLIENT_IP_CALLABLE": "ostiary_web.addresses.for_log_in",  # the proxy's is everybody's
        "AXES_LOCKOUT_PARAMETERS": [["username", "ip_address"]],
        "AXES_USERNAME_CALLABLE": "ostiary_web.staff.adapters.named_at_log_in",
        "AXES_LOCKOUT_TEMPLATE": "account/locked_out.html",
        "AXES_DISABLE_ACCESS_LOG": True,
        "AXES_RESET_ON_SUCCESS": True,
        "AXES_ENABLE_ADMIN": False,
    }


def _mail(mail: Mail | None) -> dict[str, Any]:
    """Without a server mail goes nowhere: the administrator hands over the link that sets a password."""
    if mail is None:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(mail.url)
    return {
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_TIMEOUT": 10,
        "DEFAULT_FROM_EMAIL": mail.sender,
    }
