"""Furnishes a newly provisioned domain of the lab: the recycle bin, the organisational unit that
rosterd manages, and the delegated account with exactly the rights that rosterd needs below it.

    domain.py SMB_CONF ORG_BASE SYNC_DN PASSWORD_FILE RECYCLE_BIN DC_HOST OPENLDAP_HOST

Works on the database itself, before the server's first start: Samba lets nobody switch on the
recycle bin over LDAP. What the rights are for: docs/active-directory-rights.md, which has the
same lists for a real domain.
"""

import pathlib
import secrets
import sys

import ldb
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB

CLASSES = ["user", "contact", "group", "organizationalUnit"]

# Attributes that rosterd may write, by class. cn, ou and name are written by a rename.
WRITABLE = {
    "user": [
        "cn", "name", "sAMAccountName", "userPrincipalName",
        "userAccountControl", "pwdLastSet", "accountExpires",
        "adminDescription", "employeeID", "employeeNumber", "employeeType",
        "givenName", "middleName", "sn", "initials", "displayName", "description", "info",
        "title", "department", "departmentNumber", "division", "company", "manager",
        "mail", "proxyAddresses", "telephoneNumber", "otherTelephone", "mobile", "homePhone",
        "facsimileTelephoneNumber", "ipPhone", "physicalDeliveryOfficeName", "roomNumber",
        "streetAddress", "postOfficeBox", "postalCode", "l", "st", "c", "co", "countryCode",
        "preferredLanguage", "wWWHomePage",
    ],
    "contact": [
        "cn", "name",
        "adminDescription", "givenName", "sn", "displayName", "description", "info",
        "title", "department", "company", "manager",
        "mail", "proxyAddresses", "telephoneNumber", "mobile",
    ],
    "group": [
        "cn", "name", "sAMAccountName", "groupType", "member",
        "adminDescription", "displayName", "description", "info",
        "mail", "proxyAddresses", "managedBy",
    ],
    "organizationalUnit": [
        "ou", "name",
        "adminDescription", "displayName", "description", "managedBy",
        "telephoneNumber", "street", "postalCode", "l", "st",
    ],
}  # fmt: skip

# What Samba fills in itself when a user is brought back, and lets nobody do who may not write it.
FILLED_IN = [
    "adminCount", "badPasswordTime", "badPwdCount", "codePage", "distinguishedName", "isDeleted",
    "isRecycled", "lastKnownParent", "lastLogoff", "lastLogon", "logonCount", "objectCategory",
    "operatorCount", "primaryGroupID", "sAMAccountType",
]  # fmt: skip

OWNER_RIGHTS = "S-1-3-4"
RESET_PASSWORD = "00299570-246d-11d0-a768-00aa006e0529"
REANIMATE_TOMBSTONES = "45ec5156-db7e-47bb-b53f-dbeb2d03c40f"
RECYCLE_BIN_FEATURE = "766ddcd8-acd0-445e-f3b9-a7f9b6744f2a"


def schema_guid(db, name):
    found = db.search(
        db.get_schema_basedn(), ldb.SCOPE_ONELEVEL, f"(lDAPDisplayName={name})", ["schemaIDGUID"]
    )
    return db.schema_format_value("schemaIDGUID", found[0]["schemaIDGUID"][0]).decode()


def organisation_rights(db, sid):
    """The access control entries of ORG_BASE, in SDDL.

    CI: this object and all below it; CIIO: only those below it, so ORG_BASE itself can be neither
    renamed nor moved nor deleted.
    """
    guid = {name: schema_guid(db, name) for name in CLASSES}
    rights = [f"(A;CI;RPLCLORC;;;{sid})"]  # read everything
    # Whoever makes an object owns it, and an owner may change its rights; not here.
    rights += [f"(A;CIIO;RC;;;{OWNER_RIGHTS})"]
    rights += [f"(OA;CI;CC;{guid[c]};;{sid})" for c in CLASSES]  # create; the target of a move
    rights += [f"(OA;CIIO;SD;;{guid[c]};{sid})" for c in CLASSES]  # delete; the source of a move
    rights += [f"(OA;CIIO;CR;{RESET_PASSWORD};{guid['user']};{sid})"]
    for c, attributes in WRITABLE.items():
        rights += [f"(OA;CIIO;WP;{schema_guid(db, a)};{guid[c]};{sid})" for a in attributes]
    return rights


