// Package hostile is what strangers could write to us, and how to see whether
// any of it still acts in what we write. It holds one set of texts for every
// way in, and the judges that are put over every way out; its tests play the
// one through the program against the other. Only tests import it, from any
// package. It must not know how the program works: of ours, only its tests
// import anything.
package hostile
