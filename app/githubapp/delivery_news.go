package githubapp

import "github.com/kintsugi-app/kintsugi/app/engine"

// News is what a delivery says has happened in a repository, for those who want to hear
// of it. Checks of our own are no news, else each would be the reason for the next; one
// that somebody wants to be run again is. Nothing but names is taken from a delivery: the
// address at which a deployment_protection_rule wants to be answered is not looked at,
// since a token goes nowhere but to where GitHub is configured to be.
// docs: Webhook events and payloads.
func (a *App) News(e Envelope) (news engine.Event, ok bool) {
	if e.Repo == "" || !a.serves(e.Owner) || e.ofApp != 0 && e.ofApp == a.id {
		return news, false
	}
	return engine.Event{Repo: e.Repo, Name: e.Event, Action: e.Action, Rerun: e.Rerun}, true
}

// check notes whose check this is or, where it is to be run again, which one: that goes
// to the App alone whose it is.
func (e *Envelope) check(c checked) {
	switch {
	case e.Action != "rerequested":
		e.ofApp = c.App.ID
	case commitName.MatchString(c.HeadSHA):
		e.Rerun = c.HeadSHA
	}
}
