#!/usr/bin/env bash
# What action.yml runs: `kintsugi.sh lint` or `kintsugi.sh readiness`. Inputs come as
# environment and are never part of a command. The shell may be the one of macOS, 3.2.
set -euo pipefail

# The answer comes within a minute: this for the program, and 45 seconds in it for GitHub.
download_seconds=10
releases=${KINTSUGI_RELEASES:-https://github.com/kintsugi-app/kintsugi/releases/download}
checksums=${GITHUB_ACTION_PATH%/}/action/checksums.txt

say() { if [ "$KINTSUGI_LANGUAGE" = ja ]; then echo "$2"; else echo "$1"; fi; }

# wrong ENGLISH JAPANESE ends without an answer, which is never a yes.
wrong() {
	echo "::error title=Kintsugi::$(say "$@")"
	if [ "$command" = readiness ]; then
		printf 'ready=false\nverdict=not-ready\nreport=\n' >>"$GITHUB_OUTPUT"
		printf '**Kintsugi**: %s\n' "$(say "$@")" >>"$GITHUB_STEP_SUMMARY"
	fi
	exit 2
}

# find_program sets program: the one that is given, else the release, fetched and
# compared with the checksum that is committed here.
find_program() {
	if [ -n "$KINTSUGI_BINARY" ] && [ -n "$KINTSUGI_VERSION" ]; then
		wrong 'Give "binary" or "version", not both.' '"binary" と "version" は、どちらか一方だけを指定してください。'
	elif [ -n "$KINTSUGI_BINARY" ]; then
		command -v -- "$KINTSUGI_BINARY" >/dev/null ||
			wrong 'There is no program at "binary". Is it built, and is its path from the root of the workspace?' '"binary" にプログラムがありません。ビルド済みか、ワークスペースの最上位からのパスになっているかを確かめてください。'
		program=$KINTSUGI_BINARY
	elif [ -n "$KINTSUGI_VERSION" ]; then
		fetch
	else
		wrong 'There are no releases yet. Give "binary", built with "make build".' 'まだリリースがありません。"make build" で作ったものを "binary" に指定してください。'
	fi
}

fetch() {
	local system machine ending='' name sum file wanted=''
	case ${RUNNER_OS:-} in
	Linux) system=linux ;;
	macOS) system=darwin ;;
	Windows) system=windows ending=.exe ;;
	*) system=unknown ;;
	esac
	case ${RUNNER_ARCH:-} in
	X64) machine=amd64 ;;
	ARM64) machine=arm64 ;;
	*) machine=unknown ;;
	esac
	name=kintsugi_${KINTSUGI_VERSION}_${system}_$machine$ending
	while read -r sum file; do
		if [ "$file" = "$name" ]; then wanted=$sum; fi
	done <"$checksums"
	[ -n "$wanted" ] ||
		wrong 'This commit of the action knows no checksum of that version for this runner (action/checksums.txt), so nothing was fetched. Give another "version", or "binary".' 'この版のアクションには、そのバージョンとランナーのチェックサムがないため（action/checksums.txt）、取得しませんでした。別の "version" か "binary" を指定してください。'

	program=$RUNNER_TEMP/$name
	if [ -f "$program" ] && [ "$(sum_of "$program")" = "$wanted" ]; then return; fi
	curl --fail --silent --show-error --location --proto '=https' --proto-redir '=https' \
		--max-time "$download_seconds" --output "$program.part" "$releases/$KINTSUGI_VERSION/$name" </dev/null ||
		wrong 'The release could not be fetched in time. Run this again, or give "binary".' 'リリースを時間内に取得できませんでした。再実行するか、"binary" を指定してください。'
	if [ "$(sum_of "$program.part")" != "$wanted" ]; then
		rm -f "$program.part"
		wrong 'What was fetched does not have the checksum that is committed (action/checksums.txt), so it was deleted and not run.' '取得したものが、コミットされているチェックサム（action/checksums.txt）と一致しません。実行せずに削除しました。'
	fi
	chmod +x "$program.part"
	mv -f "$program.part" "$program"
}

sum_of() {
	local said
	if command -v sha256sum >/dev/null; then said=$(sha256sum <"$1"); else said=$(shasum -a 256 <"$1"); fi
	echo "${said%% *}"
}

# option NAME VALUE adds a flag, if there is a value. In one word with it the value is
# never taken for a flag.
option() { if [ -n "$2" ]; then arguments+=("$1=$2"); fi; }

readiness() {
	export KINTSUGI_GITHUB_URL=${KINTSUGI_GITHUB_URL:-$GITHUB_API_URL}
	arguments=(readiness check --format=github)
	option --lang "$KINTSUGI_LANGUAGE"
	option --service "$KINTSUGI_SERVICE"
	option --environment "$KINTSUGI_ENVIRONMENT"
	option --sha "$KINTSUGI_SHA"
	option --checklist "$KINTSUGI_CHECKLIST"
	option --incident "$KINTSUGI_INCIDENT"
	option --mode "$KINTSUGI_MODE"
	option --on-unknown "$KINTSUGI_ON_UNKNOWN"
	option --ship-anyway "$KINTSUGI_SHIP_ANYWAY"
	"$program" "${arguments[@]}" </dev/null
}

lint() {
	# What tells about postmortems, or shows how to write one, is none.
	patterns=(':(exclude,glob,icase)**/readme.*' ':(exclude,glob,icase)**/*template*')
	while IFS= read -r pattern; do
		if [ -n "$pattern" ]; then patterns+=(":(glob)$pattern"); fi
	done <<<"$KINTSUGI_FILES"
	[ "${#patterns[@]}" -gt 2 ] ||
		wrong 'No pattern is given. Write "files: postmortems/**/*.md" or leave it out.' 'パターンがありません。"files: postmortems/**/*.md" のように書くか、省いてください。'

	list=$(mktemp)
	trap 'rm -f "$list"' EXIT
	# A pull request is checked out as its merge into the base.
	if [ -n "$KINTSUGI_BASE" ] && git rev-parse --quiet --verify 'HEAD^2' >/dev/null; then
		git diff --name-only -z --diff-filter=d 'HEAD^1' HEAD -- "${patterns[@]}" >"$list"
	elif [ -n "$KINTSUGI_BASE" ] && git merge-base "$KINTSUGI_BASE" HEAD >/dev/null 2>&1; then
		git diff --name-only -z --diff-filter=d "$KINTSUGI_BASE...HEAD" -- "${patterns[@]}" >"$list"
	else
		git ls-files -z -- "${patterns[@]}" >"$list"
	fi

	arguments=(postmortem lint --format "$KINTSUGI_FORMAT")
	option --lang "$KINTSUGI_LANGUAGE"
	if [ -f "$KINTSUGI_POLICY" ]; then option --policy "$KINTSUGI_POLICY"; fi
	arguments+=(--)
	count=0
	while IFS= read -r -d '' file; do
		# A link could lead out of the checkout.
		if [ -f "$file" ] && [ ! -L "$file" ]; then
			arguments+=("$file")
			count=$((count + 1))
		fi
	done <"$list"
	if [ "$count" -eq 0 ]; then
		say 'No postmortem to check.' '対象のポストモーテムはありません。'
		exit 0
	fi
	"$program" "${arguments[@]}" </dev/null
}

command=$1
[ "$command" = "$KINTSUGI_COMMAND" ] ||
	wrong 'This command is not known. Write "command: lint" or "command: readiness".' 'このコマンドはありません。"command: lint" か "command: readiness" と書いてください。'
find_program
"$command"
