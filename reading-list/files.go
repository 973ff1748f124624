// Package readinglist holds the files of the first list, for package curated, since
// Go embeds only what stands beside or below. It must not know what is in them.
package readinglist

import "embed"

// Files are the data and the pages.
//
//go:embed data README.md README.ja.md
var Files embed.FS
