package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// replyKey is the prefix of the engine's own comments.
const replyKey = "reply"

// mostReplies bounds how many people get a sentence on one issue; a flood of
// slips is answered by reactions alone.
const mostReplies = 30

// replies are the answers to what was not understood or not allowed: one for
// each person on an issue, to the earliest such act; after that a reaction
// alone says it. The engine owns their keys.
func (r Rules) replies(acts []workflows.Act, owner string, lang words.Language) []workflows.CommentIntent {
	var out []workflows.CommentIntent
	answered := map[string]bool{}
	for _, a := range acts {
		who := strings.ToLower(a.Author)
		if !wantsReply(a) || answered[who] || len(out) == mostReplies {
			continue
		}
		answered[who] = true
		out = append(out, workflows.CommentIntent{
			Key:   replyKey + "." + who,
			Body:  r.replyText(a, owner, lang),
			Facts: fmt.Sprintf("%s %d %s", a.ID, a.Verdict, a.Why),
		})
	}
	return out
}

// wantsReply: gestures and the opening are answered by the status comment, so
// that nobody who reports is first corrected; an act judged again after the
// record was lost may have been answered before.
func wantsReply(a workflows.Act) bool {
	if a.Gesture || a.Silent || a.FromOpening() {
		return false
	}
	switch a.Verdict {
	case workflows.Refused, workflows.Misread, workflows.Misspelt, workflows.Edited:
		return true
	default:
		return false
	}
}

func (r Rules) replyText(a workflows.Act, owner string, lang words.Language) string {
	c, _ := r.Commands.Find(a.Name)
	name := "`/" + c.Name + "`"
	ja := lang == words.Japanese
	switch {
	case a.Verdict == workflows.Misspelt && ja:
		return fmt.Sprintf("%s は読み取れませんでした。%s でしょうか。新しいコメントに書いてください（編集は読みません）。", typed(a.Value), name)
	case a.Verdict == workflows.Misspelt:
		return fmt.Sprintf("I could not read %s. Did you mean %s? Please write it in a new comment; edits are not read.", typed(a.Value), name)
	case a.Verdict == workflows.Edited && ja:
		return fmt.Sprintf("編集で書かれた %s は実行していません。新しいコメントに書いてください（編集は読みません）。", name)
	case a.Verdict == workflows.Edited:
		return fmt.Sprintf("%s was written by an edit, so nothing was done. Please write it in a new comment; edits are not read.", name)
	case a.Why == workflows.WhyElsewhere:
		return r.elsewhere(c, owner, lang)
	case a.Verdict == workflows.Misread && c.Explain != nil:
		return c.Explain(a.Why, words.Foreign(a.Value), lang)
	case a.Why == workflows.WhyRoleUnknown && ja:
		return fmt.Sprintf("%s は実行していません。このリポジトリでの権限をGitHubに確認できませんでした。%s 以上の権限がある方にお願いしてください。", name, c.Role)
	case a.Why == workflows.WhyRoleUnknown:
		return fmt.Sprintf("%s was not executed: GitHub would not tell your role on this repository. Somebody with the %s role or above can write it.", name, c.Role)
	case ja:
		return fmt.Sprintf("%s は実行していません。このリポジトリで %s 以上の権限が必要です（いまは %s）。権限がある方が同じコマンドを書けば実行されます。", name, c.Role, a.Role)
	default:
		return fmt.Sprintf("%s was not executed: it needs the %s role on this repository, and yours is %s. Somebody who has it can write the same command.", name, c.Role, a.Role)
	}
}

// elsewhere says what a command is for, what this is, and where to read on.
func (r Rules) elsewhere(c workflows.Command, owner string, lang words.Language) string {
	ja, name := lang == words.Japanese, "`/"+c.Name+"`"
	var places []string
	here := ""
	for _, w := range r.List {
		noun := w.Noun[lang]
		if slices.Contains(c.On, w.Name) && noun.Many != "" {
			places = append(places, noun.Many)
		}
		if w.Name == owner {
			here = noun.One
		}
	}
	var text string
	switch {
	case (len(places) == 0 || here == "") && ja:
		text = name + " はここでは使えません。"
	case len(places) == 0 || here == "":
		text = name + " is not for issues like this one."
	case ja:
		text = fmt.Sprintf("%s は%sで使うコマンドです。ここは%sなので、何も行っていません。", name, strings.Join(places, "と"), here)
	default:
		text = fmt.Sprintf("%s is for %s, and this is %s, so nothing was done.", name, strings.Join(places, " and "), here)
	}
	help, ok := r.Commands.Find("help")
	switch {
	case !ok || !slices.Contains(help.On, owner):
		return text
	case ja:
		return text + "ここで使えるコマンドは `" + help.Usage[lang] + "` で確認できます。"
	default:
		return text + " `" + help.Usage[lang] + "` lists what can be written here."
	}
}

// typed quotes a mistyped command with its slash, so that it can be compared.
func typed(name string) string { return words.Foreign("/" + name).Inline(42) }
