"""The OpenLDAP server of the bench: mdb in memory, so that its disk does not hide its clients; LDAPS only."""

import os
import shutil
import socket
import subprocess
import time

from people import SUFFIX

ADMIN, PASSWORD = f"cn=admin,{SUFFIX}", "secret"
COUNTED = {"Search": "search", "Add": "add", "Modify": "modify", "Delete": "delete", "Modrdn": "rename"}
CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload back_monitor
moduleload syncprov
pidfile {folder}/slapd.pid
argsfile {folder}/slapd.args
loglevel none
threads 4
sizelimit unlimited
TLSCACertificateFile {tls}/ca.pem
TLSCertificateFile {tls}/bench.pem
TLSCertificateKeyFile {tls}/bench.key
TLSVerifyClient never
database mdb
suffix {suffix}
rootdn {admin}
rootpw {password}
directory {data}
maxsize 8589934592
index objectClass,uid,employeeNumber,entryUUID,entryCSN,businessCategory,member eq
overlay syncprov
database monitor
"""


class Slapd:
    """One server. `fill` makes a state, `start` serves a copy of one."""

    def __init__(self, folder, memory, tls):
        self.folder, self.data, self.tls = folder, memory / "data", tls
        self.folder.mkdir(parents=True)
        self.process = self.monitor = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"ldaps://127.0.0.1:{self.port}"
        self.configuration = folder / "slapd.conf"
        text = CONFIGURATION.format(
            folder=folder, tls=tls, suffix=SUFFIX, admin=ADMIN, password=PASSWORD, data=self.data
        )
        self.configuration.write_text(text)

    def fill(self, state, ldif):
        """Makes a state that holds what the file says."""
        self.empty()
        subprocess.run(["/usr/sbin/slapadd", "-q", "-f", self.configuration, "-l", ldif], check=True, capture_output=True)
        self.keep(state)

    def keep(self, state):
        """Makes a state of what is there now."""
        self.stop()
        shutil.rmtree(state, ignore_errors=True)
        # the file is sparse, and its holes are to stay
        subprocess.run(["cp", "-r", "--sparse=always", self.data, state], check=True)

    def start(self, state):
        self.stop()
        self.empty()
        subprocess.run(["cp", "-r", "--sparse=always", f"{state}/.", self.data], check=True)
        with open(self.folder / "log", "ab") as log:
            command = ["/usr/sbin/slapd", "-d", "0", "-f", self.configuration, "-h", self.url]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self.monitor = self.connect()

    def connect(self):
        import ldap

        ends = time.monotonic() + 30
        while True:
            connection = ldap.initialize(self.url)
            connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(self.tls / "ca.pem"))
            connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
            try:
                connection.simple_bind_s(ADMIN, PASSWORD)
                return connection
            except ldap.SERVER_DOWN:
                if time.monotonic() > ends or self.process.poll() is not None:
                    raise
                time.sleep(0.02)

    def operations(self):
        """How many operations it completed so far, by kind."""
        found = self.monitor.search_s("cn=Operations,cn=Monitor", 1, "(objectClass=*)", ["cn", "monitorOpCompleted"])
        return {
            COUNTED[values["cn"][0].decode()]: int(values["monitorOpCompleted"][0])
            for _, values in found if values["cn"][0].decode() in COUNTED
        }

    def stop(self):
        if self.process is not None:
            self.monitor.unbind_s()
            self.process.terminate()
            self.process.wait()
            self.process = self.monitor = None

    def empty(self):
        shutil.rmtree(self.data, ignore_errors=True)
        os.makedirs(self.data)
