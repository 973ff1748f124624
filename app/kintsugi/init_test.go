package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/kintsugi-app/kintsugi/templates"
	"github.com/kintsugi-app/kintsugi/workflows/incident"
	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

var someNight = time.Date(2026, time.November, 26, 3, 2, 0, 0, time.UTC)

// everything are all files that there are.
var everything = []string{templates.Chooser, templates.IncidentText, templates.IncidentForm, templates.NearMissForm, templates.PostmortemText, templates.ReadingForm, templates.Policy}

// withoutPostmortem is what a team with a template for postmortems is given.
var withoutPostmortem = []string{templates.Chooser, templates.IncidentText, templates.IncidentForm, templates.NearMissForm, templates.ReadingForm, templates.Policy}

// trees are repositories as they are met: what they hold, what they are given,
// and under which labels.
var trees = []struct {
	name, files   string
	flags         []string
	given         []string
	label, near   string
	postmortem    string // the label, where it is not postmortem
	drafts        string // the template that the policy names
	says, saysNot string
	code          int
}{
	{name: "bare", files: "-- README.md --\nhello\n", given: everything, label: "incident", near: "near-miss", says: "default issue templates"},
	{name: "japanese", flags: []string{"--lang", "ja"}, given: everything, label: "障害", near: "ヒヤリハット", postmortem: "ポストモーテム", says: "新しく作るファイル"},
	{name: "labels that are there", flags: []string{"--label", "P1: \"down\"", "--near-miss-label", "close call"}, given: everything, label: `P1: "down"`, near: "close call"},
	{
		name:  "other templates",
		files: "-- .github/ISSUE_TEMPLATE/bug.yml --\nname: Bug report\ndescription: d\nlabels: bug\nbody: []\n-- .github/ISSUE_TEMPLATE/feature.md --\n---\nname: Feature\nlabels: enhancement\n---\n",
		given: everything, label: "incident", near: "near-miss", saysNot: "bug.yml",
	},
	{
		name:  "a form for outages",
		files: "-- .github/ISSUE_TEMPLATE/01-outage.yml --\nname: Something is down\ndescription: d\nlabels: [ops, Outage]\nbody:\n- type: textarea\n  attributes: {label: What}\n",
		given: []string{templates.Chooser, templates.NearMissForm, templates.PostmortemText, templates.ReadingForm, templates.Policy}, label: "Outage", near: "near-miss",
		says: `01-outage.yml: yours for incidents; it is used as it is, with the label "Outage"`,
	},
	{
		name:  "Markdown with CRLF, in Japanese",
		files: "-- .github/ISSUE_TEMPLATE/trouble.md --\n---\r\nname: 障害報告\r\nabout: 障害のとき\r\nlabels: 緊急, 障害対応\r\n---\r\n## 概要\r\n", flags: []string{"--lang", "ja"},
		given: []string{templates.Chooser, templates.NearMissForm, templates.PostmortemText, templates.ReadingForm, templates.Policy}, label: "障害対応", near: "ヒヤリハット", postmortem: "ポストモーテム", says: "障害用のテンプレート",
	},
	{
		name:  "both kinds, and no blank issues",
		files: "-- .github/ISSUE_TEMPLATE/config.yml --\nblank_issues_enabled: false\n-- .github/ISSUE_TEMPLATE/incident.md --\n---\nname: Incident\nlabels: [sev-incident]\n---\n-- .github/ISSUE_TEMPLATE/near_miss.md --\n---\nname: Close call\nlabels: near_miss\n---\n",
		given: []string{templates.PostmortemText, templates.ReadingForm, templates.Policy}, label: "sev-incident", near: "near_miss", says: "turns blank issues off",
	},
	{
		name:  "a template without a label",
		files: "-- .github/ISSUE_TEMPLATE/incident.md --\n---\nname: Incident\nlabels: ''\n---\n",
		given: []string{templates.Chooser, templates.NearMissForm, templates.PostmortemText, templates.ReadingForm, templates.Policy}, label: "incident", near: "near-miss", says: `do not get the label "incident"`,
	},
	{
		name:  "a template known by its title",
		files: "-- .github/ISSUE_TEMPLATE/incident.md --\n---\nname: Incident\ntitle: '[Incident] '\nlabels: bug\n---\n",
		given: []string{templates.Chooser, templates.NearMissForm, templates.PostmortemText, templates.ReadingForm, templates.Policy}, label: "incident", near: "near-miss", says: "it is used as it is",
	},
	{
		// An issue from it is written afterwards: its label must call nobody.
		name:  "a postmortem",
		files: "-- .github/ISSUE_TEMPLATE/post-mortem.md --\n---\nname: Incident postmortem\nlabels: incident-postmortem\n---\n",
		given: withoutPostmortem, label: "incident", near: "near-miss", postmortem: "incident-postmortem",
		says: "post-mortem.md: yours for postmortems; it has no headings",
	},
	{
		name:  "a postmortem with sections",
		files: "-- .github/ISSUE_TEMPLATE/pir.md --\n---\nname: Post-incident review\nlabels: [review, Post-Incident]\n---\n## Summary\n\n## Root causes\n\n## Actions\n",
		given: withoutPostmortem, label: "incident", near: "near-miss", postmortem: "Post-Incident", drafts: ".github/ISSUE_TEMPLATE/pir.md",
		says: "pir.md: yours for postmortems; drafts are made from it", saysNot: "Add the label",
	},
	{
		name: "a postmortem as a form, in Japanese", flags: []string{"--lang", "ja"},
		files: "-- .github/ISSUE_TEMPLATE/postmortem.yml --\nname: 振り返り\ndescription: d\nbody:\n- type: textarea\n  attributes: {label: 概要}\n- type: textarea\n  attributes: {label: 根本原因}\n",
		given: withoutPostmortem, label: "障害", near: "ヒヤリハット", postmortem: "ポストモーテム", says: "ラベル \"ポストモーテム\" がつかないため",
	},
	{
		name:  "a postmortem's file",
		files: "-- docs/postmortems/template.md --\n# Title\n\n## Impact\n\n## Timeline\n",
		given: withoutPostmortem, label: "incident", near: "near-miss",
		says: "docs/postmortems/template.md: yours for postmortems; drafts are made from it", saysNot: "get the label",
	},
	{
		name:  "a postmortem that would call people",
		files: "-- .github/ISSUE_TEMPLATE/postmortem.md --\n---\nname: Postmortem\nlabels: incident, a-postmortem-label-too-long-for-its-states\n---\n## Impact\n\n## Timeline\n",
		given: withoutPostmortem, label: "incident", near: "near-miss",
		says: `its issues count as incidents, by the label "incident" or by their title, and would call people. Give its issues the label "postmortem"`,
	},
	{
		name:  "two for postmortems",
		files: "-- .github/ISSUE_TEMPLATE/a-retro.md --\n---\nname: Retro\ntitle: '[Postmortem] '\n---\n## Impact\n\n## Timeline\n-- postmortems/template.md --\n## Impact\n\n## Timeline\n",
		given: withoutPostmortem, label: "incident", near: "near-miss",
		says: "a-retro.md: yours for postmortems, but drafts are not made from it. If they should be, write `template: .github/ISSUE_TEMPLATE/a-retro.md`", saysNot: "get the label",
	},
	{
		name:  "a postmortem that no policy can name",
		files: "-- .github/ISSUE_TEMPLATE/post&mortem.md --\n---\nname: Postmortem\nlabels: postmortem\n---\n## Impact\n\n## Timeline\n",
		given: withoutPostmortem, label: "incident", near: "near-miss", says: "Rename it to .github/ISSUE_TEMPLATE/postmortem.md",
	},
	{
		name:  "an incident that needs a postmortem",
		files: "-- .github/ISSUE_TEMPLATE/incident.md --\n---\nname: Incident\nlabels: incident, needs-postmortem\n---\n## Impact\n\n## Timeline\n",
		given: []string{templates.Chooser, templates.NearMissForm, templates.PostmortemText, templates.ReadingForm, templates.Policy}, label: "incident", near: "near-miss", says: "incident.md: yours for incidents",
	},
	{
		name: "a label for postmortems that is there", flags: []string{"--postmortem-label", "PM: \"done\""},
		given: everything, label: "incident", near: "near-miss", postmortem: `PM: "done"`, says: "PM: \"done\": in review",
	},
	{
		name:  "a policy of postmortems",
		files: "-- .github/kintsugi.yml --\npostmortem:\n  label: 事後報告\n  template: ops/pm.md\n-- ops/pm.md --\n## Impact\n\n## Timeline\n-- .github/ISSUE_TEMPLATE/postmortem.md --\n---\nname: Postmortem\nlabels: 事後報告\n---\n## Impact\n\n## Timeline\n",
		given: []string{templates.Chooser, templates.IncidentText, templates.IncidentForm, templates.NearMissForm, templates.ReadingForm}, label: "incident", near: "near-miss", postmortem: "事後報告", drafts: "ops/pm.md",
		says: "ops/pm.md: yours for postmortems; drafts are made from it",
	},
	{
		name:  "a policy with a label for postmortems",
		files: "-- .github/kintsugi.yml --\nlanguage: ja\nincident:\n  label: 事故\npostmortem:\n  label: 事後報告\n",
		given: []string{templates.Chooser, templates.IncidentText, templates.IncidentForm, templates.NearMissForm, templates.PostmortemText, templates.ReadingForm}, label: "事故", near: "near-miss", postmortem: "事後報告", says: "事後報告: 下書き",
	},
	{
		name:  "templates in docs",
		files: "-- docs/ISSUE_TEMPLATE/bug.md --\n---\nname: Bug\n---\n",
		given: []string{templates.Policy}, label: "incident", near: "near-miss", says: "docs/ISSUE_TEMPLATE: your templates. GitHub would no longer offer them",
	},
	{
		name:  "one template of old",
		files: "-- .github/issue_template.md --\nWhat happened?\n",
		given: []string{templates.Policy}, label: "incident", near: "near-miss", says: ".github/issue_template.md: your templates",
	},
	{
		name:  "what cannot be read",
		files: "-- .github/ISSUE_TEMPLATE/incident.yml --\nname: [\n-- .github/ISSUE_TEMPLATE/notes.txt --\nincident\n",
		given: []string{templates.Chooser, templates.NearMissForm, templates.PostmortemText, templates.ReadingForm, templates.Policy}, label: "incident", near: "near-miss", says: "do not get the label",
	},
	{
		name:  "a policy",
		files: "-- .github/kintsugi.yml --\nlanguage: ja\nincident:\n  label: 事故\n  notify: [\"@tanaka\"]\n",
		given: []string{templates.Chooser, templates.IncidentText, templates.IncidentForm, templates.NearMissForm, templates.PostmortemText, templates.ReadingForm}, label: "事故", near: "near-miss", says: "お使いの設定。問題はありません", saysNot: "呼び出す方を",
	},
	{
		name:  "a policy with a slip",
		files: "-- .github/kintsugi.yml --\nlanguage: en\nincident:\n  lable: x\n",
		given: []string{templates.Chooser, templates.IncidentText, templates.IncidentForm, templates.NearMissForm, templates.PostmortemText, templates.ReadingForm}, label: "incident", near: "near-miss", says: "kintsugi.yml:3:3:", code: findings,
	},
}

