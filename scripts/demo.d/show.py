"""Reads one JSON document from standard input and prints what the demo shows of it.

plan: the counts of each target; size: the resources of a SCIM list page; logins: its active users.
"""

import json
import sys

document = json.load(sys.stdin)
if sys.argv[1] == "plan":
    for plan in document["plans"]:
        counts = [f"{op} {n}" for op, n in plan["counts"].items() if n]
        print(f"{plan['target']}: {', '.join(counts) or 'nothing to do'}")
elif sys.argv[1] == "size":
    print(len(document.get("Resources", [])))
elif sys.argv[1] == "logins":
    for user in document["Resources"]:
        if user.get("active"):
            print(user["userName"].partition("@")[0].lower())
