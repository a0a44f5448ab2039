#!/bin/sh
# with_names.sh COMMAND ...: runs it where a few host names lead to addresses of this machine.
#
# In name spaces of its own: a hosts file that nobody else sees, and a network without any other
# machine. So addresses can be public ones, and servers keep their guards against private ones;
# port 443 is free; nothing needs root, and nothing on the machine is changed. Linux only.
set -e

if [ "$1" != --inside ]; then
	if ! unshare --user --map-root-user --mount --net true 2>/dev/null; then
		echo "with_names.sh: this system lets nobody make name spaces (unshare), so there are no host names." >&2
		exit 77
	fi
	exec unshare --user --map-root-user --mount --net -- "$0" --inside "$@"
fi
shift

hosts=$(mktemp)
echo "127.0.0.1 localhost" > "$hosts"
ip link set lo up
number=1
for name in apple.test berry.test social.test; do
	ip address add "11.0.0.$number/32" dev lo
	echo "11.0.0.$number $name" >> "$hosts"
	number=$((number + 1))
done
mount --bind "$hosts" /etc/hosts
rm "$hosts"
exec "$@"
