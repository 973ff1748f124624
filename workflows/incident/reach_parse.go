package incident

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// The codes under which a reach was not understood.
const (
	whyReach  = "reach"
	whyOfWhat = "reach-of-what" // a number, and not of what
	whyShare  = "reach-share"   // a share of more than all
	whyAmount = "reach-amount"  // half a contact, or more than there are people
)

// everything stands for all kinds in the value of "/reach unknown".
const everything = "all"

// A reachToken is a piece of what people type behind /reach.
type reachToken struct {
	sort    int
	kind    string // of tokenKind, and of a tokenAmount whose unit says it
	value   string // of tokenAnswer
	amount  amount
	problem string
}

// The sorts of token.
const (
	tokenGap    = iota // a comma and the like
	tokenFiller        // "about", "の"
	tokenLeast         // "at least"
	tokenKind
	tokenAnswer
	tokenAmount
)

// The words of each kind, for texts that folded has brought to one form.
const (
	contactWords = `(?:support |customer )*(?:contacts?|inquir(?:y|ies)|enquir(?:y|ies)|tickets?|complaints?)|お?問い?合わ?せ(?:件数|数)?|苦情(?:件数|数)?`
	userWords    = `(?:affected |impacted )?(?:users?|customers?|people|accounts?)(?: affected| impacted)?|(?:影響)?(?:ユーザー?|利用者|お客様|顧客|会員|アカウント|人)数?`
	shareWords   = `share|percentage|割合`
	sloWords     = `slo ?(?:alerts?|アラート)?(?: (?:is )?firing)?`
	legalWords   = `legal(?: duty)?|privacy|personal data|個人情報|法的義務|法務`
	moneyWords   = `money|revenue|payments?|金額|金銭|お金|売上`
	unknownWords = `unknown|not known|not sure|(?:i )?don'?t know|分からない|わからない|分かりません|わかりません|不明|未確認|未定|\?+`
	noWords      = `none|not|no|なし|無し|いいえ|ありません|ない`
	yesWords     = `yes|あり|有り|はい`
	numberWords  = `\d[\d,.]*(?:億|万|千|k\b|m\b)?(?:\d+千?)?`
)

// reachWords are tried in this order.
var reachWords = []struct {
	pattern *regexp.Regexp
	read    func(m []string) reachToken
}{
	{starting(`[,、。.;・/\n]+|and\b|と`), func([]string) reachToken { return reachToken{sort: tokenGap} }},
	{starting(`at least|over|more than|or more|以上|超|少なくとも|\+`), func([]string) reachToken { return reachToken{sort: tokenLeast} }},
	{starting(`about|around|approximately|roughly|約|およそ|だいたい|大体|合計|計|ほど|くらい|ぐらい|程度|of\b|the\b|so far|now\b|~|:|=|の|が|は|に|も`), func([]string) reachToken { return reachToken{sort: tokenFiller} }},
	{starting(`(` + numberWords + `) ?(%|percent|パーセント|割|件|人|名)?`), readAmount},
	{starting(unknownWords), func([]string) reachToken { return reachToken{sort: tokenAnswer, value: "?"} }},
	{starting(contactWords), ofKind(contacts)},
	{starting(sloWords), ofKind(slo)},
	{starting(userWords), ofKind(users)},
	{starting(shareWords), ofKind(share)},
	{starting(legalWords), ofKind(legal)},
	{starting(moneyWords), ofKind(money)},
	{starting(noWords), func([]string) reachToken { return reachToken{sort: tokenAnswer, value: "no"} }},
	{starting(yesWords), func([]string) reachToken { return reachToken{sort: tokenAnswer, value: "yes"} }},
}

