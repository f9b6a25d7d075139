#!/bin/sh
# Puts the kernel and its initramfs into out/. Your own build goes here; this one takes the kernel of the runner's
# distribution, and an initramfs of busybox that says the sign and powers off.
set -eu
cd -- "$(dirname -- "$0")"

root=
[ "$(id -u)" = 0 ] || root=sudo

mkdir -p out/root/bin
$root apt-get -qq update
$root apt-get -qq install --no-install-recommends busybox-static cpio linux-image-virtual >/dev/null
for kernel in /boot/vmlinuz-*-generic; do :; done
$root install -m 644 "$kernel" out/kernel

cp /bin/busybox out/root/bin/busybox
cp init out/root/init
chmod 755 out/root/init
(cd out/root && find . | cpio --quiet --create --format=newc --owner=0:0 >../initrd)
