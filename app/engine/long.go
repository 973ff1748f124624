package engine

import (
	"fmt"
	"iter"
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
// of a part and opened again in the next.
func split(text string, most int) []string {
	if utf8.RuneCountInString(text) <= most {
		return []string{text}
	}
	var parts []string
	var b strings.Builder
	var f fence
	size, begun := 0, 0 // characters of this part, and those that only open a block again
	flush := func() {
		if part := strings.TrimRight(b.String(), "\n"); part != "" {
			parts = append(parts, part+f.closing())
		}
		b.Reset()
		b.WriteString(f.opening())
		size = utf8.RuneCountInString(f.opening())
		begun = size
	}
	for line := range linesOf(text) {
		for {
			after := f.after(line)
			if len(after.marks) > most/8 { // no block that anybody writes
				after = fence{}
			}
			room := most - max(len(f.closing()), len(after.closing()))
			if n := utf8.RuneCountInString(line); size+n <= room {
				b.WriteString(line)
				size += n
				f = after
				break
			}
			if size == begun { // the line alone is too long
				var head string
				head, line = f.cut(line, room-size)
				b.WriteString(head)
			}
			flush()
		}
	}
	if flush(); len(parts) == 0 { // nothing but line ends
		return []string{""}
	}
	return parts
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

// maxFenceLine is how many bytes a line may have that opens a block, since it is
// repeated in every part.
const maxFenceLine = 20

// linesOf are the lines of a text. Of one that opens a block and is too long,
// what follows the marks becomes the first line in the block.
func linesOf(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		var f fence
		for line := range strings.Lines(text) {
			next := f.after(line)
			if f.marks == "" && next.marks != "" && len(line) > maxFenceLine {
				at := strings.Index(line, next.marks) + len(next.marks)
				if !yield(line[:at] + "\n") {
					return
				}
				next.line, line = line[:at], line[at:]
			}
			if !yield(line) {
				return
			}
			f = next
		}
	}
}

// fence follows the fenced blocks of Markdown from line to line. What the
// program writes keeps its fences at the start of a line.
type fence struct {
	marks string // that opened the block, or ""
	line  string // on which they stood
}

func (f *fence) pass(line string) {
	line = strings.TrimRight(line, "\r\n")
	trimmed := strings.TrimLeft(line, " ")
	if len(line)-len(trimmed) > 3 || trimmed == "" || trimmed[0] != '`' && trimmed[0] != '~' {
		return
	}
	marks := trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, trimmed[:1]))]
	rest := strings.TrimSpace(trimmed[len(marks):])
	switch {
	case len(marks) < 3:
	case f.marks == "" && (marks[0] == '~' || !strings.Contains(rest, "`")):
		f.marks, f.line = marks, line
	case f.marks != "" && marks[0] == f.marks[0] && len(marks) >= len(f.marks) && rest == "":
		*f = fence{}
	}
}

// after is the fence after a line.
func (f fence) after(line string) fence {
	f.pass(line)
	return f
}

// cut cuts a line that is too long for the rest of a part. Neither piece opens
// or closes a block that the line as a whole did not.
func (f fence) cut(line string, most int) (head, tail string) {
	apart := cutLine
	if f.marks != "" {
		apart = cutAt
	}
	head, tail = apart(line, most-1)
	if f.after(head) != f {
		head = "…" + head
	}
	if f.after(tail) != f {
		tail = "…" + tail
	}
	if len(tail) >= len(line) { // nothing was gained: all of it backticks
		return cutAt(line, most-1)
	}
	return head, tail
}

// closing and opening end a block in one part and begin it again in the next.
func (f *fence) closing() string {
	if f.marks == "" {
		return ""
	}
	return "\n" + f.marks
}

func (f *fence) opening() string {
	if f.marks == "" {
		return ""
	}
	return f.line + "\n"
}

// cutLine cuts a line that is too long by itself: at the last blank outside of
// code spans, so that what stands in one stays in it; where there is none,
// between two letters, and a span is closed and opened again.
func cutLine(line string, most int) (head, tail string) {
	head, tail = cutAt(line, most)
	blank, ticks := spans(head)
	if blank > 0 {
		return line[:blank], line[blank:]
	}
	inside, _ := cutAt(line, most-len(ticks))
	i := len(inside)
	for i > len(ticks) && (line[i-1] == '`' || line[i] == '`') {
		_, size := utf8.DecodeLastRuneInString(line[:i])
		i -= size
	}
	if i <= len(ticks) { // nothing but backticks
		return head, tail
	}
	_, ticks = spans(line[:i])
	return line[:i] + ticks, ticks + line[i:]
}

// spans returns where the last blank outside of a code span is, and the
// backticks of the span that is open at the end.
func spans(text string) (blank int, open string) {
	for i := 0; i < len(text); {
		if text[i] != '`' {
			if text[i] == ' ' && open == "" {
				blank = i
			}
			i++
			continue
		}
		ticks := text[i : i+len(text[i:])-len(strings.TrimLeft(text[i:], "`"))]
		switch open {
		case "":
			open = ticks
		case ticks:
			open = ""
		}
		i += len(ticks)
	}
	return blank, open
}

// cutAt cuts after so many characters, at least one.
func cutAt(text string, most int) (head, tail string) {
	n := 0
	for i := range text {
		if n == max(most, 1) {
			return text[:i], text[i:]
		}
		n++
	}
	return text, ""
}
