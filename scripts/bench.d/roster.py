"""Imports, snapshots and exports of many facts, by turns with the sqlite3 shell, best of several.

    roster.py ROSTERD STATE yes|no JSON     (yes: quick)
"""

import subprocess
import sys
from pathlib import Path

from measure import best, measured, write

HERE = Path(__file__).parent


def weighed(work, who, command, answer, sizes=()):
    """Runs a command, and adds what the files weigh afterwards."""
    row = measured(work, who, command, answer)
    row["file_mb"] = sum(Path(path).stat().st_size for path in sizes if Path(path).exists()) / 1e6
    return row


def turn(rosterd, state, facts, table, name):
    """One turn of everything, on an empty roster."""
    site, plain, answer = state / "site", state / "plain.db", state / "answer"
    subprocess.run(["rm", "-rf", site, plain], check=True)
    ours = [rosterd, "--config", site / "config.toml"]
    subprocess.run([rosterd, "init", site], check=True, stdout=subprocess.DEVNULL)
    roster = [site / "roster.db", site / "roster.db-wal"]
    yield weighed(f"import-{name}", "rosterd", [*ours, "import", "roster", facts], answer, roster)
    create = "CREATE TABLE fact (kind TEXT, id TEXT, valid_from TEXT, valid_to TEXT, body TEXT)"
    shell = ["sqlite3", plain, create, f".import --csv --skip 1 {table} fact"]
    yield weighed(f"import-{name}", "sqlite3", shell, answer, [plain])
    yield weighed(f"import-{name}-again", "rosterd", [*ours, "import", "roster", facts], answer, roster)
    yield weighed(f"snapshot-{name}", "rosterd", [*ours, "report", "quality"], answer)
    past = [*ours, "report", "quality", "--at", "2023-06-01"]
    yield weighed(f"snapshot-{name}-in-the-past", "rosterd", past, answer)
    yield weighed(f"export-{name}", "rosterd", [*ours, "export"], answer, [answer])


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
    rows = [best(rows, most=("rss_mb", "file_mb")) for rows in found.values()]
    print(f"{'work':32} {'who':8} {'rc':>2} {'CPU s':>7} {'wall s':>7} {'RSS MB':>7} {'file MB':>8}")
    for row in rows:
        print(
            f"{row['work']:32} {row['who']:8} {row['rc']:2} {row['cpu_s']:7.2f} {row['wall_s']:7.2f}"
            f" {row['rss_mb']:7.1f} {row['file_mb']:8.1f}"
        )
    write(target, rows)
    sys.exit(any(row["rc"] for row in rows))


main()
