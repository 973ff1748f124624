package workflows

import (
	"fmt"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// CommandTable is a list of commands as a table in Markdown, as /help answers it
// and as the documentation shows it: how each is written, what it does, and the
// role that it needs. What cannot be typed is left out.
func CommandTable(list []Command, lang words.Language) string {
	ja := lang == words.Japanese
	var b strings.Builder
	if ja {
		b.WriteString("新しいコメントの行のはじめに書いてください。英語でも日本語でも、全角でもかまいません。編集は読みません。\n\n| コマンド | すること | 必要な権限（以上） |\n|---|---|---|\n")
	} else {
		b.WriteString("Write these at the start of a line in a new comment, in English or Japanese. Edits are not read.\n\n| command | what it does | role needed, or above |\n|---|---|---|\n")
	}
	for _, c := range list {
		if c.GestureOnly {
			continue
		}
		names := "`" + c.Usage[lang] + "`"
		if ja {
			names += "（`/" + c.Name + "`）"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", names, c.Help[lang], roleText(c, ja))
	}
	return b.String()
}

func roleText(c Command, ja bool) string {
	role := c.Role.String()
	if c.Role == RoleNone {
		role = "anyone"
		if ja {
			role = "どなたでも"
		}
		return role
	}
	if c.Reporter {
		if ja {
			return role + "、または報告者"
		}
		return role + ", or the reporter"
	}
	return role
}

// mostHelps bounds how many people get the list on one subject.
const mostHelps = 10

// HelpComments answer /help, once for each person who asked, by keys that begin
// with a prefix and end with the login. Note is what stands below the list.
func (in Input) HelpComments(prefix string, asked []Act, note string) []CommentIntent {
	body := CommandTable(in.Commands, in.Language) + note
	var out []CommentIntent
	seen := map[string]bool{}
	for _, a := range asked {
		if who := strings.ToLower(a.Author); !seen[who] && len(out) < mostHelps {
			seen[who] = true
			out = append(out, CommentIntent{Key: prefix + who, Body: body, Facts: "help"})
		}
	}
	return out
}
