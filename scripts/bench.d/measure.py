"""Runs a program and says what it took; picks the best of several turns and shows them."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path


def measured(work, who, command, answer):
    """Runs a command; what it wrote on standard output goes to the file `answer`."""
    with open(answer, "wb") as out, open(f"{answer}.errors", "w+b") as errors:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=out, stderr=errors)
        peak = Peak(process.pid)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            said = errors.read().decode(errors="replace")
            print(f"{work}: {who} ended with {process.returncode}\n{said}", file=sys.stderr)
    return {
        "work": work,
        "who": who,
        "rc": process.returncode,
        "cpu_s": used.ru_utime + used.ru_stime,
        "wall_s": wall,
        "rss_mb": peak.megabytes(),
    }


class Peak:
    """The most memory of a process, looked at until it ends: what the system counts of a child begins with that of
    its parent."""

    def __init__(self, pid):
        self.pid, self.kib = pid, 0
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        try:
            while True:
                with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as status:
                    found = [line.split()[1] for line in status if line.startswith("VmHWM")]
                if not found:
                    return
                self.kib = int(found[0])
                time.sleep(0.005)
        except OSError:
            return

    def megabytes(self):
        self.thread.join()
        return self.kib / 1024


def best(rows, least=("cpu_s", "wall_s"), most=("rss_mb",)):
    """Of several turns the least time, and the most memory."""
    chosen = dict(rows[-1])
    chosen["rc"] = max((row["rc"] for row in rows), key=abs)
    for field in most:
        chosen[field] = round(max(row[field] for row in rows), 1)
    for field in least:
        if field in chosen:
            chosen[field] = round(min(row[field] for row in rows), 3)
    return chosen


def applying(roster):
    """The seconds from the first intent to the last outcome of the last run that wrote."""
    with sqlite3.connect(roster) as database:
        run = "SELECT max(run) FROM step_event"
        first, last, begun = database.execute(
            f"SELECT min(at), max(at), (SELECT max(id) FROM run) - ({run}) FROM step_event WHERE run = ({run})"
        ).fetchone()
    return (last - first) / 1e6 if begun == 0 else 0.0


def write(target, rows, **more):
    if target:
        Path(target).write_text(json.dumps({"rows": rows, **more}) + "\n", encoding="utf-8")
