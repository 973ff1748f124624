package list

import (
	"maps"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// Folder is what is in the list's folder already: the content of a file.
type Folder func(file string) (content string, there bool)

// Changes are the files to write, and those to remove.
type Changes struct {
	Write  map[string]string
	Remove []string
}

// Build makes all files of a list from its entries. Only what differs from what is
// there is to be written, and what people wrote in the pages stays.
func Build(entries []Entry, o Options, there Folder) (Changes, error) {
	w := newWork(o, there)
	old, hadIndex, err := readIndex(there)
	if err != nil {
		return Changes{}, err
	}
	entries = keptOf(entries)
	for i := range entries {
		if err := entries[i].refused(); err != nil {
			return Changes{}, err
		}
	}
	all := divide("", entries)
	isPage := map[string]bool{"": true}
	for _, p := range all {
		w.index.Parts[p.prefix] = countOf(p.entries)
		w.loaded[p.prefix] = p.entries
		w.write(dataFile(p.prefix), encode(p.entries))
		for _, prefix := range append(above(p.prefix), p.prefix) {
			isPage[prefix] = true
		}
	}
	w.index.Recent = recent(entries)
	for prefix := range old.Parts {
		for _, page := range append(above(prefix), prefix) {
			isPage[page] = true
		}
		if _, still := w.index.Parts[prefix]; !still {
			w.remove(dataFile(prefix))
		}
	}
	if _, still := w.index.Parts[""]; !still {
		w.remove(dataFile(""))
	}
	return w.finish(slices.Sorted(maps.Keys(isPage)), hadIndex)
}

// Change gets an entry, or one that has but its id if there is none, and reports
// whether it is to be on the list.
type Change = func(e *Entry, listed bool) bool

// Update makes the files that differ when one entry does. It reads the part that
// holds the entry, the pages that lead there, and little else, however long the list
// is.
func Update(id string, change Change, o Options, there Folder) (Changes, error) {
	return UpdateAll(map[string]Change{id: change}, o, there)
}

// UpdateAll is Update for several entries, by their ids, each part and page being made
// once.
func UpdateAll(changes map[string]Change, o Options, there Folder) (Changes, error) {
	if len(changes) == 0 {
		return Changes{}, nil
	}
	w := newWork(o, there)
	var err error
	var hadIndex bool
	if w.index, hadIndex, err = readIndex(there); err != nil {
		return Changes{}, err
	}
	if w.index.Parts == nil {
		w.index.Parts = map[string]count{"": {}}
	}
	touched := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(changes)) {
		prefix := w.index.partOf(id)
		entries, err := w.entries(prefix)
		if err != nil {
			return Changes{}, err
		}
		entries = w.change(entries, id, changes[id])
		for i := range entries {
			if err := entries[i].refused(); entries[i].ID == id && err != nil {
				return Changes{}, err
			}
		}
		if !hadIndex {
			w.index.Recent = recent(entries)
		}
		w.loaded[prefix], touched[prefix] = entries, true
	}
	isPage := map[string]bool{}
	for prefix := range touched {
		w.cut(prefix, isPage)
	}
	return w.finish(slices.Sorted(maps.Keys(isPage)), hadIndex)
}

// cut makes the files of a part whose entries have changed, and notes the pages that
// lead to them.
func (w *work) cut(prefix string, isPage map[string]bool) {
	entries := w.loaded[prefix]
	delete(w.index.Parts, prefix)
	delete(w.loaded, prefix)
	for _, page := range append(above(prefix), prefix) {
		isPage[page] = true
	}
	for _, p := range divide(prefix, entries) {
		if len(p.entries) == 0 && p.prefix != "" {
			continue
		}
		w.index.Parts[p.prefix], w.loaded[p.prefix] = countOf(p.entries), p.entries
		w.write(dataFile(p.prefix), encode(p.entries))
		for _, page := range append(above(p.prefix), p.prefix) {
			isPage[page] = true
		}
	}
	if _, still := w.index.Parts[prefix]; !still {
		w.remove(dataFile(prefix))
	}
}

