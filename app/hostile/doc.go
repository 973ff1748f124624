// Package hostile plays what strangers could write (workflows/words/hostile)
// through every way into the program against every way out of it. It consists
// of tests; a way in that it does not play fails one of them. It must not know
// what a text does in order to be hostile.
package hostile
