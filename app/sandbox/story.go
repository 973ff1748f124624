package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// story is what happens in one night, in order.
func story() []step {
	return []step{
		{"installed", "Installed on repositories with old incidents: nothing is written", "過去の障害があるリポジトリに導入。何も書き込まない", (*play).installed},
		{"opened", "Sato of support, who may only read, reports from a phone: the severity follows from the contacts, a runbook suits it, the people on call are called, once", "閲覧権限だけのサポート担当 佐藤さんがスマートフォンから報告。件数から重大度が決まり、手順書が見つかり、当番を一度だけ呼ぶ", (*play).opened},
		{"acknowledged", "Tanaka starts: 👍, the comment is edited, nobody is notified", "田中さんが対応を開始。👍がつき、コメントが書き換わり、通知は飛ばない", (*play).acknowledged},
		{"severity", "Tanaka sets the severity: it counts instead of the table, and says who decided", "田中さんが重大度を入れる。表より優先し、だれが決めたかが出る", (*play).severity},
		{"times", "When it began and was noticed, one of them in Japanese and full width: TTD", "発生と検知の時刻を記入。全角でもよい。TTDが出る", (*play).times},
		{"slip", "A slip of the hand: 😕 and one answer with the right form", "打ち間違い。😕と、正しい書き方を1回だけ返す", (*play).slip},
		{"refused", "Sato may not set the severity: said once, nothing changes", "佐藤さんには重大度を変える権限がない。一度だけ伝え、何も変えない", (*play).refused},
		{"held", "Another release of the service waits, and says why", "同じサービスの別のリリースは待ち、理由を示す", (*play).held},
		{"fixed", "The fix of the incident goes out, and so does an earlier version", "この障害の修正と、以前の版へ戻す操作は通る", (*play).fixed},
		{"mitigated", "Customers are no longer affected: TTM", "影響が収束。TTMが出る", (*play).mitigated},
		{"resolved", "Resolved: closed as completed, one new comment, TTD, TTA, TTM and TTR", "復旧。完了として閉じ、新しいコメントは1件。TTD・TTA・TTM・TTRがそろう", (*play).resolved},
		{"released", "What waited goes by itself", "待っていたリリースは自動で進む", (*play).released},
		{"corrected", "A time is corrected: both comments follow by being edited", "時刻を訂正。二つのコメントが書き換わる", (*play).corrected},
		{"reopened", "Reopened, and closed again with GitHub's own button: resolved anew", "再オープンし、GitHubのボタンで完了として閉じる。あらためて復旧", (*play).reopened},
		{"drafted", "The postmortem is there: a draft with times and timeline, named by the comment that ended the incident; what was corrected since stands beneath it", "ポストモーテムができている。時刻と経緯の入った下書きで、復旧のコメントに番号がある。あとで直した時刻は下のコメントに出る", (*play).drafted},
		{"reviewed", "Suzuki asks Yamamoto to review it: what is missing is listed, in one comment", "鈴木さんが山本さんにレビューを頼む。足りないところがコメント1件にまとまる", (*play).reviewed},
		{"accepted", "Yamamoto approves: the postmortem is done, what is still open is said once, and the incident shows it", "山本さんが承認。ポストモーテムは完了。残っているところは一度だけ伝え、障害の側にも出る", (*play).accepted},
		{"followedup", "Its action items are issues by now, but for the one without an owner; Tanaka gives it to Suzuki", "対応策はIssueになっている。担当が未定だった1件は、田中さんが鈴木さんに頼む", (*play).followedUp},
		{"recommended", "Yamamoto recommends the postmortem: a minute later a pull request has the reading list", "山本さんがポストモーテムを推薦。1分後に、読書リストのプルリクエストができる", (*play).recommended},
		{"onboarded", "Sato is new to the team: an issue of their own says what to read first", "チームに加わった佐藤さんに、はじめに読むもののIssueができる", (*play).onboarded},
		{"stranger", "A stranger reports in a public repository: unconfirmed, nobody is called", "公開リポジトリで部外者が報告。確認待ちとし、だれも呼ばない", (*play).stranger},
		{"confirmed", "Tanaka confirms it: now the people on call are called", "田中さんが確認。ここで当番を呼ぶ", (*play).confirmed},
		{"lost", "A delivery is lost on its way: the sweep finds what it was about", "Webhookが途中で失われる。定期巡回が気づく", (*play).lost},
		{"deleted", "The database is deleted and the program started again: the same state, nothing new is written", "データベースを消して再起動。状態は同じで、新しい書き込みはない", (*play).deleted},
	}
}

