"""Imports, snapshots and exports of many facts, by turns with the sqlite3 shell, best of several.

    roster.py ROSTERD STATE yes|no JSON     (yes: quick)
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def measured(work, who, command, answer, sizes=()):
    """Runs a command; what it wrote on standard output goes to the file `answer`."""
    with open(answer, "wb") as out:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE)
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        print(f"{work}: {who} ended with {process.returncode}\n{said.decode(errors='replace')}", file=sys.stderr)
    size = sum(Path(path).stat().st_size for path in sizes if Path(path).exists())
    return {
        "work": work,
        "who": who,
        "rc": process.returncode,
        "cpu_s": used.ru_utime + used.ru_stime,
        "wall_s": wall,
        "rss_mb": used.ru_maxrss / 1024,
        "file_mb": size / 1e6,
    }


def turn(rosterd, state, facts, table, name):
    """One turn of everything, on an empty roster."""
    site, plain, answer = state / "site", state / "plain.db", state / "answer"
    subprocess.run(["rm", "-rf", site, plain], check=True)
    ours = [rosterd, "--config", site / "config.toml"]
    subprocess.run([rosterd, "init", site], check=True, stdout=subprocess.DEVNULL)
    roster = [site / "roster.db", site / "roster.db-wal"]
    yield measured(f"import-{name}", "rosterd", [*ours, "import", "roster", facts], answer, roster)
    create = "CREATE TABLE fact (kind TEXT, id TEXT, valid_from TEXT, valid_to TEXT, body TEXT)"
    shell = ["sqlite3", plain, create, f".import --csv --skip 1 {table} fact"]
    yield measured(f"import-{name}", "sqlite3", shell, answer, [plain])
    yield measured(f"import-{name}-again", "rosterd", [*ours, "import", "roster", facts], answer, roster)
    yield measured(f"snapshot-{name}", "rosterd", [*ours, "report", "quality"], answer)
    past = [*ours, "report", "quality", "--at", "2023-06-01"]
    yield measured(f"snapshot-{name}-in-the-past", "rosterd", past, answer)
    yield measured(f"export-{name}", "rosterd", [*ours, "export"], answer, [answer])


def best(rows):
    """Of several turns the least time, and the most memory."""
    first = dict(rows[0])
    first["rc"] = max(row["rc"] for row in rows)
    first["rss_mb"] = round(max(row["rss_mb"] for row in rows), 1)
    first["file_mb"] = round(max(row["file_mb"] for row in rows), 1)
    for field in ("cpu_s", "wall_s"):
        first[field] = round(min(row[field] for row in rows), 2)
    return first


def main():
    rosterd, state, quick, target = sys.argv[1], Path(sys.argv[2]), sys.argv[3] == "yes", sys.argv[4]
    count, turns, name = (50_000, 2, "50k-facts") if quick else (1_000_000, 5, "1m-facts")
    facts, table = state / "facts.jsonl", state / "facts.csv"
    subprocess.run([sys.executable, HERE / "facts.py", str(count), facts, table], check=True)
    found = {}
    for number in range(turns):
        print(f"turn {number + 1} of {turns}", file=sys.stderr)
        for row in turn(rosterd, state, facts, table, name):
            found.setdefault((row["work"], row["who"]), []).append(row)
    rows = [best(rows) for rows in found.values()]
    print(f"{'work':32} {'who':8} {'rc':>2} {'CPU s':>7} {'wall s':>7} {'RSS MB':>7} {'file MB':>8}")
    for row in rows:
        print(
            f"{row['work']:32} {row['who']:8} {row['rc']:2} {row['cpu_s']:7.2f} {row['wall_s']:7.2f}"
            f" {row['rss_mb']:7.1f} {row['file_mb']:8.1f}"
        )
    if target:
        Path(target).write_text(json.dumps({"rows": rows}) + "\n", encoding="utf-8")
    sys.exit(any(row["rc"] for row in rows))


main()
