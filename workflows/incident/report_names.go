package incident

import (
	"regexp"
	"strings"
)

// What a name of a field asks for, besides the kinds of reach.
const (
	asksStarted   = "started"
	asksDetected  = "detected"
	asksMitigated = "mitigated"
	asksResolved  = "resolved"
	asksPeriod    = "period" // from when to when customers were affected
	asksDate      = "date"   // of all the times that have none
	asksSeverity  = "sev"
	asksService   = "service"
	asksStatus    = "status"
	asksImpact    = "impact" // any kind of reach, in words
)

// Pieces of the patterns below.
const (
	enTime1   = `(?: ?(?:date|time|timestamp|at|on|and|/|&))+`
	enTime    = `(?:` + enTime1 + `)?`
	enThing   = `(?:(?:the |an? )?(?:incident|issue|problem|outage|impact|event|disruption|failure|customer impact|it|this) )?`
	jaTime1   = `(?:した|された)?(?:日時|時刻|時間|日|時期|とき|時)`
	jaTime    = `(?:` + jaTime1 + `|した)?`
	jaThing   = `(?:障害|事象|インシデント|問題|影響|トラブル|初回)?の?`
	enNumber  = `(?:number of |how many |total |count of )?`
	jaEnd     = `(?:です|ます|でし|まし)?(?:た|て(?:い)?ます)?か?`
	enAffects = `(?:affected|impacted)`
)

// fieldNames say what names of fields ask for, in the words of issue forms,
// templates and mails. A name is compared as folded, without brackets and marks;
// the first pattern counts.
var fieldNames = []struct {
	asks    string
	pattern *regexp.Regexp
}{
	// Of the two questions about times, the one that tells more comes first:
	// "when was it noticed" begins like "when".
	{asksDetected, whole(
		`(?:first )?(?:`+enThing+`(?:was )?(?:first )?(?:detected|noticed|discovered|observed)|(?:incident )?detection|first alert|first detected)`+enTime,
		`when (?:was|did|were|has|have) .*(?:notice|noticed|detect|detected|discover|discovered|find out|found|spot|spotted)(?: it| this)?`,
		jaThing+`(?:検知|発見|認知|検出|発覚|覚知|第一報)`+jaTime, jaThing+`(?:気づいた|気付いた|分かった)(?:日時|時刻|時間|とき|の)?`,
		`(?:最初に)?いつ(?:頃)?(?:最初に)?(?:気づき|気付き|検知し|発見し|分かり)`+jaEnd,
	)},
	{asksDate, whole(`(?:incident )?date`, `date of (?:the )?(?:incident|occurrence|outage)`, `日付|発生日|障害発生日|年月日`)},
	{asksStarted, whole(
		enThing+`(?:started|start|starts|began|begin|beginning|onset|occurred|happened|occurrence)`+enTime,
		`(?:first symptoms?|symptoms)(?: observed| seen)?`, `start of `+enThing+`?`,
		`(?:since )?when`, `since when.*`, `when (?:did|has|was) .*(?:start|begin|happen|occur|started|begun)(?: happening)?`,
		`(?:date|time|date ?/ ?time|date and time|datetime)(?: of (?:the )?(?:incident|occurrence|outage|start|issue))`,
		`(?:incident |outage )?(?:date ?/ ?time|date and time|datetime)`,
		jaThing+`(?:発生|開始)`+jaTime, `(?:発生|影響)?日時`, `いつ(?:頃|ごろ)?(?:から.{0,15})?`, `いつ(?:頃|ごろ)?(?:発生|起き|起こ|始ま).{0,10}`,
	)},
	// "Resolution" and 緩和 alone are what was done, not when.
	{asksMitigated, whole(
		enThing+`mitigated`+enTime, `mitigation `+enTime1, `(?:customer )?impact end(?:ed)?`+enTime,
		`(?:影響)?(?:収束|終息)`+jaTime, `(?:緩和|解消)`+jaTime1, `影響(?:の)?終了`+jaTime, `暫定(?:対応|復旧)(?:完了)?(?:日時|時刻|時間)`,
	)},
	{asksResolved, whole(
		enThing+`(?:fully )?(?:resolved|recovered|restored|fixed|end|ended|ends)`+enTime, enThing+`(?:resolution|recovery) `+enTime1,
		`(?:service )?fully (?:recovered|restored)`,
		jaThing+`(?:復旧|終了|完全復旧)(?:完了)?`+jaTime, jaThing+`(?:解決|回復)`+jaTime1,
	)},
	{asksPeriod, whole(
		`(?:incident |outage |impact |affected )(?:period|window)`, `(?:障害|影響|発生)(?:期間|時間帯)`,
	)},
	{asksSeverity, whole(
		`(?:incident |current )?(?:severity|sev|sev level)(?: level| rating)?`, `how severe is it`, `(?:障害|インシデント)?(?:の)?(?:重大度|深刻度|重要度|障害レベル|重大度レベル)(?:はどのくらいです?か)?`,
	)},
	{contacts, whole(
		enNumber+`(?:support |customer |user )*(?:contacts|inquiries|enquiries|tickets|complaints|reports)(?: so far| received| to support)?(?: .{0,20}received)?`,
		`how many (?:people|customers|users|support contacts) .{0,20}(?:contacted|written in|wrote|complained|called|reported|received|so far).*`,
		`(?:お客様からの?|ユーザーからの?|サポートへの)?(?:お?問い?合わ?せ|問合せ|連絡|苦情|申告|サポートリクエスト)(?:の)?(?:件数|数)?(?:は何件ですか)?`,
		`発生したサポートリクエスト`, `(?:お?問い?合わ?せ|連絡)は(?:何件|どのくらい).*`,
	)},
	{share, whole(
		`(?:share|percentage|proportion|%) of (?:all )?(?:users|customers)(?: `+enAffects+`)?`, `(?:`+enAffects+` )?share|percentage affected`,
		`(?:影響を受けた)?(?:ユーザー|利用者|お客様|顧客)?の?(?:影響)?割合`,
	)},
	{users, whole(
		enNumber+`(?:users|customers|accounts|people)(?: ?/ ?(?:users|customers|accounts))? (?:are |were )?`+enAffects, enNumber+enAffects+` (?:users|customers|accounts|people)`,
		`(?:影響)?(?:を受けた|を受けている|した|のある)?(?:お客様|ユーザー?|利用者|顧客|会員|アカウント)(?:の)?(?:人)?(?:数|件数)(?:/割合)?`,
		`影響(?:を受けた|を受けている|した|のある|の出ている)?(?:お客様|ユーザー?|利用者|顧客|会員|アカウント|人数)(?:の)?(?:人)?(?:数|件数)?(?:/割合)?`,
	)},
	{slo, whole(
		`(?:is an? |any )?(?:slo|sli|slo ?/ ?sla|sla)(?: burn rate)? ?(?:alerts?|violation|breach|status)?(?: firing)?`,
		`(?:slo|slo/sla)(?:の)?(?:アラート|違反|逸脱)?(?:は(?:出て|鳴って|発生して)いますか)?`,
	)},
	{legal, whole(
		`.*(?:personal data|personal information|privacy|legal duty|legal or).*`, `legal|gdpr|data breach|compliance|customer data|customer data (?:affected|involved|leaked)`,
		`.*(?:個人情報|法的|プライバシー|法令).*`, `情報漏え?い(?:の有無)?`,
	)},
	{money, whole(
		`(?:revenue|financial|monetary|payment|money)(?: impact| loss| involved| lost)?`, `is money (?:involved|concerned|affected).*`,
		`(?:金銭|金額|売上|売り上げ|お金)(?:への|の|的な|的)?(?:影響|被害|損失)?(?:額)?(?:がありますか|はありますか)?`, `被害額|損失額|決済への影響`,
	)},
	{asksService, whole(
		`(?:which |affected |impacted |target )*(?:services?|systems?|components?|products?|applications?)(?: name)?(?: (?:is |are )?(?:affected|impacted|involved|concerned))?`,
		`(?:services?|systems?|components?) ?/ ?(?:services?|systems?|components?)`, `affected`,
		`(?:影響|対象|影響を受けた|影響を受けている|障害発生|該当)?の?(?:サービス|システム|コンポーネント|プロダクト)(?:名)?`, `どの(?:サービス|システム)です?か`,
	)},
	{asksStatus, whole(`(?:current |incident |report )?(?:status|state)`, `(?:現在の)?(?:状態|ステータス|対応状況)`)},
	{asksImpact, whole(
		`(?:summary of |customer |user |end user |business |user[ -]facing |estimated )*(?:impact|reach|scope|effect)(?: on .{2,20}| summary)?`,
		`how (?:far does it reach|many are affected|many people are affected|bad is it|big is it|wide is it)`, `who is (?:affected|impacted)`,
		`(?:お客様|ユーザー|顧客|利用者|業務|ビジネス|サービス)?(?:への)?(?:の)?影響(?:範囲|度|内容|状況|規模)?(?:はどのくらいです?か|はありますか)?`, `影響の(?:範囲|大きさ|程度|規模)`,
	)},
}

