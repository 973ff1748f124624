package verdict_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/readiness/verdict"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

// BenchmarkDecide decides 1,000 checklists of 60 items each, as a process would that
// looks after that many services, and says each verdict in one language. What it
// is compared with, in the same run, is to read a single one of them as YAML.
func BenchmarkDecide(b *testing.B) {
	const many, items = 1000, 60
	var src strings.Builder
	src.WriteString("traits: {big: true}\nitems:\n")
	for i := range items {
		kind := checklist.Kinds[i%len(checklist.Kinds)]
		fmt.Fprintf(&src, "- {id: item-%d, question: {en: \"Is number %d done?\", ja: \"%d番は終わりましたか。\"}, why: Because it was forgotten once., when: big, valid_for: 90 days, evidence: [%s]}\n", i, i, i, evidences[kind])
	}
	text := src.String()
	inputs := make([]*verdict.Input, many)
	for n := range inputs {
		c := read(b, strings.ReplaceAll(text, "item-", fmt.Sprintf("item%d-", n)))
		in := &verdict.Input{Now: now, Zone: tokyo, Checklist: c, Own: true, Service: "payments", Commit: "c0ffee", Authors: []string{"tanaka"}, Answers: map[checklist.Question]verdict.Answer{}}
		for i, q := range c.Questions("") {
			in.Answers[q] = verdict.Answer{Found: verdict.Found(1 + (i+n)%2), At: now.Add(-hours(i * 24)), Looked: now}
		}
		for i := range c.Items {
			if i%3 > 0 {
				in.Acts = append(in.Acts, verdict.Act{Deed: verdict.Done, Item: c.Items[i].ID, By: "suzuki", At: now, Link: "https://example.com", Version: c.Items[i].Version()})
			}
		}
		in.Acts = append(in.Acts, verdict.Act{Deed: verdict.Approve, By: "suzuki", At: now, Version: c.Version(), Commit: in.Commit})
		inputs[n] = in
	}
	var decide, say, parse time.Duration
	for b.Loop() {
		began := time.Now()
		verdicts := make([]*verdict.Verdict, many)
		for n, in := range inputs {
			verdicts[n] = verdict.Decide(in)
		}
		decide += time.Since(began)
		began = time.Now()
		for _, v := range verdicts {
			if v.Ready || len(v.Text(words.Japanese)) < 1000 {
				b.Fatal("this is no verdict")
			}
		}
		say += time.Since(began)
		began = time.Now()
		read(b, text)
		parse += time.Since(began)
	}
	b.ReportMetric(0, "ns/op") // the sum of these says nothing
	b.ReportMetric(float64(decide.Microseconds())/float64(b.N)/many, "µs/decided")
	b.ReportMetric(float64(say.Microseconds())/float64(b.N)/many, "µs/said")
	b.ReportMetric(float64(decide)/many/float64(parse), "decided/parsed")
	b.ReportMetric(float64(decide+say)/many/float64(parse), "decided+said/parsed")
}
