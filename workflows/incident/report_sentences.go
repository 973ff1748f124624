package incident

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows"
)

// Sentences are read with precision first: a time counts only beside words that
// say which it is, a number beside words that say of what. What is asked,
// planned, supposed or told of another day is passed over.

var (
	codeSpan    = regexp.MustCompile("`[^`]*`?")
	sentenceEnd = regexp.MustCompile(`[。！？!?]+|\. `)
	clauseEnd   = regexp.MustCompile(`、|[,;] | but | so | and | that `)
	question    = regexp.MustCompile(`[？?]|(?:です|ます|でしょう|ました)か[。 ]*$`)
	supposed    = regexp.MustCompile(`(?i:\b(?:if|will|would|might|for example|e\.g|last (?:week|month|time|year)|previous(?:ly)?|usually|tomorrow)\b|'ll |\bplan(?:s|ned|ning)? to\b)` +
		`|もし|例えば|たとえば|場合|前回|先週|先月|昨年|去年|以前|予定|見込|毎日|毎朝|毎晩|毎週|明日|ようなら|だったら`)
	planned = regexp.MustCompile(`(?i:\b(?:deploy\w*|releas\w+|migrat\w+|maintenance|meeting|call|planned|again|normal|normally|scheduled|every|daily|weekly|hourly|not|working|fine|investigat\w+)\b)` +
		`|定期|メンテ|デプロイ|リリース|作業|会議|打ち合わせ|バッチ|ジョブ|調査|対応を|テスト|ではな|正常|問題な`)
)

const (
	enTrouble = `(?:it|this|that|issues?|problems?|outages?|incident|errors?|faults?|failures?|timeouts?|symptoms?|trouble)`
	enNoticed = `(?:noticed|detected|spotted|discovered|found out)`
	anyGap    = `(?:は|が|:)? ?`
)

var saysStarted = compiled(
	`(?i:\b(?:since|starting)) `+anyTime,
	`(?i:\b`+enTrouble+`(?: \w+){0,2} (?:started|starts|began|begun|begins|happened|occurred|occurs|appeared)(?: (?:happening|failing|appearing))?) `+anyTime,
	`^\W*(?i:started|began|start|happened|occurred)[ :]+`+anyTime,
	anyTime+` ?(?:から|より|以降)`,
	anyTime+`に(?:障害|エラー|問題|事象|異常)?が?(?:発生|起き|始まり|始まっ)`,
	`(?:^|[^\pL])(?:発生|開始)(?:時刻|日時|時間)?`+anyGap+anyTime,
	`(?:始まった|起きた|発生した)の(?:は|が)`+anyTime,
)

var saysDetected = compiled(
	`(?i:\b(?:`+enNoticed+`|alerted|paged)(?: (?:it|this|that|by \w+(?: \w+)?|the \w+))?) `+anyTime,
	`(?i:\bat |\baround |\babout |^)`+anyTime+`,? (?i:(?:\w+ ){1,3}?(?:`+enNoticed+`|saw|got (?:an? )?(?:alert|alerts|page)|were (?:alerted|paged)|was (?:alerted|paged)))`,
	`(?i:\b(?:alerts?|pager|monitoring)(?: \w+)? (?:fired|went off|triggered|came in|alerted)) `+anyTime,
	anyTime+`(?:に|、)?[^、。,\d]{0,15}?(?:気づ|気付|検知|発覚|発見|アラート|発報)`,
	`(?:^|[^\pL])(?:検知|発見)(?:時刻|日時|時間)?`+anyGap+anyTime,
	`(?:気づいた|気付いた|検知した|発見した)の(?:は|が)`+anyTime,
)

func compiled(patterns ...string) []*regexp.Regexp {
	var all []*regexp.Regexp
	for _, p := range patterns {
		all = append(all, regexp.MustCompile(p))
	}
	return all
}

// These bound the work on what no person wrote, such as a log without its fence.
const (
	maxSentences = 200
	maxSentence  = 600 // bytes
)

