package inspect

import "strings"

// sense is what a word of a sentence contributes to what it tells.
type sense uint64

const (
	incidentWord sense = 1 << iota // incident, outage, issue
	serviceWord                    // service, site, cluster
	recoverWord                    // resolved, restored
	normalWord                     // back to "normal", "operational"
	upWord                         // working, healthy, up: says it only with backWord
	backWord                       // back, again, fully
	overWord                       // over, ends, fixed
	alertWord                      // alert, paged
	noticeWord                     // notices, discovered
	reportWord                     // reports, complain
	startWord                      // starts, began
	failWord                       // failing, down, errors
	notWord                        // not, partially, will
	mitigateWord                   // mitigated, reverted
	respondWord                    // investigating, acknowledged
	otherWord                      // root, cause, status: takes the next word its sense
	moreWord                       // no "more", "further"
	declareWord                    // declared
	doneWord                       // a rollback is "complete"
	undoWord                       // rollback, hotfix
	notifyWord                     // informed, notified: by or of those who know
	peopleWord                     // users, customers
	byWord                         // by
	allWord                        // all
	clearWord                      // clear
	faultWord                      // accidentally, faulty
	statesWord                     // reports: what a machine does all the time
	machineWord                    // job, node
	againWord                      // again: it fails "again"
	levelWord                      // back to "zero"
	outsideWord                    // those who call: customer, colleague
	callWord                       // calls, writes
	fireWord                       // fires, triggers: what monitoring does
	rateWord                       // the error "rate" is normal
	arriveWord                     // the "first" ticket
	mailWord                       // ticket, email
	verbWord                       // work, connect: again
	stopWord                       // errors "stop"
	rolledWord                     // rolled: back, and not out
	watchWord                      // monitoring: reports what matters
	paperWord                      // a ticket is "resolved" when its paperwork is done
)

// senses are the English words that tell something.
var senses = sensesOf(map[sense]string{
	incidentWord: `incident outage issue issues problem problems downtime disruption unavailability slowness sev sev0 sev1 sev2 sev3 impact degradation failure failures errors error interruption alert alerts`,
	serviceWord: `service services site website system systems cluster hub api app application server servers traffic everything all functionality access platform database users customers
		builds launches pods jobs operations requests node nodes queue production environment infrastructure things it`,
	recoverWord: `resolved restored recovered recovers restores resolves resume resumed resumes solved solves`,
	normalWord:  `normal usual normally operational normality normalized normalised`,
	upWord:      `healthy stable green fine available online functioning working works up running accessible functional expected able reachable responding succeed succeeds succeeding`,
	backWord:    `back again fully now return returns returned returning brought`,
	overWord:    `over ended ends end fixed cleared clears clear gone away disappear disappeared subsided ceased`,
	alertWord:   `alert alerts alerted alerting alarm alarms paged paging pager pagerduty opsgenie victorops alertmanager uptimerobot pingdom nagios`,
	noticeWord:  `notice noticed notices noticing discover discovers discovered detect detected detects spotted spots observe observed observes realize realized realizes realise realised realises realization aware flagged identified`,
	reportWord:  `report reports reported reporting complain complains complained complaints complaining hear hears heard`,
	startWord:   `start starts started begin begins began beginning begun`,
	failWord: `fail fails failing failed down unavailable unreachable degraded degrading crash crashes crashed crashing broken breaks broke timeouts timeout timing slow stuck hang hangs hung oom oomkilled expired expires
		outage degradation failure failures errors error rejected 500s 5xx 502 503 504 502s 503s 504s stopped stops drops dropped dropping disruption erroring impacted impact affected bug causing caused misconfigured unusable inaccessible offline unresponsive spike spikes spiked elevated exhausted exhaustion corrupted
		stop drop declined collapse collapses collapsed unanswered refused refuses rejects disconnect disconnects disconnected disconnecting`,
	notWord:      `not no never without cannot unable still partially partial some once until if when should could may might expecting trying try attempt attempts attempted attempting hoping waiting before unless yet slowly mostly will would ensure tested test testing staging false most bring get t be being expect expects`,
	mitigateWord: `mitigated mitigates reverted`,
	rolledWord:   `rolled`,
	stopWord:     `stop stops stopped cease ceases ceased`,
	respondWord:  `investigating investigation investigate investigates acknowledged acknowledges acked ack acknowledge responding responded triage triaging`,
	moreWord:     `more further`,
	doneWord:     `complete completed completes done finished deployed applied merged`,
	undoWord:     `rollback revert hotfix fix patch`,
	notifyWord:   `informed inform informs notified notifies contacted notifying informing`,
	peopleWord:   `users user customers customer clients client teams stakeholders community public students everyone`,
	byWord:       `by`,
	allWord:      `all`,
	clearWord:    `clear`,
	faultWord: `accidentally inadvertently unintentionally unexpectedly mistakenly erroneously incorrectly wrongly faulty mistake malicious disruptive unintended
		accidental inadvertent unintentional erroneous`,
	againWord:   `again`,
	levelWord:   `zero baseline above below under`,
	arriveWord:  `receives received receive arrive arrives arrived first`,
	mailWord:    `ticket tickets email emails`,
	verbWord:    `work connect load respond process flow render sync`,
	outsideWord: `user users customer customers client clients colleague colleagues manager desk finance sales partner partners merchant merchants staff student students employee employees researcher operator operators tenant tenants guest guests player players passenger passengers visitor visitors reader readers`,
	callWord:    `calls called phones phoned rings rang writes wrote emails emailed mails mailed tweets tweeted asks asked`,
	fireWord:    `triggers triggered fires fired`,
	rateWord:    `rate rates latency`,
	statesWord:  `reports`,
	watchWord:   `monitoring monitor monitors probe probes healthcheck check checks grafana prometheus sentry datadog cloudwatch`,
	machineWord: `job jobs build builds pod pods container containers node nodes cluster agent agents process worker workers queue server servers log logs page console`,
	paperWord:   `ticket tickets jira`,
	declareWord: `declared declare declares opens opened raises raised`,
	otherWord:   `root cause causes culprit reason source why postmortem retrospective retro status bug review`,
})

