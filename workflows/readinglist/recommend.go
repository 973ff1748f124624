package readinglist

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Published is what a recommended issue or pull request says of itself to the list.
type Published struct {
	// Off: somebody took it off the list.
	Off         bool                  `json:"off,omitempty"`
	Recommended []list.Recommendation `json:"recommended,omitempty"`
	// Since is when it was last taken off: what was said for it before counts no more.
	Since time.Time `json:"since,omitzero"`
	// Files are those of a pull request, relative to the root, once it was merged.
	Files []string `json:"files,omitempty"`
	// Text stands for the title, the text and the labels, so that the list hears of
	// their changes.
	Text string `json:"text,omitempty"`
	// Ended says that a reading club met: the day, as YYYY-MM-DD.
	Ended string `json:"ended,omitempty"`
}

func (p Published) encode() string {
	data, err := json.Marshal(p)
	if err != nil {
		panic(err) // texts always encode
	}
	return string(data)
}

// publishedIn is what an answer's subject says of itself; ok is false where it says
// nothing.
func publishedIn(summaries map[string]string) (p Published, ok bool) {
	return p, json.Unmarshal([]byte(summaries[name]), &p) == nil
}

// said is what people said for and against an issue.
type said struct {
	// acts says that anybody said anything. Otherwise the label alone speaks, which
	// may be older than the App.
	acts, on bool
	at       time.Time
	given    []list.Recommendation
	// since is when somebody last took it off.
	since time.Time
	// bare is the first recommendation without a reason since the list knows it.
	bare bool
}

func replay(in workflows.Input) said {
	s := said{on: in.Observation.HasLabel(policyOf(in.Policy).label(in.Policy).Name)}
	var e list.Entry
	for _, a := range in.Acts {
		if a.Verdict != workflows.Done {
			// A label that somebody without the role brought in, by a template, counts for nothing.
			s.on = s.on && (s.acts || a.Name != "recommend" || !a.Gesture)
			continue
		}
		switch a.Name {
		case "recommend":
			reason, rest, _ := strings.Cut(a.Value, " ")
			r := list.Recommendation{By: a.Author, At: a.At.UTC()}
			r.Reason, _ = list.ParseReason(reason)
			if rest != "" {
				r.Because = list.Tell(words.Capital(rest), words.Detect(rest))
			}
			e.Recommend(r)
			s.acts, s.on, s.at = true, true, a.At
			s.bare = s.bare || r.Reason == ""
		case "unrecommend":
			e = list.Entry{}
			s.acts, s.on, s.at, s.since = true, false, a.At, a.At.UTC()
		}
	}
	s.given = e.Recommended
	return s
}

// contribute says on a postmortem, or on whatever somebody recommends, that it is on
// the reading list, and tells the list. It opens what newcomers are to read, too.
func contribute(in workflows.Input) workflows.Decision {
	p, asks := recommends(in)
	onboarded, open := onboards(in)
	p.Issues, p.Sections = onboarded.Issues, append(p.Sections, onboarded.Sections...)
	p.State = onboarded.State
	if in.Owner == name {
		p.Comments = append(p.Comments, in.HelpComments(keyHelp, helped(in.Acts), "")...)
	}
	return workflows.Decision{Plan: p, Asks: append(asks, open...)}
}

func recommends(in workflows.Input) (p workflows.Plan, asks []workflows.Ask) {
	s := replay(in)
	if !s.acts && !s.on {
		return p, nil
	}
	own := policyOf(in.Policy)
	to := own.place(in.Observation.Subject.Repo)
	p.Names = []workflows.Subject{{Repo: to, Name: aggregate}}
	label := []workflows.LabelIntent{{Label: own.label(in.Policy), On: s.on, At: s.at}}
	if !s.on {
		files, _, asks := filesOf(in)
		if len(asks) > 0 {
			return p, asks
		}
		p.Labels = label
		p.Summary = Published{Off: true, Files: files}.encode()
		p.Sections = listed(in, in.Say("Reading list: taken off", "読書リスト: 外しました"))
		return p, nil
	}
	why, never, asks := hindrance(in, own, s)
	files, waits, open := filesOf(in)
	if asks = append(asks, open...); len(asks) > 0 {
		return p, asks
	}
	if never { // and what was listed before is not any more
		p.Summary = Published{Off: true, Files: files}.encode()
	} else if !waits {
		p.Summary = Published{Recommended: s.given, Since: s.since, Files: files, Text: textOf(in.Observation.Issue)}.encode()
	}
	if why != "" {
		p.Sections = listed(in, in.Say("Reading list: not listed. ", "読書リスト: 載せていません。")+why)
		return p, nil
	}
	if !s.acts {
		return p, nil
	}
	p.Labels = label
	line := in.Say("Reading list: listed", "読書リスト: 掲載中")
	if waits {
		line = in.Say("Reading list: listed once this is merged", "読書リスト: マージされると載ります")
	}
	p.Sections = listed(in, line+elsewhere(in, to)+reasons(in, s.given))
	switch ask := reasonAsked(in, s.given, waits); {
	case !s.bare:
	case in.Owner == name: // the comment that says so is new itself
		p.Sections[0].Text = ask.Body + "\n\n" + p.Sections[0].Text
	default:
		p.Comments = []workflows.CommentIntent{ask}
	}
	return p, nil
}

// listed is what the status comment says of the list.
func listed(in workflows.Input, line string) []workflows.Section {
	if in.Owner == name { // it is all there is to say
		return []workflows.Section{{Key: name, Title: line, Text: in.Say("`/unrecommend` takes it back.", "`/推薦取り消し` で取り消せます。")}}
	}
	return []workflows.Section{{Key: name, Text: line, Facts: line}}
}

