"""The bearer token."""

import hmac
import os
import pathlib
import types


class Middleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.expected = f"Bearer {pathlib.Path(os.environ['SCIM_TOKEN_FILE']).read_text().strip()}".encode()

    def __call__(self, request):
        given = request.headers.get("Authorization", "").encode()
        request.user = types.SimpleNamespace(is_authenticated=hmac.compare_digest(given, self.expected))
        return self.get_response(request)
