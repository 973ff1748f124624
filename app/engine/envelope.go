package engine

import (
	"bytes"
	"compress/gzip"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// Keys sign records and check them. The first signs; all are believed.
type Keys [][]byte

// NewKeys derives signing keys from secrets (the App's private key, or those of
// KINTSUGI_STATE_KEYS), the current one first.
func NewKeys(secrets ...[]byte) (Keys, error) {
	var keys Keys
	for _, s := range secrets {
		key, err := hkdf.Key(sha256.New, s, nil, "kintsugi record", sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("derive the record's key: %w", err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func keyID(key []byte) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:4])
}

func mac(key []byte, version int, seq int64, payload string) string {
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%d.%d.%s", version, seq, payload)
	return hex.EncodeToString(h.Sum(nil))
}

var envelope = regexp.MustCompile(`<!-- kintsugi:record (\d{1,6})\.(\d{1,18})\.([0-9a-f]{8})\.([A-Za-z0-9+/=]+)\.([0-9a-f]{64}) -->`)

// The reasons why a record is not believed. Each has a sentence for people.
var (
	errNoRecord   = errors.New("missing")
	errUnknownKey = errors.New("unknown-key")
	errForged     = errors.New("forged")
	errCopied     = errors.New("copied")
	errUnreadable = errors.New("unreadable")
	errDeleted    = errors.New("deleted")
)

// seal writes the record as the hidden last line of a status comment.
func (r Record) seal(keys Keys) (string, error) {
	if len(keys) == 0 {
		return "", errors.New("a host without keys never writes a record")
	}
	data, err := marshalWith(r, r.rest)
	if err != nil {
		return "", err
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := z.Write(data); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	payload := base64.StdEncoding.EncodeToString(packed.Bytes())
	return fmt.Sprintf("<!-- kintsugi:record %d.%d.%s.%s.%s -->",
		r.Version, r.Seq, keyID(keys[0]), payload, mac(keys[0], r.Version, r.Seq, payload)), nil
}

// open reads the record in a status comment. Nothing is unpacked before the
// signature held, so a stranger's bytes reach no decoder. The error is one of
// the reasons above; with errCopied comes the other issue's record.
func open(body string, keys Keys, repoID, issueID int64) (Record, error) {
	m := lastRecord(body)
	if m == nil {
		return Record{}, errNoRecord
	}
	version, _ := strconv.Atoi(m[1])
	seq, _ := strconv.ParseInt(m[2], 10, 64)
	if err := verify(keys, m[3], m[5], version, seq, m[4]); err != nil {
		return Record{}, err
	}
	r, err := unpack(m[4])
	if err != nil {
		return Record{}, errUnreadable
	}
	if r.RepoID != repoID || r.IssueID != issueID || r.Seq != seq {
		return r, errCopied
	}
	return r, nil
}

func verify(keys Keys, id, sum string, version int, seq int64, payload string) error {
	for _, key := range keys {
		if keyID(key) != id {
			continue
		}
		if hmac.Equal([]byte(mac(key, version, seq, payload)), []byte(sum)) {
			return nil
		}
		return errForged
	}
	return errUnknownKey
}

func unpack(payload string) (Record, error) {
	packed, err := base64.StdEncoding.DecodeString(payload)
	if err != nil {
		return Record{}, err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return Record{}, err
	}
	data, err := io.ReadAll(io.LimitReader(z, 4<<20))
	if err != nil {
		return Record{}, err
	}
	var r Record
	r.rest, err = unmarshalWith(data, &r)
	return r, err
}

// lastRecord finds the envelope among the hidden lines that end a comment.
func lastRecord(body string) []string {
	for _, line := range tail(body) {
		if m := envelope.FindStringSubmatch(line); m != nil {
			return m
		}
	}
	return nil
}
