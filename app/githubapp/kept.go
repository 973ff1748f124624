package githubapp

import (
	"strings"
	"sync"
	"time"

	"github.com/kintsugi-app/kintsugi/app/clock"
)

// keptFor is how long what changes rarely is believed.
const keptFor = 10 * time.Minute

// What all owners together, and what a single one, may take up of what is
// kept, in bytes: an owner with very many repositories, or very large
// settings, drives out its own and nobody else's.
const (
	keptBytes    = 32 << 20
	keptOfOwner  = 2 << 20
	keptOverhead = 200
)

// kept holds answers about repositories for ten minutes. Names begin with the
// owner's and are compared as GitHub does, without regard to case. All of it
// may be lost.
type kept[V any] struct {
	clock clock.Clock
	// weigh is what a value takes up, besides its name.
	weigh func(V) int

	mu     sync.Mutex
	owners map[string]*keptByOwner[V]
	size   int
	tidied time.Time
}

type keptByOwner[V any] struct {
	values map[string]keptValue[V]
	size   int
}

type keptValue[V any] struct {
	value V
	size  int
	until time.Time
}

func newKept[V any](c clock.Clock, weigh func(V) int) *kept[V] {
	return &kept[V]{clock: c, weigh: weigh, owners: map[string]*keptByOwner[V]{}}
}

// weightless is for values of which only the name weighs.
func weightless[V any](V) int { return 0 }

func (k *kept[V]) get(name string) (V, bool) {
	owner, name := ownerOf(name)
	k.mu.Lock()
	defer k.mu.Unlock()
	var none V
	of := k.owners[owner]
	if of == nil {
		return none, false
	}
	found, ok := of.values[name]
	if !ok || !k.clock.Now().Before(found.until) {
		return none, false
	}
	return found.value, true
}

func (k *kept[V]) put(name string, value V) {
	owner, name := ownerOf(name)
	size := keptOverhead + len(name) + k.weigh(value)
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.clock.Now()
	k.forget(owner, name)
	if of := k.owners[owner]; of != nil && of.size+size > keptOfOwner {
		k.forgetOwner(owner)
	}
	if k.size+size > keptBytes {
		k.tidy(now)
	}
	if k.size+size > keptBytes {
		return // what others have is not driven out
	}
	of := k.owners[owner]
	if of == nil {
		of = &keptByOwner[V]{values: map[string]keptValue[V]{}}
		k.owners[owner] = of
	}
	of.values[name] = keptValue[V]{value, size, now.Add(keptFor)}
	of.size += size
	k.size += size
}

func (k *kept[V]) drop(name string) {
	owner, name := ownerOf(name)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forget(owner, name)
}

// dropOwner forgets all repositories of an account.
func (k *kept[V]) dropOwner(owner string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forgetOwner(strings.ToLower(owner))
}

// tidy forgets what is no longer believed, at most once a minute because it
// looks at everything.
func (k *kept[V]) tidy(now time.Time) {
	if now.Sub(k.tidied) < time.Minute {
		return
	}
	k.tidied = now
	for owner, of := range k.owners {
		for name, v := range of.values {
			if !now.Before(v.until) {
				k.forget(owner, name)
			}
		}
	}
}

func (k *kept[V]) forget(owner, name string) {
	of := k.owners[owner]
	if of == nil {
		return
	}
	size := of.values[name].size
	delete(of.values, name)
	of.size -= size
	k.size -= size
	if len(of.values) == 0 {
		delete(k.owners, owner)
	}
}

func (k *kept[V]) forgetOwner(owner string) {
	if of := k.owners[owner]; of != nil {
		k.size -= of.size
		delete(k.owners, owner)
	}
}

// ownerOf takes the owner off a name.
func ownerOf(name string) (owner, whole string) {
	whole = strings.ToLower(name)
	owner, _, _ = strings.Cut(whole, "/")
	return owner, whole
}
