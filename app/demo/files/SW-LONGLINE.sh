#!/bin/sh
# Longline: copies folders to a drive, keeps the last seven days, and says clearly whether it worked.
#
#   sh SW-LONGLINE.sh /media/backup "$HOME/Documents" "$HOME/Pictures"
#
# Each day's copy is a folder of its own. Files that did not change since yesterday are hard links, so that seven
# days take little more room than one. Needs rsync. You may keep, change and share this script.
set -eu

[ "$#" -ge 2 ] || { echo "usage: longline DRIVE FOLDER..." >&2; exit 2; }
drive=$1; shift
[ -d "$drive" ] || { echo "longline: there is no drive at $drive" >&2; exit 1; }

today=$(date +%Y-%m-%d)
target="$drive/longline/$today"
latest="$drive/longline/latest"
mkdir -p "$target"

for folder in "$@"; do
    if [ -d "$latest" ]; then
        rsync -a --delete --link-dest="$latest" "$folder" "$target/"
    else
        rsync -a "$folder" "$target/"
    fi
done

ln -sfn "$target" "$latest"

# Days sort by name; everything but the newest seven goes.
ls -d "$drive"/longline/????-??-?? | sort -r | tail -n +8 | while read -r old; do rm -rf "$old"; done

echo "longline: done, $(du -sh "$target" | cut -f1) in $target"
