package engine

import (
	"encoding/json"
	"strings"
)

// NewerRecord is a status comment as a newer binary would have written it: of
// another version, with a part that this one does not know.
func NewerRecord(body string, keys Keys) (string, error) {
	m := lastRecord(body)
	r, err := unpack(m[4])
	if err != nil {
		return "", err
	}
	r.Version, r.Seq = recordVersion+1, r.Seq+1
	r.rest = map[string]json.RawMessage{"weather": json.RawMessage(`"calm"`)}
	sealed, err := r.seal(keys)
	return strings.Replace(body, m[0], sealed, 1), err
}

// UnknownParts are the parts of the record in a comment that this binary does
// not know.
func UnknownParts(body string) string {
	r, err := unpack(lastRecord(body)[4])
	if err != nil {
		return err.Error()
	}
	return string(r.rest["weather"])
}
