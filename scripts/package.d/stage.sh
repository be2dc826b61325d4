# The tree that both packages install. Sourced by `package`.
# shellcheck shell=bash disable=SC2154

put() { # MODE FILE PLACE
	install -D -m "$1" "$2" "$TREE/$3"
}

# Compressed as Debian wants it: without name and time.
put_compressed() { # FILE PLACE
	install -D -m 644 "$1" "$TREE/$2"
	gzip -9 -n "$TREE/$2"
}

stage() { # TREE
	local share=usr/share page
	TREE=$1
	put 755 "$BINARY" usr/bin/rosterd
	put 644 "$ROOT/systemd/rosterd.service" usr/lib/systemd/system/rosterd.service
	put 644 "$ROOT/systemd/rosterd.sysusers" usr/lib/sysusers.d/rosterd.conf

	"$BINARY" generate man "$WORK/man" 2>/dev/null
	for page in "$WORK"/man/*.1; do put_compressed "$page" "$share/man/man1/${page##*/}"; done
	for page in "$WORK"/man/*.5; do put_compressed "$page" "$share/man/man5/${page##*/}"; done
	mkdir -p "$WORK/completions"
	for shell in bash zsh fish; do "$BINARY" generate completions $shell >"$WORK/completions/$shell"; done
	put 644 "$WORK/completions/bash" $share/bash-completion/completions/rosterd
	put 644 "$WORK/completions/zsh" $share/zsh/vendor-completions/_rosterd
	put 644 "$WORK/completions/fish" $share/fish/vendor_completions.d/rosterd.fish

	"$BINARY" generate schema >"$WORK/schema.json"
	put 644 "$WORK/schema.json" $share/rosterd/rosterd.schema.json
	# the board of Grafana and the rules of Prometheus; the tests of these stay behind
	for page in "$ROOT"/grafana/rosterd{-board.json,.rules.yaml}; do
		[ ! -e "$page" ] || put 644 "$page" "$share/rosterd/monitoring/${page##*/}"
	done

	put 644 "$ROOT/config.example.toml" $share/rosterd/examples/config.toml
	for page in "$ROOT"/docs/tutorial/*; do put 644 "$page" "$share/rosterd/examples/tutorial/${page##*/}"; done
	for page in "$ROOT"/systemd/*.conf; do put 644 "$page" "$share/rosterd/examples/systemd/${page##*/}"; done
	# a machine may leave out what lies below /usr/share/doc
	mkdir -p "$TREE/$share/doc/rosterd"
	ln -s ../../rosterd/examples "$TREE/$share/doc/rosterd/examples"
	for page in "$ROOT"/docs/*.md; do put 644 "$page" "$share/doc/rosterd/manual/${page##*/}"; done
	sed 's#](docs/#](manual/#g' "$ROOT/README.md" >"$WORK/README.md"
	put 644 "$WORK/README.md" $share/doc/rosterd/README.md
	put_compressed "$ROOT/CHANGELOG.md" $share/doc/rosterd/changelog
	python3 "$PARTS/sbom.py" "$ROOT" "$VERSION" "$TREE/$share/doc/rosterd"

	# no mode of the folders, and no time of any file, is this machine's
	find "$TREE" -type d -exec chmod 755 {} +
	find "$TREE" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}
