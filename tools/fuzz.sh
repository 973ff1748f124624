#!/bin/sh
# Runs every fuzz target for a while, one after the other, as Go fuzzes one
# target of one package at a time:
#
#   tools/fuzz.sh 10s      or, to count inputs and not time, 20000x
#
# It stops at the first finding; the input is then in that package's
# testdata/fuzz, to be committed with what mends it. Inputs that reached
# something new are kept in Go's cache, or under FUZZ_CORPUS if that is set.
set -eu
cd "$(dirname "$0")/.."
go=${GO:-go}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
log=$scratch/log

packages=$(grep -rlE --include='*_test.go' '^func Fuzz[A-Z0-9_]' app workflows | sed 's|/[^/]*$||' | sort -u)
[ -n "$packages" ] || { echo "there are no fuzz targets" >&2; exit 1; }

# Until Go 1.27, a target may be called failed with no more than this said when
# its time is up (golang/go#75804). A finding always says more: where its input
# was written, which seed it is, or that the process hung.
only_time_is_up() {
	grep -A1 '^--- FAIL: ' "$log" | grep -qx '    context deadline exceeded' &&
		! grep -qE 'Failing input written|seed corpus entry|hung or terminated|panic' "$log"
}

for package in $packages; do
	"$go" test -c -vet=off -fuzz . -o "$scratch/fuzz.test" "./$package"
	corpus=${FUZZ_CORPUS:-$("$go" env GOCACHE)/fuzz}/$("$go" list "./$package")
	for target in $(cd "$package" && "$scratch/fuzz.test" -test.list '^Fuzz'); do
		echo "$target in ./$package"
		# Making an input shorter has a time of its own, a minute if nobody says.
		if ! (cd "$package" && "$scratch/fuzz.test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "$1" \
			-test.fuzzminimizetime 5s -test.fuzzcachedir "$corpus") >"$log" 2>&1 && ! only_time_is_up; then
			cat "$log"
			exit 1
		fi
		grep '^fuzz: elapsed' "$log" | tail -n 1
	done
done
