package inspect

import (
	"maps"
	"slices"
	"strings"
)

// japaneseNames are the kernels of Japanese names, without the words for time and
// for what happened around them.
var japaneseNames = map[string]role{
	"発生": started, "開始": started, "発端": started, "発生開始": started, "影響開始": started, "開始発生": started,
	"検知": detected, "検出": detected, "発覚": detected, "認知": detected, "覚知": detected, "発見": detected, "気づき": detected, "気づいた": detected, "気付いた": detected, "気がついた": detected, "報告": detected, "初報": detected, "通報": detected, "受報": detected,
	"アラート": detected, "アラート発報": detected, "アラート検知": detected, "アラート受信": detected, "判明": detected, "検知報告": detected,
	"宣言":   declared,
	"対応開始": acknowledged, "初動": acknowledged, "初動対応": acknowledged, "初動開始": acknowledged, "着手": acknowledged, "調査開始": acknowledged, "対応着手": acknowledged, "一次対応開始": acknowledged, "初動対応開始": acknowledged, "応答": acknowledged, "確認応答": acknowledged,
	"暫定対応": mitigated, "暫定復旧": mitigated, "緩和": mitigated, "緩和策適用": mitigated, "影響収束": mitigated, "応急対応": mitigated, "応急処置": mitigated, "暫定対処": mitigated, "暫定対応完了": mitigated, "緩和完了": mitigated, "封じ込め": mitigated, "緩和適用": mitigated, "影響緩和": mitigated, "一次復旧": mitigated, "仮復旧": mitigated,
	"復旧": resolved, "解消": resolved, "収束": resolved, "解決": resolved, "終息": resolved, "回復": resolved, "終了": resolved, "復旧完了": resolved, "復旧確認": resolved, "完全復旧": resolved, "全面復旧": resolved, "本復旧": resolved, "影響終了": resolved, "影響解消": resolved, "復旧見込": 0, "完了": resolved, "対応完了": resolved, "収束確認": resolved, "解消確認": resolved, "再開": resolved, "終結": resolved, "正常化": resolved, "全復旧": resolved, "解決完了": resolved,
	"クローズ": shut, "対応終了": shut,
	"期間": window, "発生期間": window, "影響期間": window, "停止期間": window, "影響": window, "停止": window, "継続": window, "ダウンタイム": window, "時間帯": window, "影響時間帯": window, "発生時間帯": window, "停止時間帯": window, "所要": window, "影響継続": window, "": day,
	"発生期": window, "影響期": window, "停止期": window,
}

// What may stand before and behind the kernel of a name, and between two.
var (
	namePrefixes   = []string{"サービス", "システム", "インシデント", "障害", "事象", "問題", "不具合", "最初の", "初回", "初期", "実際の", "推定", "本", "ユーザー影響", "ユーザ影響", "お客様影響", "顧客影響", "の"}
	nameSuffixes   = []string{"年月日", "日時", "時刻", "時間帯", "時間", "日付", "時点", "タイミング", "日", "時"}
	nameSeparators = "・/／&＆、"
)

// nameLetters has a bit for each character that a Japanese name is made of.
var nameLetters = func() (has [1 << 10]uint64) {
	kernels := slices.Collect(maps.Keys(japaneseNames))
	all := slices.Concat(kernels, namePrefixes, nameSuffixes, []string{"したのまで \u3000*：:", nameSeparators})
	for _, r := range strings.Join(all, "") {
		has[r>>6] |= 1 << (r & 63)
	}
	return has
}()

// mayBeName is a quick look whether a text, as far as まで, is made of the
// characters of names, or has those of タイムゾーン. Most sentences are not, within
// their first words.
func mayBeName(text string) bool {
	for i, r := range text {
		if r > 0xFFFF || nameLetters[r>>6]>>(r&63)&1 == 0 {
			return strings.Contains(text[:i], "で") || strings.Contains(text[i:], "ゾ")
		}
	}
	return true
}

// japaneseName reads names such as 障害発生日時 and 検知までの時間 (TTD).
func japaneseName(text string) name {
	base := text
	for _, open := range [...]string{"（", "(", "【", "["} {
		if before, inner, ok := strings.Cut(base, open); ok {
			if m := metricIn(inner); m != noMetric {
				return name{metric: m}
			}
			base = before
		}
	}
	if asked, ok := strings.CutPrefix(base, "いつ"); ok {
		if asked == "" {
			return name{roles: window}
		}
		return name{roles: askedOf(asked)}
	}
	if !mayBeName(base) {
		return name{}
	}
	base = strings.Map(func(r rune) rune {
		if r == ' ' || r == '\u3000' || r == '*' || r == '：' || r == ':' {
			return -1
		}
		return r
	}, base)
	if base == "" {
		return name{}
	}
	if strings.Contains(base, "タイムゾーン") || base == "時間帯域" {
		return name{roles: zoned}
	}
	if before, _, ok := strings.Cut(base, "まで"); ok {
		return name{metric: metricOf(kernel(before).roles)}
	}
	var all role
	for len(base) > 0 {
		part := base
		if at := strings.IndexAny(base, nameSeparators); at >= 0 {
			part, base = base[:at], strings.TrimLeft(base[at:], nameSeparators)
		} else {
			base = ""
		}
		n := kernel(part)
		if n.roles == 0 {
			return name{}
		}
		all |= n.roles
	}
	if all == started|resolved {
		all = window
	}
	return name{roles: all}
}

// askedOf is what a question for a time asks for: いつ始まりましたか.
func askedOf(text string) role {
	for _, q := range [...]struct {
		has  string
		role role
	}{
		{"気づ", detected}, {"気付", detected}, {"検知", detected}, {"発見", detected},
		{"始ま", started}, {"発生", started}, {"起き", started},
		{"直", resolved}, {"復旧", resolved}, {"解決", resolved}, {"終わ", resolved}, {"収束", resolved},
	} {
		if strings.Contains(text, q.has) {
			return q.role
		}
	}
	return 0
}

// metricIn reads the abbreviation of a metric.
func metricIn(text string) metric {
	switch strings.Trim(strings.ToUpper(text), " )）】]") {
	case "TTD", "MTTD", "TIME TO DETECT":
		return ttd
	case "TTA", "MTTA", "TIME TO ACKNOWLEDGE":
		return tta
	case "TTM", "MTTM", "TIME TO MITIGATE":
		return ttm
	case "TTR", "MTTR", "TIME TO REPAIR", "TIME TO RESOLVE", "TIME TO RECOVER", "TIME TO RECOVERY":
		return ttr
	}
	return noMetric
}

// kernel looks a Japanese name up, less and less of it.
func kernel(text string) name {
	if text == "" {
		return name{}
	}
	lasting := strings.HasSuffix(text, "時間") || strings.HasSuffix(text, "所要")
	for _, suffix := range nameSuffixes {
		if rest, ok := strings.CutSuffix(text, suffix); ok {
			text = rest
			if suffix == "時間帯" {
				text += "時間帯"
			}
			break
		}
	}
	for _, prefix := range namePrefixes {
		if rest, ok := strings.CutPrefix(text, prefix); ok && rest != "" {
			text = rest
		}
	}
	text = strings.TrimPrefix(text, "の")
	text = strings.TrimSuffix(text, "の")
	if rest, ok := strings.CutSuffix(text, "した"); ok {
		text = rest
	}
	r, ok := japaneseNames[text]
	switch {
	case !ok:
		return name{}
	case text == "" && lasting:
		return name{roles: window}
	case (text == "影響" || text == "停止" || text == "継続" || text == "所要") && !lasting:
		return name{}
	}
	return name{roles: r}
}
