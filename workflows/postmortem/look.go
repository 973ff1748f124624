package postmortem

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
)

func (l *life) incidentSubject() workflows.Subject { return l.neighbour(l.of) }

func (l *life) neighbour(number int) workflows.Subject {
	return workflows.Subject{Repo: l.in.Observation.Subject.Repo, Number: number}
}

// look reads the incident, the pull request and the document.
func (l *life) look() (asks []workflows.Ask) {
	asks = l.findIncident()
	body, more := l.text()
	if asks = append(asks, more...); len(asks) > 0 {
		return asks
	}
	l.doc = document.Read(body)
	l.read = inspect.Read(l.in.Observation.Subject.String(), l.doc)
	l.authors = l.whoWrites()
	l.due = l.dueDay()
	return nil
}

// findIncident finds the incident that this is the postmortem of: the one that
// somebody named, the one it was drafted for, or one that names this as its own.
func (l *life) findIncident() (asks []workflows.Ask) {
	o := l.in.Observation
	l.of = l.s.incident
	if l.of == 0 {
		n, asks := l.draftedFor()
		if len(asks) > 0 {
			return asks
		}
		l.of = n
	}
	if l.of == 0 {
		n, asks := l.namedBy()
		if len(asks) > 0 {
			return asks
		}
		l.of = n
	}
	if l.of == 0 {
		return nil
	}
	ask := workflows.SummaryAsk{Subject: l.incidentSubject()}
	answer, known := l.in.Facts[ask]
	if !known {
		return []workflows.Ask{ask}
	}
	l.about = incident.PublishedIn(answer.Summaries[incident.Name])
	if n := linkIn(answer).Number; n != o.Subject.Number {
		l.instead = n
	}
	return nil
}

// draftedFor is the incident that the App drafted this for, or 0. In another
// repository the same number is another incident's, unless the repository is the
// same under a new name: then the incident there names this.
func (l *life) draftedFor() (number int, asks []workflows.Ask) {
	o := l.in.Observation
	key, of, ok := o.Issue.MadeFor()
	if !ok || !isDraftKey(key) {
		return 0, nil
	}
	if of.Repo == o.Subject.Repo {
		return of.Number, nil
	}
	ask := workflows.SummaryAsk{Subject: l.neighbour(of.Number)}
	answer, known := l.in.Facts[ask]
	if !known {
		return 0, []workflows.Ask{ask}
	}
	if linkIn(answer).Number != o.Subject.Number {
		return 0, nil
	}
	return of.Number, nil
}

// mostLinked bounds how many of the issues that refer to this one are read, the
// oldest: anybody can refer to it.
const mostLinked = 10

// namedBy is the incident that has this as its postmortem, among those that refer
// to it, or 0.
func (l *life) namedBy() (number int, asks []workflows.Ask) {
	self := l.in.Observation.Subject
	links, known := l.in.Facts[workflows.LinksAsk{Subject: self}]
	if !known {
		return 0, []workflows.Ask{workflows.LinksAsk{Subject: self}}
	}
	for i, link := range links.Links {
		if link.Pull || link.Subject.Repo != self.Repo || i >= mostLinked {
			continue
		}
		answer, known := l.in.Facts[workflows.SummaryAsk{Subject: link.Subject}]
		if !known {
			asks = append(asks, workflows.SummaryAsk{Subject: link.Subject})
		} else if linkIn(answer).Number == self.Number {
			return link.Subject.Number, nil
		}
	}
	return 0, asks
}

