package incident

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

func TestParseReach(t *testing.T) {
	for _, c := range []struct{ typed, value, problem string }{
		{"contacts 8", "contacts=8", ""},
		{"8 contacts", "contacts=8", ""},
		{"8contacts", "contacts=8", ""},
		{"8 support contacts so far", "contacts=8", ""},
		{"about 30 tickets", "contacts=30", ""},
		{"1 inquiry", "contacts=1", ""},
		{"お問い合わせ 8件", "contacts=8", ""},
		{"お問い合わせ８件", "contacts=8", ""},
		{"問い合わせが約８件", "contacts=8", ""},
		{"8件のお問い合わせ", "contacts=8", ""},
		{"問合わせ件数：10件以上", "contacts=10+", ""},
		{"5 or more contacts", "contacts=5+", ""},
		{"at least 5 contacts", "contacts=5+", ""},
		{"contacts 5+", "contacts=5+", ""},
		{"users 1200", "users=1200", ""},
		{"1,200 users", "users=1200", ""},
		{"１，２００ users", "users=1200", ""},
		{"1.2k users", "users=1200", ""},
		{"3K customers affected", "users=3000", ""},
		{"2m users", "users=2000000", ""},
		{"1200人", "users=1200", ""},
		{"ユーザー 1万2千人", "users=12000", ""},
		{"影響人数 3千人", "users=3000", ""},
		{"お客様およそ2万名", "users=20000", ""},
		{"1万2000人", "users=12000", ""},
		{"30%", "share=30", ""},
		{"３０％", "share=30", ""},
		{"about 30 percent of users", "share=30", ""},
		{"利用者の3割", "share=30", ""},
		{"ユーザーの30%くらい", "share=30", ""},
		{"2.5%", "share=2.5", ""},
		{"share 100%", "share=100", ""},
		{"slo", "slo=yes", ""},
		{"SLO alert firing", "slo=yes", ""},
		{"SLOアラートなし", "slo=no", ""},
		{"no legal", "legal=no", ""},
		{"legal no", "legal=no", ""},
		{"個人情報あり", "legal=yes", ""},
		{"money", "money=yes", ""},
		{"金額 12万", "money=yes", ""},
		{"お金は分からない", "money=?", ""},
		{"no contacts", "contacts=0", ""},
		{"お問い合わせなし", "contacts=0", ""},
		{"0 users", "users=0", ""},
		{"unknown", "all=?", ""},
		{"I don’t know", "all=?", ""},
		{"分からない", "all=?", ""},
		{"不明", "all=?", ""},
		{"？", "all=?", ""},
		{"contacts unknown", "contacts=?", ""},
		{"お問い合わせ 不明", "contacts=?", ""},
		{"8 contacts, 30% of users and slo", "contacts=8 share=30 slo=yes", ""},
		{"お問い合わせ8件、ユーザー1200人", "contacts=8 users=1200", ""},
		{"contacts 8 users 1200", "contacts=8 users=1200", ""},
		{"slo, no legal", "slo=yes legal=no", ""},

		{"", "", whyReach},
		{"bad", "", whyReach},
		{"contacts", "", whyReach},
		{"many contacts", "", whyReach},
		{"8", "", whyOfWhat},
		{"8件", "", whyOfWhat},
		{"-8 contacts", "", whyReach},
		{"30% of requests", "", whyReach},
		{"30% contacts", "", whyReach},
		{"8 hours", "", whyReach},
		{"contacts 1.2.3", "", whyReach},
		{"12,34 users", "", whyReach},
		{"130%", "", whyShare},
		{"11割", "", whyShare},
		{"8.5 contacts", "", whyAmount},
		{"99999999999 users", "", whyAmount},
		{"no", "", whyReach},
		{"slo no legal", "", whyReach}, // the no may belong to either
		{"usership 8", "", whyReach},
		{strings.Repeat("8 contacts ", 30), "", whyReach},
	} {
		value, problem := parseReach(workflows.Argument{Text: c.typed})
		if value != c.value || problem != c.problem {
			t.Errorf("%q is %q %q, want %q %q", c.typed, value, problem, c.value, c.problem)
		}
		if again, problem := parseReach(workflows.Argument{Text: strings.ReplaceAll(value, " ", ", ")}); value != "" && value != "all=?" && (again != value || problem != "") {
			t.Errorf("%q, written anew, is %q %q", value, again, problem)
		}
	}
}

// reachValue is all that a reach may become in the record.
var reachValue = regexp.MustCompile(`^(?:(?:(?:contacts|users)=(?:\d{1,11}\+?|\?)|share=(?:\d{1,3}(?:\.\d{1,4})?\+?|\?)|(?:slo|legal|money)=(?:yes|no|\?)|all=\?)(?: |$))*$`)

