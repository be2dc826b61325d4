#!/bin/bash
# The package as a new user meets it, and as an old one upgrades it; `scripts/campaign package` runs it.
#
#   trial.sh [--deb FILE] [--old FILE | --from COMMIT]
#
# 1. A fresh Debian (debootstrap, kept as an archive in the cache of the lab) gets the .deb by apt, and every command of
#    the blocks of docs/tutorial.md is done in it, word by word, against the domain of the lab, up to the first plan.
# 2. Another one gets the package of an earlier commit, makes accounts, holds a plan and approves it; then it gets the new
#    package over it, while the old daemon runs. Roster, links and the approval are as before, and the plan is applied.
# 3. The package is removed and purged; the roster stays.
#
# Without --deb the package is built; without --old that of COMMIT is, by its own scripts. Needs root, debootstrap, a lab
# in $ROSTERD_LAB, and the mirror of Debian.
set -Eeuo pipefail

ROOT=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
CACHE=${LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/rosterd-lab}
SUITE=bookworm
# what a tree needs beside the package: something that shows man pages, and systemd's own tools
INCLUDE=ca-certificates,man-db,systemd
# the first commit that can be packed
FROM=${FROM:-$(git -C "$ROOT" log --format=%H --diff-filter=A -- scripts/package | tail -1)}
PASSED=0 FAILED=0

die() {
	echo "trial: $*" >&2
	exit 1
}

say() { echo "== $*"; }

# holds WHAT COMMAND...: counts what is so and what is not.
holds() {
	local what=$1
	shift
	if "$@"; then
		PASSED=$((PASSED + 1))
		echo "ok      $what"
	else
		FAILED=$((FAILED + 1))
		echo "FAILED  $what"
	fi
}

options() {
	DEB='' OLD=''
	while [ $# -gt 0 ]; do
		[ $# -ge 2 ] || die "$1 needs a value"
		case $1 in
		--deb) DEB=$(readlink -f "$2") ;;
		--old) OLD=$(readlink -f "$2") ;;
		--from) FROM=$2 ;;
		*) die "what is $1?" ;;
		esac
		shift 2
	done
}

# A base tree as an archive: made once, since it is some hundred packages.
base_tree() {
	local made=$CACHE/debian-$SUITE.tar.gz
	if [ ! -e "$made" ]; then
		command -v debootstrap >/dev/null || apt-get install -q -y --no-install-recommends debootstrap >&2
		say "making a fresh Debian $SUITE" >&2
		debootstrap --variant=minbase --include=$INCLUDE $SUITE "$WORK/base" >"$WORK/debootstrap.log" 2>&1 ||
			die "debootstrap failed: $(tail -3 "$WORK/debootstrap.log")"
		mkdir -p "$CACHE"
		tar -C "$WORK/base" -czf "$made.part" .
		mv "$made.part" "$made"
		rm -rf "$WORK/base"
	fi
	echo "$made"
}

