# Functions that the scripts in this folder share. Source it after `set -euo pipefail`.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The folder of the tools, shared between scripts: .ci/run sets it, else it is for this run only.
TOOLS=${TOOLS:-$work/tools}
mkdir -p "$TOOLS"
export PATH=$TOOLS/bin:$PATH

step() { printf '\n--> %s\n' "$*"; }

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# need COMMAND PACKAGE...: installs the Debian packages if the command is missing.
need() {
  local command=$1
  shift
  command -v "$command" >/dev/null && return
  command -v apt-get >/dev/null || fail "$command is missing; install it and try again"
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=600 "$@" >/dev/null
}

# go_tool COMMAND MODULE@VERSION: builds a Go tool once.
go_tool() {
  [[ -x $TOOLS/bin/$1 ]] || GOBIN=$TOOLS/bin go install "$2"
}

# expect CODE COMMAND...: runs the command with its output in $work/out, and fails on another exit code.
expect() {
  local want=$1 code=0
  shift
  "$@" >"$work/out" 2>&1 || code=$?
  ((code == want)) || fail "exit $code instead of $want: $*
$(tail -n 40 "$work/out")"
}

# says TEXT: fails if the last output does not contain the text.
says() { grep -qF -- "$1" "$work/out" || fail "the output doesn't say: $1
$(tail -n 40 "$work/out")"; }

# silent TEXT: fails if the last output contains the text.
silent() { ! grep -qF -- "$1" "$work/out" || fail "the output says: $1"; }

# address FILE: prints the address on loopback that a server logs to FILE.
address() {
  for _ in {1..100}; do
    grep -om1 'http://127.0.0.1:[0-9]*' "$1" && return
    sleep 0.1
  done
  fail "a server did not start: $(cat "$1")"
}

# fresh_repository DIR: makes a git repository of the files in DIR, with one commit and a remote like GitHub's.
fresh_repository() {
  git -C "$1" init --quiet --initial-branch main
  git -C "$1" config user.name 'Ada Example'
  git -C "$1" config user.email ada@example.org
  git -C "$1" remote add origin https://github.com/acme/shop.git
  git -C "$1" add --all
  git -C "$1" commit --quiet --message 'a shop'
}
