package inspect_test

import (
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
)

// report is a postmortem of some 12,000 bytes, much of it prose as usual.
func report() string {
	var b strings.Builder
	b.WriteString("# 2026-03-04, Checkout down\n\n- **Severity**: SEV2\n- **Started**: 2026-03-04 10:00 UTC\n- **Resolved**: 2026-03-04 11:30 UTC\n\n## Summary\n\n")
	for range 20 {
		b.WriteString("A deploy of the payment service changed a timeout from 30 to 3 seconds, and with 40 percent of the traffic the pool ran dry. Nobody had tried it under load, and the graphs of that week show why it looked fine in staging.\n")
	}
	b.WriteString("\n## Timeline (UTC)\n\n| Time | Event |\n|---|---|\n")
	for range 12 {
		b.WriteString("| 10:05 | An alert fires for the error rate of checkout, and the engineer on call acknowledges it |\n")
	}
	b.WriteString("\n## What went well\n\n")
	for range 20 {
		b.WriteString("- The runbook of the *payment* team named the [dashboard](https://example.com/d/1) that told most of the story at once.\n")
	}
	b.WriteString("\n## Action items\n\n")
	for range 10 {
		b.WriteString("- [ ] Alert on the pool's saturation, not on its size (@tanaka, 2026-04-01) https://example.com/issues/12\n")
	}
	return b.String()
}

// BenchmarkRead compares reading a postmortem with what parsing its Markdown
// costs by itself.
func BenchmarkRead(b *testing.B) {
	for name, src := range map[string]string{"english": report(), "japanese": japaneseReport()} {
		bare := goldmark.New(goldmark.WithExtensions(extension.Table, extension.TaskList, extension.Strikethrough)).Parser()
		b.Run(name+"/goldmark", func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				bare.Parse(text.NewReader([]byte(src)))
			}
		})
		b.Run(name+"/document", func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				document.Read(src)
			}
		})
		d := document.Read(src)
		b.Run(name+"/inspect", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				inspect.Read("report.md", d)
			}
		})
	}
}

func japaneseReport() string {
	var b strings.Builder
	b.WriteString("# 決済の停止\n\n| 項目 | 内容 |\n|---|---|\n| 発生日時 | 2026-03-04 10:00 (JST) |\n| 復旧日時 | 2026-03-04 11:30 (JST) |\n\n## 概要\n\n")
	for range 20 {
		b.WriteString("決済サービスのデプロイでタイムアウトを30秒から3秒に変更したところ、全体の40%のリクエストで接続が枯渇した。負荷をかけた検証は行われておらず、その週のグラフからは異常が読み取れなかった。\n")
	}
	b.WriteString("\n## タイムライン\n\n| 時刻 (JST) | イベント |\n|---|---|\n")
	for range 12 {
		b.WriteString("| 10:05 | **検知**: エラー率のアラートが発報され、オンコール担当者が確認した |\n")
	}
	b.WriteString("\n## 再発防止策\n\n")
	for range 10 {
		b.WriteString("- [ ] 接続数ではなく枯渇の度合いで通知する（@tanaka、2026-04-01）\n")
	}
	return b.String()
}
