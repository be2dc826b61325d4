"""Measures what the delegated account of a running lab may and may not do.

    /usr/bin/python3 scripts/lab.d/check_rights.py DIR [--without-each]

Prints a Markdown table: operation, wanted outcome, result code and Windows error code. Exits 1 if
an outcome is not the wanted one. --without-each takes the access control entries away one by one
and prints which operations then fail: an entry that nothing needs would show itself.
Leaves nothing behind below ORG_BASE.
"""

import base64
import contextlib
import os
import pathlib
import re
import subprocess
import sys

BACKSLASH = "\\"
SHOW_DELETED = "1.2.840.113556.1.4.417"
TREE_DELETE = "1.2.840.113556.1.4.805"
# Of a security descriptor, the discretionary list only.
SD_FLAGS = "!1.2.840.113556.1.4.801=::MAMCAQQ="
SD_CONTROL = "1.2.840.113556.1.4.801 true:: MAMCAQQ="


class Lab:
    def __init__(self, folder):
        lines = (pathlib.Path(folder) / "lab.env").read_text().splitlines()
        self.env = dict(line.split("=", 1) for line in lines)
        self.base, self.org = self.env["BASE_DN"], self.env["ORG_BASE"]
        self.counter = 0

    def run(self, tool, *arguments, ldif="", admin=False, password=None):
        dn = self.env["BIND_DN" if admin else "SYNC_DN"]
        secret = self.env["BIND_PASSWORD" if admin else "SYNC_PASSWORD"]
        done = subprocess.run(
            [tool, "-x", "-H", self.env["LDAPS_URL"], "-D", dn, "-w", secret, *arguments],
            check=False,
            input=ldif,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "LDAPTLS_CACERT": self.env["CA_FILE"], "LDAPCONF": "/dev/null"},
        )
        windows = re.search(r"additional info: ([0-9A-F]{8})", done.stderr)
        return done.returncode, windows and windows[1], done.stdout, done.stderr

    def modify(self, ldif, *arguments, admin=False):
        return self.run("ldapmodify", *arguments, ldif=ldif, admin=admin)[:2]

    def must(self, ldif, *arguments):
        code, _, _, text = self.run("ldapmodify", *arguments, ldif=ldif, admin=True)
        if code:
            raise SystemExit(f"the administrator failed: {text}\n{ldif}")

    def search(self, base, scope, pattern, *options, attributes=(), admin=False):
        code, windows, out, _ = self.run(
            "ldapsearch",
            "-LLL",
            "-o",
            "ldif-wrap=no",
            "-b",
            base,
            "-s",
            scope,
            *options,
            pattern,
            *attributes,
            admin=admin,
        )
        return code, windows, out

    def name(self):
        self.counter += 1
        return f"t{os.getpid()}x{self.counter}"


def password(text):
    return base64.b64encode(f'"{text}"'.encode("utf-16-le")).decode()


def add(dn, kind, *lines):
    return "\n".join([f"dn: {dn}", "changetype: add", f"objectClass: {kind}", *lines, ""])


def replace(dn, attribute, *values, how="replace", sep=": ", control=None):
    lines = [f"{attribute}{sep}{v}" for v in values]
    head = [f"dn: {dn}", *([f"control: {control}"] if control else [])]
    return "\n".join([*head, "changetype: modify", f"{how}: {attribute}", *lines, "-", ""])


def rename(dn, rdn, parent=None):
    lines = [f"dn: {dn}", "changetype: modrdn", f"newrdn: {rdn}", "deleteoldrdn: 1"]
    return "\n".join(lines + ([f"newsuperior: {parent}"] if parent else []) + [""])


def delete(dn):
    return f"dn: {dn}\nchangetype: delete\n"


USER = ["userAccountControl: 514"]
SECRET = "Meas.ure-4711-{}"


