package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// documentSize is that of a thorough postmortem.
const documentSize = 12_500

// teller is the words that made-up postmortems are put together from.
type teller struct {
	title, impact, timeline, causes, actions, tableHead, began, noticed, ended string
	sentences, events, items                                                   []string
}

var tellers = []teller{
	{
		title: "Search was slow", impact: "Impact", timeline: "Timeline (UTC)", causes: "Contributing factors", actions: "Action items",
		tableHead: "| Action | Owner | Due |", began: "Incident started: the index ran out of space.", noticed: "Detected by the latency alert.", ended: "Resolved: searches are fast again.",
		sentences: []string{
			"The index is rebuilt every night from the primary, which takes **forty minutes** and as much space as it has.",
			"Requests waited in the pool until the client gave up, and the retries of [the gateway](https://example.com/gateway) doubled them.",
			"A `quota` had been set in March for another reason, and nobody was told of it, because the change was not in the usual place.",
			"We compared the graphs of both regions and saw no difference until the cache had expired.",
			"The runbook names a dashboard that was renamed; the new one shows the same, but under *storage*.",
			"Nothing in the deployment looks at free space before it starts, so it failed half way through and left both copies.",
		},
		events: []string{"Support reports slow pages.", "The on-call engineer looks at `search-7`.", "The second replica is added, without effect.", "A rollback is prepared.", "Latency falls to 300 ms in one region."},
		items:  []string{"Alert on free space below 20 %", "Run the rebuild on a volume of its own", "Check space before a deployment starts"},
	},
	{
		title: "検索が遅くなった", impact: "影響", timeline: "タイムライン（JST）", causes: "要因", actions: "対応策",
		tableHead: "| 対応策 | 担当 | 期限 |", began: "発生: インデックスの容量が足りなくなった。", noticed: "検知: 遅延のアラートが鳴った。", ended: "復旧: 検索が元の速さに戻った。",
		sentences: []string{
			"インデックスは毎晩、**約40分**かけて作り直され、その間は同じ容量がもう一つ必要になります。",
			"接続待ちの間に[ゲートウェイ](https://example.com/gateway)の再試行が重なり、リクエスト数が2倍になりました。",
			"3月に別の理由で`quota`が設定されていましたが、いつもの場所ではなかったため、共有されていませんでした。",
			"両方のリージョンのグラフを見比べましたが、キャッシュが切れるまで違いは見えませんでした。",
			"手順書にあるダッシュボードは名前が変わっており、同じ内容が*ストレージ*の下にありました。",
			"デプロイの前に空き容量を確かめる仕組みがなく、途中で失敗して両方の複製が残りました。",
		},
		events: []string{"問い合わせ窓口から連絡があった。", "当番が`search-7`を確認した。", "レプリカを追加したが、変わらなかった。", "切り戻しの準備をした。", "片方のリージョンで300ミリ秒まで下がった。"},
		items:  []string{"空き容量が20%を切ったらアラートを出す", "作り直しを別のボリュームで行う", "デプロイの前に容量を確認する処理を加える"},
	},
}

// madeUp is a postmortem of our own making, one of many that differ.
func madeUp(n int) string {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	w := tellers[n%len(tellers)]
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	paragraph := func(b *strings.Builder) {
		for range 3 + r.IntN(4) {
			b.WriteString(pick(w.sentences) + "\n")
		}
		b.WriteString("\n")
	}
	day := time.Date(2026, 1, 1+r.IntN(300), r.IntN(20), r.IntN(30), 0, 0, time.UTC)
	var b strings.Builder
	fmt.Fprintf(&b, "# %s (%s)\n\n## %s\n\n", w.title, day.Format("2006-01-02"), w.impact)
	paragraph(&b)
	fmt.Fprintf(&b, "## %s\n\n", w.timeline)
	events := []string{w.began, w.noticed}
	for range 20 {
		events = append(events, pick(w.events))
	}
	for i, event := range append(events, w.ended) {
		fmt.Fprintf(&b, "- %s %s\n", day.Add(time.Duration(i*7)*time.Minute).Format("2006-01-02 15:04"), event)
	}
	fmt.Fprintf(&b, "\n## %s\n\n", w.causes)
	for b.Len() < documentSize-1200 {
		fmt.Fprintf(&b, "### %d\n\n", 1+r.IntN(9))
		paragraph(&b)
		for range 3 {
			fmt.Fprintf(&b, "- %s\n", pick(w.sentences))
		}
		b.WriteString("\n```\n" + strings.Repeat("level=warn msg=\"no space left\" volume=7\n", 3) + "```\n\n")
	}
	fmt.Fprintf(&b, "## %s\n\n%s\n|---|---|---|\n", w.actions, w.tableHead)
	for i := 0; b.Len() < documentSize-100; i++ {
		fmt.Fprintf(&b, "| %s | @sato | %s |\n", pick(w.items), day.AddDate(0, 0, 7+i).Format("2006-01-02"))
	}
	return b.String()
}

