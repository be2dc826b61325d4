# The OpenLDAP server. Sourced by `lab`. State in DIR/openldap, passwords in DIR/secrets.
#
# cn=admin is the database's own root; cn=svc-rosterd is what rosterd signs in as: it writes below the
# organisation, reads everything, and gets at most 500 entries unless it pages. ppolicy with a policy
# that has pwdLockout makes pwdAccountLockedTime close an account. Beside a domain the server takes its
# Kerberos too, bound to the TLS connection; svc-rosterd of the domain is cn=svc-rosterd then.
# shellcheck shell=bash disable=SC2154

OPENLDAP_BASE=dc=example,dc=test
OPENLDAP_ORG=ou=organisation,$OPENLDAP_BASE
OPENLDAP_SYNC=cn=svc-rosterd,ou=services,$OPENLDAP_BASE

openldap_url() { echo "ldaps://127.0.0.1:$(($(cat "$DIR/openldap/port") + 1))"; }

openldap_env() {
	cat <<-ENV
		OPENLDAP_URL=ldap://127.0.0.1:$(cat "$DIR/openldap/port")
		OPENLDAPS_URL=$(openldap_url)
		OPENLDAP_BASE=$OPENLDAP_BASE
		OPENLDAP_ORG=$OPENLDAP_ORG
		OPENLDAP_ADMIN=cn=admin,$OPENLDAP_BASE
		OPENLDAP_ADMIN_PASSWORD=$(cat "$DIR/secrets/openldap-admin")
		OPENLDAP_SYNC=$OPENLDAP_SYNC
		OPENLDAP_SYNC_PASSWORD_FILE=$DIR/secrets/openldap-sync
		OPENLDAP_CA_FILE=$DIR/tls/ca.pem
		OPENLDAP_PRINCIPAL=ldap/$OPENLDAP_HOST
	ENV
}

openldap_up() {
	local d=$DIR/openldap port
	if running "$d" >/dev/null; then return; fi
	command -v slapd >/dev/null || die "OpenLDAP is not installed: run 'scripts/lab install' as root"
	mkdir -p "$d/run"
	make_secret openldap-admin
	make_secret openldap-sync
	make_ca
	make_certificate openldap "DNS:localhost,IP:127.0.0.1"
	# From the choice of a port until the server listens there.
	mkdir -p "$CACHE"
	exec 9>"$CACHE/openldap-port.lock"
	flock 9
	port=$(openldap_port)
	echo "$port" >"$d/port"
	write_openldap_configuration
	[ -s "$d/db/data.mdb" ] || fill_openldap
	# -d 0 keeps it in the foreground.
	launch "$d" env KRB5_CONFIG="$DIR/directory/krb5.conf" KRB5_KTNAME="$DIR/secrets/openldap.keytab" KRB5RCACHENAME=none: slapd -d 0 -f "$d/slapd.conf" -h "ldap://127.0.0.1:$port ldaps://127.0.0.1:$((port + 1))"
	wait_ready "$d" 30 openldap_answers
	exec 9>&-
}

openldap_down() { stop_server "$DIR/openldap"; }

openldap_answers() {
	LDAPCONF=/dev/null LDAPRC='' LDAPTLS_CACERT=$DIR/tls/ca.pem ldapsearch -x -LLL -o nettimeout=5 -H "$(openldap_url)" \
		-D "$OPENLDAP_SYNC" -y "$DIR/secrets/openldap-sync" -b "$OPENLDAP_BASE" -s base dn >/dev/null 2>&1
}

# The port of last time if it and the next one are free: configurations name it.
openldap_port() {
	local port last
	last=$(cat "$DIR/openldap/port" 2>/dev/null || true)
	for port in $last $(seq 10389 10 12389); do
		if ! port_open 127.0.0.1 "$port" && ! port_open 127.0.0.1 $((port + 1)); then
			echo "$port"
			return
		fi
	done
	die "no free port for OpenLDAP between 10389 and 12389"
}

write_openldap_configuration() {
	local d=$DIR/openldap schema
	{
		for schema in core cosine inetorgperson; do echo "include /etc/ldap/schema/$schema.schema"; done
		cat <<-CONF
			pidfile $d/run/slapd.pid
			argsfile $d/run/slapd.args
			modulepath /usr/lib/ldap
			moduleload back_mdb
			moduleload syncprov
			moduleload memberof
			moduleload ppolicy
			threads 4
			loglevel none
			TLSCACertificateFile $DIR/tls/ca.pem
			TLSCertificateFile $DIR/tls/openldap.pem
			TLSCertificateKeyFile $DIR/tls/openldap.key
			TLSVerifyClient never
			# A password goes through TLS or not at all.
			security simple_bind=128
			$(openldap_kerberos)
			access to dn.base="" by * read
			access to dn.subtree="cn=Subschema" by * read
			database mdb
			suffix $OPENLDAP_BASE
			rootdn cn=admin,$OPENLDAP_BASE
			rootpw $(cat "$DIR/secrets/openldap-admin")
			directory $d/db
			maxsize 1073741824
			# Crash safety costs most of the time of a write; a lab has nothing to lose.
			dbnosync
			sizelimit 500
			limits dn.exact="$OPENLDAP_SYNC" size.soft=500 size.hard=500 size.pr=1000 size.prtotal=unlimited
			index objectClass,entryUUID,entryCSN,uid,businessCategory,member,memberOf,manager,cn eq
			access to attrs=userPassword by dn.exact="$OPENLDAP_SYNC" write by anonymous auth by * none
			access to dn.subtree="ou=hidden,$OPENLDAP_ORG" by * none
			access to dn.subtree="$OPENLDAP_ORG" by dn.exact="$OPENLDAP_SYNC" write by users read by * none
			access to * by users read by * none
			overlay memberof
			memberof-refint TRUE
			memberof-dangling ignore
			overlay ppolicy
			ppolicy_default cn=policy,ou=services,$OPENLDAP_BASE
			overlay syncprov
			syncprov-checkpoint 1000 10
			syncprov-sessionlog 10000
		CONF
	} >"$d/slapd.conf"
	chmod 600 "$d/slapd.conf"
}

openldap_kerberos() {
	[ -e "$DIR/secrets/openldap.keytab" ] || return 0
	cat <<-CONF
		sasl-host $OPENLDAP_HOST
		sasl-realm $REALM
		sasl-cbinding tls-endpoint
		authz-regexp uid=svc-rosterd,cn=[^,]*,cn=gssapi,cn=auth $OPENLDAP_SYNC
	CONF
}

fill_openldap() {
	local d=$DIR/openldap unit
	mkdir -p "$d/db"
	chmod 700 "$d/db"
	{
		printf 'dn: %s\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n\n' "$OPENLDAP_BASE"
		for unit in services organisation; do
			printf 'dn: ou=%s,%s\nobjectClass: organizationalUnit\nou: %s\n\n' $unit "$OPENLDAP_BASE" $unit
		done
		printf 'dn: %s\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\ncn: svc-rosterd\nuserPassword: %s\n' \
			"$OPENLDAP_SYNC" "$(cat "$DIR/secrets/openldap-sync")"
		# Without pwdLockout a time of lockout closes nothing.
		printf '\ndn: cn=policy,ou=services,%s\nobjectClass: device\nobjectClass: pwdPolicy\ncn: policy\n%s\n%s\n' \
			"$OPENLDAP_BASE" 'pwdAttribute: userPassword' 'pwdLockout: TRUE'
	} | slapadd -q -f "$d/slapd.conf" >"$d/log" 2>&1 || {
		tail -5 "$d/log" >&2
		die "OpenLDAP's database could not be filled"
	}
}
