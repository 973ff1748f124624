package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// statusKey is the key of the status comment; workflows are not named so.
const statusKey = "status"

// maxText is how much of a status comment is text; the record has the rest.
const maxText = 24_000

var marker = regexp.MustCompile(`^<!-- kintsugi:([a-z0-9][a-z0-9._-]*) -->$`)

// marked puts the marker before a text by which the comment is found again.
func marked(key, text string) string { return "<!-- kintsugi:" + key + " -->\n" + text }

// markerOf is the key that a comment of ours begins with, or "".
func markerOf(body string) string {
	first, _, _ := strings.Cut(strings.ReplaceAll(body, "\r", ""), "\n")
	if m := marker.FindStringSubmatch(strings.TrimSpace(first)); m != nil {
		return m[1]
	}
	return ""
}

// tail is the block of hidden lines that ends a status comment. Only there are
// a record and the markers of notices looked for, so that nothing quoted in
// the text can be taken for one.
func tail(body string) []string {
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(body, "\r", "")), "\n")
	i := len(lines)
	for i > 0 && strings.HasPrefix(lines[i-1], "<!-- kintsugi:") && strings.HasSuffix(lines[i-1], " -->") {
		i--
	}
	return lines[i:]
}

// rodeWith are the keys of the notices that went out with a status comment.
func rodeWith(body string) []string {
	var keys []string
	for _, line := range tail(body) {
		if m := marker.FindStringSubmatch(line); m != nil && m[1] != statusKey {
			keys = append(keys, m[1])
		}
	}
	return keys
}

// seqOf is the sequence number that a status comment claims, believed or not.
func seqOf(body string) int64 {
	m := lastRecord(body)
	if m == nil {
		return 0
	}
	seq, _ := strconv.ParseInt(m[2], 10, 64)
	return seq
}

// statusText is what people read, in so many characters. Notices that go out
// with the comment stand beneath its first line and are not repeated when it is
// edited. What the engine has to say comes last and may take half of the room.
func statusText(sections []workflows.Section, notices []workflows.Notice, remarks []string, room int, lang words.Language) string {
	var b strings.Builder
	for i, s := range sections {
		if i > 0 {
			b.WriteString("\n\n")
		}
		if s.Title != "" {
			fmt.Fprintf(&b, "**%s**\n", s.Title)
		}
		if i == 0 {
			for _, n := range notices {
				b.WriteString(shorten(n.Line, maxNotice, lang) + "\n")
			}
		}
		if s.Title != "" && s.Text != "" {
			b.WriteString("\n")
		}
		b.WriteString(s.Text)
	}
	last := ""
	for _, r := range remarks {
		last += "\n\n" + r
	}
	last = shorten(last, room/2, lang)
	return shorten(b.String(), room-utf8.RuneCountInString(last), lang) + last
}

// statusFacts is the fingerprint of what the status comment says. It changes
// with the facts and not with our wording.
func statusFacts(sections []workflows.Section, remarks []string, lang words.Language) string {
	parts := []string{string(lang)}
	for _, s := range sections {
		facts := s.Facts
		if facts == "" {
			facts = s.Title + "\n" + s.Text
		}
		parts = append(parts, s.Key, facts)
	}
	return fingerprint(append(parts, remarks...)...)
}

func fingerprint(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// remarks are what the engine itself has to say in the status comment: about
// its record, about the policy, about what it could not read again.
func remarks(r Record, acts []workflows.Act, problems []policy.Problem, holds []workflows.Hold, issue string, lang words.Language) []string {
	ja := lang == words.Japanese
	var out []string
	for _, h := range holds {
		out = append(out, h.Reason)
	}
	if text := lostText(r.Rebuilt, ja); text != "" {
		out = append(out, text)
	}
	if who := authors(acts, workflows.Unread, issue, ja); who != "" {
		if ja {
			out = append(out, "実行済みのコマンドのうち、あとから編集されて読み直せないものがあります: "+who)
		} else {
			out = append(out, "Executed commands that were edited since and cannot be re-read: "+who)
		}
	}
	if r.NoReactions {
		out = append(out, withoutReactions(acts, issue, ja))
	}
	if text := notAssigned(r.Assigned, ja); text != "" {
		out = append(out, text)
	}
	for _, p := range problems[:min(len(problems), mostProblems)] {
		place := p.File
		if p.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
		}
		out = append(out, "`"+place+"` "+p.In(lang))
	}
	return out
}

