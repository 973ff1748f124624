package evidence

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func foreign(text string) string { return words.Foreign(text).Inline(160) }

func unknown(english, japanese string) verdict.Answer {
	return verdict.Answer{Because: checklist.Text{English: english, Japanese: japanese}}
}

// answer is what was found of one question.
func (r *Release) answer(q checklist.Question, facts workflows.Facts) verdict.Answer {
	switch q.Kind {
	case checklist.File:
		return r.file(q, facts)
	case checklist.Check:
		return r.check(q, facts)
	case checklist.Workflow:
		ask := r.runs()
		if q.Anywhere {
			ask = r.lastRuns()
		}
		return result(q.Of, told(facts, ask))
	case checklist.Release:
		return release(q.Of, told(facts, r.releases()))
	case checklist.Deployment:
		return deployment(q.Of, told(facts, r.deployments()))
	case checklist.Drill:
		return drill(q.Of, told(facts, r.issues(r.Repo)))
	case checklist.NoOpenIssues:
		return noIssues(labels(q), told(facts, r.issues(r.Repo)))
	case checklist.Confirmation, checklist.Approvals:
	}
	return unknown("nothing tells of it", "確かめる方法がありません")
}

// result is how a check or a workflow ended: a success counts, be there failures
// besides; else the newest is shown.
func result(name string, a workflows.Answer) verdict.Answer {
	found, hidden := verdict.Answer{Found: verdict.No}, ""
	for _, one := range a.Seen.Results {
		success := one.State == "success"
		switch {
		case one.Name == name && one.Unknown != "":
			hidden = one.Unknown
		case one.Name != name, found.Found == verdict.Yes && !success:
		case success && (found.Found == verdict.No || one.At.After(found.At)):
			found = verdict.Answer{Found: verdict.Yes, At: one.At, Seen: "success", URL: one.URL}
		case !success && (found.Seen == "" || one.At.After(found.At)):
			found = verdict.Answer{Found: verdict.No, At: one.At, Seen: one.State, URL: one.URL}
		}
	}
	switch {
	case found.Found == verdict.No && a.Unknown != "":
		return verdict.Answer{Because: Because(a)}
	case found.Found == verdict.No && hidden != "":
		return verdict.Answer{Because: Because(workflows.Answer{Unknown: hidden})}
	}
	return found
}

func (r *Release) check(q checklist.Question, facts workflows.Facts) verdict.Answer {
	found := result(q.Of, told(facts, r.checks()))
	if q.Anywhere && found.Found == verdict.No {
		return unknown("GitHub tells of checks by commit only, and this one has no success of it; `workflow` looks further back",
			"GitHubはコミットごとにしかチェックを示さず、このコミットでは成功していません。`workflow` ならさかのぼって調べます")
	}
	return found
}

// mostTexts is how many files that a pattern names are read for what they must match,
// those with the shortest paths first.
const mostTexts = 5

// candidates are the files that a question names.
func (r *Release) candidates(q checklist.Question, facts workflows.Facts) (paths []string) {
	for _, f := range facts[r.tree()].Seen.Files {
		if checklist.FileMatches(q.Of, f.Path) {
			paths = append(paths, f.Path)
		}
	}
	slices.SortStableFunc(paths, func(x, y string) int { return len(x) - len(y) })
	return paths
}

// texts asks for what files must match, once it is known which there are.
func (r *Release) texts(facts workflows.Facts) workflows.Ask {
	var paths []string
	for _, q := range r.of(checklist.File, false) {
		if found := r.candidates(q, facts); q.Matches != "" {
			paths = append(paths, found[:min(mostTexts, len(found))]...)
		}
	}
	if len(paths) == 0 {
		return nil
	}
	slices.Sort(paths)
	return workflows.TextsAsk{Repo: r.Repo, Commit: r.Commit, Paths: strings.Join(slices.Compact(paths), "\n")}
}

func (r *Release) file(q checklist.Question, facts workflows.Facts) verdict.Answer {
	tree := told(facts, r.tree())
	if tree.Unknown != "" {
		return verdict.Answer{Because: Because(tree)}
	}
	paths := r.candidates(q, facts)
	switch {
	case len(paths) == 0 && tree.Seen.Cut:
		return unknown("the repository has more files than GitHub lists", "ファイルが多く、GitHubの一覧に収まりません")
	case len(paths) == 0:
		return verdict.Answer{Found: verdict.No}
	case q.Matches == "":
		return verdict.Answer{Found: verdict.Yes, Seen: paths[0], URL: r.linkTo(paths[0], facts)}
	}
	return r.matching(q, paths, facts)
}

// matching looks into files for what they must match. What cannot be read might have
// matched.
func (r *Release) matching(q checklist.Question, paths []string, facts workflows.Facts) verdict.Answer {
	read := told(facts, r.texts(facts))
	if read.Unknown != "" {
		return verdict.Answer{Because: Because(read)}
	}
	wanted, err := regexp.Compile(q.Matches)
	if err != nil {
		return unknown("its expression cannot be read", "正規表現を読み取れません")
	}
	unread := ""
	for _, f := range read.Seen.Files {
		switch {
		case !slices.Contains(paths, f.Path):
		case f.Problem != "":
			unread = f.Path
		case wanted.MatchString(f.Text):
			return verdict.Answer{Found: verdict.Yes, Seen: f.Path, URL: r.linkTo(f.Path, facts)}
		}
	}
	switch {
	case unread != "":
		return unknown("a file cannot be read as a text: "+foreign(unread), "テキストとして読めないファイルがあります: "+foreign(unread))
	case len(paths) > mostTexts:
		return unknown(fmt.Sprintf("%d files have such a name, and the %d with the shortest do not match: name it more closely", len(paths), mostTexts),
			fmt.Sprintf("該当する名前のファイルが%d個あり、名前の短い%d個には見つかりません。もっと絞って書いてください", len(paths), mostTexts))
	}
	return verdict.Answer{Found: verdict.No, Seen: paths[0], URL: r.linkTo(paths[0], facts)}
}

