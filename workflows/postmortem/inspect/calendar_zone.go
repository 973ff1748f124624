package inspect

import (
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/moment"
)

// zoneSaid reads a line that states the zone of all times: "All times in CET",
// "Timeline (UTC)", 全時刻は JST.
func zoneSaid(text string, isHeading bool) moment.NamedZone {
	if len(text) > 120 {
		return moment.NamedZone{}
	}
	said := false
	if isHeading {
		if at := strings.IndexAny(text, "(（"); at >= 0 {
			if z := moment.ZoneIn(text[at:]); z.Name != "" {
				return z
			}
		}
	}
	switch {
	case strings.Contains(text, "ime"):
		low := strings.ToLower(text)
		said = strings.Contains(low, "times") || strings.Contains(low, "timezone") || strings.Contains(low, "time zone") || strings.Contains(low, "timestamps") ||
			isHeading && strings.Contains(low, "timeline")
	case !isJapanese(text):
	case strings.Contains(text, "時刻"), strings.Contains(text, "時間は"), strings.Contains(text, "タイムゾーン"), strings.Contains(text, "表記"), isHeading && strings.Contains(text, "タイムライン"):
		said = true
	}
	if !said {
		return moment.NamedZone{}
	}
	return moment.ZoneIn(text)
}
