package incident

import (
	"fmt"
	"math"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Row is a line of the policy's table of severities: from so much of an impact
// on, an incident is at least that severe.
type Row struct {
	// Impact is contacts, users, share (in percent), slo, legal or money.
	Impact string `yaml:"impact" description:"contacts, users, share (in percent), slo, legal or money."`
	// AtLeast is the line, for the three that are counted.
	AtLeast float64 `yaml:"at_least" description:"From how many on; for contacts, users and share."`
	// Sev is 1, the worst, to 4.
	Sev int `yaml:"sev" description:"The severity that follows, 1 the worst."`
}

// defaultRows are the table of a team that has written none.
func defaultRows() []Row {
	return []Row{
		{Impact: slo, Sev: 2},
		{Impact: contacts, AtLeast: 50, Sev: 1},
		{Impact: contacts, AtLeast: 5, Sev: 2},
		{Impact: contacts, AtLeast: 1, Sev: 3},
		{Impact: users, AtLeast: 10_000, Sev: 1},
		{Impact: users, AtLeast: 1_000, Sev: 2},
		{Impact: users, AtLeast: 1, Sev: 3},
		{Impact: share, AtLeast: 50, Sev: 1},
		{Impact: share, AtLeast: 5, Sev: 2},
		{Impact: share, AtLeast: 0.1, Sev: 3},
		{Impact: legal, Sev: 1},
		{Impact: money, Sev: 2},
	}
}

// matches reports whether a row says something of a reach. What is not known
// matches none, and is never taken for a no.
func (row Row) matches(r reach) bool {
	if at := r.amount(row.Impact); at != nil {
		return *at != nil && (*at).n >= row.AtLeast
	}
	is := r.flag(row.Impact)
	return is != nil && *is != nil && **is
}

// judge finds the severity of a reach: that of the strictest row that matches,
// the first of its equals. Where none does it is undecided, 0, however many of
// the answers were no.
func judge(rows []Row, r reach) (level int, by Row, decided bool) {
	for _, row := range rows {
		if row.matches(r) && (!decided || row.Sev < level) {
			level, by, decided = row.Sev, row, true
		}
	}
	return level, by, decided
}

// In says why the row decides, with its number: "8 support contacts; the line
// is 5".
func (row Row) In(lang words.Language, r reach) string {
	said := r.phrase(row.Impact, lang)
	line := grouped(row.AtLeast)
	switch row.Impact {
	case contacts:
		return in(lang, said+"; the line is "+line, said+"、基準は"+line+"件以上")
	case users:
		return in(lang, said+"; the line is "+line, said+"、基準は"+line+"人以上")
	case share:
		return in(lang, said+"; the line is "+line+"%", said+"、基準は"+line+"%以上")
	}
	return said
}

// checkRows returns the rows that can be used, and what is wrong with the others.
func checkRows(rows []Row) (valid []Row, found []policy.Finding) {
	for i, row := range rows {
		english, japanese := row.problem()
		if english == "" {
			valid = append(valid, row)
			continue
		}
		found = append(found, policy.Finding{
			Field:   fmt.Sprintf("severity[%d]", i),
			Message: english + "; this row is left out", Japanese: japanese + "。この行は使いません",
		})
	}
	return valid, found
}

// problem says what is wrong with a row, in both languages.
func (row Row) problem() (english, japanese string) {
	isAmount, isFlag := (&reach{}).amount(row.Impact) != nil, (&reach{}).flag(row.Impact) != nil
	shown := words.Foreign(row.Impact).Inline(40)
	switch {
	case !isAmount && !isFlag:
		return "`impact` is one of `contacts`, `users`, `share`, `slo`, `legal` and `money`, not " + shown,
			"`impact` は `contacts`、`users`、`share`、`slo`、`legal`、`money` のどれかです（いまは " + shown + "）"
	case row.Sev < 1 || row.Sev > severities:
		return fmt.Sprintf("`sev` goes from 1, the worst, to %d, and is not %d", severities, row.Sev),
			fmt.Sprintf("`sev` は1（最も重い）〜%dです（いまは%d）", severities, row.Sev)
	case isFlag && row.AtLeast != 0:
		return "`" + row.Impact + "` is so or not: leave `at_least` out",
			"`" + row.Impact + "` は有無だけを見ます。`at_least` は書かないでください"
	case isFlag:
		return "", ""
	case !(row.AtLeast > 0) || math.IsInf(row.AtLeast, 0):
		return "`" + row.Impact + "` needs a line above 0, such as `at_least: 5`",
			"`" + row.Impact + "` には `at_least: 5` のように、0より大きい基準を書いてください"
	case row.Impact == share && row.AtLeast > 100:
		return "`share` is in percent: `at_least` is at most 100", "`share` は百分率です。`at_least` は100までにしてください"
	}
	return "", ""
}
