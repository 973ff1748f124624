package fakehub_test

import (
	"testing"

	"github.com/kintsugi-app/kintsugi/app/sandbox/fakehub"
)

func unlimited(o *fakehub.Options) { o.RateLimit = -1 }

func BenchmarkGetIssue(b *testing.B) {
	w := newWorld(b, unlimited)
	at := path("/repos/%s/issues/%d", shop, w.open("Slow"))
	bot := w.bot()
	for b.Loop() {
		bot.want(200, bot.get(at))
	}
}

func BenchmarkListHundredComments(b *testing.B) {
	w := newWorld(b, unlimited)
	n := w.open("Slow")
	for range 100 {
		_, err := w.Comment(shop, n, "kintsugi[bot]", "Still looking.")
		w.ok(err)
	}
	bot, at := w.bot(), path("/repos/%s/issues/%d/comments?per_page=100", shop, n)
	for b.Loop() {
		bot.want(200, bot.get(at))
	}
}

func BenchmarkCreateComment(b *testing.B) {
	w := newWorld(b, unlimited)
	bot, repo := w.bot(), "/repos/"+shop
	n := 0
	for count := 0; b.Loop(); count++ {
		if count%50 == 0 {
			n = w.open("Slow")
			w.TakeDeliveries()
		}
		bot.want(201, bot.post(path("%s/issues/%d/comments", repo, n), `{"body":"Still looking."}`))
	}
}

func BenchmarkNewWorld(b *testing.B) {
	for b.Loop() {
		newWorld(b)
	}
}
