"""The strict SCIM server of the lab: scim2-server, data in memory.

    scim_server.py PORT_FILE PORT [--close]

It speaks HTTP/1.1 with keep-alive, as services in the cloud do; with --close it speaks HTTP/1.0 and
closes each connection, as the server's own command does. PORT is as listening.py says. The base URL
is http://127.0.0.1:PORT/v2, and http://127.0.0.1:PORT/t/NAME/v2 for any NAME: each name has
resources of its own, empty at first. The environment variable SCIM_TOKEN_FILE names the bearer
token's file.
"""

import hmac
import os
import pathlib
import secrets
import sys
import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import uvicorn
from listening import listen, say_port
from scim2_models import Pagination, ScimProvider, UnauthorizedException
from scim2_server.applications.asgi import ASGIApplication
from scim2_server.applications.wsgi import WSGIApplication
from scim2_server.memory import AsyncInMemoryStorage, InMemoryStorage
from scim2_server.service import ScimService
from scim2_server.testserver.application import BEARER_TOKEN_SCHEME
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)


class TokenRequired:
    token = pathlib.Path(os.environ["SCIM_TOKEN_FILE"]).read_text().strip()

    def check_auth(self, request):
        scheme, _, given = (request.header("Authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), self.token.encode()):
            raise UnauthorizedException


class Kept(TokenRequired, ASGIApplication):
    pass


class Closed(TokenRequired, WSGIApplication):
    pass


def service():
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
    return provider, ScimService(provider, secret=secrets.token_urlsafe(32))


class Tenants:
    """An application for each tenant, made when somebody asks for it first."""

    def __init__(self, make):
        self.make, self.made, self.lock = make, {}, threading.Lock()

    def of(self, path):
        """The part of the path that names the tenant, and the tenant's application."""
        words = path.split("/")
        prefix = "/".join(words[:3]) if words[1:2] == ["t"] and len(words) > 2 else ""
        with self.lock:
            if prefix not in self.made:
                self.made[prefix] = self.make()
            return prefix, self.made[prefix]


def serve_kept(sock):
    provider, shared = service()
    tenants = Tenants(lambda: Kept(AsyncInMemoryStorage(), provider, shared))

    async def application(scope, receive, send):
        prefix, tenant = tenants.of(scope["path"])
        await tenant({**scope, "root_path": prefix}, receive, send)

    config = uvicorn.Config(
        application,
        http="httptools",
        loop="uvloop",
        lifespan="off",
        access_log=False,
        log_level="warning",
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[sock])


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def serve_closed(sock):
    provider, shared = service()
    tenants = Tenants(lambda: Closed(InMemoryStorage(), provider, shared))

    def application(environ, start_response):
        prefix, tenant = tenants.of(environ["PATH_INFO"])
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = prefix, environ["PATH_INFO"].removeprefix(prefix)
        return tenant(environ, start_response)

    server = Threads(sock.getsockname(), Quiet, bind_and_activate=False)
    server.socket.close()
    server.socket = sock
    server.server_name, server.server_port = sock.getsockname()
    server.setup_environ()
    server.set_app(application)
    server.serve_forever()


def main():
    port_file, wanted, *how = sys.argv[1:]
    # the server's own command lets five connections wait
    sock = listen(wanted, 5 if how else 128)
    say_port(port_file, sock)
    serve_closed(sock) if how else serve_kept(sock)


main()
