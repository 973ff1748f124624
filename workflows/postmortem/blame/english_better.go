package blame

import "strings"

// obligation reads "should have" and "ought to have" of a person. That somebody
// should have been told, or have had a tool, is a remark about the work.
func (r *reader) obligation(i int) (from, to int, better string) {
	have, negated := r.have(i + 1)
	if have < 0 || r.doer(i, have) < known || r.supposed(i) {
		return 0, 0, ""
	}
	j := r.past(have + 1)
	if j < 0 {
		return 0, 0, ""
	}
	if w := r.t[j].word; !irregular[w] && (!strings.HasSuffix(w, "ed") || strings.Contains(w, "-") && bases[w] == "") {
		return 0, 0, "" // "developers should have access" is no past
	}
	if better = r.obliged(j, negated); better == "" {
		return 0, 0, ""
	}
	return i, j + 1, better
}

// have returns where "have" stands after "should", and whether "not" comes
// before it; -1 where something else does.
func (r *reader) have(j int) (at int, negated bool) {
	for ; j < len(r.t) && r.t[j].kind == word; j++ {
		switch w := r.t[j].word; {
		case w == "have":
			return j, negated
		case w == "not" || w == "never":
			negated = true
		case w != "to" && !r.t[j].is(adverb):
			return -1, false
		}
	}
	return -1, false
}

// past returns where the participle stands after "have" or "had" and adverbs,
// -1 if nowhere.
func (r *reader) past(j int) int {
	for j < len(r.t) && (r.t[j].is(adverb) && r.t[j].word != "been" || r.t[j].word == "only") {
		j++
	}
	if j >= len(r.t) || r.t[j].kind != word {
		return -1
	}
	return j
}

// obliged returns the better wording for what somebody should have done, "" for
// what is no blame.
func (r *reader) obliged(j int, negated bool) string {
	w := r.t[j].word
	switch w {
	case "been":
		if j+1 < len(r.t) {
			switch r.t[j+1].word {
			case "more", "careful", "aware", "paying", "watching", "checking":
				return noSafeguard
			}
		}
		return ""
	case "had", "received", "got", "gotten", "happened", "access":
		return ""
	case "known", "realised", "realized", "noticed", "recognised", "recognized", "understood", "foreseen", "anticipated", "seen", "spotted":
		return r.better(rule{better: visible, general: noSight}, j+1)
	}
	if negated {
		return noGuard
	}
	if base := bases[w]; base != "" {
		return r.better(rule{better: strings.Replace(asked, "%", base+" %", 1), general: noStep}, j+1)
	}
	return noStep
}

// counterfactual reads "if Anna had read it" and "had the reviewer read it", by
// "had". What somebody would have needed to know or to have is no blame.
func (r *reader) counterfactual(had int) (from, to int, better string) {
	if !r.conditional() {
		return 0, 0, ""
	}
	from, last := had, had
	if had == 0 || r.t[had-1].kind == mark || r.t[had-1].word == "and" || r.t[had-1].word == "but" {
		last = r.inverted(had + 1)
	} else {
		from = r.ifBefore(had)
	}
	if from < 0 || last < 0 {
		return 0, 0, ""
	}
	j := r.past(last + 1)
	if j < 0 {
		return 0, 0, ""
	}
	switch r.t[j].word {
	case "been", "known", "had", "received", "access", "a", "an", "the", "more", "no", "not", "to", "seen", "got":
		return 0, 0, ""
	}
	return from, j + 1, noGuard
}

// inverted returns where a person ends that follows "had", -1 if none does.
func (r *reader) inverted(j int) int {
	for end := min(len(r.t), j+6); j < end && r.t[j].kind != mark; j++ {
		if r.headed(j) == known {
			return j
		}
	}
	return -1
}

// ifBefore returns where "if" stands before "had", with a person between them,
// -1 if nowhere.
func (r *reader) ifBefore(had int) int {
	for j := had - 1; j >= 0 && j > had-7; j-- {
		if r.t[j].word == "if" && r.subject(had-1) == known {
			return j
		}
	}
	return -1
}

// conditional reports whether the sentence says what would have been.
func (r *reader) conditional() bool {
	for j := range len(r.t) - 1 {
		if w := r.t[j].word; (w == "would" || w == "could" || w == "might") && (r.t[j+1].word == "have" || r.t[j+1].word == "not" || r.t[j+1].word == "never") {
			return true
		}
	}
	return false
}

// better returns the better wording of a rule: with what follows the phrase at
// to where that is a plain clause that names nobody, else the general one.
func (r *reader) better(p rule, to int) string {
	if !strings.Contains(p.better, "%") {
		return p.general
	}
	if p.better == visible && (to >= len(r.t) || r.t[to].word != "that") {
		return p.general
	}
	end := to
	for ; end < len(r.t) && r.t[end].kind != mark; end++ {
		t := &r.t[end]
		if t.kind != word || t.possessive || end-to >= 12 || t.is(personal|givenName) || t.capital {
			return p.general
		}
		if t.is(joint) && t.word != "that" && t.word != "and" && t.word != "or" && t.word != "which" && t.word != "whether" && t.word != "how" && t.word != "why" {
			break
		}
	}
	for end > to && (r.t[end-1].is(joint) || r.t[end-1].is(adverb)) {
		end--
	}
	if end == to {
		return p.general
	}
	rest := r.s[r.t[to].start:r.t[end-1].end]
	if strings.IndexFunc(rest, func(c rune) bool { return c >= 0x80 || !isNoun(c) && c != ' ' && c != '-' }) >= 0 {
		return p.general // marks of Markdown would act where the wording is shown
	}
	return strings.Replace(p.better, "%", rest, 1)
}