// text is the document: the body of the issue, or the file of the pull request.
func (l *life) text() (body string, asks []workflows.Ask) {
	o := l.in.Observation
	body = o.Issue.Body
	if _, _, ours := o.Issue.MadeFor(); ours { // the mark is the App's, and no line of the document
		_, body, _ = strings.Cut(body, "\n")
		body = "\n" + body
	}
	if !o.Issue.Pull {
		return body, nil
	}
	ask := workflows.PullAsk{Subject: o.Subject}
	answer, known := l.in.Facts[ask]
	if !known {
		return "", []workflows.Ask{ask}
	}
	l.pull = answer.Pull
	if !o.Issue.Open && !l.pull.Merged { // GitHub gives no reason for closing one
		l.s.ended = dropped
	}
	if l.path = l.file(); l.path == "" {
		return "", nil
	}
	file := workflows.FileAsk{Repo: o.Subject.Repo, Ref: l.pull.Head, Path: l.path}
	answer, known = l.in.Facts[file]
	if !known {
		return "", []workflows.Ask{file}
	}
	return answer.Text[:min(len(answer.Text), mostRead)], nil
}

// mostRead is how much of a file is read, in bytes: many times what a person
// writes.
const mostRead = 256 << 10

var (
	datedName = regexp.MustCompile(`^\d{4}-?\d{2}-?\d{2}`)
	otherName = regexp.MustCompile(`(?i)^readme|template|^index\.`)
)

// file is the postmortem among the files of the pull request, or "": of Markdown
// below the folder, the one whose name has the latest date, else the first that is
// no template and no table of contents.
func (l *life) file() string {
	best := ""
	for _, name := range l.pull.Files {
		if !strings.HasPrefix(name, l.policy.Folder+"/") || strings.ToLower(path.Ext(name)) != ".md" || otherName.MatchString(path.Base(name)) {
			continue
		}
		dated, bestDated := datedName.MatchString(path.Base(name)), datedName.MatchString(path.Base(best))
		if best == "" || dated && (!bestDated || path.Base(name) > path.Base(best)) {
			best = name
		}
	}
	return best
}

// whoWrites are the authors, whose own approval does not count and who are
// reminded: those assigned, whoever opened it, else the incident's lead.
func (l *life) whoWrites() []string {
	o := l.in.Observation
	authors := slices.Clone(o.Issue.Assignees)
	if a := o.Issue.Author; !a.Bot && a.Login != workflows.Ghost && !contains(authors, a.Login) {
		authors = append(authors, a.Login)
	}
	if len(authors) == 0 && l.about.Lead != "" {
		authors = []string{l.about.Lead}
	}
	return authors
}

// dueDay: as somebody moved it, else business days after the incident's end, or
// after its own beginning where that was later or there is no incident.
func (l *life) dueDay() time.Time {
	zone := l.in.Policy.TimeZone
	if at, err := time.ParseInLocation(dateLayout, l.s.due, zone); err == nil {
		return at
	}
	from := l.in.From
	if at, err := time.Parse(time.RFC3339, l.about.Resolved); err == nil {
		from = later(from, at)
	}
	y, m, d := dueAfter(l.in, from).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// approvalsOfPull takes the approving reviews of a pull request for /approve: of
// each reviewer the last one that says yes or no.
func (l *life) approvalsOfPull() (asks []workflows.Ask) {
	last := map[string]workflows.Review{}
	for _, r := range l.pull.Reviews {
		if r.State != "commented" && r.State != "pending" && !r.Author.Bot && r.Author.Login != workflows.Ghost {
			last[strings.ToLower(r.Author.Login)] = r
		}
	}
	for _, r := range l.pull.Reviews {
		if r.State != "approved" || last[strings.ToLower(r.Author.Login)].ID != r.ID || r.At.Before(l.in.From) {
			continue
		}
		role, known := l.in.Facts.Role(l.in.Observation.Subject.Repo, r.Author.Login)
		if !known {
			asks = append(asks, workflows.RoleAsk{Repo: l.in.Observation.Subject.Repo, Login: r.Author.Login})
		} else if role >= workflows.RoleWrite {
			l.s.apply(workflows.Act{ID: "r" + strconv.FormatInt(r.ID, 10), Name: "approve", Author: r.Author.Login, At: r.At})
		}
	}
	if l.pull.Merged {
		l.s.isLinted = true
	}
	return asks
}
