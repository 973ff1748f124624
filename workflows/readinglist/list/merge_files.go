package list

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// MergeFiles makes one folder of two that began as the same: base is the list's
// folder where they parted, ours the branch that we keep, theirs the default branch.
// The entries are those of Merge. In pages what people wrote in either is kept: a
// place that one has changed is as that one has it; of one that both have changed
// both texts stay, theirs first. The changes are relative to theirs.
//
// A branch of ours that has no list yet has changed nothing. Pages that no index names, such as those of a list that was long once, and files
// that are none of the list's are not looked at.
func MergeFiles(base, ours, theirs Folder, o Options) (Changes, error) {
	if _, isList := ours(optionsFile); !isList {
		ours = base
	}
	m := pageMerge{work: newWork(o, theirs), files: map[string]string{}}
	folders := []Folder{base, ours, theirs}
	var entries [3][]Entry
	for i, there := range folders {
		var err error
		if entries[i], err = Entries(there); err != nil {
			return Changes{}, err
		}
		if err := m.look(there); err != nil {
			return Changes{}, err
		}
	}
	all := Merge(entries[0], entries[1], entries[2])
	m.sameEntry = renamed(all, slices.Concat(entries[:]...))
	for _, suffix := range m.suffixes {
		var sides [3]side
		for i, there := range folders {
			var err error
			if sides[i], err = m.read(there, suffix); err != nil {
				return Changes{}, err
			}
		}
		m.merge(suffix, &sides[0], &sides[1], &sides[2])
	}
	index, err := m.indexOf(theirs)
	if err != nil {
		return Changes{}, err
	}
	changes, err := Build(all, o, func(file string) (string, bool) {
		if content, ok := m.files[file]; ok {
			return content, true
		}
		if file == IndexFile && len(index.Parts) > 0 {
			return index.encode(), true
		}
		return theirs(file)
	})
	if err != nil {
		return Changes{}, err
	}
	maps.Copy(m.files, changes.Write)
	for file, content := range m.files {
		m.write(file, content)
	}
	for _, file := range changes.Remove {
		m.remove(file)
	}
	return m.changes, nil
}

// renamed are the ids of entries that Merge has made one with another, and the ids
// that those have, so that notes go along.
func renamed(merged, before []Entry) map[string]string {
	byAddress := make(map[string]string, len(merged))
	for i := range merged {
		byAddress[sameAddress(merged[i].URL)] = merged[i].ID
	}
	ids, all := byIDs(merged), map[string]string{}
	for i := range before {
		if _, still := ids[before[i].ID]; still {
			continue
		}
		if id, ok := byAddress[sameAddress(before[i].URL)]; ok {
			all[before[i].ID] = id
		}
	}
	return all
}

// pageMerge is the merging of what people wrote in pages.
type pageMerge struct {
	*work
	// prefixes and suffixes name the pages that any of the folders may have.
	prefixes, suffixes []string
	// sameEntry are the ids that entries have now which had another.
	sameEntry map[string]string
	// files are the merged pages.
	files map[string]string
}

// look notes which pages a folder may have.
func (m *pageMerge) look(there Folder) error {
	x, _, err := readIndex(there)
	if err != nil {
		return err
	}
	o, _, err := ReadOptions(there)
	if err != nil {
		return err
	}
	m.prefixes = append(m.prefixes, "")
	for prefix := range x.Parts {
		m.prefixes = append(append(m.prefixes, above(prefix)...), prefix)
	}
	for _, options := range []*Options{&o, &m.Options} {
		for i := range options.Languages {
			m.suffixes = append(m.suffixes, options.suffix(i))
		}
	}
	slices.Sort(m.prefixes)
	slices.Sort(m.suffixes)
	m.prefixes, m.suffixes = slices.Compact(m.prefixes), slices.Compact(m.suffixes)
	return nil
}

// indexOf is an index that names all pages which are to be made, so that none is
// left as it was.
func (m *pageMerge) indexOf(theirs Folder) (index, error) {
	x, _, err := readIndex(theirs)
	all := index{Parts: map[string]count{}}
	for prefix := range x.Parts {
		all.Parts[prefix] = count{}
	}
	for _, prefix := range m.prefixes {
		for _, suffix := range m.suffixes {
			if _, ok := m.files[fileOf(prefix, suffix)]; ok {
				all.Parts[prefix] = count{}
			}
		}
	}
	delete(all.Parts, "") // that page is always made
	return all, err
}

// side is what a folder has of the pages of a language.
type side struct {
	pages map[string]*written // by prefix
	// notes are those of all pages, since an entry may stand on another page in
	// another folder; at says on which.
	notes, at map[string]string
}

// written is what people wrote in a page, with the marks that stand around the list.
type written struct {
	content                  string // of the whole page
	above, begin, end, below string
	notes                    map[string]string
}