class Check:
    """One row after the other; objects that a row needs are made by the administrator."""

    def __init__(self, lab):
        self.lab = lab
        self.rows = []

    def row(self, operation, wanted, result):
        """wanted: "yes", "no", or "-" for what is only to be known."""
        code, windows = result[:2]
        fine = wanted == "-" or (code == 0) == (wanted == "yes")
        self.rows.append((operation, wanted, code, windows or "", fine))

    def user(self, parent, *lines):
        n = self.lab.name()
        self.lab.must(add(f"CN={n},{parent}", "user", f"sAMAccountName: {n}", *(lines or USER)))
        return f"CN={n},{parent}"

    def group(self, parent):
        n = self.lab.name()
        self.lab.must(add(f"CN={n},{parent}", "group", f"sAMAccountName: {n}"))
        return f"CN={n},{parent}"

    def unit(self, parent):
        n = self.lab.name()
        self.lab.must(add(f"OU={n},{parent}", "organizationalUnit"))
        return f"OU={n},{parent}"

    def all(self):
        lab = self.lab
        self.a, self.b = self.unit(lab.org), self.unit(lab.org)
        self.outside = self.unit(lab.base)
        try:
            self.users()
            self.units_and_groups()
            self.reads()
            self.deletions()
            self.beyond()
        finally:
            for dn in (self.a, self.b, self.outside):
                lab.modify(delete(dn), "-e", f"!{TREE_DELETE}", admin=True)
        return self.rows

    def users(self):
        lab, a, b = self.lab, self.a, self.b
        n, m = lab.name(), lab.name()
        common = ["givenName: Åse", "sn: Ødegård", f"displayName: {n}", "adminDescription: 5f0c"]
        secret = f"unicodePwd:: {password(SECRET.format(1))}"
        self.row(
            "add user: 512, unicodePwd, adminDescription in one",
            "yes",
            lab.modify(
                add(
                    f"CN={n},{a}",
                    "user",
                    f"sAMAccountName: {n}",
                    f"userPrincipalName: {n}@example.test",
                    "userAccountControl: 512",
                    secret,
                    *common,
                )
            ),
        )
        self.row(
            "add user: 512, unicodePwd, pwdLastSet 0",
            "yes",
            lab.modify(
                add(
                    f"CN={m},{a}",
                    "user",
                    f"sAMAccountName: {m}",
                    "userAccountControl: 512",
                    secret,
                    "pwdLastSet: 0",
                )
            ),
        )
        m = lab.name()
        self.row(
            "add user: 514, no password",
            "yes",
            lab.modify(add(f"CN={m},{a}", "user", f"sAMAccountName: {m}", "userAccountControl: 514")),
        )
        m = lab.name()
        self.row(
            "add user: 512, no password",
            "-",
            lab.modify(add(f"CN={m},{a}", "user", f"sAMAccountName: {m}", "userAccountControl: 512")),
        )
        u = self.user(a, "userAccountControl: 512", f"unicodePwd:: {password(SECRET.format(2))}")
        self.row("userAccountControl 512 to 514", "yes", lab.modify(replace(u, "userAccountControl", 514)))
        self.row("userAccountControl 514 to 512", "yes", lab.modify(replace(u, "userAccountControl", 512)))
        self.row(
            "userAccountControl + DONT_EXPIRE_PASSWORD",
            "-",
            lab.modify(replace(u, "userAccountControl", 0x10200)),
        )
        self.row(
            "userAccountControl + PASSWD_NOTREQD", "-", lab.modify(replace(u, "userAccountControl", 0x220))
        )
        self.row(
            "reset unicodePwd by replace",
            "yes",
            lab.modify(replace(u, "unicodePwd", password(SECRET.format(3)), sep=":: ")),
        )
        self.row("pwdLastSet 0", "yes", lab.modify(replace(u, "pwdLastSet", 0)))
        self.row("pwdLastSet -1", "yes", lab.modify(replace(u, "pwdLastSet", -1)))
        self.row("accountExpires", "yes", lab.modify(replace(u, "accountExpires", 134100000000000000)))
        self.row("manager", "yes", lab.modify(replace(u, "manager", f"CN={n},{a}")))
        for attribute, value in SAMPLES.items():
            self.row(f"user: {attribute}", "yes", lab.modify(replace(u, attribute, value)))
        n = lab.name()
        self.row(
            "sAMAccountName and userPrincipalName",
            "yes",
            lab.modify(
                replace(u, "sAMAccountName", n) + "\n" + replace(u, "userPrincipalName", f"{n}@example.test")
            ),
        )
        self.row("rename user", "yes", lab.modify(rename(u, f"CN={n}")))
        self.row("move user", "yes", lab.modify(rename(f"CN={n},{a}", f"CN={n}", b)))
        self.row("move and rename user in one", "yes", lab.modify(rename(f"CN={n},{b}", f"CN={n}y", a)))

    def units_and_groups(self):
        lab, a, b = self.lab, self.a, self.b
        n = lab.name()
        self.row(
            "add OU with displayName, adminDescription, managedBy",
            "yes",
            lab.modify(
                add(
                    f"OU={n},{a}",
                    "organizationalUnit",
                    "displayName: x",
                    "adminDescription: y",
                    f"managedBy: {lab.env['SYNC_DN']}",
                )
            ),
        )
        ou = self.unit(a)
        self.user(ou)
        for attribute in (
            "displayName",
            "adminDescription",
            "description",
            "street",
            "l",
            "st",
            "postalCode",
            "telephoneNumber",
        ):
            self.row(f"OU: {attribute}", "yes", lab.modify(replace(ou, attribute, "x1")))
        self.row("OU: managedBy", "yes", lab.modify(replace(ou, "managedBy", lab.env["SYNC_DN"])))
        self.row("rename OU with children", "yes", lab.modify(rename(ou, f"OU={n}r")))
        self.row("move OU with children", "yes", lab.modify(rename(f"OU={n}r,{a}", f"OU={n}r", b)))
        n = lab.name()
        self.row(
            "add group with adminDescription",
            "yes",
            lab.modify(
                add(
                    f"CN={n},{a}",
                    "group",
                    f"sAMAccountName: {n}",
                    "groupType: -2147483646",
                    "adminDescription: y",
                )
            ),
        )
        g, u, foreign = self.group(a), self.user(a), self.user(self.outside)
        for attribute in ("sAMAccountName", "displayName", "adminDescription", "description", "info", "mail"):
            self.row(f"group: {attribute}", "yes", lab.modify(replace(g, attribute, f"{n}x1")))
        self.row("group: managedBy", "yes", lab.modify(replace(g, "managedBy", lab.env["SYNC_DN"])))
        self.row(
            "group: groupType global to universal", "yes", lab.modify(replace(g, "groupType", -2147483640))
        )
        self.row("group: add member", "yes", lab.modify(replace(g, "member", u, how="add")))
        self.row("group: remove member", "yes", lab.modify(replace(g, "member", u, how="delete")))
        self.row(
            "group: add member from outside ORG_BASE",
            "-",
            lab.modify(replace(g, "member", foreign, how="add")),
        )
        self.row("rename group", "yes", lab.modify(rename(g, f"CN={n}r")))
        self.row("move group", "yes", lab.modify(rename(f"CN={n}r,{a}", f"CN={n}r", b)))

    def reads(self):
        lab = self.lab
        u = self.user(self.a, *USER, "adminDescription: seen", "employeeID: 4711")
        wanted = lab.search(u, "base", "(objectClass=*)", admin=True)[2]
        got = lab.search(u, "base", "(objectClass=*)")
        self.row(
            "read a user: as much as the administrator sees", "yes", (0 if got[2] == wanted else -1, None)
        )
        paged = ["-E", "pr=2/noprompt"]
        count = [
            lab.search(lab.org, "sub", "(objectClass=*)", *paged, attributes=["1.1"], admin=x)[2].count(
                "dn: "
            )
            for x in (False, True)
        ]
        self.row(
            "paged read below ORG_BASE: as many as the administrator sees",
            "yes",
            (0 if count[0] == count[1] else -1, None),
        )
        guid = re.search("objectGUID:: (.*)", wanted)[1]
        guid = "".join(f"\\{x:02x}" for x in base64.b64decode(guid))
        lab.must(delete(u))
        everything = ("sub", f"(objectGUID={guid})")
        places = {
            "from the root": (lab.base, *everything),
            "below CN=Deleted Objects": (f"CN=Deleted Objects,{lab.base}", *everything),
            "at its <GUID=>": (f"<GUID={guid.replace(BACKSLASH, '')}>", "base", "(objectClass=*)"),
        }
        for place, search in places.items():
            seen = []
            for admin in (True, False):
                code, windows, out = lab.search(*search, "-E", f"!{SHOW_DELETED}", admin=admin)
                seen.append(len(re.findall("^[A-Za-z-]+:", out, re.MULTILINE)))
            self.row(
                f"read a deleted user {place}: {seen[1]} of {seen[0]} lines that the administrator sees",
                "yes",
                (code if seen[1] else -1, windows),
            )
        for flags in (0, 1):
            code, windows, out = lab.search(
                lab.base,
                "sub",
                "(objectClass=user)",
                "-E",
                f"!dirsync={flags}/1000000",
                attributes=["sAMAccountName"],
            )
            self.row(f"DirSync, flags {flags}: {out.count('dn: ')} entries", "-", (code, windows))

    def deletions(self):
        lab = self.lab
        u, g, ou = self.user(self.a), self.group(self.a), self.unit(self.a)
        self.row("delete user", "-", lab.modify(delete(u)))
        self.row("delete group", "-", lab.modify(delete(g)))
        self.row("delete empty OU", "-", lab.modify(delete(ou)))
        ou = self.unit(self.a)
        self.user(ou)
        self.row("delete OU with children", "no", lab.modify(delete(ou)))
        self.row(
            "delete OU with children, tree delete control",
            "no",
            lab.modify(delete(ou), "-e", f"!{TREE_DELETE}"),
        )

    def beyond(self):
        lab, a, out = self.lab, self.a, self.outside
        n = lab.name()
        self.row(
            "outside: add user", "no", lab.modify(add(f"CN={n},{out}", "user", f"sAMAccountName: {n}", *USER))
        )
        self.row("outside: add OU", "no", lab.modify(add(f"OU={n},{out}", "organizationalUnit")))
        self.row(
            "outside: add group", "no", lab.modify(add(f"CN={n},{out}", "group", f"sAMAccountName: {n}"))
        )
        u, g, ou = self.user(out), self.group(out), self.unit(out)
        self.row("outside: title", "no", lab.modify(replace(u, "title", "x")))
        self.row("outside: userAccountControl", "no", lab.modify(replace(u, "userAccountControl", 512)))
        self.row(
            "outside: reset unicodePwd",
            "no",
            lab.modify(replace(u, "unicodePwd", password(SECRET.format(4)), sep=":: ")),
        )
        self.row("outside: rename user", "no", lab.modify(rename(u, "CN=renamed")))
        self.row("outside: move user to below ORG_BASE", "no", lab.modify(rename(u, u.split(",")[0], a)))
        self.row("outside: delete user", "no", lab.modify(delete(u)))
        self.row("outside: group member", "no", lab.modify(replace(g, "member", u, how="add")))
        self.row("outside: OU displayName", "no", lab.modify(replace(ou, "displayName", "x")))
        self.row("outside: rename OU", "no", lab.modify(rename(ou, "OU=renamed")))
        mine, computer = self.user(a), lab.name()
        self.row("move own user to outside", "no", lab.modify(rename(mine, mine.split(",")[0], out)))
        self.row(
            "member of Domain Admins",
            "no",
            lab.modify(replace(f"CN=Domain Admins,CN=Users,{lab.base}", "member", mine, how="add")),
        )
        self.row(
            "Administrator: reset unicodePwd",
            "no",
            lab.modify(replace(lab.env["BIND_DN"], "unicodePwd", password(SECRET.format(5)), sep=":: ")),
        )
        self.row("ORG_BASE: displayName", "no", lab.modify(replace(lab.org, "displayName", "x")))
        self.row("ORG_BASE: rename", "no", lab.modify(rename(lab.org, "OU=Renamed")))
        self.row(
            "add computer",
            "no",
            lab.modify(
                add(
                    f"CN={computer},{a}",
                    "computer",
                    f"sAMAccountName: {computer}$",
                    "userAccountControl: 4096",
                )
            ),
        )
        self.row(
            "add user: userAccountControl 4096 (machine)",
            "no",
            lab.modify(
                add(
                    f"CN={computer}m,{a}", "user", f"sAMAccountName: {computer}m$", "userAccountControl: 4096"
                )
            ),
        )
        self.row(
            "add inetOrgPerson",
            "no",
            lab.modify(add(f"CN={computer}i,{a}", "inetOrgPerson", f"sAMAccountName: {computer}i", "sn: x")),
        )
        self.row("add contact", "no", lab.modify(add(f"CN={computer}c,{a}", "contact")))
        self.row(
            "userAccountControl + TRUSTED_FOR_DELEGATION",
            "no",
            lab.modify(replace(mine, "userAccountControl", 0x80202)),
        )
        self.row(
            "userAccountControl + DONT_REQUIRE_PREAUTH",
            "-",
            lab.modify(replace(mine, "userAccountControl", 0x400202)),
        )
        self.row("servicePrincipalName", "no", lab.modify(replace(mine, "servicePrincipalName", f"http/{n}")))
        self.row("scriptPath", "no", lab.modify(replace(mine, "scriptPath", "x.bat")))
        self.row("primaryGroupID 512", "no", lab.modify(replace(mine, "primaryGroupID", 512)))
        self.row(
            "add user with scriptPath",
            "-",
            lab.modify(add(f"CN={n}s,{a}", "user", f"sAMAccountName: {n}s", "scriptPath: x.bat", *USER)),
        )
        self.row(
            "add user with servicePrincipalName",
            "-",
            lab.modify(
                add(
                    f"CN={n}p,{a}", "user", f"sAMAccountName: {n}p", f"servicePrincipalName: http/{n}p", *USER
                )
            ),
        )
        own = lab.name()
        lab.modify(add(f"CN={own},{a}", "user", f"sAMAccountName: {own}", *USER))
        sd = base64_sd(lab, f"CN={own},{a}")
        # Samba lets an owner change the rights although OWNER RIGHTS says otherwise.
        self.row(
            "access rights of a user that it made itself",
            "-",
            lab.modify(replace(f"CN={own},{a}", "nTSecurityDescriptor", sd, sep=":: ", control=SD_CONTROL)),
        )
        sd = base64_sd(lab, mine)
        self.row(
            "access rights of a user that another made",
            "no",
            lab.modify(replace(mine, "nTSecurityDescriptor", sd, sep=":: ", control=SD_CONTROL)),
        )
        chief = self.user(a, "userAccountControl: 512", f"unicodePwd:: {password(SECRET.format(6))}")
        admins = f"CN=Domain Admins,CN=Users,{lab.base}"
        lab.must(replace(admins, "member", chief, how="add"))
        self.row(
            "member of Domain Admins below ORG_BASE: reset unicodePwd",
            "-",
            lab.modify(replace(chief, "unicodePwd", password(SECRET.format(7)), sep=":: ")),
        )
        self.row(
            "member of Domain Admins below ORG_BASE: title", "-", lab.modify(replace(chief, "title", "x"))
        )
        lab.must(replace(admins, "member", chief, how="delete"))


