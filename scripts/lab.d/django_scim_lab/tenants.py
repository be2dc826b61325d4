"""A database for each tenant, empty at first. /t/NAME before the path of the site names it."""

import pathlib
import shutil
import threading

from django.conf import settings
from django.db import connections

DEFAULT = "default"


def mounted(application):
    """The application once below each /t/NAME, and once at the top."""

    def below(environ, start_response):
        words = environ["PATH_INFO"].split("/")
        if words[1:2] == ["t"] and len(words) > 2:
            environ["SCRIPT_NAME"] = "/".join(words[:3])
            environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(environ["SCRIPT_NAME"])
        return application(environ, start_response)

    return below


class Middleware:
    """Puts the tenant's connection in the place of the only one that the library knows. Every thread has its own."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.own, self.making = threading.local(), threading.Lock()
        self.folder = pathlib.Path(settings.TENANTS)

    def __call__(self, request):
        name = request.META["SCRIPT_NAME"].removeprefix("/t/")
        known = self.own.__dict__.setdefault("connections", {})
        if name not in known:
            known[name] = self.connect(name)
        connections[DEFAULT] = known[name]
        return self.get_response(request)

    def connect(self, name):
        file = self.folder / f"tenant-{name.encode().hex()}.db"
        with self.making:
            if not file.exists():
                shutil.copy(self.folder / "empty.db", file)
        default = connections.create_connection(DEFAULT)
        return type(default)({**default.settings_dict, "NAME": str(file)}, DEFAULT)
