#!/usr/bin/env bash
# Writes an EFI system partition that boots shim, GRUB, kernel and a small initial file system:
#
#   make-boot-disk.sh CACHE DISK [COMMAND-LINE]
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "$0")" && pwd)
parts=$1/parts disk=$2 command_line=${3-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/initrd"
cp -r "$parts/busybox" "$parts/modules" "$work/initrd/"
cp "$here/guest-init.sh" "$work/initrd/init"
chmod 0755 "$work/initrd/init" "$work/initrd/busybox"
# Same bytes each time, so that two boots measure the same.
find "$work/initrd" -exec touch -h -d @0 {} +
(cd "$work/initrd" && find . | LC_ALL=C sort | cpio -o -H newc --reproducible --quiet -R 0:0) | gzip -n -1 > "$work/initrd.img"

# linuxefi, not linux: with Secure Boot off only the former goes through the kernel's EFI stub, without which no boot log
# reaches the kernel.
cat > "$work/grub.cfg" <<GRUB
set timeout=0
menuentry lab {
  linuxefi /kernel console=ttyS0 panic=1 quiet $command_line
  initrdefi /initrd.img
}
GRUB

export MTOOLS_SKIP_CHECK=1
truncate -s 48M "$disk"
mkfs.vfat -F 32 "$disk" > /dev/null
mmd -i "$disk" ::/EFI ::/EFI/BOOT ::/EFI/debian
mcopy -i "$disk" "$parts/shim.efi" ::/EFI/BOOT/BOOTX64.EFI
mcopy -i "$disk" "$parts/grub.efi" ::/EFI/BOOT/grubx64.efi
mcopy -i "$disk" "$work/grub.cfg" ::/EFI/debian/grub.cfg
mcopy -i "$disk" "$parts/kernel" ::/kernel
mcopy -i "$disk" "$work/initrd.img" ::/initrd.img
