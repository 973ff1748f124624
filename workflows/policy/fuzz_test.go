package policy_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// FuzzLayers: of two files of settings, whatever they hold, the later decides
// whether anything is written, each problem stands in one of them, and what is
// said about it quotes them in code and nowhere else.
func FuzzLayers(f *testing.F) {
	for _, text := range hostile.Seeds() {
		f.Add([]byte(fmt.Sprintf("language: %q\nincident: {label: %q, notify: [%q]}\n", text, text, text)), []byte("enabled: false\n"))
		f.Add([]byte("time_zone: "+text), []byte(text+": 1\nsince: "+text))
	}
	for _, src := range slips {
		if len(src) < 1000 {
			f.Add([]byte("language: ja\ntime_zone: Asia/Tokyo\n"), []byte(src))
		}
	}
	f.Fuzz(func(t *testing.T, theirs, ours []byte) {
		sources := []policy.Source{{File: "acme/.github/x.yml", Content: theirs}, {File: "acme/pay/x.yml", Content: ours}}
		both, problems := policy.ParseLayers(sources, sections)
		if again, same := policy.ParseLayers(sources, sections); !reflect.DeepEqual(both, again) || !reflect.DeepEqual(problems, same) {
			t.Fatalf("read differently a second time: %v, then %v", problems, same)
		}
		if alone, _ := policy.ParseLayers(sources[1:], sections); !alone.Enabled && both.Enabled {
			t.Fatal("the later file says no, and yet it is enabled")
		}
		if both.Language != "" && both.Language != words.English && both.Language != words.Japanese {
			t.Fatalf("language %q", both.Language)
		}
		for _, p := range problems {
			if p.File != sources[0].File && p.File != sources[1].File {
				t.Fatalf("in no file: %+v", p)
			}
			lines := strings.Count(string(theirs)+string(ours), "\n") + strings.Count(string(theirs)+string(ours), "\r") + 2
			if p.Line > lines {
				t.Fatalf("beyond the end: %s", p)
			}
			for _, lang := range []words.Language{words.English, words.Japanese} {
				remark := fmt.Sprintf("`%s:%d:%d` %s", p.File, p.Line, p.Column, p.In(lang))
				if faults := hostile.Markdown(remark, hostile.Own{}); len(faults) > 0 {
					t.Fatalf("%q: %q", remark, faults)
				}
				if shape := hostile.Skeleton(remark); strings.Contains(shape, "(Emphasis") || strings.Count(shape, "(Paragraph") != 1 {
					t.Fatalf("%q is read as %s", remark, shape)
				}
			}
		}
	})
}