# tree NAME: a fresh Debian in WORK/NAME. It shares the network of this machine, so that the lab can be reached.
tree() {
	local at=$WORK/$1
	mkdir -p "$at"
	tar -C "$at" -xzf "$BASE"
	cp -L /etc/resolv.conf "$at/etc/resolv.conf"
	cp /etc/apt/apt.conf.d/*proxy* "$at/etc/apt/apt.conf.d/" 2>/dev/null || true
	mount -t proc proc "$at/proc"
	MOUNTS+=("$at/proc")
}

# inside TREE COMMAND...: as root of that tree, with little of this machine's environment. With EXEC=exec, in the
# background, the command has the number that `$!` tells.
inside() {
	local at=$WORK/$1
	shift
	${EXEC:-} env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		${http_proxy:+http_proxy=$http_proxy} ${https_proxy:+https_proxy=$https_proxy} \
		ROSTERD_CONFIG=/var/lib/rosterd/config.toml chroot "$at" "$@"
}

# The commands of the tutorial's blocks of shell, one a line.
commands() { sed -n '/^```sh$/,/^```$/{/^```/d;p}' "$ROOT/docs/tutorial.md"; }

# What the reader writes into the configuration, and the two files that are the reader's own.
own_words() { # TREE
	local at=$WORK/$1/var/lib/rosterd
	sed -i -e "s|ldaps://DC1.EXAMPLE.ORG|$LDAPS_URL|" -e "s|svc-rosterd@EXAMPLE.ORG|$SYNC_DN|" \
		-e "s|OU=ROSTERD,DC=EXAMPLE,DC=ORG|$OU|" "$at/config.toml"
	cp "$CA_FILE" "$at/ad-ca.pem"
	install -m 600 "$SYNC_PASSWORD_FILE" "$at/secrets/ad-password"
}

as_administrator() { # TOOL ARGUMENT...
	local tool=$1
	shift
	LDAPCONF=/dev/null LDAPRC='' LDAPTLS_CACERT=$CA_FILE "$tool" -x -H "$LDAPS_URL" -D "$BIND_DN" -w "$BIND_PASSWORD" "$@"
}

make_unit() {
	as_administrator ldapadd >/dev/null <<-END
		dn: $OU
		objectClass: organizationalUnit
	END
}

remove_unit() { as_administrator ldapdelete -r "$OU" >/dev/null 2>&1 || true; }

finish() {
	local rc=$?
	[ -z "${DAEMON:-}" ] || kill "$DAEMON" 2>/dev/null || true
	[ -z "${OU:-}" ] || remove_unit
	for mounted in "${MOUNTS[@]}"; do umount "$mounted" || true; done
	rm -rf "$WORK"
	exit $rc
}

# expect CODE COMMAND...
expect() {
	local wanted=$1 code=0
	shift
	"$@" || code=$?
	[ "$code" = "$wanted" ] || {
		echo "ended with $code instead of $wanted: $*" >&2
		return 1
	}
}

# told FILE COMMAND...: keeps what a command says, and shows it when the command fails.
told() {
	local file=$1 code=0
	shift
	"$@" </dev/null >"$file" 2>&1 || code=$?
	[ $code = 0 ] || [ $code = 3 ] || cat "$file"
	return $code
}

follow_the_tutorial() {
	local number=0 command wanted
	say "following docs/tutorial.md in a fresh Debian"
	tree new
	cp "$DEB" "$WORK/new/root/"
	# the two words that stand for a person at the terminal
	echo 'APT::Get::Assume-Yes "true";' >"$WORK/new/etc/apt/apt.conf.d/90yes"
	inside new apt-get -q update >"$WORK/apt.log" 2>&1 || die "apt-get update: $(tail -3 "$WORK/apt.log")"
	while read -r command; do
		number=$((number + 1))
		wanted=0
		[[ $command != "rosterd plan"* ]] || wanted=3
		echo "$number: $command"
		if [[ $command == "export "* ]]; then continue; fi # `inside` has it
		holds "it ends with $wanted" expect $wanted told "$WORK/out.$number" inside new sh -c "cd /root && $command"
		[[ $command != "rosterd init"* ]] || own_words new
	done < <(commands)
	holds "ten commands or fewer" [ $number -le 10 ]
	holds "the plan makes five objects" grep -q "create 5" "$WORK/out.$number"
	holds "nothing was written" empty_unit
	holds "man rosterd is a page" page_says 'Write a starter configuration' rosterd
	holds "man rosterd-plan is a page" page_says SYNOPSIS rosterd-plan
	holds "man rosterd-edit-add is a page" page_says SYNOPSIS rosterd-edit-add
	holds "man 5 rosterd.toml is a page" page_says national_id_key 5 rosterd.toml
	holds "the service is neither enabled nor running" not_enabled
	holds "dpkg finds every file as it was packed" inside new dpkg --verify rosterd
}

page_says() { # TEXT WORD-OF-MAN...
	local text=$1
	shift
	inside new man "$@" 2>/dev/null >"$WORK/page"
	grep -q -- "$text" "$WORK/page"
}

empty_unit() {
	[ "$(as_administrator ldapsearch -LLL -b "$OU" -s one dn | grep -c '^dn:')" = 0 ]
}

not_enabled() { [ -z "$(find "$WORK/new/etc/systemd/system" -name 'rosterd*')" ]; }

# What must be the same before and after: the facts, the links, and who approved what.
state() { # TREE FILE
	{
		inside "$1" rosterd export
		inside "$1" rosterd links ad list
		# steps are pending, which it says by its exit code; a new program is named as a reason of its own to look twice
		{ inside "$1" rosterd --format json plan --stored "$DIGEST" || true; } | python3 -c '
import json, sys
plan = json.load(sys.stdin)["plans"][0]
print(json.dumps({name: plan[name] for name in ("digest", "approved", "consent")}, sort_keys=True))'
	} >"$2"
	grep -q '"approved": true' "$2" || die "the stored plan is not told as approved"
}

upgrade() {
	say "upgrading from $(dpkg-deb -f "$OLD" Version) to $(dpkg-deb -f "$DEB" Version)"
	tree old
	cp "$OLD" "$DEB" "$WORK/old/root/"
	inside old apt-get -q update >"$WORK/apt.log" 2>&1
	inside old apt-get -q install -y "/root/${OLD##*/}" >"$WORK/apt.log" 2>&1 || die "the old package: $(tail -3 "$WORK/apt.log")"
	inside old cp -r /usr/share/rosterd/examples/tutorial/config.toml /var/lib/rosterd/config.toml 2>/dev/null ||
		install -D -m 644 "$ROOT/docs/tutorial/config.toml" "$WORK/old/var/lib/rosterd/config.toml"
	inside old rosterd init /var/lib/rosterd >/dev/null
	own_words old
	# whoever leaves needs an approval
	printf '\n[ldap.ad.limits]\ndisable = { count = 0 }\n' >>"$WORK/old/var/lib/rosterd/config.toml"
	cp "$ROOT/docs/tutorial/first.jsonl" "$WORK/old/root/"
	EXEC='exec' inside old rosterd serve >"$WORK/daemon.log" 2>&1 &
	DAEMON=$!
	until_served old
	inside old rosterd import roster /root/first.jsonl >/dev/null
	inside old rosterd apply ad --yes >"$WORK/out" 2>&1 || { cat "$WORK/out"; die "the old program cannot apply"; }
	inside old rosterd edit end engagement e-2 --on "$(date +%F)" --note "upgrade" --yes >/dev/null
	expect 4 inside old rosterd --format json plan ad >"$WORK/plan.json" || die "the plan is not held"
	DIGEST=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["plans"][0]["digest"])' <"$WORK/plan.json")
	inside old rosterd approve "$DIGEST" >/dev/null
	state old "$WORK/before"

	inside old apt-get -q install -y "/root/${DEB##*/}" >"$WORK/apt.log" 2>&1 || die "the new package: $(tail -3 "$WORK/apt.log")"
	holds "the new program is there" [ "$(inside old rosterd --version)" = "$(inside_new_version)" ]
	# what systemd would do now: the old one ends between two steps, the new one starts
	kill "$DAEMON"
	wait "$DAEMON"
	EXEC='exec' inside old rosterd serve >"$WORK/daemon.log" 2>&1 &
	DAEMON=$!
	until_served old
	state old "$WORK/after"
	holds "facts, links and the approval are as before" diff "$WORK/before" "$WORK/after"
	expect 3 inside old rosterd --format json plan ad >"$WORK/plan.json" || expect 4 true
	holds "an equal plan is proposed, with the same digest" grep -q "$DIGEST" "$WORK/plan.json"
	holds "what was approved before is applied" inside old rosterd apply "$DIGEST"
	holds "nothing is left to do" inside old rosterd plan ad
	holds "the log is whole" inside old rosterd verify-log
	find "$WORK/old/var/lib/rosterd" -name '*.before-*' -printf 'copied before: %f\n'
	kill "$DAEMON"
	wait "$DAEMON"
	DAEMON=''
}

