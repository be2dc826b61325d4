# The release build, without a trace of the folder it was made in. Sourced by `package`.
# shellcheck shell=bash disable=SC2034,SC2154

FEATURES=gssapi

build() {
	local target=${CARGO_TARGET_DIR:-$ROOT/target}/reproducible cargo_home=${CARGO_HOME:-${HOME:-/root}/.cargo}
	local map="--remap-path-prefix=$ROOT=/rosterd --remap-path-prefix=$target=/rosterd/target --remap-path-prefix=$cargo_home=/cargo"
	# flags are split at blanks, by rustc's caller as by the C compiler's
	case $ROOT$target$cargo_home in
	*[[:space:]]*) die "a folder of this build has a blank in its name: $ROOT, $target or $cargo_home; build in another" ;;
	esac
	local c_map="-ffile-prefix-map=$ROOT=/rosterd -ffile-prefix-map=$target=/rosterd/target -ffile-prefix-map=$cargo_home=/cargo"
	# What the developer has set for other builds has no part in this one. Nor has the commit: what a library writes down
	# of the instant (rust-embed, in age, takes SOURCE_DATE_EPOCH) is not compiled anew for the next one.
	env -u RUSTC_WRAPPER -u CARGO_ENCODED_RUSTFLAGS SOURCE_DATE_EPOCH=0 \
		RUSTFLAGS="$map" CFLAGS="$c_map" CARGO_INCREMENTAL=0 CARGO_TARGET_DIR="$target" \
		cargo build --manifest-path "$ROOT/Cargo.toml" --release --locked --features $FEATURES
	BINARY=$target/release/rosterd
}
