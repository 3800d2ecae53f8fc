#!/usr/bin/env bash
# Unpacks what a UEFI machine boots (Debian's signed shim, GRUB and kernel, and busybox) into CACHE:
#
#   fetch-boot-parts.sh CACHE
#
# Nothing is installed. The second call finds everything there.
set -euo pipefail
cache=$1
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
[ -e "$cache/parts/complete" ] && exit 0

work=$(mktemp -d "$cache/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9]\S*\)$/\1/p' | head -n 1)
[ -n "$kernel" ] || { echo 'apt knows no linux-image-amd64: run apt-get update' >&2; exit 1; }
mkdir "$work/parts" "$work/packages"
cd "$work/packages"
apt-get download -qq "$kernel" shim-signed grub-efi-amd64-signed busybox-static >&2
for package in *.deb; do dpkg-deb -x "$package" "$work/unpacked"; done

from=$work/unpacked
cp "$from/usr/lib/shim/shimx64.efi.signed" "$work/parts/shim.efi"
cp "$from/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" "$work/parts/grub.efi"
cp "$from"/boot/vmlinuz-* "$work/parts/kernel"
cp "$from/bin/busybox" "$work/parts/busybox"
mkdir "$work/parts/modules"
# The order of their names is the order in which the machine loads them.
number=0
for module in virtio/virtio virtio/virtio_ring virtio/virtio_pci_legacy_dev virtio/virtio_pci_modern_dev virtio/virtio_pci char/virtio_console; do
  cp "$from"/lib/modules/*/kernel/drivers/$module.ko "$work/parts/modules/$number-$(basename $module).ko"
  number=$((number + 1))
done
ls ./*.deb > "$work/parts/complete"
mv "$work/parts" "$cache/parts"
