package readinglist

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// rolling is the branch of the pull request that collects changes of the list.
const rolling = "kintsugi/reading-list"

// shelf is where the files of a list are read and written.
type shelf struct {
	g *gathering
	// ref is the commit that is read; parents and the rest go into the change.
	ref     string
	parents []string
	branch  string
	anew    bool
	// catchUp: the default branch has moved on and is to be merged in first.
	catchUp bool
	// unproposed: the branch has what no pull request had yet.
	unproposed bool
	// base and theirs are set where GitHub could not merge: the commit at which the
	// two parted, and the default branch's.
	base, theirs string
	// drafts are files as they are to be.
	drafts map[string]*string
}

// shelf finds where the list is kept; ok is false where it cannot be in files.
func (g *gathering) shelf() (s *shelf, ok bool) {
	refused := g.Made[keyChange].Refused != "" || g.Made[keyCatchUp].Refused != "" && g.Made[keyCatchUp].Refused != workflows.Conflict
	if g.own.Write == writeIssue || refused {
		return nil, false
	}
	answer, known := g.fact(workflows.BranchAsk{Repo: g.here, Branch: rolling})
	b := answer.Branch
	if !known || answer.Unknown != "" || b.Tip == "" {
		return nil, !known
	}
	s = &shelf{g: g, ref: b.Tip, parents: []string{b.Tip}, drafts: map[string]*string{}}
	if g.own.Write == writeCommits {
		return s, true
	}
	s.branch = rolling
	switch {
	case b.Head == "":
	case b.Ahead == 0 || b.Pull.Merged && b.Pull.Head == b.Head: // all of it is merged
		s.anew = true
	default:
		s.ref, s.parents = b.Head, []string{b.Head}
		s.catchUp = b.Behind > 0
		// A pull request that people closed stays closed until there is something new.
		s.unproposed = !b.Pull.Open && b.Pull.Head != b.Head
		if g.Made[keyCatchUp].Refused == workflows.Conflict {
			s.catchUp = false
			outside := slices.ContainsFunc(b.Files, func(f string) bool { return !strings.HasPrefix(f, g.own.Folder+"/") })
			if !outside { // else people have to resolve it, and nothing of theirs is lost
				s.base, s.theirs = b.Base, b.Tip
			}
		}
	}
	return s, true
}

// at reads the list's folder at a commit.
func (s *shelf) at(ref string) list.Folder {
	return func(file string) (string, bool) {
		answer, known := s.g.fact(workflows.FileAsk{Repo: s.g.here, Ref: ref, Path: s.g.own.Folder + "/" + file})
		return answer.Text, known && answer.Unknown == ""
	}
}

// there is the folder with the drafts in it.
func (s *shelf) there(file string) (string, bool) {
	if draft, ok := s.drafts[file]; ok {
		if draft == nil {
			return "", false
		}
		return *draft, true
	}
	return s.at(s.ref)(file)
}

func (s *shelf) draft(c list.Changes) {
	for file, content := range c.Write {
		s.drafts[file] = &content
	}
	for _, file := range c.Remove {
		s.drafts[file] = nil
	}
}

// options are those of the list that is there, else in the policy's language and the
// other one.
func (s *shelf) options() (o list.Options, found bool, err error) {
	o, found, err = list.ReadOptions(s.there)
	if !found {
		o.Languages = []words.Language{words.English, words.Japanese}
		if s.g.Language == words.Japanese {
			slices.Reverse(o.Languages)
		}
		root, _, ok := strings.Cut(s.g.address(), s.g.here)
		if ok {
			o.Address = root + s.g.here + "/blob/HEAD/" + escapedPath(s.g.own.Folder) + "/"
		}
	}
	return o, found, err
}

// address is that of something found in this repository, or nothing.
func (g *gathering) address() string {
	for _, url := range slices.Sorted(maps.Keys(g.found)) {
		if strings.Contains(url, g.here+"/") {
			return url
		}
	}
	return ""
}

// file plans the change of files.
func (g *gathering) file(p *workflows.Plan, s *shelf) {
	options, exists, err := s.options()
	if !g.asking() && !exists && !g.wanted {
		return
	}
	for _, file := range []string{"data/index.json", "data/entries.jsonl", "README.md", "README.ja.md", "README.en.md", "feed.xml"} {
		_, _ = s.there(file) // asked for at once what most changes need
	}
	if g.asking() {
		return
	}
	if err != nil {
		g.broken(p, err)
		return
	}
	if s.base != "" {
		merged, err := list.MergeFiles(s.at(s.base), s.at(s.ref), s.at(s.theirs), options)
		if g.asking() {
			return
		}
		if err != nil {
			g.broken(p, err)
			return
		}
		s.parents, s.ref = []string{s.theirs, s.ref}, s.theirs
		s.draft(merged)
	}
	done, err := g.update(s, options)
	if g.asking() {
		return
	}
	if err != nil {
		g.broken(p, err)
		return
	}
	s.plan(p, done.message(g.Input))
}