var countable = regexp.MustCompile(`\d|正午|(?i:\b(?:noon|midnight|slo|` + spelt + `)\b)`)

// sentences are those of a text that state something of this incident in time or
// numbers.
func sentences(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		line = codeSpan.ReplaceAllString(halfWidth(line), " ")
		from := 0
		for _, end := range append(sentenceEnd.FindAllStringIndex(line, -1), []int{len(line), len(line)}) {
			s := strings.TrimSpace(line[from:end[1]])
			from = end[1]
			if len(s) > maxSentence || !countable.MatchString(s) || question.MatchString(s) || supposed.MatchString(s) {
				continue
			}
			if all = append(all, s); len(all) == maxSentences {
				return all
			}
		}
	}
	return all
}

// timeSaid is the first time of a sentence that stands beside such words.
func timeSaid(sentence string, patterns []*regexp.Regexp) string {
	for _, p := range patterns {
		for _, m := range p.FindAllStringSubmatchIndex(sentence, -1) {
			said := strings.TrimSpace(sentence[m[2]:m[3]])
			around := sentence[m[0]:m[1]]
			between := strings.TrimSpace(sentence[m[3]:m[1]])
			if !isTime(said) || insideWord(sentence, m[2]) || planned.MatchString(clauseAround(sentence, m[0], m[1])) {
				continue
			}
			if strings.ContainsAny(around, "?") || len(between) > len("から") && strings.Contains(between, "から") {
				continue
			}
			return said
		}
	}
	return ""
}

// insideWord reports whether a match begins within a longer number or a name,
// such as a version.
func insideWord(s string, at int) bool {
	return at > 0 && s[at] >= '0' && s[at] <= '9' && inWord.MatchString(s[at-1:at])
}

var inWord = regexp.MustCompile(`[0-9A-Za-z.:/_-]`)

// clauseAround is the part of a sentence, between commas, that a match stands in.
func clauseAround(s string, from, to int) string {
	start, end := 0, len(s)
	for _, c := range clauseEnd.FindAllStringIndex(s, -1) {
		switch {
		case c[1] <= from:
			start = c[1]
		case c[0] >= to && c[0] < end:
			end = c[0]
		}
	}
	return s[start:end]
}

const (
	leastPiece  = `(?:(?i:at least|over|more than) |少なくとも)?`
	numberPiece = leastPiece + `(?:(?i:about|around) |約)?(?:\d[\d,]*(?:\.\d+)?(?:万|千|k\b)?)`
	spelt       = `(?i:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)`
	enPeople    = `(?:customers?|users?|people|clients?|merchants?|shops?|accounts?)`
	jaPeople    = `(?:ユーザー?|利用者|お客様|お客さま|顧客|会員)`
	jaContact   = `(?:お?問い?合わ?せ|問合せ|苦情|申告|ご?連絡)`
	jaSoftly    = `(?:ほど|くらい|ぐらい|程度|近く)?(以上|超)?`
)

