package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/goccy/go-yaml/ast"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// eachKey calls fill for every key of a group that is known, once each, and
// reports the others. Where known is nil the team names the keys itself.
func (d *decoder) eachKey(keys []*ast.MappingValueNode, path string, known []string, fill func(name string, value ast.Node)) {
	first := map[string]place{}
	for _, pair := range keys {
		name, ok := keyName(pair.Key)
		if !ok {
			d.problem(d.start(pair.Key), "a key is a plain word here: `key: value`", "キーは `key: value` の形で、ひとつの語で書いてください")
			continue
		}
		at := d.start(pair.Key)
		if known != nil && !slices.Contains(known, name) {
			d.unknown(name, pair.Value, at, path, known)
			continue
		}
		if before, twice := first[name]; twice {
			d.twice(name, pair.Value, at, before, path)
			continue
		}
		first[name] = at
		fill(name, pair.Value)
	}
}

// keyName returns the word of a key, whatever type YAML takes it for.
func keyName(key ast.MapKeyNode) (string, bool) {
	if n, ok := key.(ast.ScalarNode); ok {
		return scalar(n)
	}
	return "", false
}

// twice reports a key that a group has already. Only the first counts, except
// that a later enabled or mode can still stop us.
func (d *decoder) twice(name string, value ast.Node, at, before place, path string) {
	key := words.Foreign(name).Inline(60)
	english := fmt.Sprintf("%s is written twice: only the one on line %d counts, remove one of them", key, before.line)
	japanese := fmt.Sprintf("%s が2回書かれています。有効なのは%d行目だけです。どちらかを消してください", key, before.line)
	text, _ := scalar(value)
	brake := path == "" && slices.Contains(d.brakes, name)
	switch {
	case brake && name == keyEnabled && !isTrue(text):
		d.paused = true
	case brake && name == keyMode && text != modeAct:
		d.observes = true
	default:
		d.problem(at, english, japanese)
		return
	}
	d.problem(at, english+untilCorrected.english, japanese+untilCorrected.japanese)
}

// untilCorrected ends what is said of a slip that stops us.
var untilCorrected = phrase{". Nothing is written until this is corrected", "。直るまで何も書き込みません"}

// unknown reports a key that nobody reads, with the one that was likely meant and
// all that there are. A slip in enabled or mode, or in their indentation, must not
// switch writing on: if it stops us, it counts.
func (d *decoder) unknown(name string, value ast.Node, at place, path string, known []string) {
	var english, japanese strings.Builder
	key := words.Foreign(name).Inline(60)
	if path == "" {
		fmt.Fprintf(&english, "unknown key %s", key)
		fmt.Fprintf(&japanese, "%s というキーはありません", key)
	} else {
		in := words.Foreign(path).Inline(60)
		fmt.Fprintf(&english, "unknown key %s in %s", key, in)
		fmt.Fprintf(&japanese, "%s というキーは %s にありません", key, in)
	}
	meant := closest(name, known)
	brake := meant
	if path != "" || !slices.Contains(d.brakes, meant) {
		brake = ""
		if path != "" && meant == "" {
			brake = closest(name, d.brakes)
		}
	}
	switch {
	case meant != "":
		fmt.Fprintf(&english, ". Did you mean `%s`?", meant)
		fmt.Fprintf(&japanese, "。`%s` でしょうか", meant)
	case brake != "":
		fmt.Fprintf(&english, ". `%s` belongs at the beginning of a line, outside of any group.", brake)
		fmt.Fprintf(&japanese, "。`%s` は字下げせずに書きます", brake)
	default:
		english.WriteString(".")
	}
	fmt.Fprintf(&english, " Known here: %s", "`"+strings.Join(known, "`, `")+"`")
	fmt.Fprintf(&japanese, "。使えるキー: %s", "`"+strings.Join(known, "`、`")+"`")
	if d.stopped(brake, value) {
		english.WriteString(untilCorrected.english)
		japanese.WriteString(untilCorrected.japanese)
	}
	d.problem(at, english.String(), japanese.String())
}

// stopped notes that a key that was likely meant as enabled or mode says to stop.
func (d *decoder) stopped(brake string, value ast.Node) bool {
	text, _ := scalar(value)
	switch {
	case brake == keyEnabled && isFalse(text):
		d.switched, d.paused = true, true
	case brake == keyMode && strings.EqualFold(text, modeObserve):
		d.moded, d.observes = true, true
	default:
		return false
	}
	return true
}

// closest returns the key that name is a slip of: at most one letter in three
// differs, with case, hyphens and blanks not counted. It is empty if there is
// none.
func closest(name string, known []string) string {
	if len(name) > 64 {
		return "" // no key is so long, and the distance costs the product of lengths
	}
	plain := strings.NewReplacer("-", "", "_", "", " ", "")
	typed := plain.Replace(strings.ToLower(name))
	best, meant := len(typed), ""
	for _, k := range known {
		distance := levenshtein.ComputeDistance(typed, plain.Replace(k))
		if distance < best && distance <= max(len(k)/3, 1) {
			best, meant = distance, k
		}
	}
	return meant
}