func sensesOf(by map[sense]string) map[string]sense {
	m := map[string]sense{}
	for s, list := range by {
		for w := range strings.FieldsSeq(list) {
			m[w] |= s
		}
	}
	return m
}

// failing is told by a word for failure without any for its beginning: the first
// entry that has it may be the start.
const failing role = 1 << 14

// slip is told by a word for a mistake that was made: the first entry that has it
// is the start, even if it goes on to tell who noticed at once.
const slip role = 1 << 15

// mostTold bounds how much of a text is read for what it tells, in bytes.
const mostTold = 600

// tellsOf finds out which milestones the words of a text amount to, one thought
// after the other. Seq is room for the senses of one.
func tellsOf(text string, seq *[]sense) role {
	text = text[:min(len(text), mostTold)]
	if isJapanese(text) {
		return tellsJapanese(text)
	}
	var told role
	thought := (*seq)[:0]
	var buf [16]byte
	for at := 0; at < len(text); {
		word, next := wordAt(text, at, &buf)
		switch {
		case len(word) > 0:
			thought = append(thought, senses[string(word)])
		case endsThought(text, at):
			told |= tellsThought(thought)
			thought = thought[:0]
		}
		at = next
	}
	told |= tellsThought(thought)
	*seq = thought
	return told
}

// sensesIn are the senses of the words of a text, in order.
func sensesIn(text string) []sense {
	text = text[:min(len(text), mostTold)]
	var seq []sense
	var buf [16]byte
	for at := 0; at < len(text); {
		word, next := wordAt(text, at, &buf)
		if len(word) > 0 {
			seq = append(seq, senses[string(word)])
		}
		at = next
	}
	return seq
}

// wordAt reads the word of letters and digits at a place, in lower case and no
// longer than the room for it, and tells where the next begins.
func wordAt(text string, at int, buf *[16]byte) (word []byte, next int) {
	word = buf[:0]
	for next = at; next < len(text); next++ {
		c := text[next]
		if (c|0x20)-'a' > 25 && c-'0' > 9 {
			break
		}
		if len(word) < len(buf) {
			if c >= 'A' {
				c |= 0x20
			}
			word = append(word, c)
		}
	}
	return word, max(next, at+1)
}

// endsThought reports whether a sign ends a sentence, or a part that stands for
// itself.
func endsThought(text string, at int) bool {
	switch text[at] {
	case ';', '!', '?':
		return true
	case '.':
		return at+1 == len(text) || text[at+1] == ' '
	}
	return false
}

// lower is strings.ToLower, which is slow with what is neither ASCII nor has cases.
func lower(text string) string {
	for i := range len(text) {
		if c := text[i]; c-'A' <= 25 || c >= 0xC0 && (c < 0xE3 || c > 0xE9) {
			return strings.ToLower(text)
		}
	}
	return text
}

func isJapanese(text string) bool {
	for i := range len(text) {
		if text[i] >= 0xE3 && text[i] <= 0xE9 {
			return true
		}
	}
	return false
}

