package inspect

// english is what the words of an English name add up to.
type english struct {
	roles         role
	metric        metric
	count         int
	timeTo        bool // "time to": what follows is a metric
	timed         bool // it speaks of time
	report        bool // which may be a paper
	happened      bool // it speaks of what happened
	first, impact bool // these are its words
	// beginning and ending say that it is of the beginning or end of something;
	// investigation, that this is an investigation.
	beginning, ending, investigation bool
}

// mostWords is how many words a name may have. What is longer is a sentence.
const mostWords = 9

// add takes the next word in, and is false where no name has such a word.
func (e *english) add(word []byte) bool {
	e.count++
	switch string(word) {
	case "ttd", "mttd":
		e.metric = ttd
		return true
	case "tta", "mtta":
		e.metric = tta
		return true
	case "ttm", "mttm":
		e.metric = ttm
		return true
	case "ttr", "mttr":
		e.metric = ttr
		return true
	case "to", "till", "until":
		e.timeTo = true
		return e.count > 1 && e.roles == 0
	case "investigation", "investigating":
		e.roles |= acknowledged
		e.investigation = true
		return true
	case "zone":
		e.roles |= zoned
		return true
	}
	r := nameWords[string(word)]
	if r == 0 && !nameNoise[string(word)] || e.count > mostWords {
		return false
	}
	e.roles |= r
	e.note(word, r)
	return true
}

func (e *english) note(word []byte, r role) {
	switch string(word) {
	case "occurred", "triggered":
	case "end", "ended", "ends", "finished", "finish", "over", "complete", "completed", "stopped":
		e.ending = true
	case "report":
		e.report = true
	case "first":
		e.first = true
	case "impact":
		e.impact = true
	case "incident", "outage", "failure", "disruption", "event", "fault":
		e.happened = true
	case "time", "times":
		e.timed = true
	default:
		e.beginning = e.beginning || r == started
	}
}

// name makes one meaning of the words.
func (e *english) name() name {
	r := e.roles
	switch {
	case e.metric != noMetric:
		return name{metric: e.metric}
	case e.report && r&day != 0:
		return name{} // a "report date" is that of the paper
	case e.timeTo || r&interval != 0:
		return name{metric: metricOf(r &^ interval)}
	case r == day && e.timed && e.happened:
		return name{roles: started} // "Date and time of outage"
	case r == 0 && e.timed && e.first && e.impact:
		return name{roles: started} // "Time of first impact"
	case r == 0 && e.timed:
		return name{roles: window} // "Time: 10:02 - 11:15"
	case r&window != 0:
		return name{roles: windowOf(r)}
	}
	if r&milestones != 0 {
		r &^= day
	}
	if e.investigation && (!e.beginning || r != started|acknowledged) {
		return name{}
	}
	switch {
	case r == started|detected:
		return name{roles: detected} // "Alert triggered"
	case r == started|acknowledged:
		return name{roles: acknowledged} // "Response started"
	case r == started|resolved && e.beginning && e.ending:
		return name{roles: window} // "Start / end"
	case r == resolved|shut:
		return name{roles: resolved}
	case e.beginning && r != started, e.ending && r&resolved != 0 && r != resolved:
		// The beginning or end of something else is nothing that is measured.
		return name{}
	}
	return name{roles: r}
}

// windowOf is what a name with a word for a stretch of time means: that stretch,
// or with a milestone, as in "resolved when", the milestone.
func windowOf(r role) role {
	switch rest := r &^ (window | day); {
	case rest == 0, rest == started|resolved:
		return window
	case rest&^milestones == 0:
		return rest
	}
	return 0
}