// installed: the program arrives, and then GitHub tells it where it was put.
func (p *play) installed(ctx context.Context) error {
	before, err := p.remember(ctx)
	if err != nil {
		return err
	}
	if err := p.stage.enter(); err != nil {
		return err
	}
	p.stage.hub.Install("acme", time.Time{})
	p.url = p.stage.address + "/" + private
	p.detail = p.script.nothingWritten
	if err := p.unchanged(ctx, before); err != nil {
		return err
	}
	return p.passSpan(ctx, before)
}

// passSpan lets the time pass in which a new store creates nothing, because its
// predecessor may still have had something under way.
func (p *play) passSpan(ctx context.Context, before memory) error {
	p.stage.clock.Advance(time.Minute)
	return p.unchanged(ctx, before)
}

func (p *play) opened(ctx context.Context) error {
	p.stage.advanceTo(3, 2, 0)
	if err := p.open(ctx, "sato", private, p.script.title, p.script.body); err != nil {
		return err
	}
	return p.expect(ctx, comments(1), says(p.script.waiting...), notified("tanaka", "suzuki"), labels(p.script.label, "sev2"), stands("open", ""))
}

func (p *play) acknowledged(ctx context.Context) error {
	p.stage.advanceTo(3, 6, 30)
	if err := p.say(ctx, "tanaka", p.script.ack); err != nil {
		return err
	}
	return p.expect(ctx, answered("+1"), says(p.script.inProgress...), edited(1), comments(1), notified("tanaka", "suzuki"))
}

func (p *play) severity(ctx context.Context) error {
	p.stage.advanceTo(3, 8, 0)
	if err := p.say(ctx, "tanaka", p.script.sev); err != nil {
		return err
	}
	return p.expect(ctx, answered("+1"), labels(p.script.label, "sev2"), says("SEV2"), comments(1))
}

func (p *play) times(ctx context.Context) error {
	p.stage.advanceTo(3, 10, 0)
	if err := p.say(ctx, "tanaka", p.script.times); err != nil {
		return err
	}
	return p.expect(ctx, answered("+1"), says(p.script.timed...), comments(1))
}

func (p *play) slip(ctx context.Context) error {
	p.stage.advanceTo(3, 12, 0)
	if err := p.say(ctx, "tanaka", "/resolvd"); err != nil {
		return err
	}
	return p.expect(ctx, answered("confused"), comments(2), comment(2, p.script.misspelt...), silent(2), stands("open", ""))
}

func (p *play) refused(ctx context.Context) error {
	p.stage.advanceTo(3, 14, 0)
	if err := p.say(ctx, "sato", p.script.sevBySato); err != nil {
		return err
	}
	return p.expect(ctx, answered("confused"), comments(3), comment(3, p.script.notAllowed...), silent(3), labels(p.script.label, "sev2"), says("SEV2"))
}

func (p *play) mitigated(ctx context.Context) error {
	p.stage.advanceTo(3, 31, 0)
	if err := p.say(ctx, "suzuki", p.script.mitigate); err != nil {
		return err
	}
	return p.expect(ctx, answered("+1"), says(p.script.mitigated...), comments(3))
}

func (p *play) resolved(ctx context.Context) error {
	p.stage.advanceTo(4, 5, 30)
	if err := p.say(ctx, "suzuki", p.script.resolve); err != nil {
		return err
	}
	return p.expect(ctx, answered("+1"), stands("closed", "completed"), says(p.script.resolved...),
		comments(4), comment(4, p.script.summary...), silent(4), notified("tanaka", "suzuki"))
}