// within reports whether one of the words around a place, but itself, has a sense.
func within(seq []sense, at, before, after int, s sense) bool {
	for i := max(0, at-before); i < len(seq) && i <= at+after; i++ {
		if i != at && seq[i]&s != 0 {
			return true
		}
	}
	return false
}

func anywhere(seq []sense, s sense) bool { return within(seq, -1, 0, len(seq), s) }

// tellsThought reads one thought.
func tellsThought(seq []sense) role {
	var told role
	for i, s := range seq {
		if s == 0 {
			continue
		}
		if s&moreWord != 0 && i > 0 && seq[i-1]&notWord != 0 && within(seq, i, 0, 3, failWord|incidentWord) {
			told |= resolved // no more errors
			continue
		}
		denied := within(seq, i, 4, 0, notWord)
		other := within(seq, i, 2, 0, otherWord)
		switch {
		case denied:
			continue
		case s&recoverWord != 0:
			if !other && !within(seq, i, 4, 0, paperWord) && (len(seq) <= 3 || within(seq, i, 6, 4, incidentWord|serviceWord) || i == len(seq)-1) {
				told |= resolved
			}
		case s&normalWord != 0:
			if within(seq, i, 4, 2, backWord) && !relapses(seq) || within(seq, i, 2, 0, rateWord) || within(seq, i, 6, 2, serviceWord) {
				told |= resolved
			}
		case s&levelWord != 0 && within(seq, i, 3, 0, backWord), s&upWord != 0 && within(seq, i, 5, 6, backWord) && !relapses(seq):
			told |= resolved
		case s&stopWord != 0 && i > 0 && seq[i-1]&failWord != 0:
			told |= resolved
			continue
		case s&verbWord != 0 && i+1 < len(seq) && seq[i+1]&againWord != 0:
			told |= resolved
		case s&overWord != 0 && (within(seq, i, 4, 3, incidentWord) || s&clearWord != 0 && within(seq, i, 1, 0, allWord)):
			told |= resolved
		case s&mitigateWord != 0, s&rolledWord != 0 && within(seq, i, 0, 4, backWord), s&undoWord != 0 && within(seq, i, 2, 3, doneWord):
			told |= mitigated
		case s&startWord != 0 && within(seq, i, 4, 4, failWord|incidentWord) && !within(seq, i, 3, 3, respondWord|recoverWord|mitigateWord):
			told |= started
		}
		states := s&statesWord != 0 && within(seq, i, 6, 0, machineWord) && !within(seq, i, 6, 0, peopleWord|watchWord|alertWord)
		if !other && !states && (s&(noticeWord|reportWord) != 0 || s&alertWord != 0 && !within(seq, i, 0, 5, recoverWord|overWord)) {
			told |= detected
		}
		if s&fireWord != 0 && within(seq, i, 2, 0, watchWord) || s&mailWord != 0 && within(seq, i, 3, 2, arriveWord) {
			told |= detected
		}
		if s&callWord != 0 && within(seq, i, 3, 0, outsideWord) && !within(seq, i, 0, 3, outsideWord) {
			told |= detected // "a customer calls", and not "support calls the customer"
		}
		if s&notifyWord != 0 && !other && (within(seq, i, 0, 2, byWord) || !within(seq, i, 3, 3, peopleWord)) {
			told |= detected
		}
		if s&declareWord != 0 && within(seq, i, 4, 4, incidentWord) {
			told |= declared
		}
		if s&respondWord != 0 {
			told |= acknowledged
		}
		if s&(failWord|faultWord) != 0 {
			told |= failing
		}
		if s&faultWord != 0 && told&awareness == 0 {
			told |= slip
		}
	}
	return told
}

// relapses reports whether a thought tells that something fails again.
func relapses(seq []sense) bool {
	for i := 1; i < len(seq); i++ {
		if seq[i]&againWord != 0 && seq[i-1]&failWord != 0 {
			return true
		}
	}
	return false
}

// told pairs Japanese words with what they tell, and with what follows or stands
// before them where they do not tell it.
type japaneseTold struct {
	words []string
	role  role
	not   []string
}

