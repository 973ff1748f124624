package server

// BreakStore takes the store away from a running server, as a full or failing
// disk does.
func (s *Server) BreakStore() error { return s.store.Close() }