// elsewhere names the repository of the list, if it is another one.
func elsewhere(in workflows.Input, to string) string {
	if strings.EqualFold(to, in.Observation.Subject.Repo) {
		return ""
	}
	return in.Say(" in ", "（") + words.Foreign(to).Inline(140) + in.Say("", "）")
}

// reasons are what people gave, such as " · response (Yamamoto)".
func reasons(in workflows.Input, given []list.Recommendation) (said string) {
	for _, r := range given {
		who := ""
		if r.By != "" {
			who = in.Say(" (", "（") + in.Person(r.By) + in.Say(")", "）")
		}
		said += " · " + r.Reason.Name(in.Language) + who
	}
	return said
}

// reasonAsked asks once for a reason, where a label was put without one, and says
// later that there is one. It is listed all the same.
func reasonAsked(in workflows.Input, given []list.Recommendation, waits bool) workflows.CommentIntent {
	head := in.Say("This is on the reading list now.", "読書リストに載せました。")
	if waits {
		head = in.Say("This goes on the reading list once it is merged.", "マージされると、読書リストに載ります。")
	}
	if !slices.ContainsFunc(given, func(r list.Recommendation) bool { return r.Reason != "" }) {
		return workflows.CommentIntent{Key: keyAsk, Body: head + in.Say(
			" A word on why helps those who read it: `/recommend response reason` (learning: much to learn, architecture: how the system is built, response: how to act during an incident). It stays listed without one, too.",
			"一言あると、読む人の助けになります: `/recommend response 理由`（learning=学び、architecture=構成、response=障害時の動き）。なくてもこのまま載ります。")}
	}
	return workflows.CommentIntent{Key: keyAsk, Body: head + in.Say(" Thank you for the reason.", "理由をありがとうございました。")}
}

// hindrance is why it is not listed where the policy says, or nothing. Where never is
// set it must not be, as it stands; else it is listed once the place is right. Whoever
// recommends needs the role over there, too.
func hindrance(in workflows.Input, own *Policy, s said) (why string, never bool, asks []workflows.Ask) {
	here := in.Observation.Subject.Repo
	to := own.place(here)
	shown := words.Foreign(to).Inline(140)
	if strings.EqualFold(here, to) {
		return "", false, nil
	}
	if o, _, _ := strings.Cut(here, "/"); !strings.HasPrefix(strings.ToLower(to), strings.ToLower(o)+"/") {
		return in.Say("The list in "+shown+" belongs to another owner.", shown+" は別の組織のリストです。"), true, nil
	}
	place, known := in.Facts[workflows.PlaceAsk{Repo: to}]
	if !known {
		asks = append(asks, workflows.PlaceAsk{Repo: to})
	}
	var may bool
	for _, r := range s.given {
		role, answered := in.Facts.Role(to, r.By)
		if !answered {
			asks = append(asks, workflows.RoleAsk{Repo: to, Login: r.By})
		}
		may = may || role >= workflows.RoleTriage
	}
	switch {
	case len(asks) > 0:
		return "", false, asks
	case place.Place.Now != "":
		now := words.Foreign(place.Place.Now).Inline(140)
		return in.Say("The repository of the list, "+shown+", is called "+now+" by now; the policy here should say so.", "リストのリポジトリ "+shown+" の名前は、いまは "+now+" です。このリポジトリの設定を直してください。"), false, nil
	case place.Unknown != "":
		return in.Say("The repository of the list, "+shown+", is not there for me.", "リストのリポジトリ "+shown+" が、アプリから見えません。"), false, nil
	case in.Observation.Private && !place.Place.Private:
		return in.Say("This is private, and everybody can read the list in "+shown+".", "このIssueは非公開で、"+shown+" のリストはだれでも読めるためです。"), true, nil
	case s.acts && !may:
		return in.Say("Whoever recommends needs the role triage in "+shown+", too.", "推薦する方には、"+shown+" でもtriage以上の権限が必要です。"), true, nil
	case place.Place.Closed == workflows.PlaceArchived:
		return in.Say("The repository of the list, "+shown+", is archived.", "リストのリポジトリ "+shown+" はアーカイブされています。"), false, nil
	case !place.Place.Collects:
		return in.Say("The policy in "+shown+" does not name this repository under `reading_list.from`.", shown+" の設定の `reading_list.from` に、このリポジトリがありません。"), false, nil
	}
	return "", false, nil
}

// mostFiles is how many documents of a pull request are listed.
const mostFiles = 3

// filesOf are the documents that a pull request brings, once it was merged.
func filesOf(in workflows.Input) (files []string, waits bool, asks []workflows.Ask) {
	if !in.Observation.Issue.Pull {
		return nil, false, nil
	}
	ask := workflows.PullAsk{Subject: in.Observation.Subject}
	answer, known := in.Facts[ask]
	if !known {
		return nil, false, []workflows.Ask{ask}
	}
	if in.Owner == postmortem.Name {
		account, asks := postmortem.AccountOf(in)
		return []string{account.Path}, !answer.Pull.Merged, asks
	}
	for _, file := range answer.Pull.Files {
		if l := strings.ToLower(file); len(files) < mostFiles && (strings.HasSuffix(l, ".md") || strings.HasSuffix(l, ".markdown")) {
			files = append(files, file)
		}
	}
	return files, !answer.Pull.Merged, nil
}

// textOf stands for what the list takes from an issue.
func textOf(i workflows.Issue) string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{i.Title, i.Body, i.URL}, slices.Sorted(slices.Values(i.Labels))...), "\x00")))
	return hex.EncodeToString(sum[:6])
}
