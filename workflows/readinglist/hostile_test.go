package readinglist

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/kintsugi-app/kintsugi/workflows"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
	"github.com/kintsugi-app/kintsugi/workflows/words"
	"github.com/kintsugi-app/kintsugi/workflows/words/hostile"
)

// TestStrangers: whatever stands in a postmortem, or in what people say for it,
// nothing acts in what the list writes: commit messages, issues, comments.
func TestStrangers(t *testing.T) {
	own := hostile.Own{Links: []string{root}, Heading: true, List: true}
	judge := func(name, what, text string) {
		ids, _ := boxes(text)
		text = strings.Replace(withoutIDs(text), "- [ ] ", "- ", len(ids)) // those are ours
		for _, fault := range hostile.Markdown(text, own) {
			t.Errorf("%s: %s in %s\n%s", name, fault, what, text)
		}
	}
	for _, s := range hostile.Texts() {
		for _, settings := range []string{"reading_list: {write: commits}", "reading_list: {write: issue, club: {first: 2026-12-02}}"} {
			l := newLibrary(t, settings)
			told := l.write(1, s.Text, list.Recommendation{By: "yamamoto", Reason: list.Response, Because: list.Tell(s.Text, words.English)})
			l.run(told)
			for _, message := range l.commits {
				if strings.ContainsAny(message, "@#/:-`<") && !strings.HasPrefix(message, "Reading list: ") || strings.ContainsAny(strings.TrimPrefix(message, "Reading list: "), "@#/:<>`\n") {
					t.Errorf("%s: %q acts in a commit", s.Name, message)
				}
				for _, fault := range hostile.Markdown(message, hostile.Own{}) {
					t.Errorf("%s: %s in the message %q", s.Name, fault, message)
				}
			}
			for _, i := range l.opened {
				judge(s.Name, "the issue "+i.Key, i.Body)
				for _, fault := range hostile.Characters(i.Title) {
					t.Errorf("%s: %s in a title", s.Name, fault)
				}
			}
			if len(l.named) == 1 {
				in := workflows.Input{Now: l.now, Policy: l.policy, Language: words.Japanese, Owner: name, Facts: workflows.Facts{}, Made: map[string]workflows.Made{}}
				in.Observation.Subject, in.Observation.Issue = l.named[0], l.issues[l.named[0].Number].Issue
				for _, c := range l.decide(in).Comments {
					judge(s.Name, "the comment "+c.Key, c.Body)
				}
			}
		}
		key, err := json.Marshal(s.Text)
		if err != nil {
			t.Fatal(err)
		}
		broken := newLibrary(t, "reading_list: {write: commits}")
		broken.commit("main", "t0", func(tree map[string]string) {
			tree["reading-list/data/list.json"], tree["reading-list/data/entries.jsonl"] = `{"languages":["en"]}`, "{"+string(key)+":1}\n"
		})
		broken.run(broken.write(1, "First"))
		if len(broken.opened) != 1 || !strings.HasPrefix(broken.opened[0].Key, keyBroken) {
			t.Fatalf("%s: nothing is said of a key that is none", s.Name)
		}
		judge(s.Name, "the issue on a broken file", broken.opened[0].Body)
		for _, command := range []string{"recommend", "onboard", "read"} {
			commands, _ := workflows.CommandsOf([]workflows.Workflow{Workflow()})
			c, _ := commands.Find(command)
			value, problem := c.Parse(workflows.Argument{Text: s.Text})
			for _, fault := range hostile.Characters(value) {
				t.Errorf("%s: %s in what /%s keeps", s.Name, fault, command)
			}
			if problem != "" {
				for _, lang := range []words.Language{words.English, words.Japanese} {
					for _, fault := range hostile.Markdown(c.Explain(problem, words.Foreign(s.Text), lang), hostile.Own{}) {
						t.Errorf("%s: %s in what is said of /%s", s.Name, fault, command)
					}
				}
			}
		}
		report("", "### Who is new?\n\n@"+s.Text+"\n\n### What will they work on?\n\n"+s.Text)
	}
}

// withoutIDs leaves out the marks of entries, which the judge does not know.
func withoutIDs(text string) string {
	for {
		from := strings.Index(text, " <!-- 20")
		if from < 0 {
			return text
		}
		to := strings.Index(text[from:], " -->")
		text = text[:from] + text[from+to+len(" -->"):]
	}
}
