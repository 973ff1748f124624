package main

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// said is a sentence in both languages.
type said map[words.Language]string

var (
	textNoCheckout = said{
		words.English:  "This is no Git checkout; the files are for the top folder of one.",
		words.Japanese: "ここはGitのチェックアウトではありません。ファイルはその一番上のフォルダーに置くものです。",
	}
	textNew   = said{words.English: "New:", words.Japanese: "新しく作るファイル:"}
	textMore  = said{words.English: "… %d more lines", words.Japanese: "… あと%d行"}
	textStays = said{words.English: "Stays as it is:", words.Japanese: "そのまま残すもの:"}

	textOwnIncident = said{
		words.English:  "yours for incidents; it is used as it is, with the label %q",
		words.Japanese: "障害用のテンプレートとして、ラベル %q とともにそのまま使います",
	}
	textOwnNearMiss = said{
		words.English:  "yours for near misses; it is used as it is, with the label %q",
		words.Japanese: "ヒヤリハット用のテンプレートとして、ラベル %q とともにそのまま使います",
	}
	textOwnPostmortem = said{
		words.English:  "yours for postmortems; drafts are made from it, and its headings say what is required",
		words.Japanese: "ポストモーテム用のテンプレートです。下書きはこれから作り、その見出しが必須の項目になります",
	}
	textOtherPostmortem = said{
		words.English:  "yours for postmortems, but drafts are not made from it. If they should be, write `template: %s` under `postmortem:` in " + templates.Policy,
		words.Japanese: "ポストモーテム用のテンプレートですが、下書きはこれからは作りません。これから作るには、" + templates.Policy + " の `postmortem:` の下に `template: %s` と書いてください",
	}
	textUnnamed = said{
		words.English:  "yours for postmortems, but drafts are not made from it, since no policy can name this path. Rename it to %s, and they are",
		words.Japanese: "ポストモーテム用のテンプレートですが、設定に書けないパスのため、下書きはこれからは作りません。%s に改名すると、これから作ります",
	}
	textNoSections = said{
		words.English:  "yours for postmortems; it has no headings that a draft could follow, so drafts are made from Kintsugi's own template",
		words.Japanese: "ポストモーテム用のテンプレートですが、下書きに使える見出しがないため、下書きはKintsugiのテンプレートから作ります",
	}
	textCalls = said{
		words.English:  "its issues count as incidents, by the label %q or by their title, and would call people. Give its issues the label %q instead",
		words.Japanese: "ラベル %q かタイトルのために、ここから作るIssueは障害として扱われ、人を呼びます。代わりにラベル %q を付けてください",
	}
	textUnnoticed = said{
		words.English:  "yours, but its issues do not get the label %q, so Kintsugi does not notice them. Add the label to its `labels:`; until then, a line /%s in the issue does it",
		words.Japanese: "お使いのテンプレートですが、ラベル %q がつかないため、Kintsugiは気づきません。`labels:` にこのラベルを加えてください。それまでは、Issueに /%s と1行書けば扱います",
	}
	textElsewhere = said{
		words.English:  "your templates. GitHub would no longer offer them once forms stand in %[1]s, so no forms are added. Move them to %[1]s and run this again",
		words.Japanese: "お使いのテンプレートです。%[1]s にフォームを置くと、GitHubはこちらを表示しなくなるため、フォームは作りません。%[1]s に移してから、もう一度実行してください",
	}
	textPolicyFine = said{words.English: "your policy, without problems", words.Japanese: "お使いの設定。問題はありません"}
	textPolicyBad  = said{words.English: "your policy; correct this:", words.Japanese: "お使いの設定。次を直してください:"}
	textNoBlank    = said{
		words.English:  "turns blank issues off. GitHub's app on a phone shows no forms, so nobody can report from there: set blank_issues_enabled: true",
		words.Japanese: "空のIssueを禁止しています。スマートフォンのGitHubアプリはフォームを表示しないため、そこから報告できません。blank_issues_enabled: true にしてください",
	}
	textLabels = said{
		words.English:  "Labels, made by Kintsugi where they are missing:",
		words.Japanese: "ラベル（なければKintsugiが作ります）:",
	}
	textHides = said{
		words.English:  "If your organisation has default issue templates in its .github repository, a repository with %s of its own no longer shows them. Then add these files over there instead.",
		words.Japanese: "組織の .github リポジトリに共通のIssueテンプレートがある場合、このリポジトリに %s ができると、共通のものは表示されなくなります。その場合は、共通の方に加えてください。",
	}

	textNothing    = said{words.English: "Nothing to add.", words.Japanese: "加えるものはありません。"}
	textNotWritten = said{
		words.English:  "Nothing was written. To write it: kintsugi init --write, with the same flags.\n",
		words.Japanese: "何も書き込んでいません。書き込むには、同じ指定に --write を加えて実行してください。\n",
	}
	textAsk = said{words.English: "Write the new files? [y/N] ", words.Japanese: "新しいファイルを書き込みますか [y/N] "}

	textNext   = said{words.English: "Next:", words.Japanese: "次にすること:"}
	textCommit = said{
		words.English:  "Commit and push to the default branch; GitHub shows the forms, and Kintsugi reads the policy, from there.",
		words.Japanese: "コミットして、既定ブランチにプッシュします。GitHubはそこからフォームを表示し、Kintsugiはそこから設定を読みます。",
	}
	textNotify = said{
		words.English:  "Name who is called: notify: in " + templates.Policy + ". Until then, nobody is.",
		words.Japanese: "呼び出す方を " + templates.Policy + " の notify: に書きます。それまでは、だれも呼びません。",
	}
	textInstall = said{
		words.English:  "Install the App on this repository, if it is not yet: docs/install.md. Installing writes nothing.",
		words.Japanese: "Appをこのリポジトリにインストールします（docs/install.ja.md）。インストールしただけでは何も書き込みません。",
	}
	textTry = said{
		words.English:  "Try it, in daylight, for it calls whoever notify: names: open an issue with the form, then write /false-alarm in a comment.",
		words.Japanese: "試すには、フォームでIssueを開き、コメントに /誤報 と書いて終えます。notify: に書いた方を実際に呼ぶので、昼間に試してください。",
	}
)

