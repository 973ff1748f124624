package policy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// maxName bounds the name of a service and of a label; GitHub takes no longer
// label.
const maxName = 50

var (
	repository = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}/[A-Za-z0-9._-]{1,100}$`)
	person     = regexp.MustCompile(`^@[A-Za-z0-9][A-Za-z0-9_-]{0,38}$`)
	owner      = regexp.MustCompile(`^@[A-Za-z0-9][A-Za-z0-9_-]{0,38}(?:/[A-Za-z0-9_.-]{1,100})?$`)
)

// What the entries of a service must be.
var (
	wantRepository = wrong{"is no repository: write `owner/name`", "はリポジトリではありません。`owner/name` の形で書いてください"}
	wantOwner      = wrong{"names nobody: write `\"@name\"` or `\"@organisation/team\"`, in quotes", "は宛先として読めません。`\"@名前\"` か `\"@組織/チーム\"` と引用符つきで書いてください"}
	wantPerson     = wrong{"names nobody: write `\"@name\"`, in quotes", "は宛先として読めません。`\"@名前\"` と引用符つきで書いてください"}
	wantLabel      = wrong{"is no label: it has 1 to 50 characters, all of them visible and on one line", "はラベルとして使えません。1〜50文字で、改行や目に見えない文字は使えません"}
	wantWord       = wrong{"is no word to look for: write it on one line, with something to see", "は探す言葉として使えません。1行で、目に見える文字で書いてください"}
)

// checkServices drops what no service can have, and tells of it.
func checkServices(all map[string]Service) []Finding {
	var found []Finding
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !isLine(name, maxName) {
			delete(all, name)
			found = append(found, Finding{
				Field:    name,
				Message:  "the name of a service has 1 to 50 characters, all of them visible and on one line; this one is left out",
				Japanese: "サービス名は1〜50文字で、改行や目に見えない文字は使えません。このサービスは読み飛ばします",
			})
			continue
		}
		s := all[name]
		keep := func(key string, list []string, good func(string) bool, want wrong) []string {
			var kept []string
			for i, text := range list {
				if good(text) {
					kept = append(kept, text)
					continue
				}
				found = append(found, refused(fmt.Sprintf("%s.%s[%d]", name, key, i), text, want))
			}
			return kept
		}
		s.Repositories = keep("repositories", s.Repositories, isRepository, wantRepository)
		s.Owners = keep("owners", s.Owners, owner.MatchString, wantOwner)
		s.Labels = keep("labels", s.Labels, func(text string) bool { return isLine(text, maxName) }, wantLabel)
		s.Words = keep("words", s.Words, func(text string) bool { return isLine(text, 100) }, wantWord)
		if s.Lead != "" && !person.MatchString(s.Lead) {
			found = append(found, refused(name+".lead", s.Lead, wantPerson))
			s.Lead = ""
		}
		all[name] = s
	}
	return found
}

// refused says what was left out, and what to write instead.
func refused(field, text string, want wrong) Finding {
	shown := words.Foreign(text).Inline(60)
	return Finding{Field: field, Message: shown + " " + want.english, Japanese: shown + " " + want.japanese}
}

func isRepository(text string) bool {
	return repository.MatchString(text) && !strings.HasSuffix(text, "/.") && !strings.HasSuffix(text, "/..")
}

// isLine reports whether a text is one line of at most so many characters with
// something to see in it.
func isLine(text string, most int) bool {
	return utf8.RuneCountInString(text) <= most && strings.TrimSpace(text) != "" && words.IsVisible(text)
}
