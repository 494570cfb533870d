#!/bin/sh
# Install newstui for a package of a distribution: into a folder of its own, with the packages of requirements.lock,
# most of which distributions do not have. Run from an unpacked sdist; pip downloads wheels and checks their hashes.
#
# usage: packaging/install.sh PYTHON HOME ROOT
#   PYTHON  the Python of the distribution, e.g. /usr/bin/python3
#   HOME    the folder of newstui on the user's machine, e.g. /usr/lib/newstui
#   ROOT    the folder that the package is made of
set -eu
python=$1
home=$2
mkdir -p "$3"
root=$(cd "$3" && pwd)
source=$(cd "$(dirname "$0")/.." && pwd)
venv=$root$home

"$python" -m venv --without-pip "$venv"
install() {
    "$python" -m pip --python "$venv/bin/python" install --quiet --disable-pip-version-check \
        --no-cache-dir --no-compile --no-deps "$@"
}
install --only-binary :all: --require-hashes -r "$source/requirements.lock"
install "$source"

# What was installed says where it was built.
find "$venv" -name direct_url.json -delete
for file in "$venv"/bin/*; do
    case ${file##*/} in python*) ;; *) rm "$file" ;; esac
done
printf '#!%s/bin/python\nimport sys\n\nfrom tui.cli import main\n\nsys.exit(main())\n' "$home" \
    > "$venv/bin/newstui"
chmod 755 "$venv/bin/newstui"
sed -i "s|$root||g" "$venv/pyvenv.cfg"
"$venv/bin/python" -m compileall -q -s "$root" --invalidation-mode unchecked-hash "$venv/lib"

mkdir -p "$root/usr/bin" "$root/usr/share"
ln -s "$home/bin/newstui" "$root/usr/bin/newstui"
cp -R "$venv/share/." "$root/usr/share/"
rm -r "$venv/share"
