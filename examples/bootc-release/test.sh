#!/bin/sh
# What can be asked of the image before it boots, in a container of it.
set -eu

container=$(buildah from "$IMAGE_TAG")
trap 'buildah rm "$container" >/dev/null' EXIT
buildah run --isolation chroot "$container" -- sh -c 'ssh-keygen -A && mkdir -p /run/sshd && sshd -t'
