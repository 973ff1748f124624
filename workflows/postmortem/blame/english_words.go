package blame

import "strings"

// bearer says who must be named beside a phrase for it to blame somebody.
type bearer int

const (
	anyone bearer = iota // the phrase says it of people by itself: "human error"
	doer                 // a person does it; machines also fail, ignore and miss
	human                // only people do it, so a name we do not know is enough
	owner                // it is a person's: "Sato's fault", "a mistake by the operator"
	target               // a person follows: "blame lies with the vendor"
)

// A rule is a phrase, the person it needs, and the better wording. In a phrase
// "|" parts alternatives and "~" stands for up to four words; adverbs between
// its words are read over, and "not" also stands for "n't". "^" marks the word
// by which the phrase is looked for, the first one where there is none: a rare
// word keeps the search fast. "!" begins words of which none may follow: that
// somebody failed to reproduce a fault is no blame. In the better wording "%" is what follows the
// phrase; the general one is for when that cannot be taken over safely.
type rule struct {
	who     bearer
	phrase  string
	better  string
	general string
}

const (
	reminded = "Nothing in the procedure reminded us to %"
	asked    = "The procedure did not ask us to %"
	visible  = "Nothing made it visible %"

	noReminder  = "Nothing in the procedure was a reminder of this step"
	noStep      = "This step was not part of the procedure"
	noSight     = "Nothing made this visible at the time"
	noGuard     = "Nothing in the tools or the procedure kept this mistake from taking effect"
	noSafeguard = "The outcome depended on one person being careful; there was no safeguard"
	noTraining  = "The training and the documentation did not cover this case"
	noChannel   = "There was no agreed way for this to reach everybody concerned"
	noRelief    = "There was no second line when the first could not respond"
	conditions  = "Several conditions had to come together for this; they are listed as contributing factors"
	sensible    = "With what was known at the time, this looked like the right step"
	unclear     = "It was not agreed who does this, nor by when"
)