// TestInitChangesNothingThatWasThere holds it to every kind of repository: each
// byte that was there stays, only what is named is added, and the second time
// there is nothing to do.
func TestInitChangesNothingThatWasThere(t *testing.T) {
	for _, tree := range trees {
		t.Run(tree.name, func(t *testing.T) {
			dir := checkout(t, tree.files)
			before := snapshot(t, dir)
			args := append([]string{"init", "--dir", dir}, tree.flags...)
			said := kintsugi(t, tree.code, args...)
			if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
				t.Fatalf("it wrote without being asked:\n%s", diff)
			}
			if !strings.Contains(said, tree.says) || tree.saysNot != "" && strings.Contains(said, tree.saysNot) {
				t.Errorf("it says:\n%s\nwant %q and not %q", said, tree.says, tree.saysNot)
			}
			kintsugi(t, tree.code, append(args, "--write")...)
			after := snapshot(t, dir)
			var given []string
			for file, what := range after {
				switch was, ok := before[file]; {
				case !ok && !strings.HasPrefix(what, "folder"):
					given = append(given, file)
				case ok && was != what:
					t.Errorf("%s was changed from %q to %q", file, was, what)
				}
			}
			slices.Sort(given)
			if diff := cmp.Diff(tree.given, given); diff != "" {
				t.Errorf("given is otherwise than meant (-want +got):\n%s", diff)
			}
			if tree.postmortem == "" {
				tree.postmortem = "postmortem"
			}
			labelled(t, dir, given, templates.Names{
				IncidentLabel: tree.label, NearMissLabel: tree.near,
				PostmortemLabel: tree.postmortem, PostmortemTemplate: tree.drafts,
			})

			again := kintsugi(t, tree.code, "init", "--dir", dir, "--write")
			if diff := cmp.Diff(after, snapshot(t, dir)); diff != "" {
				t.Errorf("the second time it changed something:\n%s\n%s", diff, again)
			}
			if strings.Contains(again, "  + ") {
				t.Errorf("the second time it says that it adds something:\n%s", again)
			}
		})
	}
}