// change applies a change to the entries of a part, and to those listed last.
func (w *work) change(entries []Entry, id string, change func(*Entry, bool) bool) []Entry {
	at := slices.IndexFunc(entries, func(e Entry) bool { return e.ID == id })
	e := Entry{ID: id}
	if at >= 0 {
		e = entries[at]
		e.Recommended, e.Read, e.Services = slices.Clone(e.Recommended), slices.Clone(e.Read), slices.Clone(e.Services)
		e.Stale = slices.Clone(e.Stale)
	}
	stays := change(&e, at >= 0)
	e.ID = id
	e = e.kept()
	entries = slices.DeleteFunc(slices.Clone(entries), func(old Entry) bool { return old.ID == id })
	last := slices.DeleteFunc(slices.Clone(w.index.Recent), func(old Entry) bool { return old.ID == id })
	if stays {
		entries, last = sorted(append(entries, e)), append(last, e)
	}
	w.index.Recent = recent(last)
	return entries
}

// Entries are all entries of a list, by id.
func Entries(there Folder) ([]Entry, error) {
	w := newWork(Options{}, there)
	x, found, err := readIndex(there)
	if err != nil {
		return nil, err
	}
	if !found {
		x.Parts = map[string]count{"": {}}
	}
	var all []Entry
	for _, prefix := range x.prefixes() {
		entries, err := w.entries(prefix)
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
	}
	return all, nil
}

// work is the making of a list's files.
type work struct {
	Options
	given   Options // before what is not said was filled in
	there   Folder
	index   index
	loaded  map[string][]Entry
	changes Changes
}

func newWork(o Options, there Folder) *work {
	if len(o.Languages) == 0 {
		o.Languages = []words.Language{words.English}
	}
	given := o
	if o.Name == (Told{}) {
		o.Name = Told{En: "Reading list", Ja: "読書リスト"}
	}
	return &work{Options: o, given: given, there: there, index: index{Parts: map[string]count{}}, loaded: map[string][]Entry{}, changes: Changes{Write: map[string]string{}}}
}

// entries are those of a part.
func (w *work) entries(prefix string) ([]Entry, error) {
	if list, ok := w.loaded[prefix]; ok {
		return list, nil
	}
	file := dataFile(prefix)
	content, _ := w.there(file)
	list, err := Decode(file, content)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, byID)
	w.loaded[prefix] = list
	return list, nil
}

func (w *work) write(file, content string) {
	if old, ok := w.there(file); !ok || old != content {
		w.changes.Write[file] = content
	}
}

func (w *work) remove(file string) {
	if _, ok := w.there(file); ok {
		w.changes.Remove = append(w.changes.Remove, file)
	}
}

// finish makes the index, the feed and the pages.
func (w *work) finish(pages []string, hadIndex bool) (Changes, error) {
	if _, isShort := w.index.Parts[""]; !isShort {
		w.write(IndexFile, w.index.encode())
	} else if hadIndex {
		w.remove(IndexFile)
	}
	w.write(optionsFile, w.given.encode())
	feed, err := Feed(w.index.Recent, w.Options)
	if err != nil {
		return Changes{}, err
	}
	w.write(feedFile, feed)
	for i := range w.Languages {
		if err := w.writePages(pages, i); err != nil {
			return Changes{}, err
		}
	}
	slices.Sort(w.changes.Remove)
	return w.changes, nil
}

// writePages makes pages in a language. A note follows its entry from page to page;
// one whose entry is gone stays where it is.
func (w *work) writePages(prefixes []string, language int) error {
	read := make(map[string]parts, len(prefixes))
	moved := map[string]map[string]string{}
	for _, prefix := range prefixes {
		file := w.pageFile(prefix, language)
		content, ok := w.there(file)
		if !ok {
			content = w.skeleton(prefix, language)
		}
		p, err := takeApart(file, content)
		if err != nil {
			return err
		}
		read[prefix] = p
		for _, id := range p.order {
			home := w.index.partOf(id)
			if home == prefix || !slices.ContainsFunc(w.loaded[home], func(e Entry) bool { return e.ID == id }) || !slices.Contains(prefixes, home) {
				continue
			}
			if moved[home] == nil {
				moved[home] = map[string]string{}
			}
			moved[home][id] = p.notes[id]
			delete(p.notes, id)
		}
	}
	for _, prefix := range prefixes {
		p := read[prefix]
		for id, text := range moved[prefix] {
			// Should both places have words, both stay.
			if text != p.notes[id] {
				p.notes[id] += text
			}
			if !slices.Contains(p.order, id) {
				p.order = append(p.order, id)
			}
		}
		slices.SortFunc(p.order, strings.Compare)
		list, err := w.list(prefix, language, &p)
		if err != nil {
			return err
		}
		w.write(w.pageFile(prefix, language), p.with(list))
	}
	return nil
}