func whole(patterns ...string) *regexp.Regexp {
	return regexp.MustCompile(`^(?:` + strings.Join(patterns, `|`) + `)$`)
}

var (
	inBrackets = regexp.MustCompile(`\([^()]*\)|\[[^\[\]]*\]`)
	notAWord   = regexp.MustCompile(`^[^\pL\pN%]+|[^\pL\pN%]+$`)
	numbering  = regexp.MustCompile(`^\d{1,2}[.)] ?`)
)

// asked says what a name of a field asks for, or "".
func asked(name string) string {
	name = inBrackets.ReplaceAllString(folded(name), " ")
	name = strings.Join(strings.Fields(notAWord.ReplaceAllString(numbering.ReplaceAllString(name, ""), "")), " ")
	name = notAWord.ReplaceAllString(name, "")
	if name == "" {
		return ""
	}
	for _, f := range fieldNames {
		if f.pattern.MatchString(name) {
			return f.asks
		}
	}
	return ""
}

// elsewhere matches the headings below which sentences tell of other times than
// those of this incident: what was done, what was learnt, how it should have been.
var elsewhere = regexp.MustCompile(`timeline|chain of events|cause|next step|action|lesson|learn|went well|went wrong|went badly|lucky|reproduce|expected|background|previous|seen before|prevent|remediation|resolution|mitigation|follow|communicat|checklist|example` +
	`|タイムライン|経緯|時系列|原因|再発|防止|対応策|対策|アクション|教訓|学び|うまく|再現|期待|背景|過去|以前|次の|連絡`)
