"""As Django's deployment checklist asks, with what an API needs of it.

SECRET_KEY; PGSERVICEFILE, a file with the connection service `monolith`; RECORDS=1 for the second form.
"""

import os
from datetime import timedelta

SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]

RECORDS = os.environ.get("RECORDS") == "1"
"""Whether to keep what Linli keeps besides: outbox, audit, steps and answers, and people's data sealed."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "bench.peers.monolith.disputes",
]
AUTH_USER_MODEL = "disputes.Account"
# The default project's, without sessions, CSRF and messages: callers bring a token and no cookie.
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "bench.peers.monolith.urls"
WSGI_APPLICATION = "bench.peers.monolith.wsgi.application"
APPEND_SLASH = False

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": {
            "service": "monolith",
            # "Connection pool" (Django 5.1 and later); it demands that persistent connections (CONN_MAX_AGE) are off.
            # psycopg_pool's own four connections are as many as gunicorn's threads in a process.
            "pool": True,
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Every run has a database of its own, so tables are made from the models as they are.
MIGRATION_MODULES = dict.fromkeys(("auth", "contenttypes", "disputes"))

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}
# As long as those that Linli's embedded issuer makes; the checks cost the same.
SIMPLE_JWT = {"ACCESS_TOKEN_LIFETIME": timedelta(hours=12)}

LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"level": "WARNING"}}