// labelled looks whether policy and forms agree on the labels.
func labelled(t *testing.T, dir string, given []string, want templates.Names) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, templates.Policy))
	if err != nil {
		t.Fatal(err)
	}
	read, _ := policy.Parse(templates.Policy, content, sections())
	if diff := cmp.Diff(want, namesOf(templates.Names{}, read)); diff != "" {
		t.Errorf("the policy names otherwise (-want +got):\n%s", diff)
	}
	for file, want := range map[string]string{
		templates.IncidentForm: want.IncidentLabel, templates.IncidentText: want.IncidentLabel,
		templates.NearMissForm: want.NearMissLabel, templates.PostmortemText: want.PostmortemLabel,
	} {
		if !slices.Contains(given, file) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, file))
		if template, _ := readTemplate(file, content); err != nil || !cmp.Equal(template.labels, []string{want}) {
			t.Errorf("%s sets the labels %q, want %q (%v)", file, template.labels, want, err)
		}
	}
}

// TestInitGoesOn: after a run that was cut off, the rest is given.
func TestInitGoesOn(t *testing.T) {
	dir := checkout(t, "")
	kintsugi(t, fine, "init", "--dir", dir, "--write", "--lang", "ja")
	whole := snapshot(t, dir)
	for _, file := range everything {
		if err := os.Remove(filepath.Join(dir, file)); err != nil {
			t.Fatal(err)
		}
		kintsugi(t, fine, "init", "--dir", dir, "--write", "--lang", "ja")
		if diff := cmp.Diff(whole, snapshot(t, dir)); diff != "" {
			t.Errorf("without %s:\n%s", file, diff)
		}
	}
}

