package hostile_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
	"github.com/kintsugi-app/kintsugi/workflows/readinglist/list"
)

// wordsByHand is how many of listsByHand come first: those whose texts stand on the
// pages. Of the others most stop the list until they are mended.
const wordsByHand = 8

// listsByHand are what people may write into the list's own files, on the branch and
// on the default one.
func listsByHand() []ingress {
	entry := func(change func(e *list.Entry, text string)) func(w *world, files map[string]string, folder, text string) {
		return func(w *world, files map[string]string, folder, text string) {
			var e list.Entry
			for line := range strings.Lines(files[folder+"/data/entries.jsonl"]) {
				w.must(json.Unmarshal([]byte(line), &e))
			}
			text = strings.ToValidUTF8(atMost(text, 1_000), "_")
			e.Recommended = append(e.Recommended, list.Recommendation{Reason: list.Learning, By: "sato", Because: list.Told{En: "It helps.", Ja: "助けになります。"}})
			change(&e, text)
			line, err := json.Marshal(e)
			w.must(err)
			files[folder+"/data/entries.jsonl"] = string(line) + "\n"
		}
	}
	raw := func(file string) func(w *world, files map[string]string, folder, text string) {
		return func(_ *world, files map[string]string, folder, text string) { files[folder+"/"+file] = text + "\n" }
	}
	var all []ingress
	for _, c := range []struct {
		name   string
		covers []string
		write  func(w *world, files map[string]string, folder, text string)
	}{
		{"words on the list", []string{"Told.En", "Told.Ja", "Entry.Severity", "Entry.Services", "Recommendation.By", "Stale.What", "Stale.Now"}, entry(func(e *list.Entry, text string) {
			told := list.Told{En: text, Ja: text}
			e.Title, e.Summary, e.Severity, e.Services = told, told, text, []string{text}
			e.Recommended[len(e.Recommended)-1] = list.Recommendation{Reason: list.Learning, By: text, Because: told}
			e.Stale = []list.Stale{{What: text, How: list.Renamed, Now: text}, {What: "x" + text, How: list.Gone}}
		})},
		{"address on the list", []string{"Entry.URL"}, entry(func(e *list.Entry, text string) { e.URL = text })},
		{"path on the list", []string{"Entry.URL"}, entry(func(e *list.Entry, text string) { e.URL = "../notes/" + text })},
		{"where an entry moved", []string{"Entry.MovedTo", "Entry.State"}, entry(func(e *list.Entry, text string) { e.State, e.MovedTo = list.Moved, text })},
		{"private address on the list", nil, entry(func(e *list.Entry, text string) { e.State, e.URL = list.Private, "../notes/"+text })},
		{"notes of a club on the list", []string{"Reading.Notes"}, entry(func(e *list.Entry, text string) { e.Read = []list.Reading{{Day: "2026-11-01", Notes: text}} })},
		{"name of the list", []string{"Options.Languages", "Options.Address"}, func(w *world, files map[string]string, folder, text string) {
			content, err := json.Marshal(map[string]any{"languages": []string{"en", "ja"}, "name": list.Told{En: text, Ja: text}})
			w.must(err)
			files[folder+"/data/list.json"] = string(content)
		}},
		{"page of the list", nil, func(_ *world, files map[string]string, folder, text string) {
			page := folder + "/README.md"
			files[page] = strings.Replace(text+"\n"+files[page]+text+"\n", "-->\n<!-- kintsugi-note:end", "-->\n"+text+"\n<!-- kintsugi-note:end", 1)
		}},
		{"reason on the list", []string{"Recommendation.Reason"}, entry(func(e *list.Entry, text string) { e.Recommended[0].Reason = list.Reason(text) })},
		{"state on the list", []string{"Entry.State"}, entry(func(e *list.Entry, text string) { e.State = list.State(text) })},
		{"id on the list", []string{"Entry.ID"}, entry(func(e *list.Entry, text string) { e.ID = text })},
		{"days on the list", []string{"Entry.Date", "Entry.Checked", "Reading.Day"}, entry(func(e *list.Entry, text string) { e.Date, e.Checked, e.Read = text, text, []list.Reading{{Day: text}} })},
		{"day of a check on the list", []string{"Entry.Checked"}, entry(func(e *list.Entry, text string) { e.Checked = text })},
		{"how something is stale on the list", []string{"Stale.How"}, entry(func(e *list.Entry, text string) { e.Stale = []list.Stale{{What: "x", How: list.Staleness(text)}} })},
		{"key on the list", nil, func(w *world, files map[string]string, folder, text string) {
			key, err := json.Marshal(strings.ToValidUTF8(atMost(text, 1_000), "_"))
			w.must(err)
			files[folder+"/data/entries.jsonl"] = strings.Replace(files[folder+"/data/entries.jsonl"], "{", "{"+string(key)+":1,", 1)
		}},
		{"entries that are none", nil, raw("data/entries.jsonl")},
		{"settings of the list that are none", nil, raw("data/list.json")},
		{"address of the list", []string{"Options.Address"}, func(w *world, files map[string]string, folder, text string) {
			content, err := json.Marshal(map[string]any{"languages": []string{"en", "ja"}, "address": text})
			w.must(err)
			files[folder+"/data/list.json"] = string(content)
		}},
		{"index of the list", nil, raw("data/index.json")},
		{"feed of the list", nil, raw("feed.xml")},
		{"language of the list", []string{"Options.Languages"}, func(w *world, files map[string]string, folder, text string) {
			content, err := json.Marshal(map[string]any{"languages": []string{text}})
			w.must(err)
			files[folder+"/data/list.json"] = string(content)
		}},
	} {
		all = append(all, ingress{
			name: c.name, covers: c.covers, lists: true, byHand: true, shows: "reading-list|読書リスト|Reading list", play: func(w *world, repo, text string) issue {
				s := w.shelve(repo, modes[w.lists%2], "")
				w.recommended(repo, soundTitle, sound, "/recommend response because the order of checks helps")
				w.kept()
				branch, at := "main", w.hub.Trunk(repo)
				if s.mode == "pull_request" {
					branch, at = rolling, w.branch(repo, rolling)
				}
				files := maps.Clone(at.Files)
				c.write(w, files, s.folder, strings.ToValidUTF8(text, "_"))
				changed := map[string]string{}
				for path, content := range files {
					if content != at.Files[path] {
						changed[path] = content
					}
				}
				if len(changed) > 0 {
					_, err := w.hub.CommitFiles(repo, "suzuki", branch, changed)
					w.must(err)
				}
				w.noteFiles(repo)
				// What asks for the list, and what changes it.
				i := w.recommended(repo, "Mails were late", sound, "/recommend learning")
				w.say(i, "tanaka", "/onboard @mika")
				return i
			},
		})
	}
	return all
}

