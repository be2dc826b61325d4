"""What an IT department writes by hand to keep a directory in step: the programs that rosterd is measured beside.

    scripted.py python-ldap|ldap3 people|members URL CA DATABASE [TITLES]

python-ldap reads everyone in pages, compares in memory and keeps 64 writes in flight. ldap3 searches each person, then
adds or changes it, one after the other. With TITLES the first so many people are to have another title.
"""

import sqlite3
import ssl
import sys

from people import ATTRIBUTES, CLASSES, PEOPLE, SUFFIX

ADMIN, PASSWORD = f"cn=admin,{SUFFIX}", "secret"
PAGE, IN_FLIGHT = 1000, 64


def desired(database, titles):
    for number, row in enumerate(database.execute(f"SELECT {', '.join(ATTRIBUTES)} FROM people")):
        values = dict(zip(ATTRIBUTES, row))
        if number < titles:
            values["title"] = f"Other title {number % 7}"
        yield values


def memberships(database):
    groups = {}
    for group, member in database.execute("SELECT group_dn, member_dn FROM member"):
        groups.setdefault(group, []).append(member)
    return groups


class Bulk:
    """python-ldap: one paged read, writes in flight."""

    def __init__(self, url, ca):
        import ldap
        from ldap.controls import SimplePagedResultsControl

        self.ldap, self.paged = ldap, SimplePagedResultsControl
        self.connection = ldap.initialize(url)
        self.connection.set_option(ldap.OPT_X_TLS_CACERTFILE, ca)
        self.connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        self.connection.simple_bind_s(ADMIN, PASSWORD)
        self.sent = set()

    def entries(self):
        page = self.paged(True, PAGE, "")
        while True:
            asked = self.connection.search_ext(
                PEOPLE, self.ldap.SCOPE_SUBTREE, "(objectClass=inetOrgPerson)", ATTRIBUTES, serverctrls=[page]
            )
            _, found, _, controls = self.connection.result3(asked)
            yield from found
            page.cookie = next(one.cookie for one in controls if one.controlType == self.paged.controlType)
            if not page.cookie:
                return

    def people(self, wanted):
        held = {values["uid"][0]: (dn, values) for dn, values in self.entries()}
        for values in wanted:
            new = {name: [value.encode()] for name, value in values.items()}
            there = held.get(new["uid"][0])
            if there is None:
                new["objectClass"] = [name.encode() for name in CLASSES]
                self.send(self.connection.add_ext, f"cn={values['cn']},{PEOPLE}", list(new.items()))
                continue
            dn, old = there
            changes = [(self.ldap.MOD_REPLACE, name, value) for name, value in new.items() if old.get(name) != value]
            if changes:
                self.send(self.connection.modify_ext, dn, changes)
        self.drain(0)

    def members(self, groups):
        for group, dns in groups.items():
            new = [(self.ldap.MOD_ADD, "member", [dn.encode() for dn in dns])]
            self.send(self.connection.modify_ext, group, new)
        self.drain(0)

    def send(self, operation, dn, content):
        self.drain(IN_FLIGHT - 1)
        self.sent.add(operation(dn, content))

    def drain(self, most):
        while len(self.sent) > most:
            _, _, answered, _ = self.connection.result3()
            self.sent.discard(answered)


class OneByOne:
    """ldap3: a search for each person."""

    def __init__(self, url, ca):
        import ldap3

        self.ldap3 = ldap3
        tls = ldap3.Tls(ca_certs_file=ca, validate=ssl.CERT_REQUIRED)
        server = ldap3.Server(url, tls=tls, get_info=ldap3.SCHEMA)
        self.connection = ldap3.Connection(server, ADMIN, PASSWORD, auto_bind=True, raise_exceptions=True)

    def people(self, wanted):
        for values in wanted:
            found = f"(&(objectClass=inetOrgPerson)(uid={values['uid']}))"
            self.connection.search(PEOPLE, found, attributes=ATTRIBUTES)
            if not self.connection.response:
                self.connection.add(f"cn={values['cn']},{PEOPLE}", CLASSES, values)
                continue
            entry = self.connection.response[0]
            held = {name: value if isinstance(value, list) else [value] for name, value in entry["attributes"].items()}
            changes = {
                name: [(self.ldap3.MODIFY_REPLACE, [value])]
                for name, value in values.items() if held.get(name) != [value]
            }
            if changes:
                self.connection.modify(entry["dn"], changes)

    def members(self, groups):
        for group, dns in groups.items():
            self.connection.modify(group, {"member": [(self.ldap3.MODIFY_ADD, dns)]})


def main():
    library, what, url, ca, path = sys.argv[1:6]
    titles = int(sys.argv[6]) if len(sys.argv) > 6 else 0
    program = Bulk(url, ca) if library == "python-ldap" else OneByOne(url, ca)
    with sqlite3.connect(path) as database:
        if what == "people":
            program.people(desired(database, titles))
        else:
            program.members(memberships(database))


main()
