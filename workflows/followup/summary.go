package followup

import (
	"encoding/json"
	"fmt"
)

// Published is what a postmortem tells others of its follow-ups: references, days
// and states, no texts.
type Published struct {
	Items []PublishedItem `json:"items,omitempty"`
}

// PublishedItem is one of them.
type PublishedItem struct {
	Ref  string `json:"ref"` // OWNER/REPO#N
	Kind string `json:"type,omitempty"`
	Due  string `json:"due,omitempty"`
	Open bool   `json:"open,omitempty"`
	// Owners are those of an open one, as logins and ORGANISATION/TEAM.
	Owners []string `json:"owners,omitempty"`
}

// PublishedIn reads what was published; it is empty where that cannot be read.
func PublishedIn(text string) (p Published) {
	if json.Unmarshal([]byte(text), &p) != nil {
		return Published{}
	}
	return p
}

func (b *board) summary() string {
	var p Published
	for i := range b.cards {
		if c := &b.cards[i]; c.made.Number != 0 && c.fact.Subject.Number != 0 {
			item := PublishedItem{Ref: c.fact.Subject.String(), Kind: c.Kind, Due: c.dueOf(), Open: c.fact.Issue.Open}
			if item.Open {
				item.Owners = c.Owners
			}
			p.Items = append(p.Items, item)
		}
	}
	if len(p.Items) == 0 {
		return ""
	}
	data, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprint("texts always encode: ", err))
	}
	return string(data)
}
