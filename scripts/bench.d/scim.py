"""rosterd against a SCIM service, by turns with other programs that do the same work, best of several.

    scim.py ROSTERD STATE yes|no JSON     (yes: quick)

The service is scim_stub.py: it counts requests and can be far away.
"""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

from measure import applying, best, measured, write

HERE = Path(__file__).parent
TOKEN = "the-token-of-the-bench"
# The milliseconds of a round trip to a service that is far away, and how many requests may be under way there.
FAR, AT_ONCE = 50, 10
# What a service allows that limits its clients: requests a second, and how many more after a rest.
REQUESTS, BURST = 100, 10

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

[scim.bench]
{profile}

[scim.bench.connection]
url = "{url}"
token = {{ file = "secrets/bench" }}
page_size = 1000

[scim.bench.user]
manager = false

[scim.bench.user.attributes]
userName = "login"
displayName = "person.given_name ~ ' ' ~ person.surname"
"name.givenName" = "person.given_name"
"name.familyName" = "person.surname"
title = "engagement.title"
userType = "'Position ' ~ engagement.number ~ ' in ' ~ unit.name"
'emails[type eq "work"].value' = "login ~ '@bench.test'"
'phoneNumbers[type eq "work"].value' = "person.custom.phone"
'addresses[type eq "work"].locality' = "person.custom.city"
"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department" = "unit.name"
"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber" = "engagement.number"
"""

PROFILES = {
    "far": f"""
[pace]
concurrency = {AT_ONCE}
""",
    "limited": f"""
[pace]
concurrency = {AT_ONCE}

