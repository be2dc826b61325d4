# The package for Fedora, RHEL, SUSE and their kin. Sourced by `package`.
# shellcheck shell=bash disable=SC2154

pack_rpm() {
	need rpmbuild rpm
	local tree=$WORK/rpm payload=w19T1.zstdio log=$WORK/rpm.log
	[ -z "$FAST" ] || payload=w0.gzdio
	cp -a "$WORK/tree" "$tree"
	# where these distributions look
	mkdir -p "$tree/usr/share/zsh/site-functions" "$tree/usr/share/licenses/rosterd"
	mv "$tree/usr/share/zsh/vendor-completions/_rosterd" "$tree/usr/share/zsh/site-functions/"
	rmdir "$tree/usr/share/zsh/vendor-completions"
	mv "$tree/usr/share/doc/rosterd/copyright" "$tree/usr/share/licenses/rosterd/"
	mv "$tree/usr/share/doc/rosterd/licences.txt.gz" "$tree/usr/share/licenses/rosterd/"
	find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
	rpmbuild -bb "$PARTS/rosterd.spec" \
		--target "$RPM_ARCH" \
		--define "_topdir $WORK/rpmbuild" \
		--define "_rpmdir $OUT" \
		--define "_rpmfilename rosterd-%{version}-%{release}.%{_arch}.rpm" \
		--define "_buildhost reproducible" \
		--define "_binary_payload $payload" \
		--define "_dbpath $WORK/rpmdb" \
		--define "rosterd_version $VERSION" \
		--define "rosterd_tree $tree" \
		--define "clamp_mtime_to_source_date_epoch 1" \
		--define "use_source_date_epoch_as_buildtime 1" >"$log" 2>&1 || {
		cat "$log" >&2
		die "rpmbuild failed"
	}
	echo "$OUT/rosterd-$VERSION-1.$RPM_ARCH.rpm" >&2
}
