# The Active Directory domain. Sourced by `lab`. State in DIR/directory, passwords in DIR/secrets.
#
# Samba's ports are fixed, so each lab has an own loopback address, 127.0.10.1 and up. Only LDAP and
# Kerberos are served: no DNS, no SMB. A domain takes seconds to provision and a fraction of one to
# copy, so the first is kept in the cache with its users, rights, passwords and keytabs.
# shellcheck shell=bash disable=SC2154

BASE_DN=DC=example,DC=test
ORG_BASE=OU=Organisation,$BASE_DN
ADMIN_DN=CN=Administrator,CN=Users,$BASE_DN
SYNC_DN=CN=svc-rosterd,CN=Users,$BASE_DN
RECYCLE_BIN=${LAB_RECYCLE_BIN:-1}
REALM=EXAMPLE.TEST
DC_HOST=dc1.example.test
# The principal of the OpenLDAP server beside the domain.
OPENLDAP_HOST=openldap.example.test

directory_url() { echo "ldaps://$(cat "$DIR/directory/address")"; }

directory_env() {
	local address tls=$DIR/tls
	address=$(cat "$DIR/directory/address")
	cat <<-ENV
		LDAP_URL=ldap://$address
		LDAPS_URL=ldaps://$address
		BASE_DN=$BASE_DN
		ORG_BASE=$ORG_BASE
		BIND_DN=$ADMIN_DN
		BIND_PASSWORD=$(cat "$DIR/secrets/administrator-password")
		SYNC_DN=$SYNC_DN
		SYNC_PASSWORD=$(cat "$DIR/secrets/ad-password")
		SYNC_PASSWORD_FILE=$DIR/secrets/ad-password
		CA_FILE=$tls/ca.pem
		CA_KEY_FILE=$tls/ca.key
		KRB5_CONFIG=$DIR/directory/krb5.conf
		DC_PRINCIPAL=ldap/$DC_HOST
		SYNC_PRINCIPAL=svc-rosterd@$REALM
		SYNC_KEYTAB=$DIR/secrets/svc-rosterd.keytab
		RECYCLE_BIN=$(cat "$DIR/directory/recycle-bin" 2>/dev/null || echo 1)
		PROXY_CERT_FILE=$tls/proxy.pem
		PROXY_KEY_FILE=$tls/proxy.key
	ENV
}

directory_up() {
	local d=$DIR/directory address
	if running "$d" >/dev/null; then return; fi
	[ "$(id -u)" = 0 ] ||
		die "a domain needs root, because Samba's LDAP ports are below 1024: run it as root, or with --no-ad"
	if ! command -v samba >/dev/null || ! command -v ldapsearch >/dev/null; then
		die "the domain is not installed: run 'scripts/lab install' as root"
	fi
	mkdir -p "$d"
	unpack_domain
	# From the choice of an address until the server listens there.
	exec 9>/run/rosterd-lab.lock
	flock 9
	address=$(free_address)
	echo "$address" >"$d/address"
	make_ca
	make_certificate directory "DNS:$DC_HOST,DNS:example.test,DNS:localhost,IP:$address"
	make_certificate proxy "DNS:localhost,IP:127.0.0.1"
	write_samba_configuration "$address"
	write_kerberos_configuration "$address"
	rm -rf "$d/tree/msg.sock" "$d/tree/msg.lock"
	# Samba keeps the group that launch made, and takes its workers along at the end.
	launch "$d" samba -F -s "$d/smb.conf" -M prefork --debug-stdout
	wait_ready "$d" 60 directory_answers
	exec 9>&-
}

directory_down() { stop_server "$DIR/directory"; }

directory_answers() {
	port_open "$(cat "$DIR/directory/address")" 636 && as_administrator ldapsearch -b "$BASE_DN" -s base dn >/dev/null 2>&1
}

# as_administrator TOOL ARGUMENT...: an OpenLDAP tool, without any configuration of this machine.
as_administrator() {
	local tool=$1
	shift
	LDAPCONF=/dev/null LDAPRC='' LDAPTLS_CACERT=$DIR/tls/ca.pem "$tool" -x -LLL -o nettimeout=5 \
		-H "$(directory_url)" -D "$ADMIN_DN" -y "$DIR/secrets/administrator-password" "$@"
}

port_open() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

address_used() {
	local port
	for port in 88 389 636 3268 3269; do
		if port_open "$1" $port; then return; fi
	done
	return 1
}

# The address of last time if it is free: certificates and configurations name it.
free_address() {
	local last n
	last=$(cat "$DIR/directory/address" 2>/dev/null || true)
	if [ -n "$last" ] && ! address_used "$last"; then
		echo "$last"
		return
	fi
	for ((n = 1; n < 255; n++)); do
		if ! address_used 127.0.10.$n; then
			echo 127.0.10.$n
			return
		fi
	done
	die "no free address in 127.0.10.0/24; does something listen for LDAP on all addresses?"
}