// TestInitRefuses: where the files would land elsewhere than meant, or nowhere,
// it says why, and nothing is lost.
func TestInitRefuses(t *testing.T) {
	for _, c := range []struct {
		name, files string
		prepare     func(t *testing.T, dir string)
		args        []string
		code        int
		says        string
	}{
		{name: "language", args: []string{"--lang", "fr"}, code: misuse, says: "write en or ja"},
		{name: "owner", args: []string{"--owner", "no body"}, code: misuse, says: "is no account"},
		{name: "label", args: []string{"--label", strings.Repeat("x", 51)}, code: misuse, says: "1 to 50 characters"},
		{name: "a label for postmortems", args: []string{"--postmortem-label", strings.Repeat("x", 31)}, code: misuse, says: "1 to 30 characters"},
		{name: "one label for two", args: []string{"--postmortem-label", "Incident"}, code: misuse, says: "one of their own"},
		{name: "one label for two, in the policy", files: "-- .github/kintsugi.yml --\nincident:\n  label: postmortem\n", code: misuse, says: "one of their own"},
		{name: "people", args: []string{"--notify", "tanaka"}, code: misuse, says: "names nobody"},
		{name: "policy and label", files: "-- .github/kintsugi.yml --\nlanguage: en\n", args: []string{"--label", "x"}, code: misuse, says: "is there already and stays"},
		{name: "no such folder", args: []string{"--dir", filepath.Join("no", "such")}, code: misuse, says: "cannot be opened"},
		{name: "a folder within", files: "-- src/main.go --\npackage main\n", args: []string{"--dir", "src"}, code: misuse, says: "a folder within the checkout"},
		{name: "a file in the way", files: "-- .github --\nthis is a file\n", code: findings, says: ".github is a file"},
		{name: "a link to elsewhere", prepare: link("../elsewhere", ".github"), code: findings, says: ".github is a link to another place"},
		{name: "a link within", files: "-- shared/x --\n", prepare: link("shared", ".github"), code: findings, says: ".github is a link to another place"},
		{name: "a policy that leads nowhere", files: "-- .github/CODEOWNERS --\n* @a\n", prepare: link("nowhere", templates.Policy), code: findings, says: "is there, and cannot be read"},
		{name: "a read-only folder", files: "-- .github/CODEOWNERS --\n* @a\n", prepare: readOnly, code: findings, says: "cannot be written: permission denied. 0 of 6 files"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := checkout(t, c.files)
			t.Chdir(dir)
			if c.prepare != nil {
				c.prepare(t, dir)
			}
			before := snapshot(t, filepath.Dir(dir))
			said := kintsugi(t, c.code, append([]string{"init", "--write"}, c.args...)...)
			if !strings.Contains(said, c.says) {
				t.Errorf("it says:\n%s\nwant %q", said, c.says)
			}
			if diff := cmp.Diff(before, snapshot(t, filepath.Dir(dir))); diff != "" {
				t.Errorf("it changed something:\n%s", diff)
			}
		})
	}
}

