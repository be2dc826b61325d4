# Processes of the lab. Sourced by `lab`.
# shellcheck shell=bash disable=SC2154

die() {
	echo "lab: $*" >&2
	exit 1
}

# start_time PID: the kernel's start time of a live process; nothing for a zombie or no process.
# The name in parentheses may hold blanks, so fields are counted after it.
start_time() {
	local stat
	{ stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
	read -r -a stat <<<"${stat##*) }"
	[[ ${stat[0]} == [ZX] ]] || echo "${stat[19]}"
}

# launch FOLDER COMMAND...: run COMMAND as leader of a new process group, output to FOLDER/log.
# The child notes its own id and start time before it becomes COMMAND: there is no moment at which
# a killed `lab up` leaves a server that nobody knows. Descriptors 8 and 9 are locks.
launch() {
	local folder=$1
	shift
	rm -f "$folder/pid"
	# shellcheck disable=SC2016
	setsid bash -c '
		folder=$1; shift
		stat=$(<"/proc/$$/stat"); stat=(${stat##*) })
		echo "$$ ${stat[19]}" >"$folder/pid.new" && mv "$folder/pid.new" "$folder/pid" && exec "$@"
	' launch "$folder" "$@" </dev/null >"$folder/log" 2>&1 8>&- 9>&- &
}

# running FOLDER: print the id of the process that launch started there, if it still runs.
# Id and start time together are never given twice, so no stranger is taken for it.
running() {
	local pid started
	read -r pid started 2>/dev/null <"$1/pid" || return 1
	[ -n "$started" ] && [ "$(start_time "$pid")" = "$started" ] && echo "$pid"
}

# wait_ready FOLDER SECONDS TEST...: until TEST succeeds; dies with the end of the log when the
# process ends or the time is up.
wait_ready() {
	local folder=$1 end=$((SECONDS + $2)) name=${1##*/}
	shift 2
	while ! "$@"; do
		# The first moments of a launch have no pid file yet.
		if [ -e "$folder/pid" ] && ! running "$folder" >/dev/null; then
			tail -5 "$folder/log" >&2
			die "the $name server ended at once, see $folder/log"
		fi
		if [ $SECONDS -ge $end ]; then
			tail -5 "$folder/log" >&2
			stop_server "$folder"
			die "the $name server was not ready in time, see $folder/log"
		fi
		sleep 0.05
	done
}

group_lives() { ps -e -o pgid=,stat= | awk -v g="$1" '$1 == g && $2 !~ /^[ZX]/ { found = 1 } END { exit !found }'; }

# stop_server FOLDER: ask the leader to end, wait for its whole group, kill what is left after 10 s.
stop_server() {
	local pid i
	if pid=$(running "$1"); then
		kill -TERM "$pid" 2>/dev/null || true
		for ((i = 0; i < 200; i++)); do
			group_lives "$pid" || break
			sleep 0.05
		done
		if group_lives "$pid"; then kill -KILL -- "-$pid" 2>/dev/null || true; fi
	fi
	rm -f "$1/pid"
}

show_server() { # NAME URL
	local pid
	if pid=$(running "$DIR/$1"); then
		echo "$1: up, process $pid, $2"
	else
		echo "$1: down"
		return 1
	fi
}

# make_secret NAME: DIR/secrets/NAME, once. No newline at the end: OpenLDAP's tools take a file as it is.
# The fixed part meets the domain's rule that a password has letters of both cases and digits.
make_secret() {
	[ -s "$DIR/secrets/$1" ] && return 0
	(
		umask 077
		mkdir -p "$DIR/secrets"
		printf 'Lab1.%s' "$(openssl rand -hex 16)" >"$DIR/secrets/$1.new"
		mv "$DIR/secrets/$1.new" "$DIR/secrets/$1"
	)
}
