# The SCIM server. Sourced by `lab`. State in DIR/scim, the token in DIR/secrets.
# shellcheck shell=bash disable=SC2154

scim_url() { echo "http://127.0.0.1:$(cat "$DIR/scim/port")/v2"; }

scim_env() {
	echo "SCIM_URL=$(scim_url)"
	echo "SCIM_TOKEN=$(cat "$DIR/secrets/scim-token")"
	echo "SCIM_TOKEN_FILE=$DIR/secrets/scim-token"
}

scim_answers() {
	[ -s "$DIR/scim/port" ] &&
		curl -s --noproxy '*' -f -o /dev/null -m 5 -H "Authorization: Bearer $(cat "$DIR/secrets/scim-token")" \
			"$(scim_url)/ServiceProviderConfig"
}

# scim_up [PORT]: on PORT, else on the port of last time if it is free, else on any free one.
# The server itself takes the port and writes it down, so that no one can come between.
scim_up() {
	local d=$DIR/scim port=${1:-}
	if running "$d" >/dev/null; then return; fi
	venv_ready || die "the SCIM server is not installed: run 'scripts/lab install' as root"
	mkdir -p "$d"
	make_secret scim-token
	[ -n "$port" ] || ! [ -s "$d/port" ] || port="$(cat "$d/port")?"
	rm -f "$d/port"
	PYTHONDONTWRITEBYTECODE=1 SCIM_TOKEN_FILE=$DIR/secrets/scim-token \
		launch "$d" "$CACHE/venv/bin/python" "$PARTS/scim_server.py" "$d/port" "${port:-0}"
	wait_ready "$d" 60 scim_answers
}

scim_down() { stop_server "$DIR/scim"; }

scim_reset() {
	[ -s "$DIR/scim/port" ] || die "no SCIM server was ever started in $DIR"
	local port
	port=$(cat "$DIR/scim/port")
	scim_down
	scim_up "$port"
	scim_url
}
