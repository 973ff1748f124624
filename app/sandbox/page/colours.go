package page

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A label's colour is chosen by people, and the content policy allows no style
// in the page itself. So the colours in use are a style sheet of their own, and
// a label's class names its colour.

var hexColour = regexp.MustCompile(`^[0-9a-f]{6}$`)

// Class is the class of the label's colour, grey where it has no sound one.
func (l label) Class() string {
	if colour := strings.ToLower(l.Color); hexColour.MatchString(colour) {
		return "c-" + colour
	}
	return "c-ededed"
}

// inUse are the colours of all labels on the hub.
func (v *visit) inUse() []string {
	used := map[string]bool{"ededed": true}
	for _, repo := range v.Hub.Repos() {
		for _, l := range v.labelsOf(repo) {
			used[strings.TrimPrefix(l.Class(), "c-")] = true
		}
	}
	return slices.Sorted(maps.Keys(used))
}

// coloursVersion changes with the style sheet of colours.
func (v *visit) coloursVersion() string {
	sum := sha256.Sum256([]byte(strings.Join(v.inUse(), " ")))
	return hex.EncodeToString(sum[:4])
}

// labelColours is that style sheet.
func (v *visit) labelColours() {
	v.w.Header().Set("Content-Type", "text/css; charset=utf-8")
	for _, colour := range v.inUse() {
		fmt.Fprintf(v.w, ".c-%s{--label:#%s;--on-label:%s}\n", colour, colour, inkOn(colour)) //nolint:gosec // inUse holds six hex digits each
	}
}

// inkOn is black or white, whichever reads better on a colour.
// docs (W3C): WCAG 2.2, "relative luminance".
func inkOn(colour string) string {
	rgb, err := strconv.ParseUint(colour, 16, 24)
	if err != nil {
		return "#000"
	}
	linear := func(shift int) float64 {
		c := float64(rgb>>shift&0xff) / 255
		return c * c // near enough to the true curve to choose by
	}
	if luminance := 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0); luminance > 0.2 {
		return "#1f2328"
	}
	return "#fff"
}