// update brings what was found onto the list.
func (g *gathering) update(s *shelf, options list.Options) (t tally, err error) {
	changes := map[string]change{}
	for _, url := range slices.Sorted(maps.Keys(g.found)) {
		f := g.found[url]
		was, err := list.Lookup(s.there, url, f.days...)
		if err != nil {
			return t, err
		}
		id := f.entry.ID
		if was != nil {
			id = was.ID
			g.listed[id] = true
		}
		if changes[id] = f.onto; was != nil && was.State == list.Moved && !f.off && !list.SamePage(was.URL, url) {
			changes[id] = func(e *list.Entry, _ bool) bool { return f.refresh(e, list.Moved, url) }
		}
	}
	if g.whole {
		if err := g.lookThrough(s, changes); err != nil {
			return t, err
		}
	}
	if g.whole || g.ended {
		g.noteReadings(changes)
	}
	if g.asking() {
		return t, nil
	}
	told := map[string]change{}
	for id := range changes {
		told[id] = func(e *list.Entry, listed bool) bool {
			before := *e
			stays := changes[id](e, listed)
			switch {
			case stays && !listed:
				t.added = append(t.added, e.Title)
			case !stays && listed:
				t.removed = append(t.removed, before.Title)
			case stays && !list.Same(before, *e):
				t.changed = append(t.changed, e.Title)
			}
			return stays
		}
	}
	files, err := list.UpdateAll(told, options, s.there)
	if err == nil && !g.asking() {
		s.draft(files)
	}
	return t, err
}

// noteReadings notes on the list what the club read.
func (g *gathering) noteReadings(changes map[string]change) {
	for id, readings := range g.readings() {
		before := changes[id]
		changes[id] = func(e *list.Entry, listed bool) bool {
			if stays := listed; before != nil {
				stays = before(e, listed)
				listed = stays
			} else if !stays {
				return false
			}
			for _, r := range readings {
				e.WasRead(r.Day, r.Notes)
			}
			return listed
		}
	}
}

// onto brings an entry to what was found. What people wrote by hand about it stays.
func (f find) onto(e *list.Entry, listed bool) bool {
	if f.off {
		return false
	}
	if !listed {
		*e = f.entry
		return true
	}
	return f.refresh(e, list.Fine, "")
}

// refresh takes over what the postmortem says now, in the state that it is in.
func (f find) refresh(e *list.Entry, state list.State, to string) bool {
	before := *e
	before.Recommended = slices.Clone(e.Recommended)
	e.State, e.MovedTo = state, to
	e.Title, e.Severity, e.Words, e.Characters, e.Summary = f.entry.Title, f.entry.Severity, f.entry.Words, f.entry.Characters, f.entry.Summary
	if f.entry.Date != "" {
		e.Date = f.entry.Date
	}
	if len(f.entry.Services) > 0 {
		e.Services = f.entry.Services
	}
	e.Recommended = slices.DeleteFunc(slices.Clone(e.Recommended), func(r list.Recommendation) bool { return !r.At.IsZero() && !r.At.After(f.since) })
	for _, r := range f.entry.Recommended {
		e.Recommend(r)
	}
	if !list.Same(*e, before) {
		e.Changed = f.entry.Changed
	}
	return true
}

// plan turns the drafts into a change, if any differs from what is there.
func (s *shelf) plan(p *workflows.Plan, message string) {
	c := workflows.ChangeIntent{Key: keyChange, Branch: s.branch, Parents: s.parents, Anew: s.anew, Write: map[string]string{}, Message: message}
	there := s.at(s.ref)
	for file, draft := range s.drafts {
		content, exists := there(file)
		switch path := s.g.own.Folder + "/" + file; {
		case draft == nil && exists:
			c.Remove = append(c.Remove, path)
		case draft != nil && (!exists || content != *draft):
			c.Write[path] = *draft
		}
	}
	slices.Sort(c.Remove)
	isSame := len(c.Write) == 0 && len(c.Remove) == 0 && len(c.Parents) == 1
	if isSame && !s.unproposed {
		return
	}
	if s.catchUp && !isSame {
		p.Changes = append(p.Changes, workflows.ChangeIntent{Key: keyCatchUp, Branch: s.branch, CatchUp: true})
		return
	}
	if s.branch != "" {
		c.Title = s.g.Say("Reading list", "読書リスト")
		c.Body = s.g.Say("Recommended postmortems, as they come. Each commit says what it changes; merging this publishes them, and what comes later makes the next pull request. What you change on this branch, or in the files by hand, stays.",
			"推薦されたポストモーテムを、届くたびにここへ加えます。何が変わったかは各コミットに書いてあります。マージすると公開され、その後に届いたものは次のプルリクエストになります。このブランチやファイルに手で書いたものは残ります。")
		c.Labels = []workflows.Label{pageLabel()}
	}
	p.Changes = append(p.Changes, c)
}

// broken keeps the list as it is where a file of it cannot be read, so that nobody's
// words are lost, and says once, on an issue, what is wrong.
func (g *gathering) broken(p *workflows.Plan, err error) {
	answer, known := g.fact(workflows.OwnIssuesAsk{Repo: g.here, Label: pageLabel().Name, Since: g.Now.UTC().Format(time.DateOnly)})
	if !known || slices.ContainsFunc(answer.Own, func(own workflows.OwnIssue) bool { return strings.HasPrefix(own.Key, keyBroken) && own.Issue.Open }) {
		return
	}
	said := err.Error()
	if p, ok := errors.AsType[*list.Problem](err); ok {
		said = g.own.Folder + "/" + p.In(g.Language)
	}
	which := sha256.Sum256([]byte(said)) // the next one is another issue, and this one none again
	p.Issues = append(p.Issues, workflows.IssueIntent{
		Key: keyBroken + hex.EncodeToString(which[:6]), Title: g.Say("Reading list: a file cannot be read", "読書リスト: ファイルを読み取れません"), Labels: []workflows.Label{pageLabel()},
		Body: g.Say("The list stays as it is until this is mended, so that nothing written in it is lost:\n", "書かれたものが失われないように、直るまで一覧を変更しません。\n") +
			words.Foreign(said).Block() + g.Say("\nOnce it is mended, close this issue. `kintsugi reading-list build` shows whether the files can be read.", "\n直したら、このIssueを閉じてください。`kintsugi reading-list build` で確かめられます。"),
	})
}