# unpack_domain: DIR/directory/tree and the passwords, from the cache, which is filled when needed.
unpack_domain() {
	local key cached
	[ -e "$DIR/directory/unpacked" ] && return 0
	key=$({
		samba --version
		echo "$RECYCLE_BIN"
		cat "$PARTS/directory.sh" "$PARTS/domain.py"
	} | sha256sum | cut -c1-16)
	cached=$CACHE/domain-$key.tar
	mkdir -p "$CACHE"
	(
		flock 9
		[ -s "$cached" ] || provision "$cached"
		# Domains of other versions of these files, unused for a month.
		touch "$cached"
		find "$CACHE" -maxdepth 1 -name 'domain-*.tar' -mtime +30 -delete
	) 9>"$CACHE/domain.lock" || exit 1
	rm -rf "$DIR/directory/tree"
	tar -C "$DIR" -xf "$cached" || die "cannot unpack $cached"
	echo "$RECYCLE_BIN" >"$DIR/directory/recycle-bin"
	touch "$DIR/directory/unpacked"
}

# provision ARCHIVE: a new domain as a tar file of directory/tree and secrets.
provision() {
	local work log tree
	work=$(mktemp -d "$CACHE/new.XXXXXX")
	log=$CACHE/provision.log
	tree=$work/directory/tree
	echo "provisioning a domain (once, log in $log)" >&2
	mkdir "$work/directory" "$work/secrets"
	chmod 700 "$work/secrets"
	DIR=$work make_secret administrator-password
	DIR=$work make_secret ad-password
	# Neither reads nor writes the configuration of this machine.
	printf '[global]\n' >"$work/smb.conf"
	{
		samba-tool domain provision -s "$work/smb.conf" --targetdir="$tree" --realm=$REALM \
			--domain=EXAMPLE --server-role=dc --dns-backend=NONE --backend-store=mdb --host-name=dc1 \
			--host-ip=127.0.10.1 --adminpass="$(cat "$work/secrets/administrator-password")" \
			--option='vfs objects=' --option='log file=/dev/null' &&
			PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$PARTS/domain.py" "$tree/etc/smb.conf" \
				"$ORG_BASE" "$SYNC_DN" "$work/secrets/ad-password" "$RECYCLE_BIN" "$DC_HOST" "$OPENLDAP_HOST" &&
			export_keytab svc-rosterd "$tree" "$work/secrets/svc-rosterd.keytab" &&
			export_keytab "ldap/$OPENLDAP_HOST" "$tree" "$work/secrets/openldap.keytab"
	} >"$log" 2>&1 || {
		tail -5 "$log" >&2
		rm -rf "$work"
		die "provisioning failed, see $log"
	}
	(umask 077 && tar -C "$work" --sparse -cf "$1.new" directory secrets)
	rm -rf "$work"
	mv "$1.new" "$1"
}

export_keytab() { # PRINCIPAL TREE FILE
	samba-tool domain exportkeytab "$3" --principal="$1" -s "$2/etc/smb.conf"
}

# Kerberos of this domain alone: nothing is looked up anywhere.
write_kerberos_configuration() { # ADDRESS
	cat >"$DIR/directory/krb5.conf" <<-CONF
		[libdefaults]
		default_realm = $REALM
		dns_lookup_realm = false
		dns_lookup_kdc = false
		dns_canonicalize_hostname = false
		rdns = false
		udp_preference_limit = 1
		[realms]
		$REALM = {
			kdc = $1
		}
	CONF
}

write_samba_configuration() { # ADDRESS
	local d=$DIR/directory
	mkdir -p "$d/run" "$d/tree/cache"
	chmod 755 "$d/run"
	cat >"$d/smb.conf" <<-CONF
		[global]
		interfaces = $1/8
		bind interfaces only = yes
		netbios name = DC1
		realm = $REALM
		workgroup = EXAMPLE
		server role = active directory domain controller
		server services = ldap, kdc
		# What Active Directory takes: Kerberos within TLS, without a layer of its own.
		ldap server require strong auth = allow_sasl_over_tls
		dcerpc endpoint servers =
		disable netbios = yes
		prefork children = 2
		# Crash safety of the database costs most of the time of a write; a lab has none to lose.
		ldb:nosync = yes
		tls enabled = yes
		tls keyfile = $DIR/tls/directory.key
		tls certfile = $DIR/tls/directory.pem
		tls cafile = $DIR/tls/ca.pem
		private dir = $d/tree/private
		lock directory = $d/tree
		state directory = $d/tree/state
		cache directory = $d/tree/cache
		pid directory = $d/run
		ncalrpc dir = $d/run/ncalrpc
		ntp signd socket directory = $d/run/ntp
		winbindd socket directory = $d/run/winbindd
		logging = file
		log file = $d/log.%m
		log level = ${LAB_LOG_LEVEL:-1}
	CONF
}
