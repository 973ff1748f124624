package page

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// version answers a small JSON by which an open page learns that something
// changed; it then fetches itself again.
func (v *visit) version() {
	now := v.Clock.Now().In(v.Zone)
	v.w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(v.w).Encode(struct {
		Version string `json:"version"`
		Day     string `json:"day"`
		Clock   string `json:"clock"`
	}{v.state(), dayText(now, v.lang), now.Format(clockLayout)})
}

// state is a hash that changes with everything that the page shows, the clock
// apart.
func (v *visit) state() string {
	sum := sha256.New()
	for _, repo := range v.Hub.Repos() {
		for _, i := range v.Hub.Issues(repo) {
			fmt.Fprintln(sum, repo, i.Number, i.State, i.Reason, i.Updated.Unix(), len(i.Events), i.Labels, i.Assignees, i.Reactions)
			fmt.Fprintf(sum, "%q %q\n", i.Title, i.Body)
			for _, c := range i.Comments {
				fmt.Fprintln(sum, c.ID, c.Edits, c.Reactions)
			}
		}
	}
	if log := v.Hub.DeliveryLog(); len(log) > 0 {
		fmt.Fprintln(sum, len(log), log[len(log)-1].ID)
	}
	if runs := v.Runs(); len(runs) > 0 {
		fmt.Fprintln(sum, len(runs), runs[0].Key, runs[0].At.UnixNano())
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
