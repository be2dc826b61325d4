"""What an IT department writes by hand to keep a SCIM service in step: the programs that rosterd is measured beside.

    scim_scripted.py lists|puts URL TOKEN DATABASE CONNECTIONS [IDS]

`lists` reads everyone in pages, compares in memory, and creates or replaces who differs, on so many connections at once.
`puts` is the shape of authentik: no listing; it remembers each user's id (IDS) and sends everybody with PUT.
"""

import http.client
import json
import queue
import sqlite3
import sys
import threading
import urllib.parse

from people import ATTRIBUTES

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PAGE = 1000


def user(values):
    return {
        "schemas": [CORE, ENTERPRISE],
        "userName": values["uid"],
        "displayName": values["displayName"],
        "name": {"givenName": values["givenName"], "familyName": values["sn"]},
        "title": values["title"],
        "userType": values["description"],
        "emails": [{"type": "work", "value": values["mail"]}],
        "phoneNumbers": [{"type": "work", "value": values["telephoneNumber"]}],
        "addresses": [{"type": "work", "locality": values["l"]}],
        ENTERPRISE: {"department": values["departmentNumber"], "employeeNumber": values["employeeNumber"]},
        "active": True,
    }


def desired(path):
    with sqlite3.connect(path) as database:
        for row in database.execute(f"SELECT {', '.join(ATTRIBUTES)} FROM people"):
            yield user(dict(zip(ATTRIBUTES, row)))


class Client:
    def __init__(self, url, token):
        self.url = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(self.url.netloc)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}

    def ask(self, method, path, body=None):
        content = None if body is None else json.dumps(body)
        self.connection.request(method, f"{self.url.path}/{path}", content, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {text[:200]}")
        return json.loads(text)

    def users(self):
        start = 1
        while True:
            page = self.ask("GET", f"Users?startIndex={start}&count={PAGE}")
            yield from page["Resources"]
            start += len(page["Resources"])
            if start > page["totalResults"]:
                return


def send(url, token, connections, work):
    """Sends what is to be written, on so many connections at once."""
    if connections == 1:
        client = Client(url, token)
        for request in work:
            client.ask(*request)
        return
    waiting = queue.SimpleQueue()
    for request in [*work, *[None] * connections]:
        waiting.put(request)

    def run():
        client = Client(url, token)
        while (request := waiting.get()) is not None:
            client.ask(*request)

    threads = [threading.Thread(target=run) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def differences(held, wanted):
    for new in wanted:
        old = held.get(new["userName"])
        if old is None:
            yield "POST", "Users", new
        elif any(old.get(name) != value for name, value in new.items() if name != "schemas"):
            yield "PUT", f"Users/{old['id']}", {**old, **new}


def main():
    how, url, token, path, connections = sys.argv[1:6]
    if how == "puts":
        with open(sys.argv[6], encoding="utf-8") as file:
            ids = json.load(file)
        work = (("PUT", f"Users/{ids[new['userName']]}", new) for new in desired(path))
    else:
        held = {old["userName"]: old for old in Client(url, token).users()}
        work = differences(held, desired(path))
    send(url, token, int(connections), work)


main()
