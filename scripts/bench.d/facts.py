"""Writes an organisation of N facts, the same on every machine, in the exchange format and as CSV.

    facts.py N JSONL CSV [--short]

Ids are UUIDs as most registers have them, or short texts in their order with --short. Two fifths are people, each
with a job in one of the units, one in eight with a national id; the rest are their mail addresses. Lines come in
the order in which a register would have made them, so the ids of the UUIDs are in no order at all.
"""

import csv
import json
import random
import sys

GIVEN = "Ada Bo Carl Dina Erik Frida Gert Hanne Ib Jens Karen Lars Mette Niels Ole Pia Rasmus Signe Tove Ulla Søren Åse".split()
SUR = "Hansen Jensen Nielsen Andersen Møller Christensen Larsen Sørensen Rasmussen Jørgensen Petersen Madsen".split()
KINDS = ["class", "unit", "person", "engagement", "contact"]


def facts(count, name):
    chance = random.Random(1)
    people, units = count * 2 // 5, max(1, count // 500)
    contacts = count - 2 * people - units - 1
    yield "class", "mail", None, {"vocabulary": "contact_type", "name": "Mail", "scope": "mail"}
    for n in range(units):
        above = {"parent": name("u", (n - 1) // 8)} if n else {}
        yield "unit", name("u", n), "2020-01-01", {"name": f"Unit {n}", **above}
    for n in range(people):
        fields = {"given_name": chance.choice(GIVEN), "surname": chance.choice(SUR)}
        if n % 8 == 0:
            fields["national_id"] = f"{n:06d}-{n % 10000:04d}"
        fields["birth_date"] = f"{1960 + n % 40}-0{1 + n % 9}-1{n % 10}"
        yield "person", name("p", n), "2020-01-01", fields
    for n in range(people):
        fields = {"person": name("p", n), "unit": name("u", n % units), "number": f"{n:07d}", "title": f"Clerk {n % 7}"}
        yield "engagement", name("e", n), "2024-01-01", {**fields, "primary": True}
    for n in range(contacts):
        fields = {"person": name("p", n % people), "type": "mail", "value": f"p{n}@example.test", "visibility": "public"}
        yield "contact", name("c", n), "2024-01-01", fields


def short(kind, number):
    return f"{kind}{number:07d}"


def uuid(kind, number):
    # a bijection that looks like chance, so that references need no table
    bits = ((ord(kind) << 32 | number) * 0x9E3779B97F4A7C15F39CC0605CEDC835 + 0x2545F4914F6CDD1D) % (1 << 128)
    bits ^= bits >> 61
    text = f"{bits * 0xD1342543DE82EF95AF251AF3B0F025B5 % (1 << 128):032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def main():
    count, jsonl, table = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    name = short if "--short" in sys.argv else uuid
    header = {"roster": 1, "complete": True, "kinds": KINDS, "states": "timeline", "count": count, "taken": "2026-11-01T06:00:00Z"}
    with open(jsonl, "w", encoding="utf-8") as out, open(table, "w", encoding="utf-8", newline="") as rows:
        out.write(json.dumps(header) + "\n")
        writer = csv.writer(rows)
        writer.writerow(["kind", "id", "valid_from", "valid_to", "body"])
        for kind, id_, since, fields in facts(count, name):
            line = {"kind": kind, "id": id_, "valid_from": since, "valid_to": None, **fields}
            out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
            writer.writerow([kind, id_, since or "", "", json.dumps(fields, ensure_ascii=False, separators=(",", ":"))])


main()
