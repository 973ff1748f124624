package page

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// visit is one request: by whom, in which language, and what to say first.
type visit struct {
	*page
	w    http.ResponseWriter
	r    *http.Request
	lang words.Language
	me   Person
}

const (
	languageCookie = "kintsugi-sandbox-language"
	personCookie   = "kintsugi-sandbox-person"
)

// visit reads the language and the person chosen; both are kept in cookies.
func (p *page) visit(w http.ResponseWriter, r *http.Request) *visit {
	v := &visit{page: p, w: w, r: r, lang: p.Language, me: p.People[0]}
	if c, err := r.Cookie(languageCookie); err == nil {
		if lang, ok := words.Parse(c.Value); ok {
			v.lang = lang
		}
	}
	if lang, ok := words.Parse(r.URL.Query().Get("lang")); ok {
		v.lang = lang
		v.keep(languageCookie, string(lang))
	}
	if c, err := r.Cookie(personCookie); err == nil {
		if me, ok := p.person(c.Value); ok {
			v.me = me
		}
	}
	return v
}

func (v *visit) keep(name, value string) {
	//nolint:gosec // not Secure: the page is served over plain HTTP, to this machine alone
	http.SetCookie(v.w, &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

// say picks the sentence in the visitor's language.
func (v *visit) say(en, ja string) string {
	if v.lang == words.Japanese {
		return ja
	}
	return en
}

// frame is what every view is shown in.
type frame struct {
	Lang    words.Language
	Title   string
	Path    string // of this view, without query
	Asset   string
	Colours string // of the labels, as a version
	Version string
	Day     string // and time by the sandbox's clock, and their zone
	Clock   string
	Zone    string
	// Alert is what went wrong with what the visitor just tried; Done what
	// went well and shows nowhere else.
	Alert, Done string
	Me          author
	CanAdvance  bool
	CanDrop     bool
	CanRepeat   bool
	Body        any
}

// show renders a view.
func (v *visit) show(name, title string, body any) { v.showWith(http.StatusOK, name, title, "", body) }

// showWith renders a view under a status, with an alert.
func (v *visit) showWith(status int, name, title, alert string, body any) {
	now := v.Clock.Now().In(v.Zone)
	f := frame{
		Lang: v.lang, Title: title, Path: v.r.URL.Path, Asset: v.asset, Colours: v.coloursVersion(),
		Version: v.state(), Day: dayText(now, v.lang), Clock: now.Format(clockLayout), Zone: now.Format("MST"), Alert: alert, Done: v.done(),
		Me: v.author(v.me.Login), CanAdvance: v.Advance != nil, CanDrop: v.DropNext != nil, CanRepeat: v.RepeatNext != nil,
		Body: body,
	}
	var b bytes.Buffer
	if err := v.views[v.lang][name].ExecuteTemplate(&b, "layout", f); err != nil {
		http.Error(v.w, err.Error(), http.StatusInternalServerError)
		return
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(b.Bytes())
}

// done is the sentence for what a redirect says was done.
func (v *visit) done() string {
	switch v.r.URL.Query().Get("done") {
	case "clock":
		return v.say("The clock has moved.", "時計を進めました。")
	case "drop":
		return v.say("The next delivery will be lost on its way.", "次のWebhookは、途中で失われます。")
	case "repeat":
		return v.say("The next delivery will arrive twice.", "次のWebhookは、2回届きます。")
	}
	return ""
}

func (v *visit) notFound() {
	v.showWith(http.StatusNotFound, "missing", v.say("Not found", "見つかりません"), "", nil)
}

// parseViews reads the templates once for a language: `say` then picks from
// the two sentences that stand side by side in them.
func parseViews(lang words.Language, zone *time.Location) (map[string]*template.Template, error) {
	funcs := template.FuncMap{
		"say": func(en, ja string) string {
			if lang == words.Japanese {
				return ja
			}
			return en
		},
		"when": func(t time.Time) string {
			return dayText(t.In(zone), lang) + " " + t.In(zone).Format(clockLayout)
		},
		"clock":    func(t time.Time) string { return t.In(zone).Format("15:04:05") },
		"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"took":     tookText,
		"entryFor": func(e entry, me actor, path, title string) entryView { return entryView{e, me, path, title} },
	}
	layout, err := template.New("").Funcs(funcs).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html")
	if err != nil {
		return nil, err
	}
	views := map[string]*template.Template{}
	for _, name := range []string{"home", "repository", "new", "issue", "activity", "missing"} {
		view, err := layout.Clone()
		if err != nil {
			return nil, err
		}
		if views[name], err = view.ParseFS(templateFiles, "templates/"+name+".html"); err != nil {
			return nil, err
		}
	}
	return views, nil
}

const clockLayout = "15:04:05"

func dayText(t time.Time, lang words.Language) string {
	if lang == words.Japanese {
		return t.Format("1月2日")
	}
	return t.Format("Jan 2")
}

func tookText(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return d.Round(10 * time.Millisecond).String()
}

// named is the repository that the path names, and whether there is one. Names
// differ by more than case, as on GitHub.
func (v *visit) named() (repo string, ok bool) {
	wanted := v.r.PathValue("owner") + "/" + v.r.PathValue("repo")
	for _, repo := range v.Hub.Repos() {
		if strings.EqualFold(repo, wanted) {
			return repo, true
		}
	}
	return "", false
}

// number is the issue that the path names.
func (v *visit) number() int {
	n, err := strconv.Atoi(v.r.PathValue("number"))
	if err != nil {
		return 0
	}
	return n
}
