package verdict

import (
	"fmt"

	"github.com/kintsugi-app/kintsugi/workflows/readiness/checklist"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// ifFix says how what is held by an incident passes.
func (t *teller) ifFix(i *Incident) string {
	return fmt.Sprintf(t.say("If this is its fix, put %s in the pull request and it passes. Going back to an earlier version is never held.",
		"この障害の修正なら、PRに %s と書くと通ります。以前の版へ戻す操作は止めません。"), words.Foreign("Fixes-incident: "+i.Ref).Inline(100))
}

// waysOut say how it may go all the same, and what is never held.
func (t *teller) waysOut() {
	isEasy := true // what holds ends by itself, and its own way out is all that is needed
	said := false
	for i := range t.Holds {
		h := &t.Holds[i]
		if h.Incident != nil && !h.Lifted && !said {
			said = true
			t.put("%s", t.ifFix(h.Incident))
		}
		isEasy = isEasy && (h.Incident != nil || h.Lifted || !h.Blocks)
	}
	if back := t.in.RanBefore; back.Found == Unknown && t.in.Environment != "" {
		isEasy = false // going back, too, needs somebody's word then
		because := back.Because
		if because.IsEmpty() {
			because = checklist.Text{English: "it was not looked at", Japanese: "確認していません"}
		}
		t.put(t.say("Whether this version ran here before is unknown, because %s.", "この環境で以前に動いていた版かどうかは不明です（%s）。"), because.In(t.lang))
	}
	var ids []string
	for i := range t.Items {
		if t.Items[i].Holds() {
			ids = append(ids, t.Items[i].ID)
		}
	}
	if isEasy && len(ids) == 0 {
		return
	}
	t.put("")
	if !t.in.NoReview.IsEmpty() {
		t.unreviewed()
		return
	}
	if len(ids) > 0 && len(t.in.Authors) > 0 { // else nobody is known to be another
		until := t.in.Now.In(t.in.zone()).AddDate(0, 1, 0).Format("2006-01-02")
		t.put(t.say("If one of these has to wait, somebody other than the author can write `/waive %s until:%s reason` (maintain role).",
			"後に回すときは、作成者以外の方（maintain権限）が `/waive %s until:%s 理由` と書いてください。"), ids[0], until)
	}
	t.anyway()
	t.place()
}

// unreviewed says where people would be heard, where there is no such place yet.
func (t *teller) unreviewed() {
	t.put("%s", t.say("To confirm, approve or except something, the App has to be installed; open an issue then and write `/readiness` in it.",
		"確認、承認、例外承認にはAppが必要です。インストールしたら、Issueを作って `/リリース準備` と書いてください。"))
	t.anyway()
}

// anyway says how to release what is not ready. Who reads this in a job may do it there.
func (t *teller) anyway() {
	if t.in.ReadOnly {
		t.put("%s", t.say("If it has to go out now: run this again with a reason in `ship-anyway` (maintain role). It is recorded.",
			"いま出す必要があるときは、`ship-anyway` に理由を書いて再実行してください（maintain権限）。記録に残ります。"))
		return
	}
	t.put("%s", t.say("If it has to go out now: `/ship-anyway reason` (maintain role). It is recorded.", "いま出す必要があるときは `/ship-anyway 理由`（maintain権限）。記録に残ります。"))
}

// place says where commands are written, for those who do not read this there.
func (t *teller) place() {
	switch {
	case !t.in.ReadOnly:
	case t.in.Review != "":
		t.put(t.say("Commands are written in %s.", "コマンドは %s に書いてください。"), t.reference(t.in.Review))
	default:
		t.put("%s", t.say("Commands are written in a readiness review: open an issue and write `/readiness` in it.", "コマンドを書く場所がまだありません。Issueを作って `/リリース準備` と書いてください。"))
	}
}
