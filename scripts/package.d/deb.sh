# The package for Debian and Ubuntu. Sourced by `package`.
# shellcheck shell=bash disable=SC2154

pack_deb() {
	need dpkg-deb dpkg
	local tree=$WORK/deb compress=(-Zxz --threads-max=1)
	[ -z "$FAST" ] || compress=(-Znone)
	cp -a "$WORK/tree" "$tree"
	debian_changelog >"$WORK/changelog.Debian"
	install -D -m 644 "$WORK/changelog.Debian" "$tree/usr/share/doc/rosterd/changelog.Debian"
	gzip -9 -n "$tree/usr/share/doc/rosterd/changelog.Debian"
	install -D -m 644 "$PARTS/deb/lintian-overrides" "$tree/usr/share/lintian/overrides/rosterd"
	mkdir -p "$tree/DEBIAN"
	control "$tree" >"$tree/DEBIAN/control"
	for script in postinst prerm postrm; do install -m 755 "$PARTS/deb/$script" "$tree/DEBIAN/$script"; done
	(cd "$tree" && find usr -type f | sort | xargs -d '\n' md5sum) >"$tree/DEBIAN/md5sums"
	find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
	dpkg-deb --root-owner-group "${compress[@]}" --build "$tree" "$OUT/rosterd_${VERSION}-1_$DEB_ARCH.deb" >&2
}

MAINTAINER=${PACKAGE_MAINTAINER:-The authors of rosterd <rosterd@rosterd.invalid>}

# What the package changes; what the program changes is in changelog.gz.
debian_changelog() {
	cat <<-END
		rosterd ($VERSION-1) unstable; urgency=medium

		  * The package of rosterd $VERSION.

		 -- $MAINTAINER  $(date -u -d "@$SOURCE_DATE_EPOCH" '+%a, %d %b %Y %H:%M:%S +0000')
	END
}

control() { # TREE
	cat <<-END
		Package: rosterd
		Version: $VERSION-1
		Architecture: $DEB_ARCH
		Maintainer: $MAINTAINER
		Installed-Size: $(du -s --apparent-size -k "$1/usr" | cut -f1)
		Depends: $(depends "$1/usr/bin/rosterd")
		Recommends: ca-certificates
		Suggests: bash-completion, sqlite3
		Section: admin
		Priority: optional
		Description: keeps directories in step with an organisation's record
		 rosterd keeps an organisation's record of people, units, jobs, managers and
		 groups in one SQLite file, and keeps Active Directory, other LDAP directories
		 and SCIM 2.0 services in step with it. Each change is planned with its
		 reason; a plan that would disable or remove too much is held until a person
		 approves exactly that plan.
		 .
		 The package installs a systemd service, which is neither enabled nor started
		 before it is configured: see /usr/share/doc/rosterd/manual/tutorial.md.
	END
}

# The C library by the newest symbol that the program needs; Kerberos where it is linked.
depends() { # PROGRAM
	local needed glibc
	needed=$(objdump -p "$1")
	glibc=$(grep -o 'GLIBC_[0-9.]*' <<<"$needed" | sort -u -V | tail -1)
	printf 'libc6 (>= %s), libgcc-s1 (>= 3.0)' "${glibc#GLIBC_}"
	! grep -q 'NEEDED *libgssapi_krb5' <<<"$needed" || printf ', libgssapi-krb5-2 (>= 1.17)'
	echo
}
