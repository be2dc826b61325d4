"""A SCIM service that is fast and nothing else: real ones answer some thousand requests a second at best, and would hide
what a client costs. No schemas, no checks; never a server for tests.

    scim_stub.py TOKEN PORT [STATE]     says its port on standard output; PORT 0 is any free one

Users and Groups: POST, GET, PUT, PATCH, DELETE; listings of at most 1,000 a page; a filter by eq on userName, externalId and
displayName. STATE is what /state answered. Beside the service, without a token:

    POST /settings {"latency_ms": 50, "requests": 100, "burst": 10}
        answers come so much later; more than `burst` requests beyond `requests` a second are answered 429. 0 = no limit
    GET /counts   the requests since the last /counts, by method; "429"; the most that were under way at once ("at_once")
                  and that came in any one second ("in_a_second")
    GET /state    all resources
"""

import asyncio
import json
import re
import sys
import time
import urllib.parse
import uuid
from collections import Counter, deque

PAGE = 1000
BASE = "/scim/v2/"
FILTER = re.compile(r'^(userName|externalId|displayName) eq ("(?:[^"\\]|\\.)*")$')
PATH = re.compile(r'^(?:(urn:.*):)?([A-Za-z$]+)(?:\[(\w+) eq "([^"]*)"\])?(?:\.([A-Za-z$]+))?$')
MESSAGES = "urn:ietf:params:scim:api:messages:2.0:"


class Problem(Exception):
    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class Resources:
    """The resources of one endpoint: each as an object and as ready text, and found by what names it."""

    def __init__(self, kind, unique):
        self.kind, self.unique = kind, unique
        self.rows, self.texts, self.found, self.order = {}, {}, {}, None

    def keys(self, row):
        for name in ("userName", "externalId", "displayName"):
            if name in row and (name != "displayName" or self.kind == "Group"):
                yield name, row[name] if name == "externalId" else row[name].lower()

    def put(self, id_, row):
        name = row.get(self.unique)
        if not name:
            raise Problem(400, f"{self.unique} is needed")
        if self.found.get((self.unique, name.lower()), id_) != id_:
            raise Problem(409, f"{self.unique} is taken")
        if id_ in self.rows:
            self.forget(id_)
        else:
            self.order = None
        row["id"] = id_
        row["meta"] = {"resourceType": self.kind}
        self.rows[id_], self.texts[id_] = row, json.dumps(row)
        for key in self.keys(row):
            self.found[key] = id_
        return self.texts[id_]

    def forget(self, id_):
        for key in self.keys(self.rows[id_]):
            if self.found.get(key) == id_:
                del self.found[key]

    def remove(self, id_):
        self.forget(id_)
        del self.rows[id_], self.texts[id_]
        self.order = None

    def page(self, query):
        if "filter" in query:
            asked = FILTER.match(query["filter"][0])
            if not asked:
                raise Problem(400, "this filter is not understood")
            name, value = asked[1], json.loads(asked[2])
            id_ = self.found.get((name, value if name == "externalId" else value.lower()))
            ids, total, start = ([id_], 1, 1) if id_ else ([], 0, 1)
        else:
            self.order = self.order or list(self.rows)
            start = max(int(query.get("startIndex", ["1"])[0]), 1)
            count = min(max(int(query.get("count", ["100"])[0]), 0), PAGE)
            ids, total = self.order[start - 1 : start - 1 + count], len(self.order)
        resources = ",".join([self.texts[id_] for id_ in ids])
        return (
            f'{{"schemas":["{MESSAGES}ListResponse"],"totalResults":{total},"startIndex":{start},'
            f'"itemsPerPage":{len(ids)},"Resources":[{resources}]}}'
        )


def patch(row, operations):
    for operation in operations:
        op, value = operation["op"].lower(), operation.get("value")
        if "path" not in operation:
            patch(row, [{"op": op, "path": path, "value": part} for path, part in value.items()])
            continue
        found = PATH.match(operation["path"])
        if not found:
            raise Problem(400, "this path is not understood")
        extension, name, by, which, part = found.groups()
        # an extension's name ends with a colon and an attribute, or stands alone
        if extension and f"{extension}:{name}" in row:
            extension, name, part = None, f"{extension}:{name}", part
        place = row.setdefault(extension, {}) if extension else row
        if by:
            change_elements(place, name, op, by, which, part, value)
        elif part:
            if op == "remove":
                place.get(name, {}).pop(part, None)
            else:
                place.setdefault(name, {})[part] = value
        elif op == "add" and isinstance(value, list):
            held = place.setdefault(name, [])
            held += [one for one in value if one not in held]
        elif op != "remove":
            place[name] = value
        elif value:
            place[name] = [one for one in place.get(name, []) if one not in value]
        else:
            place.pop(name, None)
    return row


