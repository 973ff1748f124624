package list

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/kintsugi-app/kintsugi/workflows/words"
)

// optionsFile keeps what a list is made with, so that whoever changes it next makes
// the same pages.
const optionsFile = "data/list.json"

// Options are what a list is made with.
type Options struct {
	// Languages are those of the pages. The first is also that of the feed.
	Languages []words.Language `json:"languages"`
	// Name is what the list is called; "Reading list" if empty.
	Name Told `json:"name,omitzero"`
	// Address is where the list's folder is on the web, with a slash at its end,
	// or empty.
	Address string `json:"address,omitempty"`
}

// ReadOptions reads what a list was made with, and reports whether there is one.
func ReadOptions(there Folder) (o Options, found bool, err error) {
	content, found := there(optionsFile)
	if !found {
		return Options{}, false, nil
	}
	from := json.NewDecoder(strings.NewReader(content))
	from.DisallowUnknownFields()
	err = from.Decode(&o)
	known := func(l words.Language) bool { return l == words.English || l == words.Japanese }
	if err != nil || slices.ContainsFunc(o.Languages, func(l words.Language) bool { return !known(l) }) || o.Address != "" && !IsWeb(o.Address) {
		return o, true, &Problem{
			File: optionsFile, Line: 1, Column: 1,
			English:  `this is not read: write {"languages":["en"]}, with "ja", "name" and "address" if need be`,
			Japanese: `読めません。{"languages":["ja"]} のように書いてください（必要なら"en"、"name"、"address"も）`,
		}
	}
	o.Name = Told{words.Line(o.Name.En, mostTitle), words.Line(o.Name.Ja, mostTitle)} // somebody may have written it by hand
	return o, true, nil
}

// encode writes the options down.
func (o *Options) encode() string {
	content, _ := json.Marshal(o) // texts and nothing else
	return string(content) + "\n"
}