func starting(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)`) }

func ofKind(kind string) func([]string) reachToken {
	return func([]string) reachToken { return reachToken{sort: tokenKind, kind: kind} }
}

// longestReach bounds, in bytes, what is read behind /reach.
const longestReach = 200

// parseReach reads what stands behind /reach. The value is what add takes, such
// as "contacts=8", "share=30+ legal=no" or "all=?".
func parseReach(a workflows.Argument) (value, problem string) {
	rest := strings.TrimSpace(folded(a.Text))
	if len(rest) > longestReach {
		return "", whyReach
	}
	p := reachParser{}
	for rest != "" {
		token, size := nextToken(rest)
		if size == 0 {
			return "", whyReach
		}
		rest = strings.TrimLeft(rest[size:], " ")
		p.take(token)
	}
	p.finish(true)
	if p.problem == "" && len(p.values) == 0 {
		p.problem = whyReach
	}
	if p.problem != "" {
		return "", p.problem
	}
	return strings.Join(p.values, " "), ""
}

// nextToken reads one token; a size of 0 means that there is none.
func nextToken(rest string) (reachToken, int) {
	for _, w := range reachWords {
		m := w.pattern.FindStringSubmatch(rest)
		if m == nil || m[0] == "" || goesOn(m[0], rest[len(m[0]):]) {
			continue
		}
		return w.read(m), len(m[0])
	}
	return reachToken{}, 0
}

// goesOn reports whether a word of Latin letters, or a number, does not end where
// the match does.
func goesOn(matched, rest string) bool {
	if rest == "" {
		return false
	}
	letter := func(b byte) bool { return b >= 'a' && b <= 'z' }
	digit := func(b byte) bool { return b >= '0' && b <= '9' }
	last, next := matched[len(matched)-1], rest[0]
	return letter(last) && letter(next) || digit(last) && digit(next)
}

// reachParser puts tokens together: a kind with what is said of it, in either
// order.
type reachParser struct {
	kind, said   *reachToken
	least        bool
	values       []string
	problem      string
	saidIsSecond bool
}

func (p *reachParser) take(t reachToken) {
	switch t.sort {
	case tokenFiller:
	case tokenGap:
		p.finish(true)
	case tokenLeast:
		p.least = true
	case tokenKind:
		if p.kind != nil {
			p.finish(false)
		}
		p.kind = &t
	default:
		if p.said != nil {
			p.finish(false)
		}
		p.said, p.saidIsSecond = &t, p.kind != nil
	}
}

// finish ends one thing that was said. Where no comma parts it from the next, an
// answer between two kinds may belong to either, and nothing is guessed.
func (p *reachParser) finish(parted bool) {
	kind, said := p.kind, p.said
	if kind == nil && said == nil {
		return
	}
	if !parted && p.saidIsSecond && said != nil && said.sort == tokenAnswer {
		p.fail(whyReach)
	}
	value, problem := combine(kind, said, p.least)
	if problem != "" {
		p.fail(problem)
	}
	p.values = append(p.values, value)
	p.kind, p.said, p.least, p.saidIsSecond = nil, nil, false, false
}

func (p *reachParser) fail(why string) {
	if p.problem == "" {
		p.problem = why
	}
}

// combine makes the value of a kind and what is said of it; either may be nil.
func combine(kind, said *reachToken, least bool) (value, problem string) {
	switch {
	case said == nil && slices.Contains([]string{slo, legal, money}, kind.kind):
		return kind.kind + "=yes", ""
	case said == nil:
		return "", whyReach // "/reach contacts", and not how many
	case said.sort == tokenAmount:
		if kind == nil {
			kind = &reachToken{}
		}
		return amountOf(kind.kind, *said, least)
	case kind == nil && said.value == "?":
		return everything + "=?", ""
	case kind == nil:
		return "", whyReach
	case said.value == "?" || (&reach{}).flag(kind.kind) != nil:
		return kind.kind + "=" + said.value, ""
	case said.value == "no":
		return kind.kind + "=0", ""
	}
	return "", whyReach
}

// amountOf is the value of a number of a kind. A unit may say what is counted
// where no word does; a bare number says nothing, nor does 8件, which may be of
// anything.
func amountOf(kind string, t reachToken, least bool) (value, problem string) {
	switch n := t.amount.n; {
	case t.problem != "":
		return "", t.problem
	case t.kind == share && (kind == "" || kind == users):
		kind = share
	case kind == "" && t.kind != "":
		kind = t.kind
	case kind == "":
		return "", whyOfWhat
	case t.kind == share && kind != share:
		return "", whyReach
	case (&reach{}).flag(kind) != nil && n > 0:
		return kind + "=yes", ""
	case (&reach{}).flag(kind) != nil:
		return kind + "=no", ""
	}
	switch n := t.amount.n; {
	case kind == share && n > 100:
		return "", whyShare
	case kind != share && (n != float64(int64(n)) || n > 1e10):
		return "", whyAmount
	}
	value = kind + "=" + strconv.FormatFloat(t.amount.n, 'f', -1, 64)
	if least {
		value += "+"
	}
	return value, ""
}

func readAmount(m []string) reachToken {
	t := reachToken{sort: tokenAmount}
	n, ok := readNumber(strings.TrimRight(m[1], ",."))
	if !ok {
		t.problem = whyReach
	}
	t.amount.n = n
	switch m[2] {
	case "%", "percent", "パーセント":
		t.kind = share
	case "割":
		t.kind, t.amount.n = share, n*10
	case "人", "名":
		t.kind = users
	}
	return t
}

var (
	thousands = regexp.MustCompile(`^\d{1,3}(?:,\d{3})+$`)
	decimal   = regexp.MustCompile(`^\d{1,12}(?:\.\d{1,3})?$`)
	compound  = regexp.MustCompile(`^(\d[\d,.]*)(億|万|千|k|m)(?:(\d{1,4})(千)?)?$`)
	scale     = map[string]float64{"億": 1e8, "万": 1e4, "千": 1e3, "k": 1e3, "m": 1e6}
)

// readNumber reads 1200, 1,200, 1.2k, 2万, 1万2千 and 1万2000.
func readNumber(text string) (float64, bool) {
	if m := compound.FindStringSubmatch(text); m != nil {
		head, ok := readNumber(m[1])
		tail, _ := strconv.ParseFloat("0"+m[3], 64)
		if m[4] != "" {
			tail *= 1e3
		}
		return head*scale[m[2]] + tail, ok && tail < scale[m[2]]
	}
	if thousands.MatchString(text) {
		text = strings.ReplaceAll(text, ",", "")
	}
	if !decimal.MatchString(text) {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

// folded brings a text to half width, lower case and single blanks.
func folded(text string) string {
	text = strings.ToLower(width.Fold.String(strings.ToValidUTF8(text, "\ufffd")))
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "’", "'")), " ")
}

// explainReach says what was not understood, and how to write it.
func explainReach(problem string, typed words.Foreign, lang words.Language) string {
	shown := typed.Inline(40)
	en, ja := "I could not read the reach "+shown+".", "影響 "+shown+" は読み取れませんでした。"
	switch problem {
	case whyOfWhat:
		en, ja = "I could not read what is counted in "+shown+".", shown+" が何の数か読み取れませんでした。"
	case whyShare:
		en, ja = "The share "+shown+" is more than 100%.", "割合 "+shown+" は100%を超えています。"
	case whyAmount:
		en, ja = "People and contacts are counted in whole numbers, not "+shown+".", "人数と件数は整数で書いてください（いまは "+shown+"）。"
	}
	return in(lang,
		en+" Please write it like `/reach 8 contacts`, `/reach 1200 users`, `/reach 30%` or `/reach unknown` in a new comment.",
		ja+"`/影響 お問い合わせ 8件`、`/影響 1200人`、`/影響 30%`、`/影響 不明` のように、新しいコメントに書いてください。")
}
