package inspect_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/inspect"
)

// ours are our own documents.
func ours(t testing.TB) []txtar.File {
	t.Helper()
	var all []txtar.File
	archives, _ := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	for _, archive := range archives {
		src, err := os.ReadFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(src).Files {
			if strings.HasSuffix(f.Name, ".md") {
				all = append(all, f)
			}
		}
	}
	return all
}

// FuzzRead holds of any text that reading it ends, that what is read can be
// written as JSON, and that every time and duration makes sense.
func FuzzRead(f *testing.F) {
	for _, doc := range ours(f) {
		f.Add(doc.Name, string(doc.Data))
	}
	f.Fuzz(func(t *testing.T, file, src string) { sensible(t, file, src) })
}

type failer interface {
	Helper()
	Errorf(format string, args ...any)
}

func sensible(t failer, file, src string) {
	t.Helper()
	d := document.Read(src)
	all := inspect.Read(file, d)
	if len(all) == 0 {
		t.Errorf("no incident")
	}
	lines := 1 + strings.Count(d.Source, "\n")
	for _, in := range all {
		if _, err := json.Marshal(in); err != nil {
			t.Errorf("not to be written: %v", err)
		}
		for name, m := range map[string]inspect.Milestone{"started": in.Started, "detected": in.Detected, "acknowledged": in.Acknowledged, "mitigated": in.Mitigated, "resolved": in.Resolved} {
			if m.Known() && (m.At.Year() < 1969 || m.At.Year() > 2200 || m.Line < 1 || m.Line > lines) {
				t.Errorf("%s at %v on line %d of %d", name, m.At, m.Line, lines)
			}
		}
		if in.Started.Known() && in.Resolved.Known() && in.Computed.TTR.Known && in.Computed.TTR.Duration < 0 {
			t.Errorf("repaired before it started: %v, %v", in.Started, in.Resolved)
		}
		for _, m := range []inspect.Metrics{in.Metrics, in.Stated, in.Computed} {
			for _, d := range []inspect.Measure{m.TTD, m.TTA, m.TTM, m.TTR} {
				if d.Duration < 0 || d.Duration > 240*366*24*time.Hour || !d.Known && d.Duration != 0 {
					t.Errorf("lasted %v", d)
				}
			}
		}
	}
}

// pieces are what documents about time are made of.
var pieces = []string{
	"# ", "## Timeline\n", "## ", "- ", "| ", " |\n", "|---|---|\n", "\n", "\n\n", "**", ": ", " - ", "Started", "Detected", "Resolved", "TTR", "Duration",
	"発生日時", "検知", "復旧", "影響期間", "：", "10:00", "25:10", "2026-03-04", "3/4", "03/04/2026", "Mar 4", "4th of March 2026", "３月４日", "午後3時", " UTC", " PST",
	" JST", "+09:00", " to ", " 〜 ", "から", "next day ", "翌日 ", "about ", "頃", "5 minutes", "約9時間弱", "??", "outage begins", "alert fires", "service restored",
	"---\n", "date: ", "```\n", "> ", "All times in CET\n", "\xff", "\x00", "　",
}

func TestReadAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sensible(t, "2026-03-04-x.md", strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 60).Draw(t, "pieces"), ""))
	})
}

// TestReadBounded reads what repeats as often as a large document can hold it. It
// only has to come back.
func TestReadBounded(t *testing.T) {
	for _, piece := range append(pieces, "10:00 ", "10:00-11:00 ", "2026-03-04 ", "- 10:00 outage begins\n", "|10:00", "for 5 minutes ", "down for ", "lasted ", "Started: 10:00, ",
		"10:00 outage begins. ", "# 2026-03-04 x\n", "### 10:00\n", "(", "【", "翌日", "約", "1h ", "a ", "an hour and ", "Resolved\n\n", "| 発生日時 | 10:00 |\n", "1/2/3/4-5-6.7 ", "JST ", "Europe/",
		"# 2026-03-04 x\n\nDuration: 5 minutes\n\n", "10:00 Europe/Xx ") {
		sensible(t, "x.md", "# 2026-03-04\n\n"+strings.Repeat(piece, 150_000/len(piece)))
		sensible(t, "x.md", "|"+strings.Repeat("a|", 3_000)+"\n|"+strings.Repeat("-|", 3_000)+"\n|"+strings.Repeat(strings.Trim(piece, "\n|")+"|", 3_000)+"\n")
	}
}

// TestUnrelated holds that sections about other things, added behind it,
// change nothing of what a document says about times.
func TestUnrelated(t *testing.T) {
	for _, doc := range ours(t) {
		src := string(doc.Data)
		if strings.HasPrefix(doc.Name, "several") {
			continue // who knows to which of the incidents it belongs
		}
		for name, unrelated := range map[string]string{
			"lessons":  "\n## What went well\n\n- The meeting of 2031-05-06 10:00 UTC was short.\n- Nobody was paged at 23:00.\n",
			"actions":  "\n## Action items\n\n- [ ] Test the backup (@sato, 2031-07-01)\n- [ ] 2031-07-02 09:00 review\n",
			"japanese": "\n## 再発防止策\n\n| 種別 | 内容 | 期限 |\n|---|---|---|\n| 検知 | 監視を足す | 2031-07-01 10:00 |\n",
			"code":     "\n## Links\n\n```\n2031-01-01 10:00:00 outage begins\n```\n",
			"plain":    "\n## Glossary\n\nA pod is a group of containers.\n",
		} {
			before := inspect.Read(doc.Name, document.Read(src))
			after := inspect.Read(doc.Name, document.Read(src+unrelated))
			if len(before) != len(after) {
				t.Errorf("%s with %s: %d incidents became %d", doc.Name, name, len(before), len(after))
				continue
			}
			for i := range before {
				if diff := cmp.Diff(said(t, before[i]), said(t, after[i])); diff != "" {
					t.Errorf("%s with %s (-without +with)\n%s", doc.Name, name, diff)
				}
			}
		}
	}
}