// branch is one besides the default one.
func (w *world) branch(repo, name string) fakehub.BranchView {
	for _, b := range w.hub.Branches(repo) {
		if b.Name == name {
			return b
		}
	}
	return fakehub.BranchView{}
}

// citations are files that what is recommended cites, and what became of them.
func citations() []ingress {
	var all []ingress
	for _, c := range []struct{ name, old, now string }{
		{"name of a file that is cited and gone", "%s", ""}, {"name of a file that is cited and was renamed", "%s", "other"}, {"new name of a file that is cited", "cert", "%s"},
	} {
		all = append(all, ingress{
			name: c.name, covers: []string{"History.Now"}, lists: true, besides: []string{"x y", "証明書", "a-b_c"}, shows: "Since then|その後の変化",
			play: func(w *world, repo, text string) issue {
				w.shelve(repo, "", "")
				w.branches++
				named := func(format string) string {
					if !strings.Contains(format, "%s") {
						return fmt.Sprintf("src/%d/%s.go", w.branches, format)
					}
					return fmt.Sprintf("src/%d/%s.go", w.branches, fmt.Sprintf(format, nameOfFile(text)))
				}
				content := fmt.Sprintf("package cert // %d\n", w.branches)
				old := named(c.old)
				_, err := w.hub.CommitFiles(repo, "suzuki", "main", map[string]string{old: content})
				w.must(err)
				w.clock.Advance(time.Hour)
				now := map[string]string{}
				if c.now != "" {
					now[named(c.now)] = content
				}
				_, err = w.hub.CommitFiles(repo, "suzuki", "main", now, old)
				w.must(err)
				w.noteFiles(repo)
				cited := "`" + old + "` [code](/" + address(old) + ")\n"
				return w.recommended(repo, soundTitle, sound+"\nSee "+cited, "/recommend architecture because it explains much")
			},
		})
	}
	return all
}

// address is a path as an address has it.
func address(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		if c == '/' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
