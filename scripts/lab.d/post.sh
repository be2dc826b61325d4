# The receivers of letters: a mail server and a program behind a webhook. Sourced by `lab`. State in DIR/mail and
# DIR/webhook; what is written into DIR/NAME/mode makes them refuse, break off or be slow (see their scripts).
#
# Each takes its port itself and writes it down, and takes that of last time if it is free.
# shellcheck shell=bash disable=SC2154

POST_SERVERS=(mail webhook)

post_started() { [ -e "$DIR/$1/port" ]; }
post_url() {
	case $1 in
	mail) echo "smtp://127.0.0.1:$(cat "$DIR/mail/port")" ;;
	webhook) echo "http://127.0.0.1:$(cat "$DIR/webhook/port")/hook" ;;
	esac
}

post_env() {
	case $1 in
	mail)
		echo "MAIL_PORT=$(cat "$DIR/mail/port")"
		echo "MAIL_USER=rosterd"
		echo "MAIL_PASSWORD_FILE=$DIR/secrets/mail-password"
		echo "MAIL_CA_FILE=$DIR/tls/ca.pem"
		;;
	webhook)
		echo "WEBHOOK_URL=$(post_url webhook)"
		echo "WEBHOOK_SECRET_FILE=$DIR/secrets/webhook-secret"
		;;
	esac
}

make_webhook_secret() {
	[ -s "$DIR/secrets/webhook-secret" ] && return 0
	(
		umask 077
		mkdir -p "$DIR/secrets"
		printf 'whsec_%s' "$(openssl rand -base64 32)" >"$DIR/secrets/webhook-secret.new"
		mv "$DIR/secrets/webhook-secret.new" "$DIR/secrets/webhook-secret"
	)
}

post_launch() { # NAME
	local name=$1 port='' d=$DIR/$1
	if running "$d" >/dev/null; then return; fi
	venv_ready mail requirements-mail.txt || die "the server $name is not installed: run 'scripts/lab install' as root"
	mkdir -p "$d"
	[ ! -s "$d/port" ] || port="$(cat "$d/port")?"
	rm -f "$d/port"
	export PYTHONDONTWRITEBYTECODE=1
	case $name in
	mail)
		make_ca
		make_certificate mail "IP:127.0.0.1,DNS:localhost"
		make_secret mail-password
		launch "$d" "$CACHE/mail/bin/python" "$PARTS/mail_server.py" "$d" "${port:-0}" \
			"$DIR/tls/mail.pem" "$DIR/tls/mail.key" rosterd "$DIR/secrets/mail-password"
		;;
	webhook)
		make_webhook_secret
		launch "$d" "$CACHE/mail/bin/python" "$PARTS/webhook_receiver.py" "$d" "${port:-0}" "$DIR/secrets/webhook-secret"
		;;
	esac
}

post_up() { # NAME...
	local name
	for name in "$@"; do post_launch "$name"; done
	for name in "$@"; do wait_ready "$DIR/$name" 60 post_started "$name"; done
}

post_down() {
	local name
	for name in "${POST_SERVERS[@]}"; do stop_server "$DIR/$name"; done
}