// TestHostileReach: whatever is typed becomes a value of few forms, or a sentence
// that quotes it in code.
func TestHostileReach(t *testing.T) {
	for _, h := range hostile.Texts() {
		for _, typed := range []string{h.Text, "8 contacts " + h.Text, h.Text + " 30%"} {
			value, problem := parseReach(workflows.Argument{Text: typed})
			if !reachValue.MatchString(value) || (value == "") == (problem == "") {
				t.Fatalf("%s: %q %q", h.Name, value, problem)
			}
			for _, lang := range []words.Language{words.English, words.Japanese} {
				said := explainReach(problem, words.Foreign(typed), lang)
				if faults := hostile.Markdown(said, hostile.Own{}); len(faults) > 0 || strings.Contains(said, "\n") {
					t.Fatalf("%s: %q: %q", h.Name, said, faults)
				}
			}
		}
	}
}

func TestExplainReach(t *testing.T) {
	seen := map[string]bool{}
	for _, why := range []string{whyReach, whyOfWhat, whyShare, whyAmount} {
		for _, lang := range []words.Language{words.English, words.Japanese} {
			said := explainReach(why, "x", lang)
			if seen[said] || !strings.Contains(said, "30%") || words.Detect(said) != lang {
				t.Errorf("%s in %s: %q", why, lang, said)
			}
			seen[said] = true
		}
	}
}

func reachOfValues(values ...string) reach {
	var r reach
	for _, v := range values {
		r.add(v)
	}
	return r
}

func TestReachLine(t *testing.T) {
	for _, c := range []struct {
		values string
		en, ja string
	}{
		{"", "", ""},
		{"all=?", "reach not known yet", "影響はまだ不明"},
		{"contacts=8", "8 support contacts", "お問い合わせ8件"},
		{"contacts=1", "1 support contact", "お問い合わせ1件"},
		{"contacts=0", "0 support contacts", "お問い合わせ0件"},
		{"contacts=5+", "5 or more support contacts", "お問い合わせ5件以上"},
		{"users=1200", "1,200 users affected", "影響を受けた利用者1,200人"},
		{"share=2.5", "2.5% of users affected", "利用者の2.5%に影響"},
		{"slo=yes legal=no money=?", "an SLO alert is firing", "SLOアラートが発生中"},
		{"money=yes legal=yes contacts=8", "8 support contacts, personal data or a legal duty, money is concerned", "お問い合わせ8件、個人情報または法的義務に関係、金銭に影響"},
		{"contacts=8 contacts=12", "12 support contacts", "お問い合わせ12件"},
		{"contacts=8 contacts=? all=?", "8 support contacts", "お問い合わせ8件"},
		{"nonsense contacts=x slo=8", "", ""},
	} {
		r := reachOfValues(c.values)
		if en, ja := r.line(words.English), r.line(words.Japanese); en != c.en || ja != c.ja {
			t.Errorf("%q: %q, %q", c.values, en, ja)
		}
	}
}

// TestWiden: what somebody else knows is added, and never makes less of what is
// known here.
func TestWiden(t *testing.T) {
	for _, c := range []struct {
		here, there, want string
	}{
		{"", "", ""},
		{"contacts=8", "contacts=3", "contacts=8"},
		{"contacts=3", "contacts=8+", "contacts=8+"},
		{"contacts=12", "contacts=8 share=30", "contacts=12 share=30"},
		{"slo=yes", "slo=no", "slo=yes"},
		{"slo=no", "slo=yes", "slo=yes"},
		{"slo=yes", "slo=yes", "slo=yes"},
		{"legal=yes", "all=?", "legal=yes"},
	} {
		here, there := reachOfValues(c.here), reachOfValues(c.there)
		here.widen(there)
		if got := strings.Join(here.values(), " "); got != c.want {
			t.Errorf("%q widened by %q: %q", c.here, c.there, got)
		}
	}
	if !reachOfValues("").isSilent() || reachOfValues("contacts=?").isSilent() || reachOfValues("legal=no").isSilent() {
		t.Error("silent is who said nothing at all")
	}
}

// anyReach draws the value of a /reach.
func anyReach(t *rapid.T) string {
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	if (&reach{}).flag(kind) != nil {
		return kind + "=" + rapid.SampledFrom([]string{"yes", "no", "?"}).Draw(t, "said")
	}
	return kind + "=" + rapid.SampledFrom([]string{"0", "1", "4", "5", "5+", "30", "49", "50", "99.5", "100", "?"}).Draw(t, "said")
}
