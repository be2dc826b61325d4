"""rosterd against OpenLDAP, by turns with other programs that do the same work, best of several.

    directory.py ROSTERD STATE MEMORY TLS yes|no JSON     (yes: quick)

MEMORY is a folder in memory, for the server's database; TLS holds ca.pem, bench.pem and bench.key.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from measure import applying, best, measured, write
from people import ATTRIBUTES, CHANGED, PEOPLE, SUSPENDED, login_of, named
from slapd import ADMIN, PASSWORD, Slapd

HERE = Path(__file__).parent
# The milliseconds of a round trip to a server that is far away.
FAR = 10

CONFIGURATION = """
[roster]
file = "roster.db"
zone = "Europe/Copenhagen"
national_id_key = {{ file = "secrets/national-id.key" }}

[custom.person]
phone = {{ type = "text" }}
city = {{ type = "text" }}

[naming.login]
patterns = ["person.nickname"]

[ldap.bench.connection]
url = "{url}"
ca_file = "{tls}/ca.pem"
bind_dn = "{admin}"
password = {{ file = "secrets/bench" }}
profile = "openldap"
disabled = {{ attribute = "employeeType", value = "disabled" }}
base = "dc=bench,dc=test"
user_base = "ou=people,dc=bench,dc=test"
group_base = "ou=groups,dc=bench,dc=test"

[ldap.bench.user]
name = "person.given_name ~ ' ' ~ person.surname ~ ' (' ~ login ~ ')'"
place = "top"
manager = false

[ldap.bench.user.attributes]
uid = "login"
sn = "person.surname"
givenName = "person.given_name"
displayName = "person.given_name ~ ' ' ~ person.surname"
mail = "login ~ '@bench.test'"
title = "engagement.title"
departmentNumber = "unit.name"
telephoneNumber = "person.custom.phone"
l = "person.custom.city"
description = "'Position ' ~ engagement.number ~ ' in ' ~ unit.name"
employeeNumber = "engagement.number"

