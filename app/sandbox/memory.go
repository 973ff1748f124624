package sandbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// memory is everything that a person can see in both repositories, to the
// letter, by where it stands. Whatever the program writes changes it.
type memory map[string]string

func (p *play) remember(ctx context.Context) (memory, error) {
	m := memory{}
	reader := p.stage.person("sato")
	for _, repo := range []string{private, public} {
		var issues []struct{ Number int }
		everything := "/repos/" + repo + "/issues?state=all&per_page=100"
		if err := reader.get(ctx, everything, &issues); err != nil {
			return nil, err
		}
		paths := []string{everything, "/repos/" + repo + "/labels?per_page=100"}
		for _, i := range issues {
			at := fmt.Sprintf("/repos/%s/issues/%d", repo, i.Number)
			paths = append(paths, at+"/comments?per_page=100", at+"/events?per_page=100")
		}
		for _, path := range paths {
			var text []byte
			if err := reader.get(ctx, path, &text); err != nil {
				return nil, err
			}
			m[path] = string(text)
		}
	}
	return m, nil
}

// unchanged lets the program come to rest and tells whether everything is as it
// was remembered.
func (p *play) unchanged(ctx context.Context, before memory) error {
	ctx, cancel := context.WithTimeoutCause(ctx, p.patience, fmt.Errorf("not within %s", p.patience))
	defer cancel()
	if err := p.stage.rest(ctx); err != nil {
		return err
	}
	after, err := p.remember(ctx)
	if err != nil {
		return err
	}
	var changed []string
	for _, path := range slices.Sorted(maps.Keys(after)) {
		if before[path] != after[path] {
			changed = append(changed, path)
		}
	}
	if len(changed) > 0 {
		return errors.New("expected nothing to be written; these have changed:\n" + strings.Join(changed, "\n"))
	}
	return nil
}
