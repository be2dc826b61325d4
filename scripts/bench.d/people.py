"""One organisation in every form that a program of the bench reads.

    people.py N FOLDER

Writes below FOLDER: people.jsonl (facts), groups.jsonl (50 groups), titles.jsonl (2,000 other titles),
memberships.jsonl (5,000 in 50 groups), organisation.db (for scripts); base.ldif (what an empty directory holds), add.ldif,
titles.ldif, memberships.ldif, suspend.ldif (what the tools of OpenLDAP are given to write).
"""

import base64
import json
import random
import sqlite3
import sys
import uuid
from pathlib import Path

SUFFIX = "dc=bench,dc=test"
PEOPLE = f"ou=people,{SUFFIX}"
GROUPS = f"ou=groups,{SUFFIX}"
CLASSES = ["top", "person", "organizationalPerson", "inetOrgPerson"]
# cn stands first: it names the entry.
ATTRIBUTES = [
    "cn", "uid", "sn", "givenName", "displayName", "mail", "title", "departmentNumber", "telephoneNumber", "l",
    "description", "employeeNumber",
]
UNITS, CHANGED, GROUP_COUNT, GROUP_SIZE = 400, 2_000, 50, 100
# Who is kept out at once.
SUSPENDED = 7
SINCE = {"valid_from": "2020-01-01", "valid_to": None}

GIVEN = "Ada Bo Carl Dina Erik Frida Gert Hanne Ib Jens Karen Lars Mette Niels Ole Pia Rasmus Signe Tove Ulla Søren Åse".split()
SUR = "Hansen Jensen Nielsen Andersen Møller Christensen Larsen Sørensen Rasmussen Jørgensen Petersen Madsen".split()
TITLES = "Engineer Manager Nurse Clerk Director".split()


def named(kind, number):
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{kind}{number}.bench.test"))


def login_of(number):
    return f"u{number:06d}"


def wanted(number, chance):
    """What the directory is to hold of one person: the values of ATTRIBUTES."""
    given, surname, title = chance.choice(GIVEN), chance.choice(SUR), f"{chance.choice(TITLES)} {number % 7}"
    login, unit = login_of(number), f"D{number % UNITS:04d}"
    return [
        f"{given} {surname} ({login})", login, surname, given, f"{given} {surname}", f"{login}@bench.test", title, unit,
        f"+45 {20_000_000 + number}", f"City {number % 50}", f"Position {number:06d} in {unit}", f"{number:06d}",
    ]


def person_facts(number, values):
    value = dict(zip(ATTRIBUTES, values))
    yield "person", named("p", number), {
        "given_name": value["givenName"], "surname": value["sn"], "nickname": value["uid"],
        "custom": {"phone": value["telephoneNumber"], "city": value["l"]},
    }
    yield "engagement", named("e", number), engagement(number, value["title"])


def engagement(number, title):
    return {
        "person": named("p", number), "unit": named("u", number % UNITS), "number": f"{number:06d}", "title": title,
        "primary": True,
    }


def write_facts(path, facts):
    lines = [json.dumps({"kind": kind, "id": id_, **SINCE, **fields}, ensure_ascii=False) for kind, id_, fields in facts]
    header = {"roster": 1, "complete": False, "kinds": [], "states": "timeline", "count": len(lines), "taken": "2026-01-01T06:00:00Z"}
    header["kinds"] = ["unit", "person", "engagement", "group", "membership"]
    path.write_text("\n".join([json.dumps(header), *lines]) + "\n", encoding="utf-8")


def line(name, value):
    return f"{name}: {value}\n" if value.isascii() else f"{name}:: {base64.b64encode(value.encode()).decode()}\n"


def dn_of(values):
    return f"cn={values[0]},{PEOPLE}"


def group_dn(number):
    return f"cn=g{number:03d},{GROUPS}"


def user_entry(values):
    classes = "".join(f"objectClass: {name}\n" for name in CLASSES)
    held = "".join(line(name, value) for name, value in zip(ATTRIBUTES, values))
    return line("dn", dn_of(values)) + classes + held + "\n"


def modification(dn, how, name, values):
    return line("dn", dn) + f"changetype: modify\n{how}: {name}\n" + "".join(line(name, value) for value in values) + "\n"


def members():
    """The numbers of each group's members."""
    return {group: range(group * GROUP_SIZE, (group + 1) * GROUP_SIZE) for group in range(GROUP_COUNT)}


def write_database(path, people, in_groups):
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE people ({', '.join(f'{name} TEXT' for name in ATTRIBUTES)})")
        database.executemany(f"INSERT INTO people VALUES ({', '.join('?' * len(ATTRIBUTES))})", people)
        database.execute("CREATE TABLE member (group_dn TEXT, member_dn TEXT)")
        database.executemany("INSERT INTO member VALUES (?, ?)", in_groups)


def main():
    count, folder = int(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True)
    chance = random.Random(7)
    people = [wanted(number, chance) for number in range(count)]
    units = [("unit", named("u", number), {"name": f"D{number:04d}"}) for number in range(UNITS)]
    facts = [fact for number, values in enumerate(people) for fact in person_facts(number, values)]
    write_facts(folder / "people.jsonl", units + facts)
    groups = [("group", named("g", number), {"name": f"g{number:03d}"}) for number in range(GROUP_COUNT)]
    write_facts(folder / "groups.jsonl", groups)
    changed = range(min(CHANGED, count))
    other = {number: f"Other title {number % 7}" for number in changed}
    write_facts(folder / "titles.jsonl", [("engagement", named("e", n), engagement(n, title)) for n, title in other.items()])
    in_groups = {group: [n for n in numbers if n < count] for group, numbers in members().items()}
    write_facts(folder / "memberships.jsonl", [
        ("membership", named("m", n), {"group": named("g", group), "member_person": named("p", n)})
        for group, numbers in in_groups.items() for n in numbers
    ])
    write_database(folder / "organisation.db", people, [
        (group_dn(group), dn_of(people[n])) for group, numbers in in_groups.items() for n in numbers
    ])
    units_of = "".join(f"dn: ou={name},{SUFFIX}\nobjectClass: organizationalUnit\nou: {name}\n\n" for name in ("people", "groups"))
    root = f"dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\ndc: bench\no: Bench\n\n"
    texts = {
        "base.ldif": [root, units_of],
        "add.ldif": map(user_entry, people),
        "titles.ldif": [modification(dn_of(people[n]), "replace", "title", [title]) for n, title in other.items()],
        "memberships.ldif": [
            modification(group_dn(group), "add", "member", [dn_of(people[n]) for n in numbers])
            for group, numbers in in_groups.items() if numbers
        ],
        "suspend.ldif": [modification(dn_of(people[SUSPENDED]), "replace", "employeeType", ["disabled"])],
    }
    for name, parts in texts.items():
        (folder / name).write_text("".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
