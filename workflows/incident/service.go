package incident

import (
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/kintsugi-app/kintsugi/workflows/policy"
)

// serviceOf is the service that the incident concerns, or "": what somebody
// said counts before a label, a label before the repository, and that before
// words of the text.
func (t teller) serviceOf() string {
	if v := t.s.service.Value; v != "" {
		if v == nobodyKnows {
			return ""
		}
		return v
	}
	o := t.in.Observation
	return recognise(t.in.Policy.Services, o.Issue.Title+"\n"+o.Issue.Body, o.Issue.Labels, o.Subject.Repo)
}

// recognise finds the one service that a label, the repository or the words of a
// text name. Two at once are none: nobody is called on a guess.
func recognise(services map[string]policy.Service, text string, labels []string, repo string) string {
	for _, fits := range []func(name string, s policy.Service) bool{
		func(name string, s policy.Service) bool {
			return slices.ContainsFunc(append([]string{name}, s.Labels...), func(label string) bool {
				return slices.ContainsFunc(labels, func(have string) bool { return strings.EqualFold(have, label) })
			})
		},
		func(_ string, s policy.Service) bool {
			return slices.ContainsFunc(s.Repositories, func(r string) bool { return strings.EqualFold(r, repo) })
		},
		func(name string, s policy.Service) bool { return mentions(text, append([]string{name}, s.Words...)) },
	} {
		var found []string
		for _, name := range slices.Sorted(maps.Keys(services)) {
			if fits(name, services[name]) {
				found = append(found, name)
			}
		}
		if len(found) > 0 {
			if len(found) > 1 {
				return ""
			}
			return found[0]
		}
	}
	return ""
}

// mentions reports whether a text has one of the words. A word of Latin letters
// stands by itself, since "pay" is not in "payload"; Japanese has no blanks.
func mentions(text string, list []string) bool {
	text = strings.ToLower(norm.NFKC.String(text))
	return slices.ContainsFunc(list, func(word string) bool {
		word = strings.ToLower(norm.NFKC.String(strings.TrimSpace(word)))
		if word == "" {
			return false
		}
		for rest := text; ; {
			i := strings.Index(rest, word)
			if i < 0 {
				return false
			}
			if standsAlone(rest[:i], rest[i+len(word):], word) {
				return true
			}
			rest = rest[i+len(word):]
		}
	})
}

func standsAlone(before, after, word string) bool {
	isLatin := func(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '_' }
	if isLatin(word[0]) && before != "" && isLatin(before[len(before)-1]) {
		return false
	}
	return !isLatin(word[len(word)-1]) || after == "" || !isLatin(after[0])
}

// repositories are where to look for what changed: those of the service, else,
// where the policy names no services at all, the incident's own.
func (t teller) repositories() []string {
	const most = 3
	services := t.in.Policy.Services
	if own := services[t.serviceOf()].Repositories; len(own) > 0 {
		return own[:min(most, len(own))]
	}
	if len(services) == 0 {
		return []string{t.in.Observation.Subject.Repo}
	}
	return nil
}
