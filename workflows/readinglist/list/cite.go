package list

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Citation is what a postmortem cites: a file or a folder, or a repository where Path
// is empty.
type Citation struct{ Repo, Path string }

// mostCited is how much of what a postmortem cites is looked at.
const mostCited = 20

// Cites are what a postmortem in a repository ("owner/name") cites, in its order:
// files and folders that it links to, files that it names in code spans, and
// repositories, of the same owner; then the repositories of the services that it
// names. Blocks of code are not read, for they are logs as often as not, nor what
// holds a secret.
//
// Where the postmortem lies is not known. So "../pay/cert.go" counts from the root,
// and what is named may never have been there: whoever says that it is gone must have
// seen it.
func Cites(d *document.Document, repo string, services map[string][]string) []Citation {
	owner, _, ok := strings.Cut(repo, "/")
	if !ok || !repoForm.MatchString(repo) {
		return nil
	}
	c := citing{repo: repo, owner: owner, seen: map[string]bool{strings.ToLower(repo) + ":": true}}
	names := map[string]bool{}
	for i := range d.Rows {
		r := &d.Rows[i]
		if r.Kind == document.Code || r.Kind == document.Comment || r.Kind == document.HTML {
			continue
		}
		texts := []document.Cell{{Text: r.Text, Links: r.Links}}
		for _, cell := range append(texts, r.Cells...) {
			c.text(cell.Text, cell.Links)
			for name := range services {
				names[name] = names[name] || hasName(cell.Text, name)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		for _, of := range services[name] {
			if !strings.Contains(of, "/") {
				of = owner + "/" + of
			}
			if names[name] && repoForm.MatchString(of) {
				c.add(of, "")
			}
		}
	}
	return c.all
}

// citing collects citations.
type citing struct {
	repo, owner string
	seen        map[string]bool
	all         []Citation
}

var (
	repoForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*$`)
	// onGitHub is an address there: the owner, the repository, what follows.
	onGitHub = regexp.MustCompile(`^https?://(?:www\.)?github\.com/([^/?#]+)/([^/?#]+)(/[^?#]*)?(?:[?#].*)?$`)
	inText   = regexp.MustCompile(`https?://[^\s<>"|、。）」\]]*[^\s<>"|、。）」\].,;:!?')*_]`)
	// fileForm is a file within folders, with an ending; lines may be named behind it.
	fileForm  = regexp.MustCompile(`^(?:\./)?((?:[\p{L}\p{M}\p{N}._+@()\[\]-]+/)+[\p{L}\p{M}\p{N}._+@()\[\]-]*\.[a-z][a-z0-9]{0,9})(?::\d+(?:[:-]\d+)?|#L\d+(?:-L\d+)?)?$`)
	hostForm  = regexp.MustCompile(`^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}$`)
	withToken = regexp.MustCompile(`(?i)[?&#;](?:[a-z_-]*[_-])?(?:token|key|secret|password|passwd|signature|sig|auth|code)=`)
	// aPage leads to a page of a repository that is none of its files.
	aPage = regexp.MustCompile(`^(?:(?:issues|pull|discussions|milestone|projects)/\d+|commits?/[0-9a-f]{7,40}|(?:issues|pulls|actions|releases|wiki|tags|branches)$)`)
)

// text reads a line.
func (c *citing) text(text string, links []document.Link) {
	for _, l := range links {
		c.address(l.URL)
	}
	for n, piece := range strings.Split(text, "`") {
		if n%2 == 0 {
			for _, address := range inText.FindAllString(piece, -1) {
				c.address(address)
			}
			continue
		}
		if slices.ContainsFunc(links, func(l document.Link) bool { return strings.Contains(l.Text, "`"+piece+"`") }) {
			continue // the address says where that is
		}
		piece = strings.TrimSpace(piece)
		if m := fileForm.FindStringSubmatch(piece); m != nil {
			first, _, _ := strings.Cut(m[1], "/")
			if !hostForm.MatchString(first) && !strings.HasPrefix(first, "@") {
				c.add(c.repo, m[1])
			}
			continue
		}
		c.web(piece)
	}
}

// address reads where a link leads.
func (c *citing) address(address string) {
	if scheme.MatchString(address) || strings.HasPrefix(address, "//") {
		c.web(address)
		return
	}
	to, _, _ := strings.Cut(address, "#")
	to, _, _ = strings.Cut(to, "?")
	first, _, _ := strings.Cut(to, "/")
	to, isPlain := unescaped(to)
	if !isPlain || withToken.MatchString(address) || hostForm.MatchString(first) && strings.Contains(to, "/") {
		return
	}
	to = strings.TrimPrefix(path.Clean("/"+to), "/") // "../" ends at the root
	if aPage.MatchString(to) {
		return
	}
	if within, ok := underRef("/" + to); ok {
		to = within
	}
	if to != "" {
		c.add(c.repo, to)
	}
}

// web reads an address of GitHub.
func (c *citing) web(address string) {
	m := onGitHub.FindStringSubmatch(address)
	if m == nil || !IsWeb(address) || withToken.MatchString(address) {
		return
	}
	repo, rest := m[1]+"/"+strings.TrimSuffix(m[2], ".git"), m[3]
	if within, ok := underRef(rest); ok {
		if file, isPlain := unescaped(within); isPlain {
			c.add(repo, file)
		}
	} else if strings.Trim(rest, "/") == "" {
		c.add(repo, "")
	}
}

// underRef is the path in what follows a repository's name: behind the kind of page
// and a branch, tag or commit.
func underRef(rest string) (string, bool) {
	pieces := strings.SplitN(strings.TrimPrefix(rest, "/"), "/", 3)
	if len(pieces) < 2 || !slices.Contains([]string{"blob", "tree", "blame", "raw", "edit"}, pieces[0]) {
		return "", false
	}
	return strings.Join(pieces[2:], ""), true
}

// add adds what was cited, once.
func (c *citing) add(repo, file string) {
	file = strings.Trim(file, "/")
	if owner, _, _ := strings.Cut(repo, "/"); !strings.EqualFold(owner, c.owner) || !repoForm.MatchString(repo) {
		return
	}
	if strings.EqualFold(repo, c.repo) {
		repo = c.repo
	}
	if file != "" && (path.Clean("/"+file) != "/"+file || len(file) > mostAddress || !words.IsVisible(file)) || words.Masked(file) != file {
		return
	}
	key := strings.ToLower(repo) + ":" + file
	if c.seen[key] || len(c.all) == mostCited {
		return
	}
	c.seen[key] = true
	c.all = append(c.all, Citation{repo, file})
}

// unescaped is a path of an address without its escapes; nothing where one is wrong.
func unescaped(text string) (string, bool) {
	first, rest, escapes := strings.Cut(text, "%")
	if !escapes {
		return text, true
	}
	var b strings.Builder
	b.WriteString(first)
	for piece := range strings.SplitSeq(rest, "%") {
		if len(piece) < 2 {
			return "", false
		}
		n, err := strconv.ParseUint(piece[:2], 16, 8)
		if err != nil {
			return "", false
		}
		b.WriteByte(byte(n))
		b.WriteString(piece[2:])
	}
	return b.String(), true
}

// hasName reports whether a text names something, as a word of its own. Japanese
// writes words together, so that what is beside a Japanese letter does not matter.
func hasName(text, name string) bool {
	text, name = strings.ToLower(text), strings.ToLower(name)
	for from := 0; name != ""; from++ {
		at := strings.Index(text[from:], name)
		if at < 0 {
			return false
		}
		from += at
		if !(inOneWord(text[:from], name) || inOneWord(text[:from+len(name)], text[from+len(name):])) {
			return true
		}
	}
	return false
}

// inOneWord reports whether two texts that stand together meet within a word.
func inOneWord(before, after string) bool {
	isPart := func(r rune) bool {
		return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_')
	}
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	return isPart(last) && isPart(first)
}