[ldap.bench.group]
name = "group.name"
"""


class Bench:
    def __init__(self, rosterd, state, memory, tls):
        self.rosterd, self.state, self.tls = rosterd, state, tls
        self.slapd = Slapd(state / "slapd", memory, tls)
        self.far, self.proxy = None, None

    # ------------------------------------------------------------------ what is there before the first turn

    def organisation(self, count):
        """Everything about so many people, and a server and rosterd that hold them in step."""
        folder = self.state / f"{count}"
        subprocess.run([sys.executable, HERE / "people.py", str(count), folder], check=True)
        return folder

    def in_step(self, count):
        folder = self.empty(count)
        self.slapd.start(folder / "directory")
        shutil.move(folder / "new", folder / "in-step")
        self.told([*self.ours(folder / "in-step"), "import", "roster", folder / "groups.jsonl"])
        # the second run finds nothing to do
        for _ in range(2):
            self.told([*self.ours(folder / "in-step"), "apply", "bench", "--yes"])
        self.slapd.keep(folder / "directory")
        for other in ("titles", "memberships"):
            shutil.copytree(folder / "in-step", folder / other)
            self.told([*self.ours(folder / other), "import", "roster", folder / f"{other}.jsonl"])
        return folder

    def empty(self, count):
        folder = self.organisation(count)
        self.slapd.fill(folder / "directory", folder / "base.ldif")
        self.site(folder / "new", [folder / "people.jsonl"])
        return folder

    def site(self, site, deliveries):
        self.told([self.rosterd, "init", site])
        text = CONFIGURATION.format(url=self.slapd.url, tls=self.tls, admin=ADMIN)
        (site / "config.toml").write_text(text)
        (site / "far.toml").write_text(text.replace(f":{self.slapd.port}", f":{self.far}"))
        (site / "secrets/bench").write_text(PASSWORD)
        os.chmod(site / "secrets/bench", 0o600)
        for delivery in deliveries:
            self.told([*self.ours(site), "import", "roster", delivery])

    def told(self, command):
        ended = subprocess.run(command, capture_output=True, text=True)
        if ended.returncode != 0:
            sys.exit(f"bench: {' '.join(map(str, command))} ended with {ended.returncode}\n{ended.stdout}{ended.stderr}")

    def ours(self, site, file="config.toml"):
        return [self.rosterd, "--config", site / file]

    # ------------------------------------------------------------------ the programs

    def tool(self, name, url, *more):
        return ["env", f"LDAPTLS_CACERT={self.tls}/ca.pem", name, "-x", "-H", url, "-D", ADMIN, "-w", PASSWORD, *more]

    def script(self, library, what, url, folder, *more):
        script = [sys.executable, HERE / "scripted.py", library, what]
        return [*script, url, self.tls / "ca.pem", folder / "organisation.db", *map(str, more)]

    def rosterd_row(self, work, site, file="config.toml", verb=("apply", "bench", "--yes")):
        """rosterd on a copy of a site: it is to begin as it did the last time."""
        copy = self.state / "turn"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(site, copy)
        row = measured(work, "rosterd", [*self.ours(copy, file), *verb], self.state / "answer")
        row["apply_s"] = applying(copy / "roster.db")
        return row

    def counted(self, run):
        """A row, with the operations that the server counted meanwhile."""
        before = self.slapd.operations()
        row = run()
        after = self.slapd.operations()
        row["ops"] = {name: after[name] - before[name] for name in after}
        row["ops"]["search"] -= 1  # the one that asked
        return row

    def row(self, work, who, command):
        return self.counted(lambda: measured(work, who, command, self.state / "answer"))

    # ------------------------------------------------------------------ the works; each turn gives rows

    def no_change(self, folder, name, each):
        work, url = f"no-change-{name}", self.slapd.url
        self.slapd.start(folder / "directory")
        yield self.counted(lambda: self.rosterd_row(work, folder / "in-step"))
        read = ["-LLL", "-b", PEOPLE, "-E", "pr=1000/noprompt", "-o", "ldif-wrap=no", "(objectClass=inetOrgPerson)"]
        yield self.row(work, "ldapsearch", self.tool("ldapsearch", url, *read, *ATTRIBUTES))
        yield self.row(work, "python-ldap-bulk", self.script("python-ldap", "people", url, folder))
        if each:
            yield self.row(work, "script", self.script("ldap3", "people", url, folder))

    def writing(self, work, folder, site, tool, ldif, scripts, far=False):
        """rosterd, a tool with ready LDIF, and scripts: each with a server that holds what it held at first."""
        start = lambda: self.slapd.start(folder / "directory")
        url, file = (f"ldaps://127.0.0.1:{self.far}", "far.toml") if far else (self.slapd.url, "config.toml")
        start()
        yield self.counted(lambda: self.rosterd_row(work, folder / site, file))
        start()
        yield self.row(work, tool, self.tool(tool, url, "-f", folder / ldif))
        for who, library, *what in scripts:
            start()
            yield self.row(work, who, self.script(library, what[0], url, folder, *what[1:]))

    def create(self, folder, far=False):
        scripts = [] if far else [("python-ldap-bulk", "python-ldap", "people"), ("script", "ldap3", "people")]
        work = f"create-2000{f'-{FAR}ms' * far}"
        return self.writing(work, folder, "new", "ldapadd", "add.ldif", scripts, far)

    def modify(self, folder, far=False):
        both = [("python-ldap-bulk", "python-ldap"), ("script", "ldap3")]
        scripts = [] if far else [(*who, "people", CHANGED) for who in both]
        work = f"modify-2000{f'-{FAR}ms' * far}"
        return self.writing(work, folder, "titles", "ldapmodify", "titles.ldif", scripts, far)

    def memberships(self, folder):
        scripts = [("python-ldap-bulk", "python-ldap", "members"), ("script", "ldap3", "members")]
        return self.writing("memberships-5000", folder, "memberships", "ldapmodify", "memberships.ldif", scripts)

    def urgent(self, folder, name):
        """One person is kept out at once, named by the id and by the login; and is looked for."""
        id_, login, suspend = named("p", SUSPENDED), login_of(SUSPENDED), ["suspend", "--note", "bench"]
        verbs = {"suspend": [*suspend, id_], "suspend-login": [*suspend, login], "find": ["find", login]}
        for work, verb in verbs.items():
            self.slapd.start(folder / "directory")
            yield self.counted(lambda: self.rosterd_row(f"{work}-{name}", folder / "in-step", verb=verb))
        self.slapd.start(folder / "directory")
        yield self.row(f"suspend-{name}", "ldapmodify", self.tool("ldapmodify", self.slapd.url, "-f", folder / "suspend.ldif"))

    # ------------------------------------------------------------------ all of it

    def open(self):
        command = [sys.executable, HERE / "delay.py", str(FAR), str(self.slapd.port)]
        self.proxy = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.far = int(self.proxy.stdout.readline())

    def close(self):
        self.slapd.stop()
        if self.proxy:
            self.proxy.terminate()
            self.proxy.wait()

    def turns(self, quick):
        new, some = self.empty(2_000), self.in_step(10_000)
        many = None if quick else self.in_step(100_000)
        turns = 2 if quick else 5
        for turn in range(turns):
            print(f"turn {turn + 1} of {turns}", file=sys.stderr)
            yield from self.no_change(some, "10k", each=True)
            yield from self.create(new)
            yield from self.modify(some)
            yield from self.memberships(some)
            yield from self.urgent(some, "10k")
            if not quick:
                # a search for each of 100,000 people takes minutes: once is enough
                yield from self.no_change(many, "100k", each=turn == 0)
                yield from self.urgent(many, "100k")
                yield from self.create(new, far=True)
                yield from self.modify(some, far=True)


def five_syncs(folder):
    """The seconds that five small writes take until the disk has them; the least of several tries."""
    with open(folder / "sync", "wb", buffering=0) as file:
        tries = []
        for _ in range(5):
            began = time.monotonic()
            for _ in range(5):
                file.write(b"x" * 4096)
                os.fsync(file.fileno())
            tries.append(time.monotonic() - began)
    return round(min(tries), 4)


def show(rows, syncs):
    print(f"{'work':18} {'who':17} {'rc':>2} {'CPU s':>7} {'wall s':>7} {'apply s':>7} {'RSS MB':>7}  operations")
    for row in rows:
        apply = f"{row['apply_s']:7.2f}" if row.get("apply_s") else " " * 7
        operations = " ".join(f"{name} {count}" for name, count in row["ops"].items() if count)
        print(
            f"{row['work']:18} {row['who']:17} {row['rc']:2} {row['cpu_s']:7.2f} {row['wall_s']:7.2f} {apply}"
            f" {row['rss_mb']:7.1f}  {operations}"
        )
    print(f"five fsyncs: {syncs} s")


def main():
    rosterd, state, memory, tls = sys.argv[1], *map(Path, sys.argv[2:5])
    quick, target = sys.argv[5] == "yes", sys.argv[6]
    bench = Bench(rosterd, state, memory, tls)
    found = {}
    try:
        bench.open()
        for row in bench.turns(quick):
            found.setdefault((row["work"], row["who"]), []).append(row)
    finally:
        bench.close()
    rows = [best(rows, ("cpu_s", "wall_s", "apply_s")) for rows in found.values()]
    syncs = five_syncs(state)
    show(rows, syncs)
    write(target, rows, five_fsyncs_s=syncs)
    sys.exit(any(row["rc"] for row in rows))


main()