SAMPLES = dict.fromkeys(
    "adminDescription employeeID employeeNumber employeeType givenName middleName sn initials displayName "
    "description info title department departmentNumber division company mail proxyAddresses telephoneNumber "
    "otherTelephone mobile homePhone facsimileTelephoneNumber ipPhone physicalDeliveryOfficeName roomNumber "
    "streetAddress postOfficeBox postalCode l st co preferredLanguage wWWHomePage".split(),
    "x1",
) | {"c": "DK", "countryCode": "208"}


def base64_sd(lab, dn):
    out = lab.search(
        dn, "base", "(objectClass=*)", "-E", SD_FLAGS, attributes=["nTSecurityDescriptor"], admin=True
    )[2]
    found = re.search("nTSecurityDescriptor:: (.*)", out)
    return found[1] if found else ""


def table(rows):
    print("| operation | wanted | result | Windows error |\n|---|---|---|---|")
    for operation, wanted, code, windows, fine in rows:
        print(f"| {operation} | {wanted} | {code}{'' if fine else ' **unexpected**'} | {windows} |")


def main():
    lab = Lab(sys.argv[1])
    rows = Check(lab).all()
    table(rows)
    if "--without-each" in sys.argv:
        without_each(lab, rows)
    sys.exit(not all(row[4] for row in rows))


