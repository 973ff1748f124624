package templates

import (
	"io/fs"
	"path"
	"strings"
)

// PostmortemText lets people begin a postmortem by hand. Apps and the web show it
// alike: it is Markdown and no form, whose answers nobody could put in order.
const PostmortemText = Folder + "/postmortem.md"

// The facts that a postmortem's template has places for, as `{{title}}` and so on.
// Those of one line: title, incident (a link), severity, roles, due. Those of
// several: times (a table with sources, and TTD, TTA, TTM and TTR), timeline (a
// table), changes (a list of what changed near the beginning), affected (how long
// customers felt it).
const (
	FactTitle    = "title"
	FactIncident = "incident"
	FactSeverity = "severity"
	FactRoles    = "roles"
	FactDue      = "due"
	FactTimes    = "times"
	FactTimeline = "timeline"
	FactChanges  = "changes"
	FactAffected = "affected"
)

// Postmortem is the newest template of a language, "ja" or "en", English standing
// for every other. It begins with a comment that names it and its version, which
// stays in the documents made from it.
func Postmortem(language string, short bool) string {
	if language != "ja" {
		language = "en"
	}
	name := "postmortem.md"
	if short {
		name = "postmortem-short.md"
	}
	return read(path.Join(language, name))
}

// PostmortemOf is the template that a document was made from, by the comment that
// it begins with, also where there is a newer one by now: those of former versions
// stay beside it, as files of any other name.
func PostmortemOf(document string) (template string, ok bool) {
	marker := firstLine(strings.TrimLeft(document, "\ufeff \r\n"))
	if !strings.HasPrefix(marker, "<!-- kintsugi:template ") {
		return "", false
	}
	for _, language := range []string{"en", "ja"} {
		entries, err := fs.ReadDir(files, language)
		if err != nil {
			panic(err) // it was embedded when the program was built
		}
		for _, entry := range entries {
			if path.Ext(entry.Name()) != ".md" {
				continue
			}
			if text := read(path.Join(language, entry.Name())); firstLine(text) == marker {
				return text, true
			}
		}
	}
	return "", false
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSpace(line)
}

// Fill puts facts in their places. A fact that is not given leaves its place
// empty; a heading or a paragraph that is nothing but such a place is left out. What
// the facts themselves hold is not looked at.
func Fill(template string, facts map[string]string) string {
	var b strings.Builder
	skipBlank := false
	for line := range strings.Lines(template) {
		before, rest, ok := strings.Cut(line, "{{")
		name, after, closed := strings.Cut(rest, "}}")
		isBlank := strings.TrimSpace(line) == ""
		if skipBlank && isBlank {
			skipBlank = false
			continue
		}
		skipBlank = false
		switch {
		case !ok || !closed:
			b.WriteString(line)
		case facts[name] == "" && strings.Trim(before, "# ") == "" && strings.TrimSpace(after) == "":
			skipBlank = true
		default:
			b.WriteString(strings.TrimRight(before+facts[name], " ") + after)
		}
	}
	return b.String()
}

// PostmortemFile is what a repository receives so that people can begin by hand:
// the template with room for the facts, under GitHub's own heading, so that the
// issue's title is the postmortem's.
func PostmortemFile(language string, names Names) File {
	if language != "ja" {
		language = "en"
	}
	if names.PostmortemLabel == "" {
		names.PostmortemLabel = Usual(language).PostmortemLabel
	}
	body := strings.TrimSpace(Fill(Postmortem(language, false), blanks[language]))
	content := strings.NewReplacer(
		"{{postmortem label}}", quoted(names.PostmortemLabel),
		"{{postmortem}}", body,
	).Replace(read(path.Join(language, strings.TrimPrefix(PostmortemText, ".github/"))))
	return File{Path: PostmortemText, Content: []byte(content)}
}

// blanks are the places in which people write the facts by hand.
var blanks = map[string]map[string]string{
	"en": {
		FactTimes: "| | Time (with its zone) | Source |\n|---|---|---|\n| Started | | |\n| Detected | | |\n| Declared | | |\n| Acknowledged | | |\n| Mitigated | | |\n| Resolved | | |\n\n" +
			"- TTD (detected − started):\n- TTA (acknowledged − declared):\n- TTM (mitigated − started):\n- TTR (resolved − started):",
		FactTimeline: "| Time | What happened | Source |\n|---|---|---|\n| | | |",
	},
	"ja": {
		FactTimes: "| | 時刻（タイムゾーンも） | 出典 |\n|---|---|---|\n| 発生 | | |\n| 検知 | | |\n| 報告 | | |\n| 対応開始 | | |\n| 影響収束 | | |\n| 復旧 | | |\n\n" +
			"- TTD（検知−発生）:\n- TTA（対応開始−報告）:\n- TTM（影響収束−発生）:\n- TTR（復旧−発生）:",
		FactTimeline: "| 時刻 | 起きたこと | 出典 |\n|---|---|---|\n| | | |",
	},
}

func read(name string) string {
	content, err := files.ReadFile(name)
	if err != nil {
		panic(err) // it was embedded when the program was built
	}
	return string(content)
}
