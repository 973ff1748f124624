package githubapp

import "time"

// BePatientFor changes how long one ask may read.
func (a *App) BePatientFor(d time.Duration) { a.library.patience = d }

// Shelves is how many places something is kept of.
func (a *App) Shelves() int { return len(a.library.shelves) }
