package incident

import (
	"strconv"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// The kinds of reach, by which a severity is decided: three that are counted and
// three that are so or not. They are the names in the policy's table, too.
const (
	contacts = "contacts" // with support: tickets, calls, mails
	users    = "users"    // affected
	share    = "share"    // of all users, in percent
	slo      = "slo"      // an SLO alert is firing
	legal    = "legal"    // personal data, or a duty by law
	money    = "money"    // somebody lost some, or was charged wrongly
)

var kinds = []string{contacts, users, share, slo, legal, money}

// reach is how far an incident reaches, as far as somebody said. What is nil is
// not known, which is not "no".
type reach struct {
	contacts, users, share *amount
	slo, legal, money      *bool
	// asked is true where somebody answered not to know.
	asked bool
}

// amount is a number, or the least it can be.
type amount struct {
	n      float64
	orMore bool
}

// amount and flag are where a kind is kept; nil for a kind of the other sort.
func (r *reach) amount(kind string) **amount {
	switch kind {
	case contacts:
		return &r.contacts
	case users:
		return &r.users
	case share:
		return &r.share
	}
	return nil
}

func (r *reach) flag(kind string) **bool {
	switch kind {
	case slo:
		return &r.slo
	case legal:
		return &r.legal
	case money:
		return &r.money
	}
	return nil
}

// add takes up the value of a /reach. What is known stays so where somebody else
// does not know.
func (r *reach) add(value string) {
	for part := range strings.FieldsSeq(value) {
		kind, said, _ := strings.Cut(part, "=")
		number, orMore := strings.CutSuffix(said, "+")
		n, err := strconv.ParseFloat(number, 64)
		switch at, is := r.amount(kind), r.flag(kind); {
		case said == "?":
			r.asked = true
		case at != nil && err == nil:
			*at = &amount{n, orMore}
		case is != nil && (said == "yes" || said == "no"):
			so := said == "yes"
			*is = &so
		}
	}
}

// isSilent reports whether nobody said anything of the reach.
func (r reach) isSilent() bool { return r == reach{} }

// widen takes up whatever another reach has more of, and what only that one
// knows.
func (r *reach) widen(other reach) {
	for _, kind := range kinds {
		if at, more := r.amount(kind), other.amount(kind); at != nil && *more != nil && (*at == nil || (*more).n > (*at).n) {
			*at = *more
		}
		if is, so := r.flag(kind), other.flag(kind); is != nil && *so != nil && (*is == nil || **so && !**is) {
			*is = *so
		}
	}
	r.asked = r.asked || other.asked
}

// line says all that is known of a reach, on one line; that somebody said it is
// not known, where nothing is; and nothing where nobody spoke of it.
func (r reach) line(lang words.Language) string {
	var parts []string
	for _, kind := range kinds {
		if said := r.phrase(kind, lang); said != "" {
			parts = append(parts, said)
		}
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, in(lang, ", ", "、"))
	case r.asked:
		return in(lang, "reach not known yet", "影響はまだ不明")
	}
	return ""
}

func in(lang words.Language, en, ja string) string {
	if lang == words.Japanese {
		return ja
	}
	return en
}

// phrase says one kind of a reach in a few words; nothing where it is not known
// or not so.
func (r reach) phrase(kind string, lang words.Language) string {
	if at := r.amount(kind); at != nil && *at != nil {
		return (*at).phrase(kind, lang)
	}
	if is := r.flag(kind); is == nil || *is == nil || !**is {
		return ""
	}
	switch kind {
	case slo:
		return in(lang, "an SLO alert is firing", "SLOアラートが発生中")
	case legal:
		return in(lang, "personal data or a legal duty", "個人情報または法的義務に関係")
	}
	return in(lang, "money is concerned", "金銭に影響")
}

func (a amount) phrase(kind string, lang words.Language) string {
	number, more, s := grouped(a.n), "", "s"
	if a.orMore {
		more = in(lang, " or more", "以上")
	}
	if a.n == 1 && !a.orMore {
		s = ""
	}
	switch kind {
	case contacts:
		return in(lang, number+more+" support contact"+s, "お問い合わせ"+number+"件"+more)
	case users:
		return in(lang, number+more+" user"+s+" affected", "影響を受けた利用者"+number+"人"+more)
	}
	return in(lang, number+"%"+more+" of users affected", "利用者の"+number+"%"+more+"に影響")
}

// grouped writes 1200 as 1,200.
func grouped(n float64) string {
	whole, rest, found := strings.Cut(strconv.FormatFloat(n, 'f', -1, 64), ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if found {
		whole += "." + rest
	}
	return whole
}