// BenchmarkPostmortems checks 10,000 documents as the command does, files and
// findings included, against nothing but parsing them. asked: at least 0.6 of
// the parser's throughput; and no more memory than 1,000 take. The command
// collects garbage less often than Go does by itself (collectAt), the parser not.
func BenchmarkPostmortems(b *testing.B) {
	const distinct, all, few = 200, 10_000, 1_000
	dir := b.TempDir()
	files, sources := make([]string, all), make([][]byte, distinct)
	bytesInAll := 0
	for i := range all {
		files[i] = filepath.Join(dir, fmt.Sprintf("%03d.md", i%distinct))
		if i < distinct {
			sources[i] = []byte(madeUp(i))
			if err := os.WriteFile(files[i], sources[i], 0o600); err != nil {
				b.Fatal(err)
			}
		}
		bytesInAll += len(sources[i%distinct])
	}
	b.SetBytes(int64(bytesInAll))
	var parsing, checking time.Duration
	var growth int64
	for b.Loop() {
		peakOfFew := peak(func() { lintFiles(b, files[:few]) })
		// Half of the parsing before and half after, for a machine that gets busy.
		before := time.Now()
		parseAll(sources, all/2)
		parsing += time.Since(before)
		before = time.Now()
		peakOfAll := peak(func() { lintFiles(b, files) })
		checking += time.Since(before)
		before = time.Now()
		parseAll(sources, all/2)
		parsing += time.Since(before)
		growth = max(growth, peakOfAll-peakOfFew)
	}
	b.ReportMetric(float64(parsing)/float64(checking), "of-parser")
	b.ReportMetric(float64(parsing.Nanoseconds())/float64(b.N*bytesInAll)*float64(runtime.GOMAXPROCS(0)), "parser-ns/B")
	b.ReportMetric(float64(checking.Nanoseconds())/float64(b.N*bytesInAll)*float64(runtime.GOMAXPROCS(0)), "lint-ns/B")
	b.ReportMetric(float64(growth)/1e6, "MB-more")
}

// parseAll parses documents on all cores, and does nothing with them.
func parseAll(sources [][]byte, count int) {
	parser := goldmark.New(goldmark.WithExtensions(extension.Table, extension.TaskList, extension.Strikethrough)).Parser()
	var next atomic.Int64
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for n := int(next.Add(1)) - 1; n < count; n = int(next.Add(1)) - 1 {
				parser.Parse(text.NewReader(sources[n%len(sources)]))
			}
		})
	}
	group.Wait()
}

func lintFiles(b *testing.B, files []string) {
	b.Helper()
	var errOut bytes.Buffer
	args := append([]string{"postmortem", "lint", "--format", "json"}, files...)
	if code := run(args, io.Discard, &errOut); code == misuse {
		b.Fatal(errOut.String())
	}
}

// peak is the most memory that was in use while something was done, in bytes.
func peak(do func()) int64 {
	runtime.GC()
	done, ended := make(chan struct{}), make(chan int64)
	inUse := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	go func() {
		var most uint64
		for {
			metrics.Read(inUse) // which stops nobody
			most = max(most, inUse[0].Value.Uint64()+inUse[1].Value.Uint64()+inUse[2].Value.Uint64())
			select {
			case <-done:
				ended <- int64(most)
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	do()
	close(done)
	return <-ended
}