var japaneseTells = []japaneseTold{
	{[]string{"検知", "発覚", "アラート", "通報", "気づ", "気付", "問い合わせ", "報告", "覚知", "異常を確認", "エラーを確認", "発見", "教えていただ", "連絡をいただ", "連絡を受け", "指摘を受け", "ご指摘", "発報", "ことが判明", "からの電話", "から電話"}, detected,
		[]string{"検知され", "検知でき", "検知せ", "検知遅", "未検知", "検知用", "検知ルール", "検知方法", "検知まで", "検知なし", "アラートが鳴らな", "アラートがな", "アラートなし", "アラートは", "アラート解消", "アラートが解消", "アラート復旧", "アラート設定", "アラート追加", "アラートを追加", "アラートルール", "復旧を報告", "完了を報告", "復旧報告", "完了報告", "原因を発見", "発報せ", "発報しな", "発報なし", "未発報", "原因であることが判明", "原因だったことが判明", "によることが判明"}},
	{[]string{"復旧", "解消", "収束", "正常化", "正常に戻", "正常稼働", "正常動作を確認", "サービス再開", "サービスを再開", "回復", "対応完了"}, resolved,
		[]string{"復旧作業", "復旧開始", "復旧対応", "復旧せ", "復旧しな", "復旧手順", "復旧を試", "復旧見込", "復旧に向け", "一部復旧", "部分復旧", "部分的に復旧", "復旧でき", "未復旧", "復旧着手", "復旧を開始", "復旧策", "復旧計画", "暫定復旧", "解消せ", "解消しな", "解消され", "回復せ", "回復しな", "復旧方法", "復旧優先", "復旧後", "解消策", "復旧のため", "復旧まで", "復旧準備", "復旧を優先", "恒久対応完了", "対応完了予定", "対応完了見込", "対応完了を報告", "対応完了報告"}},
	{[]string{"緩和策適用", "切り戻し", "ロールバック", "影響収束", "暫定復旧", "暫定対応を実施", "暫定対応完了"}, mitigated,
		[]string{"ロールバックを検討", "切り戻しを検討", "ロールバック開始", "切り戻し開始", "ロールバックを開始", "ロールバック失敗"}},
	{[]string{"障害発生", "障害が発生", "エラーが発生し始め", "エラー発生開始", "エラーが急増", "エラー急増", "エラーが多発", "影響開始", "発生開始", "応答しなくな", "ダウンし", "停止し始め", "期限切れ到達", "発火", "詰まり始め", "止まり始め", "落ち始め", "遅れ始め", "出始め"}, started, []string{"再発生"}},
	{[]string{"対応開始", "調査開始", "調査を開始", "対応を開始", "調査に着手", "対応に着手"}, acknowledged, nil},
	{[]string{"誤って", "誤操作", "誤削除", "誤適用", "誤配信", "誤送信"}, slip, nil},
	{[]string{"エラー", "失敗", "停止", "ダウン", "障害", "異常", "クラッシュ", "不能", "期限切れ", "が急増"}, failing, []string{"失敗なし", "エラーなし", "アクセスが急増", "リクエストが急増", "トラフィックが急増", "負荷が急増"}},
}

// japaneseWord is one of the words, with what it is among.
type japaneseWord struct {
	*japaneseTold
	word string
}

// japaneseWords are the words of all by the two letters that they begin with.
var japaneseWords = func() map[[6]byte][]japaneseWord {
	by := map[[6]byte][]japaneseWord{}
	for i := range japaneseTells {
		t := &japaneseTells[i]
		for _, w := range t.words {
			by[[6]byte([]byte(w))] = append(by[[6]byte([]byte(w))], japaneseWord{t, w})
		}
	}
	return by
}()

// japaneseFirsts says of the last byte of a letter, and of that of the letter
// behind it, whether one of the words may begin so: most letters begin none.
var japaneseFirsts = func() (may [64][64]bool) {
	for first := range japaneseWords {
		may[first[2]&63][first[5]&63] = true
	}
	return may
}()

// tellsJapanese looks at each letter for a word that begins there and is not part
// of what says the opposite.
func tellsJapanese(text string) role {
	var told role
	for at := 0; at+6 <= len(text); at++ {
		if text[at] < 0xE3 || !japaneseFirsts[text[at+2]&63][text[at+5]&63] {
			continue
		}
		for _, w := range japaneseWords[[6]byte([]byte(text[at:at+6]))] {
			switch {
			case told&w.role != 0 || !strings.HasPrefix(text[at:], w.word) || w.denied(text, at, len(w.word)):
			case w.role == slip && told&awareness != 0:
				told |= failing
			case w.role == slip:
				told |= slip | failing
			default:
				told |= w.role
			}
		}
	}
	return told
}

func (t *japaneseTold) denied(text string, at, size int) bool {
	for _, no := range t.not {
		from := max(0, at-len(no)+1)
		if strings.Contains(text[from:min(len(text), at+size+len(no))], no) {
			return true
		}
	}
	return false
}
