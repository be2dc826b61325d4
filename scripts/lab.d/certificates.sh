# A private certificate authority in DIR/tls. Sourced by `lab`.
# shellcheck shell=bash disable=SC2154

make_ca() {
	local d=$DIR/tls
	[ -s "$d/ca.pem" ] && return 0
	mkdir -p "$d"
	chmod 700 "$d"
	# Names of authorities differ, so that a test with two labs cannot mix them up by name.
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha256 -nodes -days 3650 \
		-subj "/CN=rosterd lab CA $(openssl rand -hex 4)" \
		-addext basicConstraints=critical,CA:TRUE,pathlen:0 \
		-addext keyUsage=critical,keyCertSign,cRLSign \
		-keyout "$d/ca.key" -out "$d/ca.new" 2>/dev/null || die "openssl made no certificate authority"
	mv "$d/ca.new" "$d/ca.pem"
}

# make_certificate NAME SUBJECT_ALTERNATIVE_NAMES: DIR/tls/NAME.pem and NAME.key; made anew when
# the names change (a domain that comes back on another address).
make_certificate() {
	local d=$DIR/tls name=$1 san=$2
	[ -s "$d/$name.pem" ] && [ "$(cat "$d/$name.san" 2>/dev/null)" = "$san" ] && return 0
	{
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=rosterd lab $name" \
			-keyout "$d/$name.key" |
			openssl x509 -req -CA "$d/ca.pem" -CAkey "$d/ca.key" -sha256 -days 3650 \
				-set_serial "0x$(openssl rand -hex 12)" -out "$d/$name.pem" \
				-extfile <(printf '%s\n' basicConstraints=critical,CA:FALSE keyUsage=critical,digitalSignature \
					extendedKeyUsage=serverAuth subjectKeyIdentifier=hash authorityKeyIdentifier=keyid \
					"subjectAltName=$san")
	} 2>/dev/null || die "openssl made no certificate for $name"
	echo "$san" >"$d/$name.san"
}
