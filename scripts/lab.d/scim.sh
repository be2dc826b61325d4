# The SCIM servers. Sourced by `lab`. State in DIR/NAME, tokens in DIR/secrets/NAME-token.
#
# Each server takes its port itself and writes it down, so that no one can come between; it takes the
# port of last time if that is free. Below /t/WORD of the same port each serves any number of tenants
# that are empty at first.
# shellcheck shell=bash disable=SC2154

SCIM_SERVERS=(scim scim-close scimmy django)

scim_path() { case $1 in scim | scim-close) echo /v2 ;; *) echo /scim/v2 ;; esac; }
scim_url() { echo "http://127.0.0.1:$(cat "$DIR/$1/port")$(scim_path "$1")"; }

# In lab.env a server's values begin with its name: SCIM_, SCIM_CLOSE_, SCIMMY_, DJANGO_.
scim_env() {
	local prefix=${1^^} file=$DIR/secrets/$1-token
	prefix=${prefix//-/_}
	echo "${prefix}_URL=$(scim_url "$1")"
	echo "${prefix}_TOKEN=$(cat "$file")"
	echo "${prefix}_TOKEN_FILE=$file"
}

scim_answers() {
	[ -s "$DIR/$1/port" ] &&
		curl -s --noproxy '*' -f -o /dev/null -m 5 -H "Authorization: Bearer $(cat "$DIR/secrets/$1-token")" \
			"$(scim_url "$1")/ServiceProviderConfig"
}

scim_installed() {
	case $1 in
	scim | scim-close) venv_ready venv requirements.txt ;;
	django) venv_ready django requirements-django.txt ;;
	scimmy) scimmy_ready ;;
	esac
}

# scim_launch NAME [PORT]: on PORT, else on the port of last time if it is free, else on any free one.
scim_launch() {
	local name=$1 port=${2:-} d=$DIR/$1
	if running "$d" >/dev/null; then return; fi
	scim_installed "$name" || die "the server $name is not installed: run 'scripts/lab install' as root"
	mkdir -p "$d"
	make_secret "$name-token"
	[ -n "$port" ] || ! [ -s "$d/port" ] || port="$(cat "$d/port")?"
	rm -f "$d/port"
	export PYTHONDONTWRITEBYTECODE=1 SCIM_TOKEN_FILE=$DIR/secrets/$name-token
	case $name in
	scim) launch "$d" "$CACHE/venv/bin/python" "$PARTS/scim_server.py" "$d/port" "${port:-0}" ;;
	scim-close) launch "$d" "$CACHE/venv/bin/python" "$PARTS/scim_server.py" "$d/port" "${port:-0}" --close ;;
	scimmy) launch "$d" node "$PARTS/scimmy/server.mjs" "$CACHE/scimmy" "$d/port" "${port:-0}" ;;
	django) launch "$d" "$CACHE/django/bin/python" "$PARTS/django_server.py" "$d" "${port:-0}" ;;
	esac
}

# scim_up NAME...: all start at once.
scim_up() {
	local name
	for name in "$@"; do scim_launch "$name"; done
	for name in "$@"; do wait_ready "$DIR/$name" 60 scim_answers "$name"; done
}

scim_started() { [ -e "$DIR/$1/port" ]; }

scim_down() {
	local name
	for name in "${SCIM_SERVERS[@]}"; do stop_server "$DIR/$name"; done
}

# Empties every SCIM server that was ever started here; addresses and tokens stay.
scim_reset() {
	local name port started=()
	for name in "${SCIM_SERVERS[@]}"; do
		if scim_started "$name"; then started+=("$name"); fi
	done
	[ ${#started[@]} -gt 0 ] || die "no SCIM server was ever started in $DIR"
	for name in "${started[@]}"; do
		port=$(cat "$DIR/$name/port")
		stop_server "$DIR/$name"
		rm -f "$DIR/$name"/*.db
		scim_launch "$name" "$port"
	done
	scim_up "${started[@]}"
	for name in "${started[@]}"; do scim_url "$name"; done
}
