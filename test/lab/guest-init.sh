#!/busybox sh
# First and only process of the lab's machine: prints the boot log, then carries TPM commands between the
# virtio port and the TPM, one at a time, for ever.
/busybox mkdir -p /bin /dev /proc /sys
/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t securityfs security /sys/kernel/security
echo 1 > /proc/sys/kernel/printk
# virtio and virtio_ring need each other's neighbours: two rounds load whatever order the kernel wants.
for round in 1 2; do for module in /modules/*.ko; do insmod "$module" 2> /dev/null; done; done

echo '<<boot-log'
base64 /sys/kernel/security/tpm0/binary_bios_measurements
echo 'boot-log>>'

port=$(ls /dev/vport*p1)
exec 3<> /dev/tpmrm0 4<> "$port"
echo '<<ready>>'
while :; do
  dd bs=4096 count=1 <&4 > /command 2> /dev/null
  # Nobody is connected: an empty read comes back at once.
  [ -s /command ] || { usleep 30000; continue; }
  cat /command >&3
  dd bs=4096 count=1 <&3 >&4 2> /dev/null
done