var rulesEnglish = []rule{
	// What was left out.
	{human, "forgot to", reminded, noReminder},
	{human, "have|has|had ^forgotten to", reminded, noReminder},
	{human, "forgot", "", noReminder},
	{human, "have|has|had ^forgotten", "", noReminder},
	{human, "neglected to", asked, noStep},
	{human, "neglected", "", noStep},
	{human, "not|never ^bother|bothered|bothering to", asked, noStep},
	{human, "not be ^bothered to", asked, noStep},
	{doer, "failed|failing to notice|realise|realize|recognise|recognize|see|understand|spot", visible, noSight},
	{doer, "failed|failing to keep|communicate|inform|tell|notify|share|report|escalate", asked, noChannel},
	{doer, "failed|failing to respond|react|answer|acknowledge", "", noRelief},
	{doer, "failed|failing to catch|prevent|anticipate|foresee|consider|account", "", noSight},
	{doer, "failed|failing to !reproduce|restore|complete|finish|generate|bring|reach|achieve|replicate|isolate|trace|solve|fix|resolve|find|identify|determine|diagnose|connect|log|recover|roll|reach|access|contact|get|build|start|stop|deploy|install|upgrade|load|mitigate|meet", asked, noStep},
	{owner, "failure to", asked, noStep},
	{doer, "did not check|verify|test|read|review|double-check|validate|look|ask|tell|inform|communicate|follow|listen|think|care", "", noStep},
	{doer, "not ^follow|following ~ procedure|procedures|instructions|process|guide|runbook|steps", "", noStep},
	{doer, "never read|checked|tested|asked|told|verified|reviewed|looked", "", noStep},
	{doer, "had not read|checked|tested|verified|reviewed|followed", "", noStep},
	{doer, "not pay|paying|paid ~ ^attention", "", noSight},
	{doer, "not ^looking|watching|listening", "", noSight},
	{human, "^without telling|asking|informing|consulting|thinking", "", noChannel},
	{doer, "without checking|reading|testing|verifying|looking", "", noStep},
	{human, "not ^do|doing their|his|her job", "", unclear},
	{human, "clearly|obviously|evidently|apparently|simply|just ^did not understand|know|realise|realize|see|care|get", "", noTraining},
	{anyone, "nobody ~ ^took|taken the time|trouble to", asked, noStep},
	{doer, "not ^take the time|trouble to", asked, noStep},
	{doer, "did nothing", "", unclear},
	{doer, "chose|chosen not to", "", sensible},

	// What somebody did wrong.
	{doer, "ignored|ignoring|disregarded|disregarding", "", "The warning did not stand out from what can safely be ignored"},
	{doer, "overlooked", "", noSight},
	{doer, "missed the|an|a|this|that|every|several ~ alert|alerts|page|pages|warning|warnings|email|notification|step|sign|signs", "", noSight},
	{doer, "missed it|this|that", "", noSight},
	{doer, "^slow to respond|react|answer|acknowledge|notice|escalate|realise|realize", "", noRelief},
	{doer, "slept through", "", noRelief},
	{anyone, "asleep at the wheel", "", noRelief},
	{human, "botched|bungled|fumbled", "", noGuard},
	{doer, "screwed|messed|fouled|cocked up", "", noGuard},
	{anyone, "screw-up|fuck-up|fucked", "", noGuard},
	{doer, "dropped|dropping the ball", "", unclear},
	{anyone, "fat-fingered|fat-finger|fat-fingering", "", noGuard},
	{anyone, "rubber-stamped|rubber-stamping", "", "The review showed too little to judge the change by"},
	{doer, "panicked|panicking", "", "There were no steps written down to hold on to"},
	{doer, "blindly|thoughtlessly", "", sensible},
	{doer, "went|gone ahead regardless|anyway", "", sensible},
	{target, "mistake|mistakes|error|errors was|were ^made by", "", noGuard},
	{doer, "made a|an|the|another ~ mistake|error|blunder", "", noGuard},
	{doer, "broke ~ again|because|by", "", noGuard},

	// What somebody ought to have done.
	{doer, "could|would|might have ^prevented|avoided|caught|stopped|spotted|noticed", "", noGuard},

	// What somebody is said to be.
	{anyone, "careless|carelessly|carelessness|negligent|negligently|negligence|inattentive|inattention", "", noSafeguard},
	{anyone, "irresponsible|irresponsibly|reckless|recklessly|recklessness|foolish|foolishly", "", sensible},
	{doer, "complacent", "", sensible},
	{doer, "be more ^careful|attentive|diligent|vigilant", "", noSafeguard},
	{anyone, "sloppily|sloppiness|shoddy|half-assed|unprofessional|unprofessionally", "", noSafeguard},
	{anyone, "sloppy work|job|review|reviews|code|coding|testing|mistake|error|handover", "", noSafeguard},
	{human, "sloppy", "", noSafeguard},
	{owner, "sloppy|laziness", "", noSafeguard},
	{anyone, "sheer|pure|plain|to|of|by ^laziness", "", noSafeguard},
	{anyone, "too ^lazy", "", unclear},
	{doer, "lazy", "", unclear},
	{anyone, "stupidity|stupidly|idiot|idiots|idiotic|moron|morons", "", noGuard},
	{anyone, "stupid|dumb|silly mistake|mistakes|error|errors|decision|thing|things|move", "", noGuard},
	{doer, "stupid|dumb", "", noGuard},
	{owner, "stupid|dumb|silly", "", noGuard},
	{anyone, "incompetent|incompetence|inept|ineptitude|clueless|unskilled", "", noTraining},
	{human, "not ^competent|qualified|capable|experienced", "", noTraining},
	{human, "lacked|lacks|lacking ~ skill|skills|experience|knowledge|understanding|competence|expertise|discipline", "", noTraining},
	{anyone, "lack of diligence|care|attention|effort|competence|discipline|professionalism", "", noSafeguard},
	{owner, "^lack of ~ skill|skills|experience|knowledge|understanding|expertise|training", "", noTraining},
	{owner, "inexperience|ignorance", "", noTraining},
	{target, "inexperienced", "", noTraining},
	{doer, "have|had|has no ^idea|clue", "", noTraining},
	{anyone, "poor|bad ^judgement|judgment", "", sensible},
	{anyone, "no ^excuse", "", conditions},
	{anyone, "inexcusable|unforgivable", "", conditions},
	{anyone, "ashamed", "", conditions},
	{anyone, "shame on", "", conditions},

	// Whose fault it is said to be.
	{anyone, "human error|errors|mistake|mistakes|failing|fault", "", noGuard},
	{anyone, "operator|pilot error|errors", "", noGuard},
	{anyone, "by|to|was|cause|is ^user error", "", noGuard},
	{anyone, "pebkac", "", noGuard},
	{owner, "fault|faults", "", conditions},
	{owner, "mistake|mistakes|blunder|blunders|oversight", "", noGuard},
	{doer, "to ^blame", "", conditions},
	{doer, "at ^fault", "", conditions},
	{doer, "responsible for this|the ~ mess|outage|incident|failure|mistake|error|disaster", "", conditions},
	{target, "blame ~ ^lies|rests|lay|falls ~ with|on", "", conditions},
	{target, "responsibility for this|the ~ mess|outage|incident|failure|mistake|error|problem ~ lies|rests|lay|falls ~ with|on", "", conditions},
	{target, "blamed|blame", "", conditions},
	{target, "let down by", "", conditions},
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// irregular are participles that do not end in "ed".
var irregular = set(`
been known seen told read run done gone made taken given kept caught thought written shut put set sent held left found
understood foreseen begun chosen spoken brought built met paid let
`)

// bases turn a participle after "should have" into what one is asked to do.
var bases = pairs(`
checked check|verified verify|tested test|read read|followed follow|asked ask|told tell|informed inform|notified notify|
reviewed review|double-checked double-check|run run|rotated rotate|renewed renew|backed back|updated update|
monitored monitor|validated validate|escalated escalate|confirmed confirm|looked look|used use|waited wait|
stopped stop|communicated communicate|announced announce|documented document|raised raise|rolled roll
`)

func pairs(text string) map[string]string {
	m := map[string]string{}
	for pair := range strings.SplitSeq(strings.ReplaceAll(text, "\n", ""), "|") {
		from, to, _ := strings.Cut(pair, " ")
		m[from] = to
	}
	return m
}
