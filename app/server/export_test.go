package server

// BreakStore takes the store away from a running server, as a full or failing
// disk does.
func (s *Server) BreakStore() error { return s.store.Close() }

// ReadList and the bounds of it are tried without a GitHub.
var ReadList = readList

// The bounds of what is read of a list.
const (
	MostListFiles = mostListFiles
	MostListBytes = mostListBytes
)

// WebURL is GitHub's website for its API.
var WebURL = webURL
