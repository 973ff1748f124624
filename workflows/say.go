package workflows

import (
	"fmt"
	"strings"
	"time"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Say picks the sentence in the language.
func (in Input) Say(english, japanese string) string {
	if in.Language == words.Japanese {
		return japanese
	}
	return english
}

// Person shows a login, or ORG/TEAM, as a name, which notifies nobody.
func (in Input) Person(login string) string {
	if strings.Contains(login, "/") {
		return words.Name(login)
	}
	return words.Name(login) + in.Say("", "さん")
}

// People shows logins as names, the first ten of them.
func (in Input) People(logins []string) string {
	const most = 10
	var named []string
	for i, l := range logins {
		if i == most-1 && len(logins) > most {
			left := len(logins) - i
			named = append(named, in.Say(fmt.Sprintf("%d others", left), fmt.Sprintf("ほか%d名", left)))
			break
		}
		named = append(named, in.Person(l))
	}
	if n := len(named); n > 1 && in.Language != words.Japanese {
		return strings.Join(named[:n-1], ", ") + " and " + named[n-1]
	}
	return strings.Join(named, "、")
}

// Day is "Thursday 3 December" or "12月3日（木）", with the year where it is not
// this one, in the policy's zone.
func (in Input) Day(at time.Time) string {
	return moment.Day(at, in.Policy.TimeZone, in.Now, in.Language)
}

// DayAndClock is the same with the time of day and its zone.
func (in Input) DayAndClock(at time.Time) string {
	at = at.In(in.Policy.TimeZone)
	return in.Day(at) + in.Say(" ", "") + at.Format("15:04") + " " + moment.ZoneName(at)
}
