package doctor

import (
	"fmt"
	"strings"
)

func (r *report) database(f Facts) {
	d := f.Database
	if d.Err != "" {
		r.add(Finding{
			Check: Database, Level: Problem, Text: d.Err,
			Do: "without it nothing is taken in; GitHub keeps three days of deliveries, which are asked for again.",
		})
		return
	}
	r.ok(Database, "It answers, with schema %d. %s due, %d being run.", d.Schema, counted(d.Due, "subject is", "subjects are"), d.Leased)
	r.room(d)
	for n, t := range d.Stuck {
		if n == mostShown {
			break
		}
		r.add(Finding{
			Check: Database, Level: Warning,
			Text: fmt.Sprintf("%s is set aside after %s: %s. It is tried again at %s.", t.Key, counted(t.Failures, "try", "tries"), firstLine(t.Error), stamp(t.Due)),
			Do:   fmt.Sprintf("see kintsugi explain %s; a comment on the issue has it tried at once.", t.Key),
		})
	}
	if more := len(d.Stuck) - mostShown; more > 0 {
		r.add(Finding{
			Check: Database, Level: Warning, Text: fmt.Sprintf("%d more are set aside.", more),
			Do: "they are likely to have the same reason.",
		})
	}
}

func (r *report) room(d Storage) {
	room := d.Room
	text := "It takes " + size(room.Used)
	if room.Quota > 0 {
		text += " of its quota of " + size(room.Quota)
	}
	if room.Free >= 0 {
		text += fmt.Sprintf("; %s are free on its disk", size(room.Free))
	}
	do := "make room on the disk, or raise KINTSUGI_DATABASE_QUOTA; what was handled is dropped within minutes."
	switch {
	case room.Full:
		r.add(Finding{Check: Database, Level: Problem, Text: fmt.Sprintf("It is full and deliveries are refused: %s.", strings.TrimSuffix(room.Why, ".")), Do: do})
	case room.Quota > 0 && room.Used > room.Quota-room.Quota/10:
		r.add(Finding{Check: Database, Level: Warning, Text: text + ". Soon it is full, and deliveries are refused.", Do: do})
	default:
		r.ok(Database, "%s.", text)
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSuffix(line, ".")
}

// size is a number of bytes as people say it.
func size(n int64) string {
	for _, unit := range []struct {
		name  string
		bytes int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n >= unit.bytes {
			return fmt.Sprintf("%.1f %s", float64(n)/float64(unit.bytes), unit.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}