var plainPath = regexp.MustCompile(`^[A-Za-z0-9._/-]+$`)

// linkTo is the address of a file at the commit, where its path needs no escaping.
func (r *Release) linkTo(path string, facts workflows.Facts) string {
	commit := facts[workflows.CommitAsk{Repo: r.Repo, Commit: r.Commit}].Seen.Commit.URL
	if commit == "" || !plainPath.MatchString(path) {
		return ""
	}
	return strings.Replace(commit, "/commit/", "/blob/", 1) + "/" + path
}

// release finds the newest release whose tag fits, * standing for anything.
func release(pattern string, a workflows.Answer) verdict.Answer {
	if a.Unknown != "" {
		return verdict.Answer{Because: Because(a)}
	}
	fits := regexp.MustCompile("^(?s:" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + ")$")
	newest := verdict.Answer{Found: verdict.No}
	for _, one := range a.Seen.Releases {
		if fits.MatchString(one.Tag) && one.At.After(newest.At) {
			newest = verdict.Answer{Found: verdict.Yes, At: one.At, Seen: one.Tag, URL: one.URL}
		}
	}
	if newest.Found == verdict.No && a.Seen.Cut {
		return unknown("only the newest 100 releases were looked at", "新しいほうから100件のリリースだけを確認しました")
	}
	return newest
}

// deployment finds the last success in an environment.
func deployment(environment string, a workflows.Answer) verdict.Answer {
	if a.Unknown != "" {
		return verdict.Answer{Because: Because(a)}
	}
	last := verdict.Answer{Found: verdict.No}
	for _, d := range a.Seen.Deployments {
		switch {
		case !strings.EqualFold(d.Environment, environment):
		case d.Success.After(last.At):
			last = verdict.Answer{Found: verdict.Yes, At: d.Success, Seen: d.Commit[:min(10, len(d.Commit))], URL: d.URL}
		case last.Found == verdict.No && last.Seen == "": // the newest of those that did not succeed
			last.Seen, last.URL = d.State, d.URL
		}
	}
	return last
}

// RanBefore tells whether the commit was deployed to the environment before. That an
// attempt is under way says nothing.
func (r *Release) RanBefore(facts workflows.Facts, now time.Time) verdict.Answer {
	if r.Environment == "" {
		return unknown("no environment is named", "環境が指定されていません")
	}
	a := told(facts, r.deployments())
	if a.Unknown != "" {
		return verdict.Answer{Because: Because(a)}
	}
	ran := false
	for _, d := range a.Seen.Deployments {
		if !strings.EqualFold(d.Environment, r.Environment) {
			continue
		}
		ran = ran || !d.Success.IsZero()
		if d.Commit == r.Commit && !d.Success.IsZero() {
			return verdict.Answer{Found: verdict.Yes, At: d.Success, URL: d.URL, Looked: now}
		}
	}
	switch {
	case !ran:
		return unknown("GitHub knows of no deployment that succeeded there", "この環境で成功したデプロイがGitHubに記録されていません")
	case a.Seen.Cut:
		return unknown("only the newest 100 deployments were looked at", "新しいほうから100件のデプロイだけを確認しました")
	}
	return verdict.Answer{Found: verdict.No, Looked: now}
}

// drill finds the last issue with the label that was closed as completed.
func drill(label string, a workflows.Answer) verdict.Answer {
	if a.Unknown != "" {
		return verdict.Answer{Because: Because(a)}
	}
	last := verdict.Answer{Found: verdict.No}
	for _, i := range a.Seen.Issues["closed\t"+label].All {
		if i.Done && i.Closed.After(last.At) {
			last = verdict.Answer{Found: verdict.Yes, At: i.Closed, Seen: fmt.Sprintf("#%d", i.Number), URL: i.URL}
		}
	}
	return last
}

// noIssues looks for open issues with all of the labels.
func noIssues(set string, a workflows.Answer) verdict.Answer {
	if a.Unknown != "" {
		return verdict.Answer{Because: Because(a)}
	}
	found, several := a.Seen.Issues[set], strings.Contains(set, "\t")
	switch {
	case len(found.All) > 0:
		seen := fmt.Sprintf("#%d", found.All[0].Number)
		if more := max(found.Total, len(found.All)) - 1; more > 0 && !(several && found.Cut) {
			seen += fmt.Sprintf(" +%d", more)
		}
		return verdict.Answer{Found: verdict.No, Seen: seen, URL: found.All[0].URL}
	case found.Cut, found.Total > 0:
		return unknown("too many issues carry the first of these labels", "最初のラベルのIssueが多すぎます")
	}
	return verdict.Answer{Found: verdict.Yes}
}
