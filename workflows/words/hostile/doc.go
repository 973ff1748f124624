// Package hostile is what strangers could write to us, and how to see whether
// any of it still acts in what we write. It holds one set of texts for every
// way in, and the judges that are put over every way out. Only tests import it,
// from any package. It must not know how the program works, and imports
// nothing of ours: what judges shares no code with what is judged.
package hostile
