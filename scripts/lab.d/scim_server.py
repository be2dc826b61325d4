"""The SCIM server of the lab: scim2-server, data in memory, over HTTP/1.1 with keep-alive.

    scim_server.py PORT_FILE PORT

PORT 0 is any free port, and "N?" is N if it is free, else any. The port is written to PORT_FILE
once the socket listens. The environment variable SCIM_TOKEN_FILE names the bearer token's file.

The server's own command speaks HTTP/1.0 and closes each connection, which no service in the
cloud does; hence the ASGI application below uvicorn.
"""

import hmac
import os
import pathlib
import secrets
import socket
import sys

import uvicorn
from scim2_models import Pagination, ScimProvider, UnauthorizedException
from scim2_server.applications.asgi import ASGIApplication
from scim2_server.memory import AsyncInMemoryStorage
from scim2_server.service import ScimService
from scim2_server.testserver.application import BEARER_TOKEN_SCHEME
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)


class Application(ASGIApplication):
    token = ""

    def check_auth(self, request):
        scheme, _, given = (request.header("Authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), self.token.encode()):
            raise UnauthorizedException


def application(token):
    config = load_default_service_provider_config()
    config.authentication_schemes = [BEARER_TOKEN_SCHEME]
    config.pagination = Pagination(
        cursor=True,
        index=True,
        default_pagination_method="index",
        default_page_size=100,
        max_page_size=1000,
        cursor_timeout=3600,
    )
    provider = ScimProvider.from_discovery(
        load_default_schemas().values(),
        load_default_resource_types().values(),
        config=config,
    )
    service = ScimService(provider, secret=secrets.token_urlsafe(32))
    app = Application(AsyncInMemoryStorage(), provider, service)
    app.token = token
    return app


def listen(wanted):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", int(wanted.rstrip("?"))))
    except OSError:
        if not wanted.endswith("?"):
            raise
        sock.bind(("127.0.0.1", 0))
    sock.listen(128)
    return sock


def main():
    port_file, wanted = sys.argv[1:]
    token = pathlib.Path(os.environ["SCIM_TOKEN_FILE"]).read_text().strip()
    app = application(token)
    sock = listen(wanted)
    new = pathlib.Path(port_file + ".new")
    new.write_text(f"{sock.getsockname()[1]}\n")
    new.rename(port_file)
    config = uvicorn.Config(
        app,
        http="httptools",
        loop="uvloop",
        lifespan="off",
        access_log=False,
        log_level="warning",
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[sock])


main()
