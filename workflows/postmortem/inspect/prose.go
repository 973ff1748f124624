package inspect

import (
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/document"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/postmortem/section"
)

// mostStamps is how many times of one line are read in their sentences. What has
// more is a log.
const mostStamps = 40

// prose reads the sentences of a line for "from 10:02 to 11:15", "began at 10:02"
// and "lasted 73 minutes". The times before the one given are told of already.
func (w *walker) prose(row *document.Row, stamps []placed, from int) {
	for k := from; k < min(len(stamps), mostStamps); k++ {
		s := &stamps[k].Stamp
		if s.Dated() {
			w.told, w.toldIn = w.cal.dayOf(s), row.Block
		}
		if !s.Clock {
			continue
		}
		on := w.day
		if w.told.known() && (s.Relative || w.toldIn == row.Block || !on.known() && !w.cal.day.known()) {
			on = w.told // of this paragraph, or of one above where nothing else tells
		}
		begin, end := sentence(row.Text, s.From, s.To)
		if s.Open && k+1 < len(stamps) && stamps[k+1].Clock {
			if w.kind == section.Impact || tellsOfImpact(row.Text[begin:end]) {
				w.facts = append(w.facts, fact{roles: started | resolved, source: Prose, line: row.Line,
					stamp: *s, end: stamps[k+1].Stamp, isSpan: true, zone: w.zone, day: on, ofImpact: w.kind == section.Impact})
			}
			continue
		}
		if k > 0 && stamps[k-1].Open {
			continue
		}
		r := saidBefore(row.Text[begin:s.From])
		if r == 0 && k >= from && leadsEntry(lastClause(row.Text[begin:s.From])) {
			r = tellsOf(row.Text[s.To:end], &w.seq) & milestones // "At 18:12 the service was restored"
		}
		if r == 0 && strings.HasPrefix(row.Text[s.To:end], ", which ") {
			r = tellsOf(row.Text[s.To:end], &w.seq) & (mitigated | resolved) // "replaced at 18:12, which ended the outage"
		}
		if r != 0 {
			w.facts = append(w.facts, fact{roles: r, source: Prose, line: row.Line, stamp: *s, zone: w.zone, day: on})
		}
	}
	w.lasted(row)
}

// timeTo reads "time to detect was 5 minutes", 復旧までの時間は約34分.
func (w *walker) timeTo(row *document.Row, has *pairs) {
	for from := 0; ; {
		at := has.index(row.Text[from:], "ime to ")
		if at < 1 {
			break
		}
		at += from - 1
		from = at + len("time to ")
		label, value, ok := strings.Cut(row.Text[at:min(len(row.Text), at+longestName)], " was ")
		if n := nameOf(label); ok && n.metric != noMetric {
			w.field(n, row.Line, value, nil)
		}
	}
	if w.trace&letter == 0 {
		return
	}
	if at := has.index(row.Text, "までの時間は"); at > 0 {
		begin, end := sentence(row.Text, at, at)
		label := row.Text[begin:at]
		if cut := strings.LastIndex(label, "、"); cut >= 0 {
			label = label[cut+len("、"):]
		}
		if n := nameOf(label + "までの時間"); n.metric != noMetric {
			w.field(n, row.Line, row.Text[at+len("までの時間は"):end], nil)
		}
	}
}

// abbreviated reads "TTD 7m, TTR 1h 5m".
func (w *walker) abbreviated(row *document.Row, has *pairs) {
	for from := 0; ; {
		at := has.index(row.Text[from:], "TT")
		if at < 0 || from+at+len("TTR ") > len(row.Text) {
			return
		}
		at += from
		from = at + len("TTR ")
		if at > 0 && isLetter(row.Text[at-1]) && row.Text[at-1] != 'M' || row.Text[from-1] != ' ' {
			continue
		}
		if m := metricIn(row.Text[at : from-1]); m != noMetric {
			if s, ok := moment.FieldSpan(row.Text[from:]); ok && s.From == 0 && !s.Bound {
				w.measures = append(w.measures, stated{m, measured(s, row.Line), byName})
			}
		}
	}
}

// mostSentence bounds how far the beginning and the end of a sentence are looked
// for, in bytes.
const mostSentence = 600

// sentence is where the sentence around a place begins and ends.
func sentence(text string, from, to int) (begin, end int) {
	begin, end = max(0, from-mostSentence), min(len(text), to+mostSentence)
	for _, stop := range [...]string{". ", "。", "! ", "? "} {
		if at := strings.LastIndex(text[begin:from], stop); at >= 0 {
			begin += at + len(stop)
		}
		if at := strings.Index(text[to:end], stop); at >= 0 {
			end = to + at
		}
	}
	return begin, end
}

