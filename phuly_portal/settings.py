"""Settings of the portal, read from the environment.

With nothing set the portal runs on this machine alone: SQLite, an embedded broker and a generated key under ``var/``,
plain http on 127.0.0.1. ``ALLOWED_HOSTS`` switches production on; then ``SECRET_KEY`` and ``DATABASE_URL`` must be
set too, and the portal expects to stand behind exactly one TLS proxy.
"""

import secrets
from datetime import timedelta
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).absolute()
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
PRODUCTION = bool(ALLOWED_HOSTS)
PORT = env.int("PORT", default=8000)


def generated_key() -> str:
    """The key of an installation that was given none: made once, kept in DATA_DIR, readable by its owner only."""
    path = DATA_DIR / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


if PRODUCTION:
    for name in ("SECRET_KEY", "DATABASE_URL"):
        if not env.str(name, default=""):
            raise ImproperlyConfigured(f"ALLOWED_HOSTS is set, so this is production: set {name} as well.")
    SECRET_KEY = env.str("SECRET_KEY")
    SITE_URL = f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
else:
    SECRET_KEY = env.str("SECRET_KEY", default="") or generated_key()
    ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    SITE_URL = f"http://127.0.0.1:{PORT}"

INSTALLED_APPS = [
    "letters.apps.LettersConfig",
    "feedback",
    "dossiers",
    "desk",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "whitenoise.runserver_nostatic",
    "phuly_portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
]

MIDDLEWARE = [
    "desk.middleware.client_address",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "desk.middleware.StaffOnlyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "desk.middleware.say_what_broke",
]

ROOT_URLCONF = "phuly_portal.urls"
WSGI_APPLICATION = "phuly_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.templatetags.static", "desk.templatetags.desk"],
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets people read while one writes; IMMEDIATE takes the write lock before reading, so two clerks queue
    # instead of failing; FULL keeps a number that was handed out even when the power goes.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    if not DATABASES["default"].get("DISABLE_SERVER_SIDE_CURSORS"):  # a pooler takes no options
        # to compile a query takes PostgreSQL longer than to answer any that a page asks; and in the 4 MB that it takes
        # by itself the counts of a year are sorted on disk
        options = DATABASES["default"].setdefault("OPTIONS", {})
        options.setdefault("options", "-c jit=off -c work_mem=16MB")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "desk.Staff"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "desk.backends.StaffBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "desk:login"
LOGIN_REDIRECT_URL = "/quay/"
LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 10 * 3600  # one working day: nobody is thrown out in the middle of it
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "desk.views.csrf_failure"

AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "desk.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

LANGUAGE_CODE = "vi"
FORMAT_MODULE_PATH = "desk.formats"
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
NUMBER_GROUPING = 3

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Scans and letters: a folder here, or any Django storage, such as the S3 one of django-storages
FILE_STORAGE = env.str("FILE_STORAGE", default="")
STORAGES = {
    "default": {"BACKEND": FILE_STORAGE, "OPTIONS": env.json("FILE_STORAGE_OPTIONS", default={})}
    if FILE_STORAGE
    else {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by the machine next door, without TLS
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

EMAIL_CONFIG = env.email_url("EMAIL_URL", default=f"filemail:///{DATA_DIR / 'mail'}")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 30  # seconds
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default=f"mot-cua@{ALLOWED_HOSTS[0].lstrip('.')}")
SMS_URL = env.str("SMS_URL", default="")  # none: text messages go into files under DATA_DIR/sms
SMS_KEY = env.str("SMS_KEY", default="").strip()

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict = {"socket_connect_timeout": 2, "socket_timeout": 5}
else:
    BROKER_DIR = DATA_DIR / "broker"
    BROKER_DIR.mkdir(exist_ok=True)
    CELERY_BROKER_URL = "files://localhost//"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR),
        "data_folder_out": str(BROKER_DIR),
        "control_folder": str(BROKER_DIR),
        "polling_interval": 0.05,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_PUBLISH_RETRY = False  # a broker that is down never makes a citizen wait: a beat job finds what was missed
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "flag-overdue": {"task": "dossiers.tasks.flag_overdue", "schedule": crontab(minute="*/5")},
    # a run that waited for a long one has nothing to add
    "keep-figures": {"task": "dossiers.tasks.keep_figures", "schedule": crontab(), "options": {"expires": 50}},
    "flag-late-contributions": {
        "task": "feedback.tasks.flag_late_contributions",
        "schedule": crontab(minute="*/5"),
    },
    "order-letters-ahead": {"task": "letters.tasks.order_letters_ahead", "schedule": crontab(minute="*/5")},
    "draw-waiting": {"task": "letters.tasks.draw_waiting", "schedule": crontab()},
    "plan-digests": {"task": "letters.tasks.plan_digests", "schedule": crontab(minute="*/5")},
    "send-messages": {"task": "letters.tasks.send_messages", "schedule": crontab()},
    "sweep-archive": {"task": "letters.tasks.sweep_archive", "schedule": crontab(hour="2", minute="40")},
    "seal-answers": {"task": "feedback.tasks.seal_answers", "schedule": crontab(hour="0", minute="20")},
    "forget-addresses": {"task": "letters.tasks.forget_addresses", "schedule": crontab(hour="4", minute="0")},
    "forget-failed-lookups": {
        "task": "dossiers.tasks.forget_failed_lookups",
        "schedule": crontab(hour="3", minute="10"),
    },
    "clear-personal-data": {
        "task": "dossiers.tasks.clear_personal_data",
        "schedule": crontab(hour="3", minute="30"),
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"level": "INFO", "propagate": True, "handlers": []},
        "axes": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}
