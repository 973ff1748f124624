package list

import (
	"crypto/sha256"
	_ "embed" // the page's template
	"encoding/base64"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

//go:embed website.tmpl
var websiteSource string

var website = template.Must(template.New("website").Parse(websiteSource))

// WebsitePolicy is the Content-Security-Policy that the pages of Website need and
// nothing beyond: their own style. No script, image, frame or form is among it.
func WebsitePolicy() string {
	_, rest, _ := strings.Cut(websiteSource, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	hash := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// sitePage is what the template shows.
type sitePage struct {
	Lang                                words.Language
	Name, Title, Intro, Skip, PagesName string
	Feed                                string
	Others, Above, Below                []siteLink
	Sections                            []siteSection
	Nothing, Footer                     string
}

type siteLink struct {
	Text, Href string
	Lang       words.Language
	// Note stands behind the link, such as how many entries there are.
	Note string
}

type siteSection struct {
	ID, Heading string
	Entries     []siteEntry
}

type siteEntry struct {
	ID, Href, Facts    string
	Title, Summary     string
	TitleIn, SummaryIn words.Language
	Why                []siteWhy
	// Read are the days on which the reading club read it, with its notes.
	ReadOn string
	Read   []siteLink
	Since  string
}

// siteWhy is what somebody says for a postmortem, and who.
type siteWhy struct {
	Said string
	In   words.Language
	By   string
}

// Website is the list as static pages, in both languages, by their file names.
// Links is what leads from their folder to that of the list, such as "../list/" or an
// address, for postmortems that are paths. Nothing of a private postmortem is shown.
func Website(entries []Entry, o Options, links string) (map[string]string, error) {
	w := newWork(o, func(string) (string, bool) { return "", false })
	for _, lang := range []words.Language{words.English, words.Japanese} {
		if !slices.Contains(w.Languages, lang) {
			w.Languages = append(slices.Clone(w.Languages), lang)
		}
	}
	entries = slices.DeleteFunc(keptOf(entries), func(e Entry) bool { return e.State == Private })
	pages := []string{""}
	for _, p := range divide("", entries) {
		w.index.Parts[p.prefix], w.loaded[p.prefix] = countOf(p.entries), p.entries
		for _, page := range append(above(p.prefix), p.prefix) {
			if !slices.Contains(pages, page) {
				pages = append(pages, page)
			}
		}
	}
	all := map[string]string{feedFile: ""}
	place := feedPlace{page: w.siteFile("", 0), files: links}
	if o.Address != "" {
		place = feedPlace{self: o.Address + feedFile, page: o.Address, files: o.Address}
	}
	feed, err := feedAt(place, recent(entries), w.Options)
	if err != nil {
		return nil, err
	}
	all[feedFile] = feed
	for _, prefix := range pages {
		for i := range w.Languages {
			page, err := w.sitePage(prefix, i, links)
			if err != nil {
				return nil, err
			}
			var b strings.Builder
			if err := website.Execute(&b, page); err != nil {
				return nil, fmt.Errorf("the page of %q cannot be made: %w", prefix, err)
			}
			all[w.siteFile(prefix, i)] = b.String()
		}
	}
	return all, nil
}

func (w *work) siteFile(prefix string, language int) string {
	if prefix == "" {
		prefix = "index"
	}
	return prefix + w.suffix(language) + ".html"
}

func (w *work) sitePage(prefix string, language int, links string) (sitePage, error) {
	t := teller{w.Languages[language]}
	name, _ := w.Name.In(t.lang)
	p := sitePage{
		Lang: t.lang, Name: name, Title: name, Feed: feedFile,
		Intro:     t.say("Postmortems that a newcomer should read first, and a reading club next.", "新しく加わった方が最初に読む、読書会で次に読むポストモーテムです。"),
		Skip:      t.say("Skip to the list", "一覧へ移動"),
		PagesName: t.say("Contents", "目次"),
		Nothing:   t.say("Nothing is listed yet.", "まだ何も載っていません。"),
		Footer:    t.say("Atom feed", "Atomフィード"),
	}
	if prefix != "" {
		p.Title += " " + prefix
	}
	for i, lang := range w.Languages {
		if i != language {
			p.Others = append(p.Others, siteLink{Text: teller{lang}.say("English", "日本語"), Href: w.siteFile(prefix, i), Lang: lang})
		}
	}
	for _, page := range above(prefix) {
		text := page
		if page == "" {
			text = name
		}
		p.Above = append(p.Above, siteLink{Text: text, Href: w.siteFile(page, language)})
	}
	below := w.index.below(prefix)
	if _, isPart := w.index.Parts[prefix]; isPart {
		for _, r := range pageOrder {
			p.addSection(t, r, slices.DeleteFunc(slices.Clone(w.loaded[prefix]), func(e Entry) bool { return !slices.Contains(sectionsOf(&e), r) }), links)
		}
		for i := range p.Sections {
			slices.Reverse(p.Sections[i].Entries)
		}
		return p, nil
	}
	for page, c := range below {
		p.Below = append(p.Below, siteLink{Text: page, Href: w.siteFile(page, language), Note: fmt.Sprintf(t.say("%d entries", "%d件"), c.All)})
	}
	slices.SortFunc(p.Below, func(a, b siteLink) int { return strings.Compare(b.Text, a.Text) })
	if prefix != "" {
		return p, nil
	}
	for _, r := range pageOrder {
		entries, err := w.latest(r)
		if err != nil {
			return p, err
		}
		p.addSection(t, r, entries, links)
	}
	return p, nil
}

func (p *sitePage) addSection(t teller, r Reason, entries []Entry, links string) {
	if len(entries) == 0 {
		return
	}
	s := siteSection{ID: string(r), Heading: r.heading(t.lang)}
	if r == "" {
		s.ID = "no-reason"
	}
	for i := range entries {
		s.Entries = append(s.Entries, t.siteEntry(&entries[i], r, links))
	}
	p.Sections = append(p.Sections, s)
}

func (t teller) siteEntry(e *Entry, r Reason, links string) siteEntry {
	shown := siteEntry{ID: e.ID}
	if r != sectionsOf(e)[0] {
		shown.ID += "-" + string(r) // told under another reason, too
	}
	shown.Title, shown.TitleIn = e.Title.In(t.lang)
	if shown.Title == "" {
		shown.Title = e.URL
	}
	shown.Summary, shown.SummaryIn = e.Summary.In(t.lang)
	url := e.URL
	if e.State == Moved && e.MovedTo != "" {
		url = e.MovedTo
	}
	switch {
	case e.State == Deleted:
	case IsWeb(url):
		shown.Href = url
	default:
		if to := target(url); to != "" {
			shown.Href = links + to
		}
	}
	var facts []string
	for _, fact := range []string{e.Severity, e.Date} {
		if fact != "" {
			facts = append(facts, fact)
		}
	}
	for _, given := range sectionsOf(e) {
		facts = append(facts, given.name(t.lang))
	}
	if long := t.minutes(e); long != "" {
		facts = append(facts, long)
	}
	switch e.State {
	case Deleted:
		facts = append(facts, t.say("no longer there", "削除済み"))
	case Moved:
		facts = append(facts, t.say("moved", "移転済み"))
	case Fine, Private:
	}
	shown.Facts = strings.Join(facts, " · ")
	if shown.Why = t.siteWhy(e); shown.ID != e.ID {
		shown.Summary, shown.Why = "", nil // it is told where it stands first
		return shown
	}
	shown.ReadOn, shown.Since = t.say("Read in the reading club:", "読書会で読んだ日:"), t.plainSince(e)
	for _, r := range e.Read {
		shown.Read = append(shown.Read, siteLink{Text: r.Day, Href: r.Notes, Note: t.say("notes", "記録")})
	}
	return shown
}

// siteWhy tells why a postmortem is listed, each reason with who gave it, and at the
// end who gave none.
func (t teller) siteWhy(e *Entry) (all []siteWhy) {
	var by []string
	recommended := func(names ...string) string {
		return t.say("Recommended by ", "推薦: ") + strings.Join(names, t.say(", ", "、"))
	}
	for _, r := range e.Recommended {
		who := r.By
		if who != "" {
			who += t.say("", "さん")
		}
		why := siteWhy{By: who}
		if who != "" {
			why.By = recommended(who)
		}
		if why.Said, why.In = r.Because.In(t.lang); why.Said != "" {
			why.Said = ended(why.Said)
			all = append(all, why)
		} else if who != "" && !slices.Contains(by, who) {
			by = append(by, who)
		}
	}
	if len(by) > 0 {
		all = append(all, siteWhy{By: recommended(by...)})
	}
	return all
}
