package retrieval

import "strings"

// stem takes the usual endings off an English word, so that "expires",
// "expired" and "expiring" are one. It is coarse on purpose: what it leaves is
// compared and never shown.
func stem(w string) string {
	for i := range len(w) {
		if w[i] < 'a' || w[i] > 'z' {
			return w // no English word
		}
	}
	w = singular(w)
	for _, ending := range []string{"ing", "ed"} {
		if cut, ok := strings.CutSuffix(w, ending); ok && len(cut) > 2 && strings.ContainsAny(cut, "aeiouy") {
			w = single(cut)
			break
		}
	}
	if cut, ok := strings.CutSuffix(w, "ion"); ok && len(cut) > 3 && (cut[len(cut)-1] == 't' || cut[len(cut)-1] == 's') {
		w = cut
	}
	if cut, ok := strings.CutSuffix(w, "e"); ok && len(cut) > 2 {
		w = cut
	}
	return w
}

func singular(w string) string {
	switch {
	case len(w) < 4 || !strings.HasSuffix(w, "s"):
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "shes"):
		return w[:len(w)-2]
	case strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "us"), strings.HasSuffix(w, "is"), strings.HasSuffix(w, "ns"):
		if w[len(w)-2] == 'n' && w != "dns" {
			return w[:len(w)-1]
		}
	default:
		return w[:len(w)-1]
	}
	return w
}

// single undoes the doubling in "stopped"; "failed" and "filling" have theirs
// from before.
func single(w string) string {
	n := len(w)
	if n > 3 && w[n-1] == w[n-2] && !strings.ContainsRune("lsz", rune(w[n-1])) {
		return w[:n-1]
	}
	return w
}
