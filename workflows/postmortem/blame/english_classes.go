package blame

import "strings"

// class says what a word can be in a sentence; a word may be several.
type class uint16

const (
	somebody    class = 1 << iota // a noun for somebody, as the head of a subject
	perhaps                       // a noun for somebody that is also the name of software or of things
	ourselves                     // those who write: what they say of themselves looks at how the work is organised
	adverb                        // read over inside a phrase and before it
	auxiliary                     // stands between a subject and its verb
	preposition                   // begins what describes a noun, or a place and time before a subject
	joint                         // parts clauses
	determiner                    // begins a noun phrase
	denial                        // before a phrase turns it: what is denied or guarded against blames nobody
	disclaimer                    // anywhere in a sentence says that it speaks about blame
	personal                      // points at somebody, and would lose whom it points at
	givenName                     // with a capital, the name of a person
)

// classes are the words of each class.
var classes = map[class]string{
	somebody: `
someone somebody whoever he she engineer engineers developer developers devs programmer programmers admin admins
administrator administrators sysadmin sysadmins sre sres dba dbas reviewer reviewers approver approvers author authors
on-call on-caller oncall responder responders commander team teams staff vendor vendors contractor
contractors consultant consultants freelancer intern interns junior senior lead leads colleague colleagues coworker
coworkers folks people person guy guys employee employees operators maintainers architect architects technician
technicians tester testers qa ops devops crew shift department leadership boss cto supplier suppliers
subcontractor newcomer hire committer owner owners newbie rookie designer scientist analyst company
`,
	perhaps: `
i they dev operator management coordinator deployer manager managers provider support security finance facilities marketing sales maintainer host
legal networking infra infrastructure platform frontend backend itself everyone everybody
`,
	ourselves: `
we us our ours ourselves
`,
	adverb: `
also even ever just simply really still then clearly obviously apparently again repeatedly completely entirely
carelessly initially actually easily quite rather very so too properly all already later sadly unfortunately evidently
almost either immediately quickly promptly long once probably possibly certainly have been
`,
	auxiliary: `
was were is are am be been being had has have did do does would could should might will can may must
`,
	preposition: `
of in on at by for from with without to about during after before since until upon within into onto over under across
through per via despite besides like
`,
	joint: `
and but or because so while when whenever where whereas although though if unless that which than once whether what why
how as nor yet who
`,
	determiner: `
the a an our their his her its this that these those some any each every another one two three several
`,
	denial: `
not no never nobody nobody's without than instead avoid avoids avoided avoiding prevent prevents preventing reduce reduces
reducing eliminate eliminates eliminating minimise minimize mitigate against possible potential possibility risk risks
chance chances likelihood room prone less rarely nor neither whether protect catch blaming unlikely future any
`,
	disclaimer: `
blameless blamelessly blamelessness blame-free symptom symptoms
`,
	personal:  `i me my mine he him his she her hers they them their theirs you your us our ours we himself herself themselves who whom whose someone somebody`,
	givenName: names,
}

// lexicon has the classes of each word.
var lexicon = func() map[string]class {
	m := map[string]class{}
	for c, words := range classes {
		for w := range strings.FieldsSeq(words) {
			m[w] |= c
		}
	}
	return m
}()
