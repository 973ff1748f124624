package engine

import (
	"maps"
	"sync"
)

// publishedBytes is how much is kept of what subjects published.
const publishedBytes = 16 << 20

// publications keep what subjects published. The store knows the number of each one's last
// record, so that GitHub is asked again only where that is another one: a gate looks at a
// hundred reviews after each push. All of it may be lost.
type publications struct {
	mu   sync.Mutex
	of   map[string]publication
	size int
}

type publication struct {
	status, seq int64
	summaries   map[string]string
}

// find is what a subject published in the last record that its hint knows of.
func (p *publications) find(key string, h Hint) (map[string]string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found, ok := p.of[key]
	if !ok || found.status != h.Status || found.seq != h.Seq {
		return nil, false
	}
	return maps.Clone(found.summaries), true
}

// keep what a subject published in a record. Where there is too much, all is forgotten:
// what is read again is kept again.
func (p *publications) keep(key string, h Hint, summaries map[string]string) {
	next := publication{h.Status, h.Seq, maps.Clone(summaries)}
	p.mu.Lock()
	defer p.mu.Unlock()
	if before, ok := p.of[key]; ok {
		p.size -= before.size(key)
	}
	if p.size += next.size(key); p.of == nil || p.size > publishedBytes {
		p.of, p.size = map[string]publication{}, next.size(key)
	}
	p.of[key] = next
}

func (p publication) size(key string) (bytes int) {
	bytes = 200 + len(key)
	for workflow, summary := range p.summaries {
		bytes += len(workflow) + len(summary)
	}
	return bytes
}