func (p *play) corrected(ctx context.Context) error {
	p.stage.advanceTo(4, 10, 0)
	if err := p.say(ctx, "tanaka", p.script.correct); err != nil {
		return err
	}
	return p.expect(ctx, answered("+1"), says(p.script.corrected...), comment(4, p.script.correctedSummary...), edited(4),
		comments(4), stands("closed", "completed"))
}

func (p *play) reopened(ctx context.Context) error {
	suzuki := p.stage.person("suzuki")
	p.stage.advanceTo(4, 20, 0)
	if err := suzuki.setState(ctx, p.repo, p.issue, "open", ""); err != nil {
		return err
	}
	if err := p.expect(ctx, stands("open", ""), says(p.script.reopened...), comment(4, p.script.noLonger), comments(4)); err != nil {
		return err
	}
	p.stage.advanceTo(4, 40, 30)
	if err := suzuki.setState(ctx, p.repo, p.issue, "closed", "completed"); err != nil {
		return err
	}
	return p.expect(ctx, stands("closed", "completed"), says(p.script.again...), comment(4, p.script.againSummary...), comments(4),
		notified("tanaka", "suzuki"))
}

// drafted: the incident is over, and its postmortem stands beside it.
func (p *play) drafted(ctx context.Context) error {
	p.incident = p.issue
	var issues []struct{ Number int }
	if err := p.stage.person("sato").get(ctx, "/repos/"+p.repo+"/issues?state=all&per_page=1&creator="+url.QueryEscape(bot), &issues); err != nil {
		return err
	}
	if len(issues) != 1 {
		return errors.New("the program has opened no issue")
	}
	if err := p.expect(ctx, comment(4, fmt.Sprintf(p.script.draftNamed, issues[0].Number)), says(fmt.Sprintf(p.script.draftLine, issues[0].Number))); err != nil {
		return err
	}
	p.issue, p.said = issues[0].Number, 0
	return p.expect(ctx, stands("open", ""), comments(2), says(p.script.draft...), comment(2, p.script.later...), notified(), labels(p.script.draftLabels...))
}

func (p *play) reviewed(ctx context.Context) error {
	p.stage.advanceTo(4, 44, 0)
	if err := p.stage.person("suzuki").fill(ctx, p.repo, p.issue, emptyRow, p.script.rows); err != nil {
		return err
	}
	p.stage.advanceTo(4, 45, 0)
	if err := p.say(ctx, "suzuki", p.script.review); err != nil {
		return err
	}
	return p.expect(ctx, answered("+1"), says(p.script.inReview...), comments(3), comment(3, p.script.findings...), notified("yamamoto"))
}

func (p *play) accepted(ctx context.Context) error {
	p.stage.advanceTo(4, 46, 0)
	if err := p.say(ctx, "yamamoto", p.script.approve); err != nil {
		return err
	}
	if err := p.expect(ctx, answered("+1"), stands("closed", "completed"), says(p.script.accepted...), comments(5), comment(4, p.script.stillOpen...), comment(5, p.script.made...)); err != nil {
		return err
	}
	p.postmortem, p.issue, p.said = p.issue, p.incident, 0
	return p.expect(ctx, says(fmt.Sprintf(p.script.acceptedLine, p.postmortem)), comments(4))
}

// followedUp: what is to be done has issues, and nobody is called for it.
func (p *play) followedUp(ctx context.Context) error {
	p.stage.advanceTo(4, 47, 0)
	p.issue, p.said = p.postmortem, 0
	if err := p.say(ctx, "tanaka", p.script.own); err != nil {
		return err
	}
	return p.expect(ctx, answered("+1"), comments(5), comment(5, p.script.allMade...), silent(5), stands("closed", "completed"))
}