// tellsOfImpact reports whether a sentence is about something that did not work.
func tellsOfImpact(text string) bool {
	if isJapanese(text) {
		for _, w := range [...]string{"停止", "障害", "影響", "エラー", "失敗", "利用でき", "不能", "不通", "遅延", "ダウン", "できな", "されな", "られな", "つながらな", "繋がらな"} {
			if strings.Contains(text, w) {
				return !strings.Contains(text, "影響はな") && !strings.Contains(text, "影響なし")
			}
		}
		return false
	}
	seq := sensesIn(text)
	for i, s := range seq {
		if s&failWord != 0 && !within(seq, i, 3, 0, notWord) {
			return true
		}
	}
	low := strings.ToLower(text)
	return strings.Contains(low, "unable to") || strings.Contains(low, "could not") || strings.Contains(low, "nobody could") || strings.Contains(low, "no one could") || strings.Contains(low, "lasted")
}

// lastClause is what stands behind the last comma.
func lastClause(text string) string {
	return text[strings.LastIndexByte(text, ',')+1:]
}

// saidBefore is the milestone that the words right before a time give it: "the
// outage began at", "was first reported around".
func saidBefore(text string) role {
	if isJapanese(text) {
		return 0
	}
	words := strings.Fields(text[max(0, len(text)-120):])
	k := len(words) - 1
	for k >= 0 && leadsValue(words[k]) || k >= 0 && (words[k] == "the" || words[k] == "by" || words[k] == "(at") {
		k--
	}
	if k < 0 || k == len(words)-1 {
		return 0 // a time without "at" belongs to what follows
	}
	verb := strings.ToLower(strings.Trim(words[k], "*_,("))
	if noticedAt(words[max(0, k-7) : k+1]) {
		return detected
	}
	if (verb == "alert" || verb == "alarm") && k < 3 || (verb == "fired" || verb == "triggered") && k > 0 && senses[lower(words[k-1])]&alertWord != 0 ||
		verb == "noticed" && k > 0 && lower(words[k-1]) == "we" {
		return detected // "First alert at 10:05", "alerts fired at 10:05", "we noticed at 10:05"
	}
	r := nameWords[verb]
	if !strings.HasSuffix(verb, "ed") && verb != "began" && verb != "aware" && verb != "paged" {
		return 0
	}
	var before []sense
	for _, word := range words[max(0, k-7):k] {
		before = append(before, senses[strings.ToLower(strings.Trim(word, "*_,(\"'."))])
	}
	if anywhere(before, notWord|otherWord|respondWord|mitigateWord) {
		return 0
	}
	subject := incidentWord
	if r == started || r == detected {
		subject |= failWord
	}
	if r == resolved {
		subject |= serviceWord
	}
	if anywhere(before, subject) || r == acknowledged || r == detected && (verb == "paged" || verb == "alerted" || verb == "aware") {
		return r & (started | detected | acknowledged | mitigated | resolved)
	}
	return 0
}

// noticedAt reports whether the words before a time tell who noticed what at that
// time: "our monitoring noticed the drop in traffic at". The last but one of the
// words may be far from the verb, but another verb must not come between.
func noticedAt(words []string) bool {
	if i := slices.Index(words, "first"); i >= 0 && i+1 < len(words) && firstCalls[lower(words[i+1])] {
		return true // "the first call reached the service desk at"
	}
	for i := len(words) - 2; i > 0; i-- {
		word := lower(strings.Trim(words[i], "*_,(\"'"))
		switch word {
		case "heard", "learned", "noticed", "detected", "observed", "spotted", "discovered":
			for _, w := range words[max(0, i-3):i] {
				if senses[lower(w)]&(notWord|otherWord) != 0 {
					return false
				}
			}
			return true
		case "opened", "filed", "reported", "called", "wrote", "emailed":
			for _, w := range words[max(0, i-3):i] {
				if senses[lower(w)]&outsideWord != 0 {
					return true // "a user opened an issue at"
				}
			}
			return false
		case "was", "were", "is", "been", "had", "has", "which", "that", "and", "when", "after", "before", "until", "but":
			return false
		}
		if senses[word]&otherWord != 0 {
			return false
		}
	}
	return false
}

// firstCalls are what first tells of an incident.
var firstCalls = setOf("call report ticket complaint alert page")

// lasted reads how long it lasted from the sentences of a line.
func (w *walker) lasted(row *document.Row) {
	if w.trace&(digit|wide) == 0 && !namesUnit(row.Text) {
		return
	}
	has := pairsOf(row.Text)
	w.abbreviated(row, &has)
	spelt := w.trace&letter != 0 || namesUnit(row.Text)
	if spelt {
		w.timeTo(row, &has)
	}
	s, rank, ok := lastedIn(row.Text, &has)
	if !ok && spelt && w.kind != section.Timeline {
		s, ok = overIn(row.Text, w.trace, &has)
	}
	if ok && !s.Bound {
		w.measures = append(w.measures, stated{ttr, measured(s, row.Line), rank})
	}
}

