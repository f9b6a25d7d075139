#!/bin/sh
# Makes root.tar: a small Debian with systemd, an SSH server and a kernel.
set -eu
cd -- "$(dirname -- "$0")"

root=
[ "$(id -u)" = 0 ] || root=sudo
$root apt-get -qq update
$root apt-get -qq install --no-install-recommends mmdebstrap debian-archive-keyring >/dev/null

# shellcheck disable=SC2016 # mmdebstrap expands it
# Keys that are in an image are no secret, so each machine makes its own: files/etc/systemd/system/ssh.service.d
$root mmdebstrap --quiet --variant=minbase \
  --include=systemd-sysv,udev,dbus,openssh-server,linux-image-cloud-amd64,initramfs-tools,kmod,zstd,iproute2 \
  --aptopt='Acquire::Languages "none"' \
  --customize-hook='rm "$1"/etc/ssh/ssh_host_*' \
  --customize-hook='chroot "$1" systemctl --quiet enable systemd-networkd' \
  bookworm root.tar
$root chown "$(id -u):$(id -g)" root.tar