def change_elements(place, name, op, by, which, part, value):
    held = place.setdefault(name, [])
    hits = [one for one in held if str(one.get(by)) == which]
    if op == "remove" and not part:
        place[name] = [one for one in held if one not in hits]
    elif not hits and op != "remove":
        held.append({by: which, **({part: value} if part else value)})
    for one in hits:
        if op == "remove":
            one.pop(part, None)
        elif part:
            one[part] = value
        else:
            one.update(value)


class Service:
    def __init__(self, token):
        self.authorization = f"Bearer {token}".encode()
        self.endpoints = {"Users": Resources("User", "userName"), "Groups": Resources("Group", "displayName")}
        self.latency, self.requests, self.burst = 0, 0, 0
        self.begin()

    def begin(self):
        self.counts, self.times, self.under_way = Counter(), deque(), 0
        self.at_once, self.in_a_second = 0, 0

    def load(self, state):
        for name, rows in state.items():
            for row in rows:
                self.endpoints[name].put(row["id"], row)

    def arrived(self, method):
        """Counts a request; answers whether it is one too many."""
        now = time.monotonic()
        while self.times and self.times[0] <= now - 1:
            self.times.popleft()
        self.times.append(now)
        self.in_a_second = max(self.in_a_second, len(self.times))
        self.under_way += 1
        self.at_once = max(self.at_once, self.under_way)
        self.counts[method] += 1
        return self.requests and len(self.times) > self.requests + self.burst

    def beside(self, method, path, body):
        if path == "/settings":
            settings = json.loads(body)
            self.latency = settings.get("latency_ms", 0) / 1000
            self.requests, self.burst = settings.get("requests", 0), settings.get("burst", 0)
            return "{}"
        if path == "/state":
            return json.dumps({name: list(endpoint.rows.values()) for name, endpoint in self.endpoints.items()})
        told = {**self.counts, "at_once": self.at_once, "in_a_second": self.in_a_second}
        self.begin()
        return json.dumps(told)

    def answer(self, method, path, query, body):
        name, _, id_ = path.removeprefix(BASE).partition("/")
        endpoint = self.endpoints.get(name)
        if endpoint is None or not path.startswith(BASE):
            if name == "ServiceProviderConfig":
                return 200, json.dumps({"patch": {"supported": True}, "filter": {"supported": True, "maxResults": PAGE}})
            raise Problem(404, "there is nothing here")
        if not id_:
            if method == "GET":
                return 200, endpoint.page(urllib.parse.parse_qs(query))
            return 201, endpoint.put(uuid.uuid4().hex, json.loads(body))
        if id_ not in endpoint.rows:
            raise Problem(404, "there is nothing here")
        if method == "PUT":
            return 200, endpoint.put(id_, json.loads(body))
        if method == "PATCH":
            row = patch(json.loads(endpoint.texts[id_]), json.loads(body)["Operations"])
            return 200, endpoint.put(id_, row)
        if method == "DELETE":
            endpoint.remove(id_)
            return 204, ""
        return 200, endpoint.texts[id_]


class Connection(asyncio.Protocol):
    def __init__(self, service):
        self.service, self.bytes, self.transport = service, b"", None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.bytes += data
        while (end := self.bytes.find(b"\r\n\r\n")) >= 0:
            head = self.bytes[:end]
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.bytes) < whole:
                return
            body, self.bytes = self.bytes[end + 4 : whole], self.bytes[whole:]
            self.request(head, body)

    def request(self, head, body):
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        path, _, query = target.partition("?")
        service = self.service
        if not path.startswith(BASE):
            self.send(200, service.beside(method, path, body))
            return
        too_many = service.arrived(method)
        given = re.search(rb"(?i)\r\nauthorization: *([^\r]+)", head)
        try:
            if not given or given[1] != service.authorization:
                raise Problem(401, "a bearer token is needed")
            if too_many:
                service.counts["429"] += 1
                raise Problem(429, "too many requests")
            status, text = service.answer(method, path, query, body)
        except Problem as problem:
            status = problem.status
            text = json.dumps({"schemas": [f"{MESSAGES}Error"], "status": str(status), "detail": str(problem)})
        if service.latency:
            asyncio.get_running_loop().call_later(service.latency, self.finish, status, text)
        else:
            self.finish(status, text)

    def finish(self, status, text):
        self.service.under_way -= 1
        self.send(status, text)

    def send(self, status, text):
        body = text.encode()
        more = "Retry-After: 1\r\n" if status == 429 else ""
        head = f"HTTP/1.1 {status} x\r\nContent-Type: application/scim+json\r\nContent-Length: {len(body)}\r\n{more}\r\n"
        if not self.transport.is_closing():
            self.transport.write(head.encode() + body)


async def main():
    service = Service(sys.argv[1])
    if len(sys.argv) > 3:
        with open(sys.argv[3], encoding="utf-8") as state:
            service.load(json.load(state))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(service), "127.0.0.1", int(sys.argv[2]), backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
