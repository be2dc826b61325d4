# The version of the packages, and the instant that everything in them bears. Sourced by `package`.
# shellcheck shell=bash disable=SC2034,SC2154

# A commit with the tag v0.1.0 gives 0.1.0; those before it 0.1.0~N.gHASH, with N the commits so far, so
# that each is newer than the one before and older than the release. `~` sorts so for dpkg and rpm.
version() {
	local number commits
	number=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$ROOT/Cargo.toml" | head -1)
	[ -n "$number" ] || die "Cargo.toml names no version"
	if ! git -C "$ROOT" rev-parse -q --verify HEAD >/dev/null 2>&1; then
		echo "$number"
	elif git -C "$ROOT" tag --points-at HEAD | grep -qx "v$number"; then
		echo "$number"
	else
		commits=$(git -C "$ROOT" rev-list --count HEAD)
		echo "$number~$commits.g$(git -C "$ROOT" rev-parse --short=8 HEAD)"
	fi
}

VERSION=${PACKAGE_VERSION:-$(version)}
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
	SOURCE_DATE_EPOCH=$(git -C "$ROOT" log -1 --format=%ct 2>/dev/null) ||
		die "this is no git repository: say with SOURCE_DATE_EPOCH which instant the packages are to bear"
fi
export SOURCE_DATE_EPOCH
case $(uname -m) in
x86_64) DEB_ARCH=amd64 RPM_ARCH=x86_64 ;;
aarch64) DEB_ARCH=arm64 RPM_ARCH=aarch64 ;;
*) die "packages are made for x86_64 and aarch64, not for $(uname -m)" ;;
esac
