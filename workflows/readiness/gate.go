package readiness

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
)

const (
	// mostReviews is of how many reviews, those that changed last, is read what people
	// said: an exception may be for months, and each release has a review. mostHeads is
	// how many commits get a check run, those of as many reviews among them.
	mostReviews = 100
	mostHeads   = 20
	// fresh is how old a release branch or tag may be to get a review unasked.
	fresh = 4 * 24 * time.Hour
	// lookAgain is when to look again while a deployment waits.
	lookAgain = 10 * time.Minute
	// mostWord is how many characters a waiting deployment is told; GitHub takes 1,024.
	mostWord = 1000
)

// gate is the gate of a repository.
type gate struct {
	*look
	plan workflows.Plan
	// reviews are what people said, and subjects those reviews that are open.
	reviews  []Published
	subjects []workflows.Subject
	// told is what is published: it changes when somebody should look again.
	told []string
}

// guard decides on the gate of a repository: what waits hears whether it may go, and the
// newest commits get a check run. Where nothing waits and the repository has no checklist
// of its own, it does nothing.
func guard(in workflows.Input) workflows.Decision {
	g := &gate{look: newLook(in)}
	folder, _ := g.fact(workflows.FolderAsk{Repo: g.repo, Path: checklist.Folder})
	waits, _ := g.fact(workflows.WaitingAsk{Repo: g.repo})
	hasOwn := slices.ContainsFunc(folder.Seen.Files, func(f workflows.File) bool { return isList(f.Path) })
	g.plan.Whole, g.plan.Wake = true, g.wake()
	if g.asking() || !hasOwn && len(waits.Seen.Waiting) == 0 {
		return workflows.Decision{Asks: g.asks, Plan: g.plan}
	}
	g.read()
	if hasOwn {
		g.checks()
	}
	for _, one := range waits.Seen.Waiting {
		g.word(one)
	}
	if g.asking() {
		return workflows.Decision{Asks: g.asks}
	}
	g.nameIncidents()
	g.plan.Names = append(g.plan.Names, g.subjects...)
	g.plan.Summary = strings.Join(g.told, "\n")
	if len(waits.Seen.Waiting) > 0 {
		g.plan.Wake = earlier(g.plan.Wake, g.Now.Add(lookAgain))
	}
	return workflows.Decision{Plan: g.plan}
}

// read collects what people said in the reviews of the repository.
func (g *gate) read() {
	answer, known := g.fact(workflows.LabelledAsk{Repo: g.repo, Label: label(g.Policy).Name, Most: mostReviews})
	if !known || answer.Unknown != "" {
		return
	}
	for _, own := range answer.Own {
		said := PublishedIn(own.Summaries[name])
		said.changed = own.Issue.UpdatedAt
		if own.Issue.Open {
			g.subjects, said.open = append(g.subjects, own.Subject), own.Subject.Number
		}
		if own.Summaries[name] != "" {
			g.reviews = append(g.reviews, said)
		}
	}
}

// spoken are the reviews that count for a release.
func (g *gate) spoken(service, environment string) (found []Published) {
	for _, p := range g.reviews {
		if p.concerns(service, environment) {
			found = append(found, p)
		}
	}
	return found
}

// checks puts a check run on the newest commits, and opens reviews of new releases.
func (g *gate) checks() {
	ask := workflows.HeadsAsk{Repo: g.repo, Branches: lines(g.settings.Branches), Tags: lines(g.settings.Tags), Pulls: g.settings.Pulls}
	answer, known := g.fact(ask)
	if !known || answer.Unknown != "" {
		return
	}
	var commits []string
	add := func(commit string) {
		if sha.MatchString(commit) && !slices.Contains(commits, commit) && len(commits) < mostHeads {
			commits = append(commits, commit)
		}
	}
	for _, head := range answer.Seen.Heads {
		g.open(head)
		add(head.Commit)
	}
	latest := slices.Clone(g.reviews)
	slices.SortStableFunc(latest, func(x, y Published) int { return y.changed.Compare(x.changed) })
	for _, p := range latest[:min(mostHeads, len(latest))] {
		if !p.Withdrawn {
			add(p.Commit)
		}
	}
	if g.askTogether(commits) {
		return
	}
	services := ServicesOf(g.Policy, g.repo)
	if len(services) == 0 {
		services = []string{""}
	}
	for _, service := range services {
		for _, commit := range commits {
			g.check(service, commit)
		}
	}
}

// askTogether asks for all commits of which nothing is known yet, if there are several.
func (g *gate) askTogether(commits []string) bool {
	unknown := slices.DeleteFunc(slices.Clone(commits), func(commit string) bool {
		_, known := g.Facts[workflows.CommitAsk{Repo: g.repo, Commit: commit}]
		return known
	})
	if len(unknown) < 2 {
		return false
	}
	g.fact(workflows.CommitsAsk{Repo: g.repo, Commits: strings.Join(unknown, "\n")})
	return true
}

func lines(patterns []string) string {
	sorted := slices.Clone(patterns)
	slices.Sort(sorted)
	return strings.Join(slices.Compact(sorted), "\n")
}

