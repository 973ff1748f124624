package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// weakSecret is the length under which a webhook secret is worth replacing;
// serve refuses much shorter ones.
const weakSecret = 20

func (r *report) credentials(f Facts) {
	for _, problem := range f.Settings {
		r.add(Finding{Check: Credentials, Level: Problem, Text: problem})
	}
	if f.Secret > 0 && f.Secret < weakSecret {
		r.add(Finding{
			Check: Credentials, Level: Warning, Text: fmt.Sprintf("The webhook secret has %d characters. Whoever guesses it can send deliveries in GitHub's name.", f.Secret),
			Do: "make a new one (openssl rand -hex 32), set KINTSUGI_WEBHOOK_SECRET=NEW,OLD, restart, put NEW into the App's settings, then drop OLD.",
		})
	}
	switch g := f.GitHub; {
	case g.App != nil:
		r.ok(Credentials, "GitHub knows this App: %s, id %d, owned by %s.", g.App.Slug, f.AppID, g.App.Owner)
	case g.Unauthorized:
		r.add(Finding{
			Check: Credentials, Level: Problem, Text: fmt.Sprintf("GitHub at %s does not accept App id %d with this private key: %s", g.URL, f.AppID, g.Err),
			Do:    "compare KINTSUGI_APP_ID with \"App ID\" on the App's settings page, generate a new private key there, and see that KINTSUGI_GITHUB_URL is the GitHub that the App is registered on.",
			Where: g.Web + "/settings/apps",
		})
	case g.Err != "":
		r.add(Finding{
			Check: Credentials, Level: Problem, Text: fmt.Sprintf("GitHub does not answer at %s: %s", g.URL, g.Err),
			Do:    "see whether this machine reaches it (name, proxy, firewall) and whether GitHub is well. What depends on GitHub could not be looked at.",
			Where: status(g.Web),
		})
	}
}

// status is where github.com says how it is; others have no such page.
func status(web string) string {
	if web == "https://github.com" {
		return "https://www.githubstatus.com/"
	}
	return ""
}

// tolerableSkew is what the answer to a question may hide.
const tolerableSkew = 10 * time.Second

func (r *report) clock(g GitHub) {
	side := "behind"
	if g.Skew < 0 {
		side = "ahead of"
	}
	if g.Skew.Abs() < tolerableSkew {
		r.ok(Clock, "This machine's clock agrees with GitHub's.")
		return
	}
	r.add(Finding{
		Check: Clock, Level: Warning,
		Text: fmt.Sprintf("This machine's clock is %s %s GitHub's. Tokens are asked for by GitHub's time and work, but reminders and the log are off by as much.", g.Skew.Abs().Round(time.Second), side),
		Do:   "let this machine keep its time by NTP.",
	})
}

// settings is the App's settings page, or one under it.
func (g GitHub) settings(under string) string { return strings.TrimSuffix(g.App.Page+"/"+under, "/") }

func (r *report) permissions(g GitHub) {
	var missing []Permission
	complete := true
	for _, need := range NeededPermissions() {
		if grants(g.App.Permissions[need.Name], need.Level) {
			continue
		}
		missing = append(missing, need)
		one := Finding{
			Check: Permissions, Level: Problem, Text: fmt.Sprintf("The App does not ask for %q: %s. It is for %s.", need.Title+": "+need.Level, lacks(need.Without), need.For),
			Do: "choose it, save, and let each account that has installed the App accept it.", Where: g.settings("permissions"),
		}
		if need.Optional {
			one.Level, one.Do = Hint, "if you want that, "+one.Do
		} else {
			complete = false
		}
		r.add(one)
	}
	if complete {
		text := "The App asks for all that it needs."
		if spare := spares(g.App.Permissions); spare != "" {
			text += " It does not need " + spare + ", which could be taken away."
		}
		r.ok(Permissions, "%s", text)
	}
	if g.InstallationsErr != "" {
		r.add(Finding{
			Check: Permissions, Level: Problem, Text: "Where the App is installed could not be found out: " + g.InstallationsErr,
			Do: "run doctor again in a minute.",
		})
		return
	}
	r.installations(g, missing)
}

// lacks is what is missing, as a sentence after a colon.
func lacks(without string) string { return "without it, " + without }

// spares are the permissions that nothing here uses.
func spares(given map[string]string) string {
	var spare []string
	for name, level := range given {
		all := append(NeededPermissions(), ExtraPermissions()...)
		if !slices.ContainsFunc(all, func(p Permission) bool { return p.Name == name && grants(p.Level, level) }) {
			spare = append(spare, name+": "+level)
		}
	}
	slices.Sort(spare)
	return strings.Join(spare, ", ")
}

// mostShown of one kind of finding are shown; thousands of installations would
// hide what else there is.
const mostShown = 20

