package engine

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// maxComment is how many characters GitHub takes for a comment; a longer one is
// answered with 422, "body is too long".
const maxComment = 65_536

// maxNotice is how long the line may be by which a notice rides in the status
// comment.
const maxNotice = 4_000

// spread splits the comments that are too long into several. A part that was
// needed once and is no longer says so in a line: what people linked or answered
// stays where it was, and it may be needed again.
func spread(comments []workflows.CommentIntent, made map[string]workflows.Made, lang words.Language) ([]workflows.CommentIntent, error) {
	var out []workflows.CommentIntent
	taken := map[string]bool{}
	for _, c := range comments {
		pieces := split(c.Body, maxComment-len(marked(c.Key, ""))-20) // 20 for the number of the part
		for i, piece := range pieces {
			part := workflows.CommentIntent{Key: partKey(c.Key, i), Body: piece, Facts: c.Facts}
			if n := len(pieces); n > 1 {
				part.Body = fmt.Sprintf("(%d/%d)\n\n%s", i+1, n, piece)
				if c.Facts != "" {
					part.Facts = fmt.Sprintf("%s %d/%d", c.Facts, i+1, n)
				}
			}
			out = append(out, part)
		}
		for i := len(pieces); ; i++ {
			if _, ok := made[partKey(c.Key, i)]; !ok {
				break
			}
			out = append(out, workflows.CommentIntent{Key: partKey(c.Key, i), Body: noLonger(lang)})
		}
	}
	for _, c := range out {
		if taken[c.Key] {
			return nil, fmt.Errorf("the comment %q is planned twice, once as a part of a long one", c.Key)
		}
		taken[c.Key] = true
	}
	return out, nil
}

// partKey is the key of the i-th part of a comment, from 0.
func partKey(key string, i int) string {
	if i == 0 {
		return key
	}
	return fmt.Sprintf("%s.%d", key, i+1)
}

func noLonger(lang words.Language) string {
	if lang == words.Japanese {
		return "（このコメントは不要になりました。全文は前のコメントにあります。）"
	}
	return "(This comment is no longer needed: the one before it has the whole text.)"
}

// split takes a text apart at line ends, so that no part has more than most
// characters and each is Markdown by itself: a fenced block is closed at the end
// of a part and opened again in the next. A line that no part can hold is cut
// into parts of its own, shown as code, where a cut can change no meaning.
func split(text string, most int) []string {
	if utf8.RuneCountInString(text) <= most {
		return []string{text}
	}
	var parts []string
	var part strings.Builder
	var open fence
	size, begun := 0, 0 // characters of the part, and how many only open a block again
	flush := func() {
		if body := strings.TrimRight(part.String(), "\n"); body != "" && size > begun {
			parts = append(parts, body+open.closing())
		}
		part.Reset()
		part.WriteString(open.opening())
		begun = utf8.RuneCountInString(open.opening())
		size = begun
	}
	for line := range strings.Lines(text) {
		after := open.after(line, most/4)
		needs := utf8.RuneCountInString(line + after.closing())
		if size+needs > most {
			flush()
		}
		if size+needs > most {
			parts = append(parts, inCode(line, most)...)
			continue
		}
		part.WriteString(line)
		size += utf8.RuneCountInString(line)
		open = after
	}
	if flush(); len(parts) == 0 { // nothing but line ends
		return []string{""}
	}
	return parts
}

// inCode cuts a line into indented code blocks of at most so many characters.
func inCode(line string, most int) []string {
	const indent = "    "
	var blocks []string
	for piece := range slices.Chunk([]rune(strings.TrimRight(line, "\n")), most-len(indent)) {
		blocks = append(blocks, indent+string(piece))
	}
	return blocks
}

// shorten cuts a text at a line end and says how much was left out.
func shorten(text string, most int, lang words.Language) string {
	all := utf8.RuneCountInString(text)
	if all <= most {
		return text
	}
	kept := split(text, max(most-60, 1))[0] // 60 for the sentence
	left := all - utf8.RuneCountInString(kept)
	if lang == words.Japanese {
		return fmt.Sprintf("%s\n\n（残り%d文字は省きました）", kept, left)
	}
	return fmt.Sprintf("%s\n\n(%d more characters were left out)", kept, left)
}

// fence is the fenced block of Markdown in which a line stands, if any. What the
// program writes keeps its fences at the start of a line.
type fence struct {
	marks string // that opened the block, or ""
	line  string // on which they stood
}

// after is the fence after a line. One that opens a block and has more than most
// bytes is taken for a line like others: it could not be repeated in every part.
func (f fence) after(line string, most int) fence {
	line = strings.TrimRight(line, "\r\n")
	trimmed := strings.TrimLeft(line, " ")
	if len(line)-len(trimmed) > 3 || trimmed == "" || trimmed[0] != '`' && trimmed[0] != '~' {
		return f
	}
	marks := trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, trimmed[:1]))]
	rest := strings.TrimSpace(trimmed[len(marks):])
	switch {
	case len(marks) < 3:
	case f.marks == "" && len(line) <= most && (marks[0] == '~' || !strings.Contains(rest, "`")):
		return fence{marks: marks, line: line}
	case f.marks != "" && marks[0] == f.marks[0] && len(marks) >= len(f.marks) && rest == "":
		return fence{}
	}
	return f
}

// closing and opening end a block in one part and begin it again in the next.
func (f fence) closing() string {
	if f.marks == "" {
		return ""
	}
	return "\n" + f.marks
}

func (f fence) opening() string {
	if f.marks == "" {
		return ""
	}
	return f.line + "\n"
}