func link(to, name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Skip(err) // a system that does not let this user make links
		}
	}
}

func readOnly(t *testing.T, dir string) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("permissions do not bind this user")
	}
	folder := filepath.Join(dir, ".github")
	if err := os.Chmod(folder, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(folder, 0o755) })
}

// TestInitKeepsALinkedTemplate: a name that is taken by a link, even one that
// leads nowhere, is not written through.
func TestInitKeepsALinkedTemplate(t *testing.T) {
	dir := checkout(t, "-- .github/ISSUE_TEMPLATE/a.md --\nx\n")
	link("../../../outside.yml", templates.IncidentForm)(t, dir)
	before := snapshot(t, dir)
	kintsugi(t, fine, "init", "--dir", dir, "--write")
	after := snapshot(t, dir)
	if after[templates.IncidentForm] != before[templates.IncidentForm] || after[templates.NearMissForm] == "" {
		t.Errorf("the link became %q, the near miss %q", after[templates.IncidentForm], after[templates.NearMissForm])
	}
	if _, err := os.Lstat(filepath.Join(filepath.Dir(dir), "outside.yml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it wrote through the link: %v", err)
	}
}

// TestWriteNew: whole or not at all, never over another, on file systems with
// links and without.
func TestWriteNew(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	refuse := func(string, string) error { return &os.LinkError{Op: "linkat", Err: syscall.EPERM} }
	for name, link := range map[string]func(from, to string) error{"a/linked": root.Link, "b/unlinked": refuse} {
		if err := writeNew(root, name, []byte("first"), link); err != nil {
			t.Fatal(err)
		}
		if err := writeNew(root, name, []byte("second"), link); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s was there, and the answer is %v", name, err)
		}
	}
	want := map[string]string{"a": "folder", "b": "folder", "a/linked": "file first", "b/unlinked": "file first"}
	if diff := cmp.Diff(want, snapshot(t, root.Name())); diff != "" {
		t.Errorf("not what was written (-want +got):\n%s", diff)
	}
}