// The commands that make an issue what its template is for.
var (
	commandIncident   = said{words.English: "incident", words.Japanese: "障害"}
	commandNearMiss   = said{words.English: "near-miss", words.Japanese: "ヒヤリハット"}
	commandPostmortem = said{words.English: "postmortem", words.Japanese: "ポストモーテム"}
)

func (l layout) text(s said) string { return s[l.lang] }

// shortFile is how long a file may be to be shown whole. Of a longer one, a form,
// what people will see in it is shown: its name and its questions.
const shortFile = 20

var gist = regexp.MustCompile(`^(name|about|description|title|labels):|^      label:|^###? `)

// String shows what is new, what stays, and the labels.
func (l layout) String() string {
	var b strings.Builder
	if !l.found.checkout {
		fmt.Fprintln(&b, l.text(textNoCheckout))
	}
	if len(l.files) > 0 {
		fmt.Fprintln(&b, l.text(textNew))
	}
	for _, f := range l.files {
		fmt.Fprintf(&b, "  + %s\n", f.Path)
		l.show(&b, string(f.Content))
	}
	if stays := l.stays(); stays != "" {
		fmt.Fprintf(&b, "%s\n%s", l.text(textStays), stays)
	}
	fmt.Fprintf(&b, "%s\n  %s\n", l.text(textLabels), strings.Join(l.labels(), " · "))
	if !l.found.folder && slices.ContainsFunc(l.files, func(f templates.File) bool { return path.Dir(f.Path) == templates.Folder }) {
		fmt.Fprintf(&b, l.text(textHides)+"\n", templates.Folder)
	}
	fmt.Fprintln(&b)
	return b.String()
}

