package retrieval_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/retrieval"
)

// many are ten thousand incidents of a kilobyte or two in both languages. Which
// words they share is as in a language: few are everywhere and most are rare.
func many() []retrieval.Document {
	r := rand.New(rand.NewPCG(1, 2))
	often := rand.NewZipf(r, 1.1, 20, 20_000)
	kanji := []rune("決済画面証明書期限切商品検索結果在庫配送会員認証管理請求印刷接続枯渇再起動更新同期遅延欠損重複漏洩復元容量不足負荷分散")
	word := func() string {
		n := often.Uint64()
		if n%3 == 0 {
			return string([]rune{kanji[n%53%uint64(len(kanji))], kanji[n/53%uint64(len(kanji))], kanji[n/7%uint64(len(kanji))]}) + "が"
		}
		return fmt.Sprintf("w%xq ", n*2654435761%16777216)
	}
	docs := make([]retrieval.Document, 10_000)
	for n := range docs {
		var title, body strings.Builder
		for range 6 {
			title.WriteString(word())
		}
		for range 150 + r.IntN(100) {
			body.WriteString(word())
		}
		docs[n] = retrieval.Incident(n+1, title.String(), body.String(), "", true)
	}
	return docs
}

// BenchmarkSearch asks ten thousand incidents for the one that suits a report.
// The limit, for comparison in the same run, is to look through the same text
// for each word of the report.
func BenchmarkSearch(b *testing.B) {
	docs := many()
	x := retrieval.Build(docs)
	report := docs[4321].Title + "\n\n" + docs[4321].Body[:600]
	fields := strings.Fields(report)
	var ours, scan, longest time.Duration
	for b.Loop() {
		began := time.Now()
		if got := x.Similar(report, 10_001); len(got) != 1 || got[0].Number != 4322 {
			b.Fatalf("%+v", got)
		}
		took := time.Since(began)
		ours, longest = ours+took, max(longest, took)
		began = time.Now()
		found := 0
		for _, d := range docs {
			for _, w := range fields {
				if strings.Contains(d.Body, w) {
					found++
				}
			}
		}
		scan += time.Since(began)
		if found == 0 {
			b.Fatal("the scan found nothing")
		}
	}
	b.ReportMetric(0, "ns/op") // the sum of both says nothing
	b.ReportMetric(ours.Seconds()*1000/float64(b.N), "ms")
	b.ReportMetric(longest.Seconds()*1000, "longest-ms")
	b.ReportMetric(ours.Seconds()/scan.Seconds(), "search/scan")
}

// BenchmarkBuild makes the index of ten thousand incidents. The limit is to
// split the same text at its blanks and count what comes out.
func BenchmarkBuild(b *testing.B) {
	docs := many()
	var ours, limit time.Duration
	for b.Loop() {
		began := time.Now()
		if n := retrieval.Build(docs).Len(); n != len(docs) {
			b.Fatal(n)
		}
		ours += time.Since(began)
		began = time.Now()
		counts := map[string]int{}
		for _, d := range docs {
			for w := range strings.FieldsSeq(d.Body) {
				counts[w]++
			}
		}
		limit += time.Since(began)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ours.Seconds()*1000/float64(b.N), "ms")
	b.ReportMetric(ours.Seconds()/limit.Seconds(), "build/count")
}

// BenchmarkPut replaces one of ten thousand incidents, as somebody edits it.
func BenchmarkPut(b *testing.B) {
	docs := many()
	x := retrieval.Build(docs)
	n := 0
	for b.Loop() {
		x.Put(docs[n%len(docs)])
		n++
	}
}
