// Package change narrows a run to what a change touches (--new-from): it finds
// where the change began, which targets it touches, and which findings count.
//
// The author of a change chooses names and contents of the touched files. So
// whatever is uncertain is touched, and counts.
package change