func (l layout) show(b *strings.Builder, content string) {
	lines := strings.Split(strings.TrimSuffix(content, "\n"), "\n")
	more := 0
	for _, line := range lines {
		if len(lines) > shortFile {
			if !gist.MatchString(line) {
				more++
				continue
			}
			line = strings.TrimSpace(line)
		}
		fmt.Fprintf(b, "      %s\n", printable(line))
	}
	if more > 0 {
		fmt.Fprintf(b, "      "+l.text(textMore)+"\n", more)
	}
}

// stays lists what is there already and matters.
func (l layout) stays() string {
	var b strings.Builder
	line := func(path, about string) { fmt.Fprintf(&b, "  = %s: %s\n", path, about) }
	own := func(list []ownTemplate, label string, command, used said) {
		for _, t := range list {
			if noticed(t, label, command[words.English]) {
				line(t.path, fmt.Sprintf(l.text(used), label))
			} else {
				line(t.path, fmt.Sprintf(l.text(textUnnoticed), label, l.text(command)))
			}
		}
	}
	own(l.found.incidents, l.names.IncidentLabel, commandIncident, textOwnIncident)
	own(l.found.nearMisses, l.names.NearMissLabel, commandNearMiss, textOwnNearMiss)
	for _, t := range l.found.postmortems {
		for _, about := range l.ofPostmortem(t) {
			line(t.path, about)
		}
	}
	if l.found.elsewhere != "" {
		line(l.found.elsewhere, fmt.Sprintf(l.text(textElsewhere), templates.Folder))
	}
	if l.found.noBlank {
		line(templates.Chooser, l.text(textNoBlank))
	}
	switch {
	case l.found.policy == nil:
	case len(l.found.problems) == 0:
		line(templates.Policy, l.text(textPolicyFine))
	default:
		line(templates.Policy, l.text(textPolicyBad))
		for _, p := range l.found.problems {
			p.Message = p.In(l.lang)
			fmt.Fprintf(&b, "      %s\n", p)
		}
	}
	return b.String()
}

// ofPostmortem is what is to be said of a template for postmortems. One outside
// the folder is for drafts alone: nobody opens an issue from it.
func (l layout) ofPostmortem(t ownTemplate) (list []string) {
	switch {
	case !t.sections:
		list = append(list, l.text(textNoSections))
	case t.path == cmp.Or(l.names.PostmortemTemplate, l.found.usualPostmortem()):
		list = append(list, l.text(textOwnPostmortem))
	case !settable(l.names.PostmortemLabel, t.path):
		usual := templates.PostmortemText
		if t.form {
			usual = postmortemForm
		}
		list = append(list, fmt.Sprintf(l.text(textUnnamed), usual))
	default:
		list = append(list, fmt.Sprintf(l.text(textOtherPostmortem), t.path))
	}
	label := l.names.PostmortemLabel
	switch {
	case path.Dir(t.path) != templates.Folder:
	case noticed(t, l.names.IncidentLabel, commandIncident[words.English]):
		list = append(list, fmt.Sprintf(l.text(textCalls), l.names.IncidentLabel, label))
	case !noticed(t, label, commandPostmortem[words.English]):
		list = append(list, fmt.Sprintf(l.text(textUnnoticed), label, l.text(commandPostmortem)))
	}
	return list
}

// next is what a person does now.
func (l layout) next() string {
	var b strings.Builder
	var steps []said
	if len(l.files) > 0 {
		steps = append(steps, textCommit)
	} else {
		fmt.Fprintln(&b, l.text(textNothing))
	}
	if len(sectionOf[incident.Policy](l.policy).Notify) == 0 {
		steps = append(steps, textNotify)
	}
	steps = append(steps, textInstall, textTry)
	fmt.Fprintln(&b, l.text(textNext))
	for i, step := range steps {
		fmt.Fprintf(&b, "  %d. %s\n", i+1, l.text(step))
	}
	return b.String()
}
