package list

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Merge makes one list of two that began as the same: what either has added,
// changed or taken away is in it, and whose turn it was makes no difference. What
// one took away while the other changed it stays, for a change is the later word.
func Merge(base, ours, theirs []Entry) []Entry {
	was, us, them := byIDs(base), byIDs(ours), byIDs(theirs)
	ids := maps.Clone(us)
	maps.Copy(ids, them)
	var all []Entry
	for id := range ids {
		old, wasThere := was[id]
		our, isOurs := us[id]
		their, isTheirs := them[id]
		switch {
		case isOurs && isTheirs:
			all = append(all, mergeEntry(old, our, their))
		case isOurs && !(wasThere && same(old, our)):
			all = append(all, our)
		case isTheirs && !(wasThere && same(old, their)):
			all = append(all, their)
		}
	}
	return withoutTwins(sorted(all))
}

func byIDs(entries []Entry) map[string]Entry {
	all := make(map[string]Entry, len(entries))
	for _, e := range entries {
		all[e.ID] = e
	}
	return all
}

func same(a, b Entry) bool { return bytes.Equal(lineOf(&a), lineOf(&b)) }

// withoutTwins makes one of entries for the same postmortem, which two writers
// filed under different days. The earlier id stays.
func withoutTwins(entries []Entry) []Entry {
	at := map[string]int{}
	var all []Entry
	for _, e := range entries {
		address := sameAddress(e.URL)
		i, twice := at[address]
		if !twice {
			at[address] = len(all)
			all = append(all, e)
			continue
		}
		id := all[i].ID
		all[i] = mergeEntry(Entry{}, all[i], e)
		all[i].ID = id
	}
	return all
}

// mergeEntry merges field by field. What both have changed is as the later of them
// has it.
func mergeEntry(base, ours, theirs Entry) Entry {
	switch {
	case same(ours, theirs), same(base, theirs):
		return ours
	case same(base, ours):
		return theirs
	}
	// So that the outcome is the same for whoever merges.
	if c := ours.Changed.Compare(theirs.Changed); c < 0 || c == 0 && bytes.Compare(lineOf(&ours), lineOf(&theirs)) < 0 {
		ours, theirs = theirs, ours
	}
	merged := ours
	was, our, their := fieldsOf(base), fieldsOf(ours), fieldsOf(theirs)
	fields := maps.Clone(our)
	for name := range their {
		if _, ok := fields[name]; !ok {
			fields[name] = nil
		}
	}
	for name := range fields {
		if bytes.Equal(was[name], our[name]) {
			fields[name] = their[name]
		}
		if fields[name] == nil {
			delete(fields, name)
		}
	}
	if content, err := json.Marshal(fields); err == nil {
		next := Entry{}
		if json.Unmarshal(content, &next) == nil {
			merged = next
		}
	}
	merged.Recommended = mergeSets(base.Recommended, ours.Recommended, theirs.Recommended, recommendationKey)
	slices.SortFunc(merged.Recommended, func(a, b Recommendation) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(recommendationKey(a), recommendationKey(b)))
	})
	itself := func(s string) string { return s }
	merged.Read = orderedReadings(mergeSets(base.Read, ours.Read, theirs.Read, Reading.key))
	merged.Services = mergeSets(base.Services, ours.Services, theirs.Services, itself)
	slices.Sort(merged.Services)
	merged.Changed = ours.Changed
	if merged.Listed = ours.Listed; theirs.Listed.Before(ours.Listed) && !theirs.Listed.IsZero() {
		merged.Listed = theirs.Listed
	}
	return merged
}

func fieldsOf(e Entry) map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	_ = json.Unmarshal(lineOf(&e), &all) // it was written a moment ago
	return all
}

func recommendationKey(r Recommendation) string { return r.By + "\n" + string(r.Reason) }

// mergeSets are the elements that either has and did not have before, or had and
// nobody has taken away. Of two with the same key that one is taken which is not as
// it was, and ours where both are.
func mergeSets[T any](base, ours, theirs []T, key func(T) string) []T {
	find := func(list []T, k string) int {
		return slices.IndexFunc(list, func(e T) bool { return key(e) == k })
	}
	var all []T
	for _, e := range slices.Concat(ours, theirs) {
		k := key(e)
		was, our, their := find(base, k), find(ours, k), find(theirs, k)
		if find(all, k) >= 0 || was >= 0 && (our < 0 || their < 0) {
			continue
		}
		if was >= 0 && reflect.DeepEqual(base[was], e) {
			e = theirs[their]
		}
		all = append(all, e)
	}
	return all
}
