package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// report tells how the story goes, while it goes: in lines for people, or in an
// object a line for programs.
type report struct {
	out   io.Writer
	json  bool
	total totals
	// Of the story under way.
	number, failed int
	took           time.Duration
}

// totals are the last line for programs. Everything is counted by the simulated
// GitHub; what people did is not.
type totals struct {
	OK          bool             `json:"ok"`
	Languages   []words.Language `json:"languages"`
	Steps       int              `json:"steps"`
	Failed      int              `json:"failed"`
	MS          int64            `json:"ms"`
	Requests    int              `json:"requests"`
	Points      int              `json:"points"`
	Reads       int              `json:"reads"`
	Writes      int              `json:"writes"`
	NotModified int              `json:"not_modified"`
	Refused     int              `json:"refused"`
	Comments    int              `json:"comments"`
	Mentions    int              `json:"mentions"`
	Deliveries  int              `json:"deliveries"`
	// ByKind is each kind of request, such as "GET /app".
	ByKind map[string]kind `json:"by_kind"`
}

type kind struct {
	Requests int `json:"requests"`
	Points   int `json:"points"`
}

func newReport(out io.Writer, format string) *report {
	return &report{out: out, json: format == "json", total: totals{ByKind: map[string]kind{}}}
}

// begin introduces a story.
func (r *report) begin(s *stage, stays bool) {
	r.number, r.failed, r.took = 0, 0, 0
	r.total.Languages = append(r.total.Languages, s.lang)
	if r.json {
		return
	}
	if len(r.total.Languages) > 1 {
		fmt.Fprintln(r.out)
	}
	fmt.Fprintln(r.out, pick(s.lang, "The real app against a simulated GitHub, all on this machine.", "本物のアプリを、模擬のGitHubにつないで動かします。すべてこのマシンの中です。"))
	if stays {
		fmt.Fprintf(r.out, "%s %s\n", pick(s.lang, "Watch it at", "ページ:"), s.address)
	}
	fmt.Fprintln(r.out)
}

// step tells how one step ended.
func (r *report) step(lang words.Language, result result) {
	r.number++
	r.took += result.took
	r.total.Steps++
	r.total.MS += result.took.Milliseconds()
	if !result.ok {
		r.failed++
		r.total.Failed++
	}
	if r.json {
		r.encode(struct {
			Step   string         `json:"step"`
			Lang   words.Language `json:"lang"`
			OK     bool           `json:"ok"`
			MS     int64          `json:"ms"`
			Detail string         `json:"detail"`
			URL    string         `json:"url"`
		}{result.step.name, lang, result.ok, result.took.Milliseconds(), result.detail, result.url})
		return
	}
	mark := "✓"
	if !result.ok {
		mark = "✗"
	}
	fmt.Fprintf(r.out, "%s %2d  %s\n", mark, r.number, pick(lang, result.step.en, result.step.ja))
	if !result.ok {
		fmt.Fprintf(r.out, "       %s\n", strings.ReplaceAll(result.detail, "\n", "\n       "))
	}
}

// end adds up what a story took, and says it after the last one.
func (r *report) end(s *stage, last bool) {
	counts := s.hub.Counts()
	mentions := 0
	for _, m := range s.hub.Mentions() {
		if m.ByApp {
			mentions++
		}
	}
	r.total.add(counts, mentions)
	r.total.OK = r.total.Failed == 0
	if r.json {
		if last {
			r.encode(r.total)
		}
		return
	}
	fmt.Fprintf(r.out, "\n%s\n", summary(s.lang, r.number, r.failed, r.took, counts, mentions))
}

func (t *totals) add(c fakehub.Counts, mentions int) {
	t.Requests += c.Requests
	t.Points += c.Points
	t.Reads += c.Reads
	t.Writes += c.Writes
	t.NotModified += c.NotModified
	t.Refused += c.Refused
	t.Comments += c.ByRoute[createComment]
	t.Mentions += mentions
	t.Deliveries += c.Deliveries
	for route, n := range c.ByRoute {
		k := t.ByKind[route]
		k.Requests += n
		k.Points += c.PointsByRoute[route]
		t.ByKind[route] = k
	}
}

const createComment = "POST /repos/{owner}/{repo}/issues/{number}/comments"

// stays says how to go on where the story has ended.
func (r *report) stays(s *stage) {
	if !r.json {
		fmt.Fprintf(r.out, "%s\n", pick(s.lang, "Now it is your turn: open "+s.address+" and act as anybody of the team. Ctrl-C ends it.",
			"続きはご自分でどうぞ。"+s.address+" を開くと、チームのだれとしてでも操作できます。終わるときは Ctrl-C。"))
	}
}

func (r *report) encode(v any) {
	// Whoever reads this may have left; there is nobody else to tell.
	_ = json.NewEncoder(r.out).Encode(v)
}

func summary(lang words.Language, steps int, failed int, took time.Duration, c fakehub.Counts, mentions int) string {
	how := pick(lang, "all as they should be", "すべて期待どおり")
	if failed > 0 {
		how = pick(lang, fmt.Sprintf("%d not as they should be", failed), fmt.Sprintf("うち%d段階が期待と違います", failed))
	}
	seconds := took.Seconds()
	return pick(lang,
		fmt.Sprintf("%d steps, %s, in %.1f s. The app asked GitHub %d times (%d reads, %d writes), wrote %d comments and mentioned people %d times; %d deliveries.",
			steps, how, seconds, c.Requests, c.Reads, c.Writes, c.ByRoute[createComment], mentions, c.Deliveries),
		fmt.Sprintf("%d段階、%s（%.1f秒）。GitHubへのリクエスト%d回（読み取り%d、書き込み%d）、コメント%d件、メンション%d回、Webhook %d件。",
			steps, how, seconds, c.Requests, c.Reads, c.Writes, c.ByRoute[createComment], mentions, c.Deliveries))
}

func pick(lang words.Language, en, ja string) string {
	if lang == words.Japanese {
		return ja
	}
	return en
}
