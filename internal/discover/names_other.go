//go:build !linux

package discover

import "os"

// readNames adds what is in the folder dir, each name after prefix.
func (l *listing) readNames(dir, prefix string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	entries, err := f.ReadDir(-1)
	for _, e := range entries {
		l.add(prefix+e.Name(), e.Name(), e.Type())
	}
	return err
}