// reachSaid are the numbers of people and contacts in a sentence: the number, and
// behind it whether it is the least.
var reachSaid = []struct {
	kind     string
	patterns []*regexp.Regexp
}{
	{contacts, compiled(
		`(`+numberPiece+`|\b`+spelt+`) (?i:(?:more )?(?:\w+ )?`+enPeople+` (?:have |has )?(?:already )?(?:wrote|written|contacted|called|complained|reported|emailed|mailed|opened tickets|got in touch|reached out))()`,
		`(`+numberPiece+`|\b`+spelt+`) (?i:(?:support contacts?|(?:support |customer )?(?:tickets|complaints|inquiries|enquiries)|(?:customer|user) reports?|contacts))()\b`,
		jaContact+`(?:件数)?(?:が|は|も|を|:)? ?(?:すでに|既に|もう|現在|合計|計)?(`+numberPiece+`) ?件`+jaSoftly,
		`(`+numberPiece+`) ?件`+jaSoftly+`の`+jaContact,
		`(`+numberPiece+`) ?(?:人|名|社|店舗)`+jaSoftly+`(?:の[^、。\d]{1,8})?から[^、。\d]{0,6}(?:`+jaContact+`|報告)`,
	)},
	{share, compiled(
		`(`+numberPiece+` ?(?:%|percent)) of (?i:(?:all |our |the )?(?:users|customers|accounts|people))()`,
		jaPeople+`(?:全体)?の(`+numberPiece+` ?[%割])`+jaSoftly,
		`(`+numberPiece+` ?[%割])`+jaSoftly+`の`+jaPeople,
	)},
	{users, compiled(
		`(`+numberPiece+`) (?i:(?:\w+ )?`+enPeople+` (?:are |were |have been )?(?:affected|impacted|locked out|unable to|cannot|can't|could not|couldn't))()`,
		`(?i:\b(?:affect(?:s|ed|ing)|impact(?:s|ed|ing))) (`+numberPiece+`) (?i:(?:\w+ )?`+enPeople+`)()`,
		`(`+numberPiece+`) ?(?:人|名|`+jaPeople+`|アカウント)`+jaSoftly+`(?:の`+jaPeople+`)?[がにへ][^、。\d]{0,8}(?:影響|使え|利用でき|ログインでき)`,
		`影響(?:を受け(?:た|ている))?`+jaPeople+`?[^、。\d]{0,6}(`+numberPiece+`) ?(?:人|名|アカウント)`+jaSoftly,
	)},
}

var (
	sloFiring = regexp.MustCompile(`(?i:\bslo (?:burn[ -]rate )?alerts? (?:is |are |was |has |have )?(?:been )?(?:firing|fired|went off|triggered))|(?i:\bslo)(?:の)?(?:バーンレート)?アラートが?[^、。]{0,4}(?:鳴|発報|発火|出て|届)`)
	denied    = regexp.MustCompile(`(?i:\b(?:no|not|never|n't)\b|n't\b)|ない|ません|なかっ|なし|ゼロ`)
	numerals  = strings.NewReplacer("one", "1", "two", "2", "three", "3", "four", "4", "five", "5", "six", "6", "seven", "7", "eight", "8", "nine", "9", "ten", "10", "eleven", "11", "twelve", "12")
)

// reachOf are the values of what a sentence says of the reach.
func reachOf(sentence string) []string {
	var values []string
	for _, r := range reachSaid {
		for _, p := range r.patterns {
			for _, m := range p.FindAllStringSubmatchIndex(sentence, -1) {
				clause := clauseAround(sentence, m[0], m[1])
				if insideWord(sentence, m[2]) || r.kind == contacts && denied.MatchString(clause) {
					continue
				}
				said := r.kind + " " + numerals.Replace(strings.ToLower(sentence[m[2]:m[3]]))
				if m[4] >= 0 {
					said += sentence[m[4]:m[5]]
				}
				if value, problem := parseReach(workflows.Argument{Text: said}); problem == "" {
					values = append(values, value)
				}
			}
		}
	}
	if m := sloFiring.FindStringIndex(sentence); m != nil && !denied.MatchString(clauseAround(sentence, m[0], m[1])) {
		values = append(values, slo+"=yes")
	}
	return values
}

// largest keeps one value of each kind, that which says most: "3 at first, 8 by
// now". They come in the order of the kinds.
func largest(values []string) []string {
	var r reach
	for _, v := range values {
		var one reach
		one.add(v)
		r.widen(one)
	}
	return r.values()
}

// values write down a reach as add takes it, but for what is not known.
func (r reach) values() []string {
	var all []string
	for _, kind := range kinds {
		if at := r.amount(kind); at != nil && *at != nil {
			value := kind + "=" + strconv.FormatFloat((*at).n, 'f', -1, 64)
			if (*at).orMore {
				value += "+"
			}
			all = append(all, value)
		}
		if is := r.flag(kind); is != nil && *is != nil {
			all = append(all, kind+"="+map[bool]string{true: "yes", false: "no"}[**is])
		}
	}
	return all
}
