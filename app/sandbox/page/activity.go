package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/app/engine"
)

// arrival is one sending of a delivery.
type arrival struct {
	ID            int64
	Event, Action string
	GUID          string
	At            time.Time
	Code          int
	Status        string
	Lost          bool
	// Again says that the same delivery was sent before.
	Again bool
	// ByApp says that a write of the App itself caused it.
	ByApp bool
	// Subject is what it is about, and Link where that is; empty beside the
	// issue itself.
	Subject, Link string
}

// runView is one run of the engine. Key is empty beside the issue itself.
type runView struct {
	Key, Link string
	At        time.Time
	Took      time.Duration
	Owner     string
	Plan      []intention
	Did       []string
	Err       string
	// Waits says what it waits for until a time that was stated, which is no failure.
	Waits string
	Due   time.Time
}

// Chore tells whether the run looked after no issue: what it did is then no
// write on GitHub.
func (r runView) Chore() bool { return r.Link == "" }

// intention is a line of a plan, with the text that belongs to it.
type intention struct{ What, Text string }

type activityView struct {
	Arrivals []arrival
	Runs     []runView
}

const (
	mostArrivals = 200
	mostRuns     = 200
	// Beside an issue there is room for fewer.
	mostBeside = 12
)

func (v *visit) activity() {
	view := activityView{Arrivals: latest(v.arrivals(), mostArrivals), Runs: v.runs(func(string) bool { return true }, mostRuns)}
	v.show("activity", v.say("Deliveries and runs", "Webhookと実行"), view)
}

func latest[T any](list []T, most int) []T { return list[:min(len(list), most)] }

// arrivals are all that the log has, newest first.
func (v *visit) arrivals() []arrival {
	var list []arrival
	sent := map[string]bool{}
	for _, a := range v.Hub.DeliveryLog() {
		repo, number := concerned(a.Delivery.Payload)
		shown := arrival{
			ID: a.ID, Event: a.Delivery.Event, Action: a.Delivery.Action, GUID: a.Delivery.GUID, At: a.At, Code: a.StatusCode,
			Status: a.Status, Lost: a.StatusCode == 0, Again: sent[a.Delivery.GUID], ByApp: a.Delivery.ByApp, Subject: repo,
		}
		if number > 0 {
			shown.Subject = fmt.Sprintf("%s#%d", repo, number)
			shown.Link = fmt.Sprintf("/%s/issues/%d", repo, number)
		}
		sent[a.Delivery.GUID] = true
		list = append(list, shown)
	}
	slices.Reverse(list)
	return list
}

func (v *visit) arrivalsOf(repo string, number int) []arrival {
	subject := fmt.Sprintf("%s#%d", repo, number)
	all := slices.DeleteFunc(v.arrivals(), func(a arrival) bool { return a.Subject != subject })
	for i := range all {
		all[i].Subject = ""
	}
	return latest(all, mostBeside)
}

// concerned reads from a payload which issue it is about; number is zero where
// it is about none.
func concerned(payload []byte) (repo string, number int) {
	var about struct {
		Repository struct {
			FullName string `json:"full_name"`
		}
		Issue struct{ Number int }
	}
	if json.Unmarshal(payload, &about) != nil {
		return "", 0
	}
	return about.Repository.FullName, about.Issue.Number
}

func (v *visit) runsOf(key string) []runView {
	list := v.runs(func(k string) bool { return strings.EqualFold(k, key) }, mostBeside)
	for i := range list {
		list[i].Key = ""
	}
	return list
}

func (v *visit) runs(wanted func(key string) bool, most int) []runView {
	var list []runView
	for _, r := range v.Runs() {
		if wanted(r.Key) && len(list) < most {
			list = append(list, viewRun(r))
		}
	}
	return list
}

func viewRun(r engine.Run) runView {
	view := runView{Key: r.Key, At: r.At, Took: r.Took, Owner: r.Owner, Plan: intentions(r.Plan), Did: r.Did, Due: r.Due}
	if repo, number, ok := strings.Cut(r.Key, "#"); ok {
		view.Link = "/" + repo + "/issues/" + number
	}
	if later, waits := errors.AsType[*engine.Later](r.Err); waits && !later.Guessed {
		view.Waits = later.Error()
	} else if r.Err != nil {
		view.Err = r.Err.Error()
	}
	return view
}

// intentions takes a plan as the engine prints it into its lines; those that
// are indented belong to the one before.
func intentions(plan string) []intention {
	var list []intention
	for line := range strings.Lines(plan) {
		line = strings.TrimRight(line, "\n")
		text, indented := strings.CutPrefix(line, "  ")
		switch {
		case line == "":
		case indented && len(list) > 0:
			list[len(list)-1].Text += text + "\n"
		default:
			list = append(list, intention{What: line})
		}
	}
	return list
}
