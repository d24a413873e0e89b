"""The project's settings, with what the place it runs in knows better laid over them.

The same for every site: what differs comes from environment variables, what is secret from files.
"""

import importlib
import json
import os
from pathlib import Path

_base = importlib.import_module(os.environ["DJANGO_BASE_SETTINGS"])
globals().update({name: getattr(_base, name) for name in dir(_base) if name.isupper()})


def _secret(variable):
    path = os.environ.get(variable)
    return Path(path).read_text().strip() if path else ""


SECRET_KEY = _secret("SECRET_KEY_FILE")
DEBUG = False

# Only the site's own hosts. Django compares the scheme too where a form comes from elsewhere.
ALLOWED_HOSTS = [os.environ["SITE_HOST"], *json.loads(os.environ["SITE_EXTRA_HOSTS"])]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

# TLS ends at the gateway, and nobody but the gateway can come here.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
USE_X_FORWARDED_HOST = False
# The gateway redirects plain HTTP; a redirect here would fail the probes.
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = int(os.environ["HSTS_SECONDS"])
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

_engine = {"postgresql": "django.db.backends.postgresql", "mariadb": "django.db.backends.mysql"}
DATABASES = dict(globals().get("DATABASES", {}))
DATABASES["default"] = {
    **DATABASES.get("default", {}),
    "ENGINE": _engine[os.environ["DATABASE_ENGINE"]],
    "HOST": os.environ["DATABASE_HOST"],
    "PORT": os.environ["DATABASE_PORT"],
    "NAME": os.environ["DATABASE_NAME"],
    "USER": os.environ["DATABASE_USER"],
    "PASSWORD": _secret("DATABASE_PASSWORD_FILE"),
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
}
DATABASES["default"]["OPTIONS"] = dict(DATABASES["default"].get("OPTIONS", {}))
if os.environ["DATABASE_ENGINE"] == "mariadb":
    DATABASES["default"]["OPTIONS"].setdefault("charset", "utf8mb4")
if _ca := os.environ.get("DATABASE_CA_FILE"):
    if os.environ["DATABASE_ENGINE"] == "postgresql":
        DATABASES["default"]["OPTIONS"].update(sslmode="verify-full", sslrootcert=_ca)
    else:
        DATABASES["default"]["OPTIONS"]["ssl"] = {"ca": _ca}

STATIC_URL = os.environ["STATIC_URL"]
STATIC_ROOT = os.environ["STATIC_ROOT"]
MEDIA_URL = os.environ["MEDIA_URL"]
MEDIA_ROOT = os.environ["MEDIA_ROOT"]

if _cache := os.environ.get("CACHE_URL"):
    CACHES = dict(globals().get("CACHES", {}))
    CACHES["default"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _cache,
        "KEY_PREFIX": os.environ["SITE_NAME"],
    }

if _host := os.environ.get("BROKER_HOST"):
    from urllib.parse import quote

    CELERY_BROKER_URL = f"amqp://site:{quote(_secret('BROKER_PASSWORD_FILE'), safe='')}@{_host}:5672//"
elif _url := os.environ.get("CELERY_BROKER_URL"):
    CELERY_BROKER_URL = _url

if _mail := os.environ.get("EMAIL_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _mail
    EMAIL_PORT = int(os.environ["EMAIL_PORT"])
    EMAIL_HOST_USER = _secret("EMAIL_USER_FILE")
    EMAIL_HOST_PASSWORD = _secret("EMAIL_PASSWORD_FILE")
    EMAIL_USE_SSL = EMAIL_PORT == 465
    EMAIL_USE_TLS = EMAIL_PORT == 587
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
