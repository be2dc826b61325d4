"""django-scim2 in the lab: a Django site on SQLite, over HTTP/1.1 with keep-alive.

    django_server.py FOLDER PORT

FOLDER gets the databases and the file `port`; PORT is as listening.py says. The base URL is
http://127.0.0.1:PORT/scim/v2, and http://127.0.0.1:PORT/t/NAME/scim/v2 for any NAME: each name has
resources of its own, empty at first. Users and groups are numbered from 1 each, as an application of
this kind has it.
The environment variable SCIM_TOKEN_FILE names the bearer token's file.
"""

import pathlib
import sys

import django
import waitress
from django.conf import settings
from listening import listen, say_port

folder, sock = pathlib.Path(sys.argv[1]), listen(sys.argv[2], 128)
address = f"127.0.0.1:{sock.getsockname()[1]}"

settings.configure(
    SECRET_KEY="of no use: there are no sessions",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    APPEND_SLASH=False,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django_scim", "django_scim_lab"],
    AUTH_USER_MODEL="django_scim_lab.User",
    # the first says how long an answer is, without which the connection would be closed after it
    MIDDLEWARE=[
        "django.middleware.common.CommonMiddleware",
        "django_scim_lab.token.Middleware",
        "django_scim_lab.tenants.Middleware",
    ],
    TENANTS=folder,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder / "empty.db",
            "CONN_MAX_AGE": None,
            # what a power failure takes is no loss here
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;",
            },
        }
    },
    SCIM_SERVICE_PROVIDER={
        "SCHEME": "http",
        "NETLOC": address,
        "GROUP_MODEL": "django_scim_lab.models.Group",
        "USER_FILTER_PARSER": "django_scim_lab.filters.UserFilter",
        "GROUP_FILTER_PARSER": "django_scim_lab.filters.GroupFilter",
        "WWW_AUTHENTICATE_HEADER": "Bearer",
        "AUTHENTICATION_SCHEMES": [{
            "type": "oauthbearertoken", "name": "Bearer", "description": "one token", "specUri": "",
            "documentationUri": "", "primary": True,
        }],
    },
)
django.setup()

from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import include, path  # noqa: E402
from django_scim_lab.tenants import mounted  # noqa: E402

urlpatterns = [path("scim/v2/", include("django_scim.urls", namespace="scim"))]

if __name__ == "__main__":
    call_command("migrate", run_syncdb=True, verbosity=0)
    application = mounted(get_wsgi_application())
    say_port(str(folder / "port"), sock)
    # one thread: SQLite has one writer
    waitress.serve(application, sockets=[sock], threads=1, channel_timeout=60, ident=None)