// installations are judged by what the App itself asks for: what it does not
// ask for nobody can accept.
func (r *report) installations(g GitHub, unasked []Permission) {
	if len(g.Installations) == 0 {
		r.add(Finding{
			Check: Permissions, Level: Problem, Text: "The App is installed nowhere, so it sees nothing.",
			Do: "install it on the account whose repositories hold the incidents.", Where: g.settings("installations"),
		})
		return
	}
	fine, shown := 0, map[Level]int{}
	for _, i := range g.Installations {
		one, ok := judged(i, unasked)
		if ok {
			fine++
			continue
		}
		kind := Warning // problems are counted with them; hints must not take their place
		if one.Level == Hint {
			kind = Hint
		}
		if shown[kind]++; shown[kind] <= mostShown {
			r.add(one)
		}
	}
	for _, kind := range []Level{Warning, Hint} {
		if more := shown[kind] - mostShown; more > 0 {
			r.add(Finding{Check: Permissions, Level: kind, Text: fmt.Sprintf("%s more have something to look after.", count(more, "installation")), Do: "as above."})
		}
	}
	if fine > 0 {
		r.ok(Permissions, "%s accepted everything, and the App sees repositories there.", hasOrHave(fine, "installation"))
	}
}

// judged is what there is to do about an installation; ok means nothing.
func judged(i Installation, unasked []Permission) (one Finding, ok bool) {
	lacking, level := lackingOf(i, unasked)
	one = Finding{Check: Permissions, Level: Warning, Where: i.Page}
	switch {
	case i.Suspended:
		one.Text = fmt.Sprintf("%s has suspended the App: nothing is done there.", i.Account)
		one.Do = fmt.Sprintf("if that is not meant, an owner of %s ends it.", i.Account)
	case i.SightErr != "" && level == Hint:
		one.Text = fmt.Sprintf("What the App sees of %s could not be asked: %s", i.Account, i.SightErr)
		one.Do = "if it names a time, run doctor again then; else in a minute."
	case i.Looked && i.Repositories == 0 && level == Hint:
		one.Text = fmt.Sprintf("The App sees no repository of %s that has issues.", i.Account)
		one.Do = fmt.Sprintf("an owner of %s chooses on this page which it may see.", i.Account)
	case len(lacking) > 0:
		one.Level = level
		one.Text = fmt.Sprintf("%s has not accepted %s.", i.Account, strings.Join(lacking, ", "))
		one.Do = fmt.Sprintf("an owner of %s opens this page and accepts the request (\"Review request\").", i.Account)
	default:
		return one, true
	}
	return one, false
}

// lackingOf is what an account has not accepted, and how much that matters: a
// hint where only what is optional is lacking, or nothing.
func lackingOf(i Installation, unasked []Permission) (lacking []string, level Level) {
	level = Hint
	for _, need := range NeededPermissions() {
		if grants(i.Permissions[need.Name], need.Level) || slices.Contains(unasked, need) {
			continue
		}
		lacking = append(lacking, fmt.Sprintf("%q (%s)", need.Title+": "+need.Level, lacks(need.Without)))
		switch {
		case need.Vital:
			level = Problem
		case !need.Optional && level == Hint:
			level = Warning
		}
	}
	return lacking, level
}

func hasOrHave(n int, what string) string {
	if n == 1 {
		return "1 " + what + " has"
	}
	return fmt.Sprintf("%d %ss have", n, what)
}

func (r *report) events(g GitHub) {
	complete := true
	for _, need := range NeededEvents() {
		if slices.Contains(g.App.Events, need.Name) {
			continue
		}
		one := Finding{
			Check: Events, Level: Problem, Text: fmt.Sprintf("The App is not subscribed to %q (%s): %s.", need.Title, need.For, need.Without),
			Do: "tick it under \"Subscribe to events\" and save.", Where: g.settings("permissions"),
		}
		if need.Optional {
			one.Level, one.Do = Hint, "if you want that, "+one.Do
		} else {
			complete = false
		}
		r.add(one)
	}
	if complete {
		r.ok(Events, "The App is subscribed to all that it needs to be told.")
	}
}

func (r *report) limits(f Facts) {
	names := map[int64]string{}
	for _, i := range f.GitHub.Installations {
		names[i.ID] = i.Account
	}
	for _, p := range f.Database.Pauses {
		r.add(Finding{
			Check: Limits, Level: Warning,
			Text: fmt.Sprintf("GitHub wants nothing more for %s before %s: %s.", cmp.Or(names[p.Installation], fmt.Sprintf("installation %d", p.Installation)), stamp(p.Until), strings.TrimSuffix(p.Why, ".")),
			Do:   "nothing; what waits is done then. If it comes often, see what else uses this installation's requests.",
		})
	}
	least, known := (*Installation)(nil), 0
	for n := range f.GitHub.Installations {
		i := &f.GitHub.Installations[n]
		if i.Limit == 0 {
			continue
		}
		known++
		if i.Remaining*10 < i.Limit {
			r.add(Finding{
				Check: Limits, Level: Warning, Text: fmt.Sprintf("%s has %d of %d requests left until %s.", i.Account, i.Remaining, i.Limit, stamp(i.Reset)),
				Do: "nothing at once: live work goes before sweeps, and what waits is done then.",
			})
		} else if least == nil || i.Remaining < least.Remaining {
			least = i
		}
	}
	if least != nil {
		text := fmt.Sprintf("%s has %d of %d requests left until %s", least.Account, least.Remaining, least.Limit, stamp(least.Reset))
		if known > 1 {
			text += ", the fewest of those that have enough"
		}
		r.ok(Limits, "%s.", text)
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
