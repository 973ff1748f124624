package moment

import (
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Kind says why a text was not read as a time.
type Kind int

// The kinds of problem.
const (
	// Unreadable: no form that is known, or one that contradicts itself.
	Unreadable Kind = iota + 1
	// Empty: there is no text.
	Empty
	// Future: later than the moment it was written, by more than a minute.
	Future
	// AmbiguousZone: an abbreviation that several regions use, such as IST.
	AmbiguousZone
	// UnknownZone: an abbreviation, a name or an offset that is none.
	UnknownZone
	// AmbiguousHour: a wording that people read differently, such as 午後12時,
	// 昨夜2:40 or 11/20 深夜1時.
	AmbiguousHour
	// Nonexistent: the clocks skipped this time when they went forward.
	Nonexistent
	// Ambiguous: the clocks showed this time twice when they went back, and the
	// text names no offset.
	Ambiguous
	// Past: over by then, where a time ahead is meant.
	Past
)

// Problem is why a text was not read. It is the only error of Parse.
type Problem struct {
	Kind Kind
	// Zone is the zone as written, for AmbiguousZone and UnknownZone.
	Zone words.Foreign
}

var unreadable = &Problem{Kind: Unreadable}

// Error says in English what is wrong and what to write instead.
func (p *Problem) Error() string { return p.In(words.English) }

// In says in a language what is wrong and what to write instead, as one line of
// Markdown that ends like a sentence.
func (p *Problem) In(lang words.Language) string {
	english, japanese := p.sentences()
	if lang == words.Japanese {
		return japanese
	}
	return english
}

func (p *Problem) sentences() (english, japanese string) {
	switch p.Kind {
	case Empty:
		return "A time is missing. Write it like `2:40`, `11/20 02:40 JST` or `10m ago`.",
			"時刻がありません。`2:40`、`11/20 02:40 JST`、`10分前` のように書いてください。"
	case Future:
		return "This time is in the future. If it was on an earlier day, write the date too, like `11/20 02:40`.",
			"未来の時刻になっています。前の日のことでしたら、`11/20 02:40` のように日付も書いてください。"
	case AmbiguousZone:
		return p.Zone.String() + " can be " + p.meanings(words.English) + ". Write the offset instead, like `02:40 " + p.likeliest() + "`.",
			p.Zone.String() + " は " + p.meanings(words.Japanese) + " のどれか決められません。`02:40 " + p.likeliest() + "` のように時差で書いてください。"
	case UnknownZone:
		return "The time zone " + p.Zone.String() + " is not known. Write `JST`, `UTC` or the offset, like `02:40 +09:00`.",
			"タイムゾーン " + p.Zone.String() + " は分かりませんでした。`JST`、`UTC`、または `02:40 +09:00` のように時差で書いてください。"
	case AmbiguousHour:
		return "This can mean two different times. Write it on the 24-hour clock with its date, like `11/20 00:30`.",
			"二通りの時刻に読めます。`11/20 00:30` のように、日付と24時間表記で書いてください。"
	case Nonexistent:
		return "This time was skipped when the clocks went forward. Write it with the offset, like `11/20 02:40 +09:00`.",
			"夏時間への切り替えで存在しない時刻です。`11/20 02:40 +09:00` のように時差をつけて書いてください。"
	case Ambiguous:
		return "The clocks showed this time twice when they went back. Write it with the offset, like `11/20 02:40 +09:00`.",
			"夏時間の終わりで二度あった時刻です。`11/20 02:40 +09:00` のように時差をつけて書いてください。"
	case Past:
		return "This time is over. Write one that lies ahead, like `12/2 15:00`.",
			"過ぎた時刻になっています。`12/2 15:00` のように、これからの時刻を書いてください。"
	case Unreadable:
	}
	return "This is not a time that can be read. Write it like `2:40`, `11/20 02:40 JST` or `10m ago`.",
		"時刻として読み取れませんでした。`2:40`、`11/20 02:40 JST`、`10分前` のように書いてください。"
}

// meanings lists what the abbreviation can mean.
func (p *Problem) meanings(lang words.Language) string {
	var all []string
	for _, m := range shared[strings.ToLower(string(p.Zone))] {
		place := m.english
		if lang == words.Japanese {
			place = m.japanese
		}
		all = append(all, place+" ("+m.offset+")")
	}
	if lang == words.Japanese {
		return strings.Join(all, "、")
	}
	return strings.Join(all, " or ")
}

// likeliest is the offset to show as an example.
func (p *Problem) likeliest() string {
	if m := shared[strings.ToLower(string(p.Zone))]; len(m) > 0 {
		return m[0].offset
	}
	return "+09:00"
}