// sayable are the problems of the policy as they may be told on the issue: on
// one that everybody can read, the words of a private file are left out.
func (v *view) sayable() []policy.Problem {
	if v.home.Private {
		return v.problems
	}
	var said []policy.Problem
	for _, p := range v.problems {
		if slices.ContainsFunc(v.home.Sources, func(s policy.Source) bool { return s.Private && s.File == p.File }) {
			p.Message = "this cannot be used as it stands. What is wrong is not said here, because the file is in a private repository"
			p.Japanese = "この箇所は読み取れませんでした。ファイルが非公開のリポジトリにあるため、内容はここに書きません"
		}
		said = append(said, p)
	}
	return said
}

// How many of a kind the status comment lists.
const (
	mostProblems = 3
	mostAuthors  = 10
)

// notAssigned says whom GitHub left out, without a mention.
func notAssigned(assigned map[string]bool, ja bool) string {
	var left []string
	for _, login := range slices.Sorted(maps.Keys(assigned)) {
		if !assigned[login] {
			left = append(left, words.Name(login))
		}
	}
	switch {
	case len(left) == 0:
		return ""
	case ja:
		return "担当者に設定できませんでした: " + listed(left, ja) + "。GitHubで設定できるのは、このリポジトリを利用できる方を10人までです。"
	default:
		return "Could not be assigned: " + listed(left, ja) + ". GitHub takes up to ten people who have access to this repository."
	}
}

// listed joins names, the first few of them.
func listed(names []string, ja bool) string {
	separator, more := ", ", " and %d more"
	if ja {
		separator, more = "、", "、ほか%d件"
	}
	text := strings.Join(names[:min(len(names), mostAuthors)], separator)
	if n := len(names) - mostAuthors; n > 0 {
		text += fmt.Sprintf(more, n)
	}
	return text
}

func lostText(why string, ja bool) string {
	var en, jp string
	switch why {
	case "":
		return ""
	case errDeleted.Error():
		en, jp = "the status comment was deleted", "状況のコメントが削除されたため"
	case errUnknownKey.Error():
		en, jp = "its record was signed with a key unknown here", "記録の署名鍵が不明なため"
	case errCopied.Error():
		en, jp = "the record in it belonged to another issue, or this one was transferred", "別のIssueの記録が入っていたか、Issueが移されたため"
	default:
		en, jp = "its record could not be verified", "記録を検証できなかったため"
	}
	if ja {
		return jp + "、コメントから読み直しました。違っている点はコマンドで直せます。"
	}
	return "Rebuilt from the comments, because " + en + ". A command corrects what is wrong."
}

// authors lists who wrote the acts with a verdict, each with a link.
func authors(acts []workflows.Act, v workflows.Verdict, issue string, ja bool) string {
	var who []string
	for _, a := range acts {
		if _, ok := a.FromComment(); ok && a.Verdict == v {
			who = append(who, fmt.Sprintf("[%s](%s)", words.Name(a.Author), a.Link(issue)))
		}
	}
	return listed(who, ja)
}

// withoutReactions shows the last acts with their authors where GitHub lets us
// answer none.
func withoutReactions(acts []workflows.Act, issue string, ja bool) string {
	var shown []string
	for _, a := range acts {
		if _, ok := a.FromComment(); !ok || a.Gesture {
			continue
		}
		mark := "✓"
		if a.Verdict != workflows.Done {
			mark = "✗"
		}
		name := "`/" + a.Name + "`"
		if a.Verdict == workflows.Misspelt {
			name = typed(a.Value)
		}
		shown = append(shown, fmt.Sprintf("%s [%s](%s) %s", mark, name, a.Link(issue), words.Name(a.Author)))
	}
	shown = shown[max(0, len(shown)-10):]
	if ja {
		return "コマンド（✓は実行済み）: " + strings.Join(shown, "、")
	}
	return "Commands (✓ was executed): " + strings.Join(shown, ", ")
}
