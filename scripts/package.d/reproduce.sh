# Builds everything several times, each in a folder of another depth, and compares. Sourced by `package`.
# shellcheck shell=bash disable=SC2154

reproduce() {
	local work commit number nested='' tree first failed=0
	git -C "$ROOT" diff --quiet HEAD || die "commit first: only what is committed can be built again"
	commit=$(git -C "$ROOT" rev-parse HEAD)
	work=$(mktemp -d "${TMPDIR:-/tmp}/rosterd-reproduce.XXXXXX")
	# shellcheck disable=SC2064
	trap "rm -rf '$work'" EXIT
	first=$work/1
	for number in $(seq "$BUILDS"); do
		tree=$work/$number$nested
		mkdir -p "$tree"
		git clone -q "file://$ROOT" "$tree/rosterd"
		git -C "$tree/rosterd" checkout -q "$commit"
		say "building in $tree, $number of $BUILDS"
		env -u CARGO_TARGET_DIR "$tree/rosterd/scripts/package" --out "$tree/out"
		sums "$tree/out" >"$work/packages.$number"
		sums "$tree/rosterd/target/reproducible/release/deps" -name '*.rlib' >"$work/libraries.$number"
		# builds need not lie side by side on a small disk
		rm -rf "$tree/rosterd/target"
		if ! diff "$work/packages.1" "$work/packages.$number" >&2; then
			failed=$((failed + 1))
			say "the libraries of the first build, and of this one, that are not the same:"
			diff "$work/libraries.1" "$work/libraries.$number" >&2 || true
		fi
		nested=$nested/deeper
	done
	mkdir -p "$OUT"
	cp "$first"/out/* "$OUT"
	cat "$work/packages.1"
	echo "$BUILDS builds of $(wc -l <"$work/packages.1") files, $failed differ from the first"
	[ "$failed" = 0 ]
}

sums() { # FOLDER [CONDITION OF find]
	(cd "$1" && find . -type f "${@:2}" -exec sha256sum {} + | sort -k 2)
}
