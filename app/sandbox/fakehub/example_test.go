package fakehub_test

import (
	"fmt"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

// A story: somebody opens an issue, the App answers through the REST API (here
// by its own name), and the test looks at what there is and what was announced.
func Example() {
	hub := fakehub.New(fakehub.Options{
		Clock: clock.NewStepped(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)),
		App:   fakehub.App{PrivateKey: key()},
	})
	hub.AddUser("tanaka")
	hub.AddRepo("acme", "shop", false)
	hub.Install("acme", time.Time{})

	n, err := hub.OpenIssue("acme/shop", "tanaka", fakehub.NewIssue{Title: "[incident] Checkout is slow"})
	if err != nil {
		panic(err)
	}
	if _, err := hub.Comment("acme/shop", n, "kintsugi[bot]", "@tanaka, looking."); err != nil {
		panic(err)
	}

	issue, _ := hub.Issue("acme/shop", n)
	fmt.Println(issue.Comments[0].Author, "wrote:", issue.Comments[0].Body)
	for _, d := range hub.TakeDeliveries() {
		fmt.Println(d.Event, d.Action)
	}
	// Output:
	// kintsugi[bot] wrote: @tanaka, looking.
	// installation created
	// issues opened
	// issue_comment created
}