[[pace.bucket]]
of = ["read", "write"]
requests = {REQUESTS}
per_seconds = 1
burst = {BURST}
""",
}


class Stub:
    """The service, and what it counts. It is in the same place after each start, as a real one is."""

    def __init__(self):
        self.process, self.port = None, 0

    def start(self, state=None):
        self.stop()
        command = [sys.executable, HERE / "scim_stub.py", TOKEN, str(self.port), *([state] if state else [])]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/scim/v2"

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", data) as answer:
            return json.load(answer)


class Bench:
    def __init__(self, rosterd, state):
        self.rosterd, self.state, self.stub = rosterd, state, Stub()

    # ------------------------------------------------------------------ what is there before the first turn

    def empty(self, count):
        """Everything about so many people, and rosterd with an empty service."""
        folder = self.state / f"{count}"
        subprocess.run([sys.executable, HERE / "people.py", str(count), folder], check=True)
        site = folder / "site"
        self.told([self.rosterd, "init", site])
        (site / "secrets/bench").write_text(TOKEN)
        os.chmod(site / "secrets/bench", 0o600)
        for name, text in PROFILES.items():
            (site / f"{name}.profile.toml").write_text(text)
        self.configure(site)
        self.told([*self.ours(site), "import", "roster", folder / "people.jsonl"])
        return folder

    def configure(self, site):
        """The port is known when the stub was started once."""
        for name in ("config", *PROFILES):
            profile = f'profile_file = "{name}.profile.toml"' if name in PROFILES else ""
            (site / f"{name}.toml").write_text(CONFIGURATION.format(url=self.stub.url, profile=profile))

    def in_step(self, count):
        folder = self.empty(count)
        self.stub.start()
        self.configure(folder / "site")
        # the second run finds nothing to do
        for _ in range(2):
            self.told([*self.ours(folder / "site"), "apply", "bench", "--yes"])
        state = self.stub.ask("/state")
        (folder / "service.json").write_text(json.dumps(state))
        (folder / "ids.json").write_text(json.dumps({user["userName"]: user["id"] for user in state["Users"]}))
        return folder

    def told(self, command):
        ended = subprocess.run(command, capture_output=True, text=True)
        if ended.returncode != 0:
            sys.exit(f"bench: {' '.join(map(str, command))} ended with {ended.returncode}\n{ended.stdout}{ended.stderr}")

    def ours(self, site, file="config.toml"):
        return [self.rosterd, "--config", site / file]

    # ------------------------------------------------------------------ the programs

    def rosterd_row(self, work, folder, file="config.toml"):
        """rosterd on a copy of a site: it is to begin as it did the last time."""
        copy = self.state / "turn"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder / "site", copy)
        self.configure(copy)

        def run():
            row = measured(work, "rosterd", [*self.ours(copy, file), "apply", "bench", "--yes"], self.state / "answer")
            row["apply_s"] = applying(copy / "roster.db") if row["rc"] == 0 else 0.0
            return row

        return self.counted(run)

    def script_row(self, work, who, how, folder, connections=1):
        command = [sys.executable, HERE / "scim_scripted.py", how, self.stub.url, TOKEN, folder / "organisation.db"]
        command += [str(connections), folder / "ids.json"]
        return self.counted(lambda: measured(work, who, command, self.state / "answer"))

    def counted(self, run):
        """A row, with what the service counted meanwhile."""
        self.stub.ask("/counts")
        row = run()
        counts = self.stub.ask("/counts")
        row["at_once"], row["in_a_second"] = counts.pop("at_once"), counts.pop("in_a_second")
        row["ops"] = counts
        written = sum(counts.get(method, 0) for method in ("POST", "PUT", "PATCH", "DELETE"))
        seconds = row.get("apply_s") or row["wall_s"]
        row["per_s"] = written / seconds if written and row["rc"] == 0 else 0.0
        return row

    # ------------------------------------------------------------------ the works; each turn gives rows

    def no_change(self, folder):
        for who, how in (("rosterd", None), ("script", "lists"), ("authentik-shape", "puts")):
            self.stub.start(folder / "service.json")
            yield self.rosterd_row("no-change-5k", folder) if how is None else self.script_row(
                "no-change-5k", who, how, folder
            )

    def create(self, folder, work, file="config.toml", connections=1, **settings):
        for who in ("rosterd", "script"):
            self.stub.start()
            self.stub.ask("/settings", settings)
            if who == "rosterd":
                yield self.rosterd_row(work, folder, file)
            elif "requests" not in settings:
                # a script that keeps to a limit is another program
                yield self.script_row(work, who, "lists", folder, connections)

    def turns(self, quick):
        self.stub.start()
        some, new = self.in_step(5_000), self.empty(1_000)
        turns = 2 if quick else 5
        for turn in range(turns):
            print(f"turn {turn + 1} of {turns}", file=sys.stderr)
            yield from self.no_change(some)
            yield from self.create(new, "create-1000")
            yield from self.create(new, f"create-1000-{FAR}ms", "far.toml", AT_ONCE, latency_ms=FAR)
            if not quick:
                limit = {"requests": REQUESTS, "burst": BURST}
                yield from self.create(new, f"create-1000-{REQUESTS}-a-second", "limited.toml", AT_ONCE, **limit)


def show(rows):
    print(
        f"{'work':24} {'who':15} {'rc':>2} {'CPU s':>7} {'wall s':>7} {'apply s':>7} {'RSS MB':>7} {'per s':>7}"
        f" {'at once':>7} {'in 1 s':>6}  requests"
    )
    for row in rows:
        apply, per = (f"{row[name]:7.{digits}f}" if row.get(name) else " " * 7 for name, digits in (("apply_s", 2), ("per_s", 0)))
        requests = " ".join(f"{name} {count}" for name, count in sorted(row["ops"].items()) if count)
        print(
            f"{row['work']:24} {row['who']:15} {row['rc']:2} {row['cpu_s']:7.2f} {row['wall_s']:7.2f} {apply}"
            f" {row['rss_mb']:7.1f} {per} {row['at_once']:7} {row['in_a_second']:6}  {requests}"
        )
    print(f"far away: {FAR} ms, {AT_ONCE} requests at once, so at most {AT_ONCE * 1000 // FAR} a second")
    print(f"limited: {REQUESTS} requests a second and {BURST} more after a rest, so at most {REQUESTS + BURST} in any second")


def main():
    rosterd, state = sys.argv[1], Path(sys.argv[2])
    quick, target = sys.argv[3] == "yes", sys.argv[4]
    bench = Bench(rosterd, state)
    found = {}
    try:
        for row in bench.turns(quick):
            found.setdefault((row["work"], row["who"]), []).append(row)
    finally:
        bench.stub.stop()
    rows = []
    for turns in found.values():
        row = best(turns, ("cpu_s", "wall_s", "apply_s"), ("rss_mb", "at_once", "in_a_second", "per_s"))
        rows.append(row)
    show(rows)
    write(target, rows)
    sys.exit(any(row["rc"] for row in rows))


main()
