package policy

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Days is a number of business days from 1 to 250, written "5 business days" or
// just 5.
type Days int

var days = regexp.MustCompile(`^(\d{1,3})( *(business|working)? *days?| *営業日)?$`)

// daysProblem is why a text is no Days.
type daysProblem struct{}

func (daysProblem) Error() string {
	return "write business days from 1 to 250, such as `5 business days`"
}

// In says it in a language.
func (p daysProblem) In(lang words.Language) string {
	if lang == words.Japanese {
		return "`5 business days` のように、1〜250の営業日数で書いてください"
	}
	return p.Error()
}

// UnmarshalText reads Days.
func (d *Days) UnmarshalText(text []byte) error {
	m := days.FindStringSubmatch(strings.ToLower(strings.TrimSpace(string(text))))
	if m == nil {
		return daysProblem{}
	}
	n, _ := strconv.Atoi(m[1])
	if n < 1 || n > 250 {
		return daysProblem{}
	}
	*d = Days(n)
	return nil
}
