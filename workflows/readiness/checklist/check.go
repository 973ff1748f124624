package checklist

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

var (
	itemID   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,59}$`)
	approver = regexp.MustCompile(`^@[A-Za-z0-9][A-Za-z0-9_-]{0,38}(?:/[A-Za-z0-9_.-]{1,100})?$`)
)

// finder gathers what there is against a checklist.
type finder struct {
	found []policy.Finding
	field string // the group that is looked at
}

func (f *finder) add(key, english, japanese string) {
	f.found = append(f.found, policy.Finding{Field: strings.Trim(f.field+"."+key, "."), Message: english, Japanese: japanese})
}

// Check implements policy.Checker.
func (c *Checklist) Check() []policy.Finding {
	var f finder
	if len(c.Items) == 0 {
		f.add("items", "there is no item: a checklist without any would let everything pass", "項目がありません。項目のないチェックリストでは、何でも通ってしまいます")
	}
	for _, trait := range slices.Sorted(maps.Keys(c.Traits)) {
		if !traitName.MatchString(trait) {
			f.add("traits."+trait, "a trait is named by small letters, digits, hyphens and dots, such as `risk.performance`", "特性の名前は、`risk.performance` のように半角の小文字、数字、ハイフン、ドットで書いてください")
		}
		c.checkAnswer(&f, "traits."+trait, c.Traits[trait])
	}
	for _, service := range slices.Sorted(maps.Keys(c.Services)) {
		for _, trait := range slices.Sorted(maps.Keys(c.Services[service])) {
			c.checkTrait(&f, "services."+service+"."+trait, trait)
			c.checkAnswer(&f, "services."+service+"."+trait, c.Services[service][trait])
		}
	}
	seen := map[string]bool{}
	for n := range c.Items {
		item := &c.Items[n]
		f.field = fmt.Sprintf("items[%d]", n)
		switch {
		case item.ID == "":
			f.add("", "the item has no `id`: give it a short name, such as `id: runbook`", "`id` がありません。`id: runbook` のように短い名前をつけてください")
		case !itemID.MatchString(item.ID):
			f.add("id", "an id has up to 60 small letters, digits and hyphens, such as `restore-drill`", "idは `restore-drill` のように、半角の小文字、数字、ハイフンで60文字までです")
		case seen[item.ID]:
			f.add("id", fmt.Sprintf("another item is called `%s` already: give this one a name of its own", item.ID), fmt.Sprintf("`%s` はほかの項目で使われています。別の名前にしてください", item.ID))
		}
		seen[item.ID] = true
		c.checkItem(&f, item)
	}
	return f.found
}

func (c *Checklist) checkTrait(f *finder, key, trait string) {
	if _, known := c.Traits[trait]; known {
		return
	}
	list := "`" + strings.Join(slices.Sorted(maps.Keys(c.Traits)), "`, `") + "`"
	if len(c.Traits) == 0 {
		list = "—"
	}
	shown := words.Foreign(trait).Inline(60)
	f.add(key, fmt.Sprintf("%s is not among the `traits` (%s): answer it there by true or false", shown, list),
		fmt.Sprintf("%s が `traits`（%s）にありません。trueかfalseで書いてください", shown, list))
}

func (c *Checklist) checkAnswer(f *finder, key string, a Answer) {
	if a == "" {
		f.add(key, "answer by `true` or `false`: left open, what depends on it would not be asked", "`true` か `false` で答えてください。空のままでは、これによる項目が問われません")
	}
}

func (c *Checklist) checkItem(f *finder, item *Item) {
	if strings.TrimSpace(item.Question.English+item.Question.Japanese) == "" {
		f.add("question", "the item asks nothing: write a `question` that is answered by yes", "`question` がありません。「はい」で答えられる問いを書いてください")
	}
	for _, t := range item.When.Terms {
		c.checkTrait(f, "when", t.Trait)
	}
	for i, who := range item.Approvers {
		if !approver.MatchString(who) {
			f.add(fmt.Sprintf("approvers[%d]", i), "write people as `\"@name\"` and teams as `\"@organisation/team\"`", "人は `\"@名前\"`、チームは `\"@組織/チーム\"` と書いてください")
		}
	}
	within := f.field
	for i, e := range item.Evidence {
		f.field = fmt.Sprintf("%s.evidence[%d]", within, i)
		e.check(f)
	}
	f.field = within
}

// check says what there is against a piece of evidence.
func (e Evidence) check(f *finder) {
	kinds := e.kinds()
	if len(kinds) != 1 {
		var names []string
		for _, k := range Kinds {
			names = append(names, string(k))
		}
		list := "`" + strings.Join(names, "`, `") + "`"
		f.add("", fmt.Sprintf("a piece of evidence has one of the keys %s, and this has %d", list, len(kinds)),
			fmt.Sprintf("根拠には %s のうち1つを書きます（いまは%d個）", list, len(kinds)))
		return
	}
	if kinds[0] == File {
		e.checkFile(f)
	} else if e.Matches != "" {
		f.add("matches", "`matches` goes with `file` only", "`matches` は `file` と一緒に使います")
	}
	switch kinds[0] {
	case Release, Deployment, Drill:
		if e.Within == 0 {
			f.add("", "say how long ago it may have been: `within: 30 days`", "いつまで有効かを `within: 30 days` のように書いてください")
		}
		if _, err := path.Match(e.Release, ""); err != nil {
			f.add("release", "this is no pattern: `[` is not closed by `]`", "パターンとして読めません。`[` が `]` で閉じられていません")
		}
	case File, NoOpenIssues:
		if e.Within != 0 {
			f.add("within", "this is looked at as it is now, so `within` means nothing here: remove it", "いまの状態を見るため、`within` は使いません。消してください")
		}
	case Confirmation, Approvals:
		if e.Within != 0 {
			f.add("within", "how long people's word stays true is said by the item's `valid_for`: write it there", "確認や承認の期限は、項目の `valid_for` に書いてください")
		}
	default: // a check or a workflow may have a time, and need not
	}
	if e.Approvals < 0 || e.Approvals > 20 {
		f.add("approvals", "write how many people are to approve, from 1 to 20", "承認する人数を1〜20で書いてください")
	}
	if slices.ContainsFunc(e.NoOpenIssues, func(label string) bool { return strings.TrimSpace(label) == "" || !words.IsVisible(label) }) {
		f.add("no_open_issues", "a label has visible characters on one line", "ラベルは、目に見える文字で1行に書いてください")
	}
}

func (e Evidence) checkFile(f *finder) {
	if strings.HasPrefix(e.File, "/") || strings.Contains(e.File, `\`) || slices.Contains(strings.Split(e.File, "/"), "..") {
		f.add("file", "write the path from the top of the repository, with `/` between folders, such as `docs/runbook.md`", "`docs/runbook.md` のように、リポジトリの最上位からのパスを `/` で区切って書いてください")
	} else if _, err := path.Match(e.File, ""); err != nil {
		f.add("file", "this is no pattern: `[` is not closed by `]`", "パターンとして読めません。`[` が `]` で閉じられていません")
	}
	if _, err := regexp.Compile(e.Matches); err != nil {
		why := words.Foreign(strings.TrimPrefix(err.Error(), "error parsing regexp: ")).Inline(100)
		f.add("matches", "this is no regular expression: "+why, "正規表現として読めません: "+why)
	}
}
