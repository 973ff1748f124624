package blame

// certainty says how sure it is that a noun stands for somebody.
type certainty int

const (
	no     certainty = iota
	selves           // the authors themselves
	likely           // a word with a capital, or one that software has too
	known
)

// person says whether token j, as the head of a noun phrase, is somebody.
func (r *reader) person(j int) certainty {
	t := &r.t[j]
	switch {
	case t.kind == handle:
		return known
	case t.kind != word || t.is(adverb|auxiliary):
		return no
	case t.is(ourselves):
		return selves
	case t.is(somebody), t.capital && t.is(givenName):
		return known
	case (t.word == "call" || t.word == "duty") && j > 0 && r.t[j-1].word == "on":
		return known
	case t.capital && j > 0 && r.t[j-1].capital && r.t[j-1].is(givenName):
		return known // a family name
	case isUpper(r.s[t.start]) && j > 0 && r.t[j-1].is(somebody) && t.end-t.start == 1:
		return known // "engineer X"
	case t.is(perhaps):
		return likely
	case t.capital && !t.is(determiner) && !t.is(joint) && !t.is(preposition) && t.word != "it" && t.word != "there" && t.word != "nobody":
		return likely
	}
	return no
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

// doer says who does what the phrase from..to says. In the passive it is who
// follows "by".
func (r *reader) doer(from, to int) certainty {
	j := from - 1
	for j >= 0 && r.t[j].kind == word && (r.t[j].is(adverb|auxiliary) || r.t[j].word == "to" || r.t[j].word == "seems") {
		switch r.t[j].word {
		case "was", "were", "is", "are", "been", "being":
			if to < len(r.t) && r.t[to].word == "by" {
				return r.follows(to + 1)
			}
			if r.t[from].kind == word && isParticiple(r.t[from].word) {
				return no
			}
		}
		j--
	}
	if r.t[from].word == "without" {
		return r.lead(from) // "they shipped it without asking": the object stands between
	}
	return r.subject(j)
}

// isParticiple reports whether a verb's form after "was" is the passive.
func isParticiple(w string) bool {
	switch w {
	case "forgotten", "neglected", "ignored", "disregarded", "overlooked", "missed", "botched", "bungled", "screwed", "messed", "dropped":
		return true
	}
	return false
}

// subject says who the subject is that ends at token j.
func (r *reader) subject(j int) certainty {
	if j >= 0 && r.t[j].kind == mark && r.t[j].word == "," {
		// An insertion: "Stephan, our DBA, forgot".
		for k := j - 1; k >= 0 && k > j-8; k-- {
			if r.t[k].kind == mark {
				j = k - 1
				break
			}
		}
	}
	if j < 0 || r.t[j].kind == mark || r.t[j].kind == opaque {
		return no
	}
	switch r.t[j].word {
	case "and", "but", "or":
		return r.lead(j)
	case "who", "that", "which":
		return r.antecedent(j)
	}
	head := j
	for range 3 {
		k := r.phraseStart(head)
		if k == 0 || r.t[k-1].kind != word || !r.t[k-1].is(preposition) {
			break
		}
		if k-1 == 0 || r.t[k-2].kind != word && r.t[k-2].kind != handle {
			head = j // "During the failover engineers forgot"
			break
		}
		head = k - 2 // "someone on the team": who, not where
	}
	if c := r.headed(head); c != no {
		return c
	}
	for k := j; k > 0 && k > j-8 && r.t[k].kind == word; k-- {
		if r.t[k].word == "who" {
			return r.antecedent(k)
		}
	}
	return no
}

// headed is person for a head that is no possessive.
func (r *reader) headed(j int) certainty {
	if r.t[j].possessive {
		return no
	}
	return r.person(j)
}

// antecedent says whom "who" at j refers to.
func (r *reader) antecedent(j int) certainty {
	if j--; j >= 0 && r.t[j].kind == mark {
		j--
	}
	if j < 0 {
		return no
	}
	return r.headed(j)
}

// phraseStart returns where the noun phrase begins whose head is token j.
func (r *reader) phraseStart(j int) int {
	k := j
	if c := r.person(j); c == known && (r.t[j].capital && !r.t[j].is(somebody) || r.t[j].kind == handle) {
		return k // a name stands alone
	}
	for k > 0 && r.t[k-1].kind == word {
		if r.t[k-1].is(joint | preposition | auxiliary) {
			break
		}
		k--
		if r.t[k].is(determiner) {
			break
		}
	}
	return k
}

// lead says who the subject is that "and" at j lets a second verb share: the
// first person of the sentence that is not under a preposition.
func (r *reader) lead(j int) certainty {
	if r.led == no {
		r.leader, r.led = len(r.t), selves
		for k := range r.t {
			if c := r.headed(k); (c == known || c == selves || r.t[k].is(perhaps)) && (k == 0 || !r.t[k-1].is(preposition)) {
				r.leader, r.led = k, c
				break
			}
		}
	}
	if r.leader >= j {
		return no
	}
	return r.led
}

// follows says whether a noun phrase that begins at token i is somebody.
func (r *reader) follows(i int) certainty {
	best := no
	for j := i; j < len(r.t) && j < i+5; j++ {
		if r.t[j].kind == mark || r.t[j].kind == opaque || r.t[j].is(preposition) && j > i || r.t[j].is(auxiliary|joint) {
			break
		}
		best = max(best, r.headed(j))
	}
	return best
}

// owned reports whether somebody's possessive stands up to three words before a
// noun: "the operator's own stupid mistake".
func (r *reader) owned(from int) bool {
	for j := from - 1; j >= 0 && j >= from-4 && (r.t[j].kind == word || r.t[j].kind == handle); j-- {
		if r.t[j].possessive {
			return r.person(j) == known
		}
		switch r.t[j].word {
		case "his", "her":
			return true
		}
	}
	return false
}

// ownedAfter reports whether somebody follows a noun: "by the operator".
func (r *reader) ownedAfter(to int) bool {
	if to >= len(r.t) {
		return false
	}
	switch r.t[to].word {
	case "by", "of", "from", "in", "among", "within":
		return r.follows(to+1) == known
	case "on": // on the part of
		return to+4 < len(r.t) && r.t[to+2].word == "part" && r.follows(to+4) == known
	}
	return false
}
