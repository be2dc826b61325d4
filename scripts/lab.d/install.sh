# What the lab needs, installed by name. Sourced by `lab`.
# shellcheck shell=bash disable=SC2154

PACKAGES=(
	samba samba-ad-dc samba-ad-provision samba-dsdb-modules python3-samba winbind # the domain
	ldb-tools ldap-utils                                                         # its inspection
	slapd                                                                        # OpenLDAP
	libkrb5-dev libclang-dev                                                     # rosterd's feature gssapi
	krb5-user libsasl2-modules-gssapi-mit                                        # Kerberos, for people and OpenLDAP
	openssl ca-certificates curl                                                 # certificates, requests
	python3 python3-venv                                                         # SCIM servers, mail, reports
	chromium fonts-dejavu-core                                                   # reports are looked at
	prometheus                                                                   # promtool, for the tests; not its service
	procps util-linux                                                            # ps; setsid, flock
	systemd rpm binutils                                                         # systemd-analyze, rpmbuild, objdump
)

install_all() {
	[ "$(id -u)" = 0 ] ||
		die "install needs root, because it installs system packages: run it as root or with sudo (LAB_CACHE names the cache folder)"
	command -v apt-get >/dev/null ||
		die "install knows Debian and Ubuntu only; elsewhere install these by hand: ${PACKAGES[*]}"
	install_packages
	install_python venv requirements.txt
	install_python django requirements-django.txt
	install_python mail requirements-mail.txt
	install_python reports requirements-reports.txt
	install_scimmy
}

missing_packages() {
	local package
	for package in "${PACKAGES[@]}"; do
		# shellcheck disable=SC2016
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
	done
	# Node may have come another way, and then npm came with it.
	command -v node >/dev/null || echo nodejs
	command -v npm >/dev/null || echo npm
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

stamp() { cat "$@" | sha256sum | cut -c1-16; }
venv_ready() { [ -e "$CACHE/$1/ready-$(stamp "$PARTS/$2")" ]; }
scimmy_ready() {
	command -v node >/dev/null && [ -e "$CACHE/scimmy/ready-$(stamp "$PARTS/scimmy/package-lock.json")" ]
}

# install_python NAME REQUIREMENTS: the system's Python; one of a version manager may be gone tomorrow.
install_python() {
	local venv=$CACHE/$1
	mkdir -p "$CACHE"
	(
		flock 9
		venv_ready "$1" "$2" && exit 0
		echo "installing $2 into $venv"
		rm -rf "$venv"
		/usr/bin/python3 -m venv "$venv"
		"$venv/bin/pip" install -q --disable-pip-version-check -r "$PARTS/$2"
		touch "$venv/ready-$(stamp "$PARTS/$2")"
	) 9>"$venv.lock" || die "the Python environment of $2 could not be made"
}

install_scimmy() {
	local folder=$CACHE/scimmy
	mkdir -p "$CACHE"
	(
		flock 9
		scimmy_ready && exit 0
		echo "installing SCIMMY into $folder"
		rm -rf "$folder"
		mkdir "$folder"
		cp "$PARTS"/scimmy/package*.json "$folder"
		npm --prefix "$folder" ci --silent --no-audit --no-fund --ignore-scripts
		touch "$folder/ready-$(stamp "$PARTS/scimmy/package-lock.json")"
	) 9>"$folder.lock" || die "SCIMMY could not be installed"
}