def grant(db, dn, aces, controls=()):
    """Adds access control entries to the DACL of an object, and leaves its other parts alone."""
    controls = ["sd_flags:1:%d" % security.SECINFO_DACL, *controls]
    old = db.search(dn, ldb.SCOPE_BASE, attrs=["nTSecurityDescriptor"], controls=controls)
    sddl = ndr_unpack(security.descriptor, old[0]["nTSecurityDescriptor"][0]).as_sddl(
        security.dom_sid(db.get_domain_sid())
    )
    new = security.descriptor.from_sddl(sddl + "".join(aces), security.dom_sid(db.get_domain_sid()))
    message = ldb.Message(ldb.Dn(db, dn))
    message["sd"] = ldb.MessageElement(ndr_pack(new), ldb.FLAG_MOD_REPLACE, "nTSecurityDescriptor")
    db.modify(message, controls)


def enable_recycle_bin(db):
    message = ldb.Message(ldb.Dn(db, ""))
    message["feature"] = ldb.MessageElement(
        f"CN=Partitions,{db.get_config_basedn()}:{RECYCLE_BIN_FEATURE}",
        ldb.FLAG_MOD_ADD,
        "enableOptionalFeature",
    )
    db.modify(message)


def name_services(db, dc_host, openldap_host):
    """The principals that Kerberos knows the LDAP servers by. Those of the domain controller are else
    set by a task that does not run here; the OpenLDAP server gets an account of its own."""
    dc = ldb.Message(ldb.Dn(db, f"CN=DC1,OU=Domain Controllers,{db.domain_dn()}"))
    dc["names"] = ldb.MessageElement([f"ldap/{dc_host}"], ldb.FLAG_MOD_ADD, "servicePrincipalName")
    db.modify(dc)
    db.newuser("svc-openldap", secrets.token_urlsafe(24) + "aA1")
    db.setexpiry("(sAMAccountName=svc-openldap)", 0, no_expiry_req=True)
    server = ldb.Message(ldb.Dn(db, f"CN=svc-openldap,CN=Users,{db.domain_dn()}"))
    server["names"] = ldb.MessageElement([f"ldap/{openldap_host}"], ldb.FLAG_MOD_ADD, "servicePrincipalName")
    # AES128 and AES256: libraries of today take no ticket of RC4.
    server["kinds"] = ldb.MessageElement(["24"], ldb.FLAG_MOD_REPLACE, "msDS-SupportedEncryptionTypes")
    db.modify(server)


def main():
    conf, org_base, sync_dn, password_file, recycle_bin, dc_host, openldap_host = sys.argv[1:]
    password = pathlib.Path(password_file).read_text()
    lp = LoadParm()
    lp.load(conf)
    db = SamDB(url=lp.get("private dir") + "/sam.ldb", session_info=system_session(lp), lp=lp)
    if recycle_bin == "1":
        enable_recycle_bin(db)
    name = ldb.Dn(db, sync_dn).get_rdn_value()
    db.newuser(name, password, description="Delegated account of rosterd")
    # The password of a service account does not expire with the domain's policy.
    db.setexpiry(f"(sAMAccountName={name})", 0, no_expiry_req=True)
    db.add({"dn": org_base, "objectClass": "organizationalUnit"})
    sid = db.schema_format_value(
        "objectSid", db.search(sync_dn, ldb.SCOPE_BASE, attrs=["objectSid"])[0]["objectSid"][0]
    ).decode()
    grant(db, org_base, organisation_rights(db, sid))
    name_services(db, dc_host, openldap_host)
    # Proof that an object is gone: its tombstone. Nobody but administrators may look there else.
    deleted = f"CN=Deleted Objects,{db.domain_dn()}"
    grant(db, deleted, [f"(A;CI;RPLCLORC;;;{sid})"], ["show_deleted:1"])
    if recycle_bin != "1":
        # The only right on the domain itself: to bring back what was deleted, into a place of ours.
        grant(db, db.domain_dn(), [f"(OA;;CR;{REANIMATE_TOMBSTONES};;{sid})"])
        user = schema_guid(db, "user")
        aces = [f"(OA;CIIO;WP;{schema_guid(db, name)};{user};{sid})" for name in FILLED_IN]
        grant(db, org_base, aces)


main()
