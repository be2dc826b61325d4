# What the lab needs, installed by name. Sourced by `lab`.
# shellcheck shell=bash disable=SC2154

PACKAGES=(
	samba samba-ad-dc samba-ad-provision samba-dsdb-modules python3-samba winbind # the domain
	ldb-tools ldap-utils                                                         # its inspection
	slapd                                                                        # OpenLDAP
	libkrb5-dev libclang-dev                                                     # rosterd's feature gssapi
	krb5-user libsasl2-modules-gssapi-mit                                        # Kerberos, for people and OpenLDAP
	openssl ca-certificates curl                                                 # certificates, requests
	python3 python3-venv                                                         # the SCIM server
	procps util-linux                                                            # ps; setsid, flock
)

install_all() {
	[ "$(id -u)" = 0 ] ||
		die "install needs root, because it installs system packages: run it as root or with sudo (LAB_CACHE names the cache folder)"
	command -v apt-get >/dev/null ||
		die "install knows Debian and Ubuntu only; elsewhere install these by hand: ${PACKAGES[*]}"
	install_packages
	install_python
}

missing_packages() {
	local package
	for package in "${PACKAGES[@]}"; do
		# shellcheck disable=SC2016
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
	done
}

install_packages() {
	local missing
	mapfile -t missing < <(missing_packages)
	[ ${#missing[@]} -gt 0 ] || return 0
	echo "installing: ${missing[*]}"
	# The package lists may be absent, or so old that the files they name are gone.
	apt-cache show "${missing[@]}" >/dev/null 2>&1 || apt_get update
	apt_install "${missing[@]}" || { apt_get update && apt_install "${missing[@]}"; } ||
		die "apt-get could not install: ${missing[*]}"
}

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"; }

# Packages of servers start them. policy-rc.d is Debian's way to say no; one that is there stays.
apt_install() {
	local policy=/usr/sbin/policy-rc.d made='' rc=0
	if [ ! -e $policy ]; then
		made=1
		trap 'rm -f /usr/sbin/policy-rc.d' EXIT
		printf '#!/bin/sh\nexit 101\n' >$policy
		chmod 755 $policy
	fi
	RUNLEVEL=1 apt_get install -y --no-install-recommends "$@" || rc=$?
	if [ -n "$made" ]; then
		rm -f $policy
		trap - EXIT
	fi
	return $rc
}

venv_stamp() { sha256sum <"$PARTS/requirements.txt" | cut -c1-16; }
venv_ready() { [ -e "$CACHE/venv/ready-$(venv_stamp)" ]; }

# The system's Python: one of a version manager may be gone tomorrow.
install_python() {
	mkdir -p "$CACHE"
	(
		flock 9
		venv_ready && exit 0
		echo "installing the SCIM server into $CACHE/venv"
		rm -rf "$CACHE/venv"
		/usr/bin/python3 -m venv "$CACHE/venv"
		"$CACHE/venv/bin/pip" install -q --disable-pip-version-check -r "$PARTS/requirements.txt"
		touch "$CACHE/venv/ready-$(venv_stamp)"
	) 9>"$CACHE/venv.lock" || die "the Python environment could not be made"
}
