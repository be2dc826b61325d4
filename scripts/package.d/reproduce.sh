# Builds everything twice in two folders that have nothing in common, and compares. Sourced by `package`.
# shellcheck shell=bash disable=SC2154

reproduce() {
	local work a b commit failed=0 file
	git -C "$ROOT" diff --quiet HEAD || die "commit first: only what is committed can be built again"
	commit=$(git -C "$ROOT" rev-parse HEAD)
	work=$(mktemp -d "${TMPDIR:-/tmp}/rosterd-reproduce.XXXXXX")
	# shellcheck disable=SC2064
	trap "rm -rf '$work'" EXIT
	a=$work/a b=$work/another/folder/of/b
	for tree in "$a" "$b"; do
		mkdir -p "$tree"
		git clone -q "file://$ROOT" "$tree/rosterd"
		git -C "$tree/rosterd" checkout -q "$commit"
		say "building in $tree"
		env -u CARGO_TARGET_DIR "$tree/rosterd/scripts/package" --out "$tree/out"
		# two builds need not lie side by side on a small disk
		rm -rf "$tree/rosterd/target"
	done
	for file in "$a"/out/*; do
		if cmp "$file" "$b/out/${file##*/}"; then
			echo "the same: $(sha256sum <"$file" | cut -c1-64) ${file##*/}"
		else
			failed=$((failed + 1))
		fi
	done
	mkdir -p "$OUT"
	cp "$a"/out/* "$OUT"
	echo "$(find "$a/out" -type f | wc -l) files compared, $failed differ"
	[ "$failed" = 0 ]
}