// recommended: the list is made a minute after the first recommendation, so that
// several are one commit. It is data and pages in a folder.
func (p *play) recommended(ctx context.Context) error {
	p.issue = p.postmortem
	if err := p.say(ctx, "yamamoto", p.script.recommend); err != nil {
		return err
	}
	if err := p.expect(ctx, answered("+1"), says(p.script.listed)); err != nil {
		return err
	}
	p.stage.clock.Advance(time.Minute)
	return p.until(ctx, func(ctx context.Context) (open string, err error) {
		var pulls []struct {
			Title string
			URL   string `json:"html_url"`
		}
		sato := p.stage.person("sato")
		if err := sato.get(ctx, "/repos/"+private+"/pulls?state=open", &pulls); err != nil {
			return "", err
		}
		if len(pulls) != 1 {
			return fmt.Sprintf("expected one open pull request; there are %d", len(pulls)), nil
		}
		page, err := sato.file(ctx, private, "kintsugi/reading-list", "reading-list/README.md")
		if err != nil {
			return "", err
		}
		p.url, p.detail = pulls[0].URL, pulls[0].Title
		return missing("the list", page, []string{p.script.listedWhy, fmt.Sprintf("/issues/%d", p.postmortem)}), nil
	})
}

// onboarded: the newcomer and whoever asked are assigned to what is to be read.
func (p *play) onboarded(ctx context.Context) error {
	if err := p.say(ctx, "tanaka", p.script.onboard); err != nil {
		return err
	}
	if err := p.expect(ctx, answered("+1"), says(p.script.reading)); err != nil {
		return err
	}
	return p.until(ctx, func(ctx context.Context) (open string, err error) {
		var issues []struct {
			Title, Body string
			URL         string `json:"html_url"`
		}
		path := "/repos/" + private + "/issues?assignee=sato&labels=onboarding-reading"
		if err := p.stage.person("sato").get(ctx, path, &issues); err != nil {
			return "", err
		}
		if len(issues) != 1 {
			return fmt.Sprintf("expected one issue for the newcomer; there are %d", len(issues)), nil
		}
		p.url, p.detail = issues[0].URL, issues[0].Title
		return missing("what is to be read", issues[0].Body, []string{"- [ ] 1. **[", fmt.Sprintf("/issues/%d", p.postmortem)}), nil
	})
}

// emptyRow is that of the table of action items in a draft.
const emptyRow = "| | | | | |"

func (p *play) stranger(ctx context.Context) error {
	p.stage.advanceTo(4, 50, 0)
	if err := p.open(ctx, "stranger", public, p.script.strangeTitle, p.script.strangeBody); err != nil {
		return err
	}
	return p.expect(ctx, comments(1), says(p.script.unconfirmed...), silent(1), notified(), labels(p.script.label))
}

func (p *play) confirmed(ctx context.Context) error {
	p.stage.advanceTo(4, 55, 0)
	if err := p.say(ctx, "tanaka", p.script.confirm); err != nil {
		return err
	}
	return p.expect(ctx, answered("+1"), says(p.script.waitingAgain), notified("tanaka", "suzuki"), comments(2), labels(p.script.label))
}

// lost: the wire drops a comment's delivery. Nothing happens, until the clock
// has come to the next sweep.
func (p *play) lost(ctx context.Context) error {
	p.stage.advanceTo(5, 0, 0)
	p.stage.wire.loseNext()
	if err := p.say(ctx, "suzuki", p.script.ack); err != nil {
		return err
	}
	if err := p.expect(ctx, answered(""), says(p.script.waitingAgain)); err != nil {
		return err
	}
	p.stage.clock.Advance(betweenSweeps)
	return p.expect(ctx, answered("+1"), says(p.script.takenBySuzuki...), comments(2))
}

// betweenSweeps is more than the pause between two sweeps.
const betweenSweeps = 11 * time.Minute

// deleted: what the program knew is gone. Everything it needs is on GitHub.
func (p *play) deleted(ctx context.Context) error {
	before, err := p.remember(ctx)
	if err != nil {
		return err
	}
	url, detail := p.stage.address+"/"+private, p.script.nothingWritten
	if err := p.stage.leave(); err != nil {
		return err
	}
	if err := p.stage.forget(); err != nil {
		return err
	}
	if err := p.stage.enter(); err != nil {
		return err
	}
	if err := p.unchanged(ctx, before); err != nil {
		return err
	}
	// Another sweep, past the time in which a new store writes nothing.
	p.stage.clock.Advance(betweenSweeps)
	if err := clock.Sleep(ctx, p.stage.watch, lookEvery); err != nil {
		return err
	}
	p.url, p.detail = url, detail
	return p.unchanged(ctx, before)
}