// check says on a commit whether it is ready, and carries the note.
func (g *gate) check(service, commit string) {
	reviews := g.spoken(service, "")
	v, c, ok := g.decide(release{commit: commit, service: service, reviews: reviews})
	if !ok {
		return
	}
	v.Forget() // when it was looked at stands on the check run itself
	n := Note{Day: g.Now.In(g.zone()).Format(time.DateOnly), Service: service, Teams: map[string][]string{}}
	for _, p := range reviews {
		if p.open > 0 {
			n.Review = fmt.Sprintf("#%d", p.open)
		}
		for _, a := range p.Acts {
			a.Environment = p.Environment
			n.Acts = append(n.Acts, a)
		}
		if p.Opener != "" && p.Commit != "" {
			n.Openers = append(n.Openers, Opener{p.Opener, p.Commit})
		}
	}
	slices.SortStableFunc(n.Acts, func(a, b verdict.Act) int { return a.At.Compare(b.At) })
	// Of the others nothing could be ignored.
	n.Openers = slices.DeleteFunc(n.Openers, func(o Opener) bool { return !n.isSaidBy(o.Login) })
	if c.Checklist != nil {
		for team, of := range g.teams(c.Checklist, service, n.Acts) {
			if of.Known {
				n.Teams[team] = slices.DeleteFunc(slices.Clone(of.Members), func(member string) bool { return !n.isSaidBy(member) })
			}
		}
	}
	followUps, postmortems := g.owed(service)
	if followUps.Known {
		n.FollowUps = new(append([]verdict.FollowUp{}, followUps.All...)) // nothing is not the same as not seen
	}
	if postmortems.Known {
		n.Postmortems = new(append([]verdict.Postmortem{}, postmortems.All...))
	}
	conclusion := workflows.CheckActionRequired
	switch {
	case v.IsHopeless():
		conclusion = workflows.CheckFailure
	case v.Passes && v.Way == verdict.Straight, v.Way == verdict.Fix:
		conclusion = workflows.CheckSuccess
	case v.Passes:
		conclusion = workflows.CheckNeutral
	}
	text := strings.TrimSpace(g.look.of(wanted{service: service}, commit) + "\n\n" + v.Body(g.Language))
	check := workflows.CheckIntent{
		Key: keyCheck + commit[:12] + slug(service), Name: CheckName(g.Policy, g.repo, service), Commit: commit, Conclusion: conclusion,
		Title: v.Headline(g.Language), Summary: n.write(commit, text),
	}
	g.plan.Checks = append(g.plan.Checks, check)
	sum := sha256.Sum256([]byte(v.Facts()))
	g.told = append(g.told, check.Key+" "+conclusion+" "+hex.EncodeToString(sum[:4]))
}

// word tells a deployment that waits how it stands. What only another commit could mend
// is refused; everything else may come true, and the deployment goes by itself then.
func (g *gate) word(one workflows.Waiting) {
	service := ServiceOf(g.Policy, g.repo, one.Environment)
	v, _, ok := g.decide(release{commit: one.Commit, service: service, environment: one.Environment, reviews: g.spoken(service, one.Environment)})
	if !ok {
		return
	}
	intent := workflows.GateIntent{Key: keyGate + strconv.FormatInt(one.Run, 10) + slug(one.Environment), Run: one.Run, Attempt: one.Attempt, Environment: one.Environment}
	next := ""
	switch {
	case v.Passes:
		intent.State = workflows.GateApproved
	case v.IsHopeless():
		intent.State = workflows.GateRejected
		next = g.Say("Deploy again once it is mended.", "直してから、もう一度デプロイしてください。")
	default:
		next = g.Say("Once this is settled, the deployment goes by itself; it need not be started again.", "解消すると自動で進みます。デプロイをやり直す必要はありません。")
	}
	intent.Comment = v.Brief(g.Language, mostWord-utf8.RuneCountInString(next)-2)
	if next != "" {
		intent.Comment += "\n\n" + next
	}
	g.plan.Gates = append(g.plan.Gates, intent)
	g.told = append(g.told, intent.Key+" "+intent.State)
}

// nameIncidents names those that are open, which show what was released meanwhile.
func (g *gate) nameIncidents() {
	kept, label := incident.KeptIn(g.Policy, g.repo)
	for _, own := range g.Facts[workflows.LabelledAsk{Repo: kept, Label: label, Most: mostOpen, Open: true}].Own {
		if incident.PublishedIn(own.Summaries[incident.Name]).Confirmed {
			g.plan.Names = append(g.plan.Names, own.Subject)
		}
	}
}

// open opens a review of a release branch or a tag that is new.
func (g *gate) open(head workflows.Head) {
	if head.Kind != workflows.HeadBranch && head.Kind != workflows.HeadTag || g.Now.Sub(head.At) > fresh || !isVersion(head.Branch) {
		return
	}
	body := fmt.Sprintf("### %s\n\n%s\n", g.Say("Version (a tag, a branch or a commit)", "版（タグ、ブランチ、コミット）"), foreign(head.Branch, 200))
	if services := ServicesOf(g.Policy, g.repo); len(services) == 1 {
		body = fmt.Sprintf("### %s\n\n%s\n\n", g.Say("Service", "サービス"), foreign(services[0], 50)) + body
	}
	body += "\n" + g.Say("What is missing, and who can act, stands in my comment below and is kept current. Write here what you like: I change nothing in this text.\n",
		"不足しているものと、次に動ける方は、下のコメントに示し、更新し続けます。この本文は自由に書きかえてください。こちらからは変更しません。\n")
	g.plan.Issues = append(g.plan.Issues, workflows.IssueIntent{
		Key: keyReview + head.Kind + slug(head.Branch), Once: true, Title: fmt.Sprintf(g.Say("[readiness] %s", "[リリース準備] %s"), head.Branch),
		Body: body, Labels: []workflows.Label{label(g.Policy)},
	})
}

var unfitForKeys = regexp.MustCompile(`[^a-z0-9-]+`)

// slug is a name as a key may have it; two names have two.
func slug(name string) string {
	if name == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.ToLower(name)))
	short := strings.Trim(unfitForKeys.ReplaceAllString(strings.ToLower(name), "-"), "-")
	return "." + short[:min(24, len(short))] + "-" + hex.EncodeToString(sum[:4])
}
