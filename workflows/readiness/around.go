package readiness

import (
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/followup"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/evidence"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
)

// mostOwed is of how many postmortems, those that changed last, is read what is owed.
const mostOwed = 30

// owing asks for the postmortems of which something may be owed.
func (l *look) owing() workflows.LabelledAsk {
	kept, _ := incident.KeptIn(l.Policy, l.repo)
	year := l.Now.UTC().AddDate(-1, 0, 0)
	return workflows.LabelledAsk{Repo: kept, Label: postmortem.LabelOf(l.Policy), Most: mostOwed, Since: year.Format("2006-01") + "-01"}
}

// owed are the follow-ups of a service that are open and its postmortems that are not
// done, with their dates.
func (l *look) owed(service string) (followUps verdict.Seen[verdict.FollowUp], postmortems verdict.Seen[verdict.Postmortem]) {
	if l.settings.FollowUps == verdict.Off && l.settings.Postmortems == verdict.Off {
		return followUps, postmortems
	}
	ask := l.owing()
	answer, known := l.fact(ask)
	if !known {
		return followUps, postmortems
	}
	if because := l.unseen(answer); !because.IsEmpty() {
		followUps.Because, postmortems.Because = because, because
		return followUps, postmortems
	}
	followUps.Known, postmortems.Known = true, true
	followUps.Looked, postmortems.Looked = l.Now, l.Now
	for _, own := range answer.Own {
		standing := postmortem.StandingIn(own.Summaries[postmortem.Name])
		if !l.concerns(service, standing.Service, ask.Repo) {
			continue
		}
		of := evidence.Ref(l.repo, ask.Repo, standing.Incident)
		if standing.Incident == 0 {
			of = evidence.Ref(l.repo, own.Subject.Repo, own.Subject.Number)
		}
		if due, isDue := l.day(standing.Due); isDue && standing.Open {
			one := verdict.Postmortem{Ref: evidence.Ref(l.repo, own.Subject.Repo, own.Subject.Number), URL: own.Issue.URL, Incident: of, Due: due}
			if len(standing.Authors) > 0 {
				one.Author = standing.Authors[0]
			}
			postmortems.All = append(postmortems.All, one)
		}
		for _, item := range followup.PublishedIn(own.Summaries[followup.Name]).Items {
			day, hasDay := l.day(item.Due)
			subject, err := workflows.ParseSubject(item.Ref)
			if item.Open && hasDay && err == nil {
				followUps.All = append(followUps.All, verdict.FollowUp{Ref: evidence.Ref(l.repo, subject.Repo, subject.Number), Incident: of, Type: item.Kind, Due: day, Owners: item.Owners})
			}
		}
	}
	return followUps, postmortems
}

// unseen says why what issues published is not told, if it is not.
func (l *look) unseen(answer workflows.Answer) (because checklist.Text) {
	switch {
	case answer.Unknown != "":
		return evidence.Because(answer)
	case answer.Hidden != "" && !l.Observation.Private:
		return checklist.Text{English: "it stands in a private repository, and this one is public", Japanese: "管理先のリポジトリは非公開で、ここは公開されています"}
	case answer.Hidden != "":
		return checklist.Text{
			English:  "the settings over there name this repository under no service",
			Japanese: "管理先のリポジトリの設定で、どのサービスにもこのリポジトリがありません",
		}
	}
	return because
}

const (
	// mostOpen is of how many open incidents, those that changed last, is read how they
	// stand, and mostClosed of how many that changed lately.
	mostOpen   = 30
	mostClosed = 10
	// lately is how long one counts that was closed by somebody who may not end it.
	lately = 7 * 24 * time.Hour
)

// incidents are the open ones of a service, by what they published, and those that were
// closed and not ended: whoever opened an issue may close it, and a freeze holds.
func (l *look) incidents(service string) (seen verdict.Seen[verdict.Incident]) {
	kept, label := incident.KeptIn(l.Policy, l.repo)
	answer, known := l.fact(workflows.LabelledAsk{Repo: kept, Label: label, Most: mostOpen, Open: true})
	recent, isRecentKnown := l.fact(workflows.LabelledAsk{Repo: kept, Label: label, Most: mostClosed, Since: l.Now.UTC().Add(-lately).Format(time.DateOnly)})
	if !known || !isRecentKnown {
		return seen
	}
	if seen.Because = l.unseen(answer); !seen.Because.IsEmpty() {
		return seen
	}
	seen.Known, seen.Looked = true, l.Now
	for _, own := range slices.Concat(answer.Own, recent.Own) {
		p := incident.PublishedIn(own.Summaries[incident.Name])
		ref := evidence.Ref(l.repo, own.Subject.Repo, own.Subject.Number)
		if !own.Issue.Open && (p.Declared == "" || p.Ended != "") || slices.ContainsFunc(seen.All, func(i verdict.Incident) bool { return i.Ref == ref }) {
			continue
		}
		if p.Declared == "" { // not one that the App looks after: its labels are all that tells of it
			p = incident.Published{Severity: incident.SeverityIn(own.Issue.Labels)}
			p.Confirmed = p.Severity > 0
			p.Service = incident.ServiceIn(l.Policy, own.Issue.Title, own.Issue.Labels, kept)
		}
		if !p.NearMiss && p.Joined == 0 && l.concerns(service, p.Service, kept) {
			seen.All = append(seen.All, verdict.Incident{Ref: ref, URL: own.Issue.URL, Severity: p.Severity, Confirmed: p.Confirmed})
		}
	}
	return seen
}

// concerns reports whether what is of one service concerns another. What is of nobody
// knows which counts where it was reported in the very repository.
func (l *look) concerns(service, is, kept string) bool {
	return service == "" || is == service || is == "" && strings.EqualFold(kept, l.repo)
}

// mostTouched is how many files are shown.
const mostTouched = 5

// touched are files of a release that a postmortem with open follow-ups names.
func (l *look) touched(files []string) (found []verdict.Touched) {
	for _, own := range l.Facts[l.owing()].Own {
		open := 0
		for _, item := range followup.PublishedIn(own.Summaries[followup.Name]).Items {
			if item.Open {
				open++
			}
		}
		if open == 0 {
			continue
		}
		of := evidence.Ref(l.repo, own.Subject.Repo, own.Subject.Number)
		for _, file := range files {
			// A name such as Makefile says too little.
			if strings.Contains(file, "/") && namesFile(own.Issue.Body, file) && len(found) < mostTouched {
				found = append(found, verdict.Touched{File: file, Incident: of, FollowUps: open})
			}
		}
	}
	return found
}

// namesFile: a text has a path, and not only as a part of another.
func namesFile(text, file string) bool {
	for rest := text; ; {
		i := strings.Index(rest, file)
		if i < 0 {
			return false
		}
		before, after := rest[:i], rest[i+len(file):]
		if !strings.HasSuffix(before, "/") && !endsInWord(before) && !beginsWithWord(after) {
			return true
		}
		rest = after
	}
}

func endsInWord(text string) bool {
	return text != "" && isPathLetter(text[len(text)-1])
}

func beginsWithWord(text string) bool {
	return text != "" && (isPathLetter(text[0]) || text[0] == '.' && len(text) > 1 && isPathLetter(text[1]))
}

func isPathLetter(b byte) bool {
	return b == '_' || b == '-' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

func (l *look) day(text string) (time.Time, bool) {
	day, err := time.ParseInLocation(time.DateOnly, text, l.zone())
	return day, err == nil
}