@contextlib.contextmanager
def local_database(folder):
    from samba.auth import system_session
    from samba.param import LoadParm
    from samba.samdb import SamDB

    lp = LoadParm()
    lp.load(f"{folder}/directory/smb.conf")
    yield SamDB(url=lp.get("private dir") + "/sam.ldb", session_info=system_session(lp), lp=lp)


def without_each(lab, full):
    """The server runs on the same database files; it sees a changed DACL at once."""
    import ldb
    from samba.dcerpc import security
    from samba.ndr import ndr_pack, ndr_unpack

    with local_database(lab.env["LAB_DIR"]) as db:
        controls = ["sd_flags:1:4"]
        sid = security.dom_sid(db.get_domain_sid())
        old = db.search(lab.org, ldb.SCOPE_BASE, attrs=["nTSecurityDescriptor"], controls=controls)
        old = ndr_unpack(security.descriptor, old[0]["nTSecurityDescriptor"][0]).as_sddl(sid)
        account = db.search(lab.env["SYNC_DN"], ldb.SCOPE_BASE, attrs=["objectSid"])[0]["objectSid"][0]
        account = db.schema_format_value("objectSid", account).decode()
        names = {}
        for found in db.search(
            db.get_schema_basedn(),
            ldb.SCOPE_ONELEVEL,
            "(schemaIDGUID=*)",
            ["lDAPDisplayName", "schemaIDGUID"],
        ):
            names[db.schema_format_value("schemaIDGUID", found["schemaIDGUID"][0]).decode()] = str(
                found["lDAPDisplayName"]
            )

        def store(sddl):
            message = ldb.Message(ldb.Dn(db, lab.org))
            value = ndr_pack(security.descriptor.from_sddl(sddl, sid))
            message["sd"] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, "nTSecurityDescriptor")
            db.modify(message, controls)

        entries = [e for e in re.findall(r"\([^)]*\)", old) if account in e]
        print("\n| without | then fails |\n|---|---|")
        try:
            for entry in entries:
                store(old.replace(entry, ""))
                rows = Check(lab).all()
                lost = [f"{r[0]} ({r[2]})" for b, r in zip(full, rows) if r[2] != b[2]]
                shown = re.sub(
                    "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
                    lambda m: names.get(m[0], m[0]),
                    entry.replace(account, ""),
                )
                print(f"| `{shown}` | {'; '.join(lost) or '**nothing**'} |", flush=True)
        finally:
            store(old)


main()