// lastedIn reads "the outage lasted 5 hours", "was down for about 1h50m", "40
// minutes of outage", 約40分間停止.
func lastedIn(text string, has *pairs) (s moment.Span, r rank, ok bool) {
	if at := has.index(text, "lasted "); at >= 0 {
		from, to := sentence(text, at, at+1)
		if anywhere(sensesIn(text[from:to]), incidentWord|failWord) || strings.Contains(text[from:at], "incident") {
			s, ok = moment.FieldSpan(strings.TrimPrefix(text[at+len("lasted "):], "for "))
			return s, ofField, ok
		}
	}
	for from := 0; ; {
		at := has.index(text[from:], " for ")
		if at < 0 {
			break
		}
		at += from
		from = at + len(" for ")
		before := sensesIn(text[max(0, at-24):at])
		if len(before) == 0 || !within(before, len(before), 2, 0, failWord) {
			continue
		}
		if s, ok = moment.FieldSpan(text[from:min(len(text), from+32)]); ok {
			return s, ofSentence, true
		}
	}
	for _, word := range [...]string{"outage", "downtime", "unavailability", "停止", "にわた"} {
		if at := has.index(text, word); at > 0 {
			part := text[max(0, at-48):at]
			if s, ok = moment.FirstSpan(part); ok && betweenSpan[strings.Trim(part[s.To:], " -")] {
				return s, ofSentence, true
			}
		}
	}
	return moment.Span{}, ofSentence, false
}

// overIn reads "the problem was fixed in about 40 minutes", "service was restored
// after 2 hours", 約40分で復旧. From when it counts, the sentence must not say.
func overIn(text string, trace trace, has *pairs) (moment.Span, bool) {
	if trace&letter != 0 {
		if !has.mayHave("復旧") && !has.mayHave("解消") {
			return moment.Span{}, false
		}
		return overInJapanese(text)
	}
	for _, word := range [...]string{"ed in ", "ed after "} {
		at := has.index(text, word)
		if at < 0 {
			continue
		}
		begin, end := sentence(text, at, at)
		seq := sensesIn(text[begin : at+len("ed")])
		verb := len(seq) - 1
		if seq[verb]&(recoverWord|overWord) == 0 || within(seq, verb, 6, 0, notWord|mitigateWord|undoWord|otherWord) ||
			!within(seq, verb, 6, 0, incidentWord|serviceWord) {
			continue
		}
		s, ok := moment.FieldSpan(text[at+len(word) : end])
		if !ok {
			continue
		}
		switch rest := strings.TrimLeft(text[at+len(word)+s.To:end], " "); {
		case rest == "", rest[0] == '.', rest[0] == ',', rest[0] == ';', strings.HasPrefix(rest, "by "):
			return s, true
		}
	}
	return moment.Span{}, false
}

// overInJapanese looks behind the units of durations.
func overInJapanese(text string) (moment.Span, bool) {
	for i := 1; i < len(text); i++ {
		if text[i] < 0x80 || text[i-1]-'0' > 9 && text[i-1] != ' ' {
			continue
		}
		at := i
		for _, unit := range [...]string{"時間", "分", "日", "間"} {
			if strings.HasPrefix(text[at:], unit) {
				at += len(unit)
			}
		}
		for _, word := range [...]string{"で復旧", "で解消", "後に復旧", "後に解消"} {
			if at == i || !strings.HasPrefix(text[at:], word) {
				continue
			}
			part := text[max(0, at-36):at]
			if s, ok := moment.FirstSpan(part); ok && s.To == len(part) && !strings.Contains(part[:s.From], "から") {
				return s, true
			}
		}
	}
	return moment.Span{}, false
}

// namesUnit is a quick look for the name of a unit, for durations without digits.
func namesUnit(text string) bool {
	for at := 0; ; at++ { // both have an "u", which is rare
		next := strings.IndexByte(text[at:], 'u')
		if next < 0 {
			return false
		}
		at += next
		if strings.HasPrefix(text[max(0, at-2):], "hour") || strings.HasPrefix(text[max(0, at-3):], "minute") {
			return true
		}
	}
}

// betweenSpan may stand between a duration and what it is the duration of.
var betweenSpan = map[string]bool{
	"": true, "of": true, "of total": true, "of complete": true, "of full": true, "of service": true, "total": true, "long": true, "of site": true, "service": true,
	"間": true, "の": true, "の間": true, "間の": true, "の間、サービスが": true, "サービスが": true, "、サービスが": true, "間、サービスが": true, "にわたりサービスが": true, "にわたり": true,
}
