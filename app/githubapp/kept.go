package githubapp

import (
	"strings"
	"sync"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// How long what changes rarely is believed, and how much of each kind.
const (
	keptFor     = 10 * time.Minute
	keptEntries = 10_000
)

// kept holds answers about repositories for ten minutes. Names are compared as
// GitHub does, without regard to case. All of it may be lost.
type kept[V any] struct {
	clock clock.Clock

	mu     sync.Mutex
	values map[string]keptValue[V]
}

type keptValue[V any] struct {
	value V
	until time.Time
}

func newKept[V any](c clock.Clock) *kept[V] {
	return &kept[V]{clock: c, values: map[string]keptValue[V]{}}
}

func (k *kept[V]) get(name string) (V, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	found, ok := k.values[strings.ToLower(name)]
	if !ok || !k.clock.Now().Before(found.until) {
		var none V
		return none, false
	}
	return found.value, true
}

func (k *kept[V]) put(name string, value V) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.values) >= keptEntries {
		clear(k.values) // simple, and rare
	}
	k.values[strings.ToLower(name)] = keptValue[V]{value, k.clock.Now().Add(keptFor)}
}

func (k *kept[V]) drop(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.values, strings.ToLower(name))
}

// dropOwner forgets all repositories of an account.
func (k *kept[V]) dropOwner(owner string) {
	prefix := strings.ToLower(owner) + "/"
	k.mu.Lock()
	defer k.mu.Unlock()
	for name := range k.values {
		if strings.HasPrefix(name, prefix) {
			delete(k.values, name)
		}
	}
}