func (m *pageMerge) read(there Folder, suffix string) (side, error) {
	s := side{pages: map[string]*written{}, notes: map[string]string{}, at: map[string]string{}}
	for _, prefix := range m.prefixes {
		content, ok := there(fileOf(prefix, suffix))
		if !ok {
			continue
		}
		p, err := takeApart(fileOf(prefix, suffix), content)
		if err != nil {
			return side{}, err
		}
		s.pages[prefix] = writtenIn(content, &p)
		for _, id := range p.order {
			is := cmp.Or(m.sameEntry[id], id)
			s.notes[is], s.at[is] = bothTexts(p.notes[id], s.notes[is]), prefix
		}
	}
	return s, nil
}

func writtenIn(content string, p *parts) *written {
	w := &written{content: content, above: p.before, notes: p.notes}
	if p.hasList {
		_, w.below, _ = strings.Cut(p.after, "\n")
		w.end = strings.TrimSuffix(p.after, w.below)
		w.above = p.before[:strings.LastIndex(p.before, listBegin)]
		w.begin = p.before[len(w.above):]
	}
	return w
}

// merge merges the pages of a language. What was no page before began as we begin
// one.
func (m *pageMerge) merge(suffix string, base, ours, theirs *side) {
	merged := map[string]*written{}
	for _, prefix := range m.prefixes {
		was, our, their := base.pages[prefix], ours.pages[prefix], theirs.pages[prefix]
		if was == nil {
			was = &written{above: m.beginning(prefix, suffix)}
		}
		if page := mergePage(was, our, their); page != nil {
			merged[prefix] = page
		}
	}
	for _, id := range noted(ours, theirs) {
		text, at, stays := mergeNote(id, base, ours, theirs)
		if !stays {
			continue
		}
		if merged[at] == nil {
			merged[at] = &written{above: m.beginning(at, suffix), notes: map[string]string{}}
		}
		merged[at].notes[id] = text
	}
	for prefix, page := range merged {
		m.files[fileOf(prefix, suffix)] = page.assembled(theirs.pages[prefix], ours.pages[prefix])
	}
}

// noted are the ids of entries under which either has a place for notes.
func noted(ours, theirs *side) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(ours.at)), maps.Keys(theirs.at))
	slices.Sort(all)
	return slices.Compact(all)
}

// beginning is what a new page has above the list.
func (m *pageMerge) beginning(prefix, suffix string) string {
	for i := range m.Languages {
		if m.suffix(i) == suffix {
			return m.skeleton(prefix, i)
		}
	}
	return ""
}

// mergePage merges what stands around the list; nil if there is to be no page. One
// that they removed stays so, unless we have written in it since; one that only we
// do not have, they keep.
func mergePage(was, our, their *written) *written {
	page := &written{notes: map[string]string{}}
	switch {
	case their == nil && (our == nil || our.saysAs(was)):
		return nil
	case their == nil:
		their = our
	case our == nil:
		our = their
	}
	page.above, page.below = mergeText(was.above, our.above, their.above), mergeText(was.below, our.below, their.below)
	page.begin, page.end = cmp.Or(their.begin, our.begin), cmp.Or(their.end, our.end)
	return page
}

// mergeNote merges the notes under an entry, and says on which page they were. Those
// that one removed with their marks stay so, unless the other has changed them; a page
// that we do not have removes nothing.
func mergeNote(id string, base, ours, theirs *side) (text, at string, stays bool) {
	was, our, their := base.notes[id], ours.notes[id], theirs.notes[id]
	ourAt, isOurs := ours.at[id]
	theirAt, isTheirs := theirs.at[id]
	switch {
	case isTheirs && isOurs:
		return mergeText(was, our, their), theirAt, true
	case isOurs:
		return our, ourAt, !sameText(was, our)
	}
	return their, theirAt, !sameText(was, their) || ours.pages[base.at[id]] == nil
}

// saysAs reports whether people wrote the same in another page.
func (w *written) saysAs(other *written) bool {
	return w.above == other.above && w.below == other.below && maps.Equal(withWords(w.notes), withWords(other.notes))
}

// withWords are the notes that say something.
func withWords(notes map[string]string) map[string]string {
	notes = maps.Clone(notes)
	maps.DeleteFunc(notes, func(_, text string) bool { return strings.TrimSpace(text) == "" })
	return notes
}

// assembled is the page as a text. Where it says what a page says that there is, it
// is that page.
func (w *written) assembled(pages ...*written) string {
	for _, there := range pages {
		if there != nil && w.saysAs(there) {
			return there.content
		}
	}
	if w.begin == "" && len(w.notes) == 0 {
		return w.above
	}
	var b strings.Builder
	b.WriteString(endedLine(w.above) + endedLine(cmp.Or(w.begin, listBegin)))
	for _, id := range slices.Sorted(maps.Keys(w.notes)) {
		b.WriteString(mark(id, w.notes[id]))
	}
	b.WriteString(cmp.Or(w.end, listEnd+"\n"))
	if w.below != "" {
		return endedLine(b.String()) + w.below
	}
	return b.String()
}