inside_new_version() { dpkg-deb --fsys-tarfile "$DEB" | tar -xOf - ./usr/bin/rosterd >"$WORK/new-rosterd" && chmod +x "$WORK/new-rosterd" && "$WORK/new-rosterd" --version; }

until_served() { # TREE
	local tries=0
	until [ -S "$WORK/$1/var/lib/rosterd/roster.db.sock" ] && inside "$1" rosterd status 2>/dev/null | grep -q 'process\|runs'; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || die "the daemon does not answer: $(tail -3 "$WORK/daemon.log")"
		kill -0 "$DAEMON" 2>/dev/null || die "the daemon ended: $(tail -3 "$WORK/daemon.log")"
		sleep 0.1
	done
}

removal() {
	say "removing and purging"
	inside old apt-get -q remove -y rosterd >"$WORK/apt.log" 2>&1
	holds "the program is gone" [ ! -e "$WORK/old/usr/bin/rosterd" ]
	holds "the roster is there" [ -s "$WORK/old/var/lib/rosterd/roster.db" ]
	inside old dpkg --purge rosterd >"$WORK/purge" 2>&1
	holds "purging says what it leaves" grep -q 'left.*/var/lib/rosterd' "$WORK/purge"
	holds "and leaves the roster and its keys" [ -s "$WORK/old/var/lib/rosterd/roster.db" -a -s "$WORK/old/var/lib/rosterd/secrets/log.key" ]
}

# The package of the earlier commit, made by that commit's own scripts.
old_package() {
	say "building the package of $FROM"
	git -C "$ROOT" worktree add -q --detach "$WORK/earlier" "$FROM"
	CARGO_TARGET_DIR=$CACHE/earlier "$WORK/earlier/scripts/package" --only deb --out "$WORK/earlier-out"
	git -C "$ROOT" worktree remove --force "$WORK/earlier"
	OLD=$(ls "$WORK"/earlier-out/*.deb)
}

[ "$(id -u)" = 0 ] || die "root is needed, to make the trees"
[ -n "${ROSTERD_LAB:-}" ] || die "ROSTERD_LAB names no lab: scripts/lab up DIR ad"
options "$@"
# shellcheck source=/dev/null
. "$ROSTERD_LAB/lab.env"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/rosterd-trial.XXXXXX")
MOUNTS=() OU=''
trap finish EXIT
trap 'echo "trial: line $LINENO failed: $BASH_COMMAND" >&2' ERR
trap 'exit 130' INT
trap 'exit 143' TERM HUP
if [ -z "$DEB" ]; then
	"$ROOT/scripts/package" --only deb --out "$WORK/out-new"
	DEB=$(ls "$WORK"/out-new/*.deb)
fi
[ -n "$OLD" ] || old_package
BASE=$(base_tree)
OU="OU=PackageTrial$$,$ORG_BASE"
make_unit
follow_the_tutorial
upgrade
removal
echo "$PASSED passed, $FAILED failed"
[ "$FAILED" = 0 ]