// TestTemplatePolicies: the policy is read without a problem, and so are the
// lines that it shows as examples.
func TestTemplatePolicies(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		names := templates.Usual(lang)
		for _, f := range templates.Files(lang, names) {
			if f.Path != templates.Policy {
				continue
			}
			example := strings.ReplaceAll(string(f.Content), "  # notify:", "  notify:")
			for _, key := range []string{"escalate", "escalate_after", "confidential_repository", "required", "due"} {
				shown := strings.Replace(example, "  # "+key+":", "  "+key+":", 1)
				if shown == example {
					t.Errorf("%s: no example of %s", lang, key)
				}
				example = shown
			}
			for _, text := range []string{string(f.Content), example} {
				read, problems := policy.Parse(f.Path, []byte(text), sections())
				if len(problems) > 0 || string(read.Language) != lang || !read.Enabled {
					t.Errorf("%s: %v\n%s", lang, problems, text)
				}
			}
			read, _ := policy.Parse(f.Path, []byte(example), sections())
			if own := sectionOf[incident.Policy](read); len(own.Notify) != 2 || len(own.Escalate) != 1 || own.ConfidentialRepository == "" {
				t.Errorf("%s: the examples read as %+v", lang, own)
			}
		}
	}
}

// TestFormExamplesAreRead: what the forms show as examples of a time is understood.
func TestFormExamplesAreRead(t *testing.T) {
	for _, lang := range []string{"en", "ja"} {
		seen := 0
		for _, f := range templates.Files(lang, templates.Usual(lang)) {
			_, since, ok := strings.Cut(string(f.Content), "id: since")
			if !ok {
				continue
			}
			_, since, _ = strings.Cut(since, "placeholder: ")
			since, _, _ = strings.Cut(since, "\n")
			since = strings.NewReplacer(`"`, "", " など", "", ", or: ", "、").Replace(since)
			for example := range strings.SplitSeq(since, "、") {
				if example == "I don't know" || example == "分からない" {
					continue
				}
				seen++
				if _, err := moment.Parse(example, someNight, someNight.Location()); err != nil {
					t.Errorf("%s, %s: %q is not read: %v", lang, f.Path, example, err)
				}
			}
		}
		if seen != 4 {
			t.Errorf("%s: %d examples were found, want 4", lang, seen)
		}
	}
}

// checkout makes a folder that looks like one of Git's, with these files.
func checkout(t *testing.T, files string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "checkout")
	archive := txtar.Parse([]byte("-- .git/HEAD --\nref: refs/heads/main\n" + files))
	for _, f := range archive.Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// snapshot is everything below a folder, by its path with slashes.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		relative, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		what := "folder"
		switch {
		case entry.Type()&fs.ModeSymlink != 0:
			what, err = os.Readlink(name)
			what = "link " + what
		case !entry.IsDir():
			var content []byte
			content, err = os.ReadFile(name)
			what = "file " + string(content)
		}
		all[filepath.ToSlash(relative)] = what
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// kintsugi runs the program and returns all that it says.
func kintsugi(t *testing.T, code int, args ...string) string {
	t.Helper()
	var said strings.Builder
	if got := run(args, &said, &said); got != code {
		t.Errorf("kintsugi %s ended with %d, want %d:\n%s", strings.Join(args, " "), got, code, said.String())
	}
	return said.String()
}
