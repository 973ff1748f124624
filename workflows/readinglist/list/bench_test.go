package list

import (
	"testing"
	"time"
)

// BenchmarkBuild makes the files of 10,000 entries of ten years against those of
// 1,000. asked: at most 12 times as long.
func BenchmarkBuild(b *testing.B) {
	few, many := entryNumbers(1_000, 10), entryNumbers(10_000, 10)
	var short, long time.Duration
	build := func(entries []Entry) time.Duration {
		before := time.Now()
		if _, err := Build(entries, both, folderOf(nil)); err != nil {
			b.Fatal(err)
		}
		return time.Since(before)
	}
	for b.Loop() {
		short += build(few)
		long += build(many)
	}
	b.ReportMetric(float64(long)/float64(short), "times-of-1000")
}

// BenchmarkUpdate recommends one more in a list of 10,000 entries of ten years
// against one of 1,000 entries of one year, so that the parts are as full. asked: at
// most 1.5 times as long, and as many bytes written. The lists stay as they are, so
// that the figures do not depend on how often it is done.
func BenchmarkUpdate(b *testing.B) {
	files := func(count, years int) map[string]string {
		all := map[string]string{}
		c, err := Build(entryNumbers(count, years), both, folderOf(nil))
		if err != nil {
			b.Fatal(err)
		}
		carry(all, c)
		return all
	}
	few, many := files(1_000, 1), files(10_000, 10)
	var short, long time.Duration
	var bytesOfFew, bytesOfMany int
	n := 10_000
	update := func(all map[string]string, years int, spent *time.Duration, written *int) {
		e := entryNumber(n, years)
		before := time.Now()
		c, err := Update(e.ID, func(old *Entry, _ bool) bool { *old = e; return true }, both, folderOf(all))
		*spent += time.Since(before)
		if err != nil {
			b.Fatal(err)
		}
		for _, content := range c.Write {
			*written += len(content)
		}
	}
	for b.Loop() {
		n++
		update(few, 1, &short, &bytesOfFew)
		update(many, 10, &long, &bytesOfMany)
	}
	b.ReportMetric(float64(long)/float64(short), "times-of-1000")
	b.ReportMetric(float64(bytesOfMany)/float64(bytesOfFew), "bytes-of-1000")
}
