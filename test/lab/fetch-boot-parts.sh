#!/usr/bin/env bash
# Unpacks what a UEFI machine boots (Debian's signed shim, GRUB and kernel, and busybox) into CACHE:
#
#   fetch-boot-parts.sh CACHE
#
# Nothing is installed. The second call finds everything there. Where the machine's package lists are missing or too old
# for the archive, fresh ones are fetched into a folder of its own: that needs no root and changes nothing here.
set -euo pipefail
cache=$1
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
[ -e "$cache/parts/complete" ] && exit 0

work=$(mktemp -d "$cache/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
options=()

kernel_package() {
  apt-cache "${options[@]}" depends linux-image-amd64 2> /dev/null | sed -n 's/.*Depends: \(linux-image-[0-9]\S*\)$/\1/p' | head -n 1
}
download() {
  local kernel
  kernel=$(kernel_package)
  [ -n "$kernel" ] && apt-get "${options[@]}" download -qq "$kernel" shim-signed grub-efi-amd64-signed busybox-static
}
use_lists_of_its_own() {
  mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
  # The sandbox user of apt could not read below a private folder for temporary files.
  options=(-o "Dir::State::lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache" -o APT::Sandbox::User=)
  apt-get "${options[@]}" update -qq
}

mkdir "$work/parts" "$work/packages"
cd "$work/packages"
if ! download 2> "$work/failure" >&2; then
  echo 'fetch-boot-parts: package lists missing or out of date, fetching fresh ones' >&2
  rm -f ./*.deb
  use_lists_of_its_own >&2 && download >&2 || {
    cat "$work/failure" >&2
    echo "fetch-boot-parts: can't download linux-image-amd64, shim-signed, grub-efi-amd64-signed and busybox-static." >&2
    echo 'It takes a Debian with its archive within reach; see /etc/apt/sources.list and the proxy settings.' >&2
    exit 1
  }
fi
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
