# SPDX-FileCopyrightText: 2026 The Headway authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# shellcheck shell=bash

# What the scripts share that make a Debian of their own in a folder.

suite=bookworm

say ()
{
  printf '\n══ %s\n' "$*"
}

seconds_since ()
{
  local seconds=$((SECONDS - $1))

  printf '%d:%02d' $((seconds / 60)) $((seconds % 60))
}

mirror_of_host ()
{
  local mirror

  # shellcheck disable=SC2016 # apt-get fills it in
  mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $suite" 2>/dev/null | head -n 1)
  printf '%s\n' "${mirror:-http://deb.debian.org/debian}"
}

# make_debian ROOT MIRROR [PACKAGES]: the smallest one, and with commas between them, what it is to
# have beside that.
make_debian ()
{
  local root=$1 mirror=$2 packages=${3:-}

  debootstrap --variant=minbase ${packages:+--include="$packages"} "$suite" "$root" "$mirror" \
    > "$root.log" ||
    { tail "$root.log"; return 1; }
}
