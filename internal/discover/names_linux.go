package discover

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// readNames adds what is in the folder dir, each name after prefix. Package os can do the same
// with two allocations for each name and two more system calls for each folder.
func (l *listing) readNames(dir, prefix string) error {
	fd, err := openAt(unix.AT_FDCWD, dir, unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	f := folder{fd}
	defer f.close()
	var buffer [16 << 10]byte
	for {
		n := 0
		err := retry(func() error { n, err = unix.Getdents(fd, buffer[:]); return err })
		if err != nil || n <= 0 {
			return pathError("readdirent", dir, err)
		}
		if err := l.addEntries(f, prefix, buffer[:n]); err != nil {
			return err
		}
	}
}

// addEntries adds the entries of a part of a folder. Their names share one text.
func (l *listing) addEntries(f folder, prefix string, part []byte) error {
	count, size := 0, 0
	for rest := part; len(rest) > 0; count++ {
		var e dirEntry
		e, rest = nextEntry(rest)
		size += len(prefix) + len(e.name)
	}
	var all strings.Builder
	all.Grow(size)
	l.files = slices.Grow(l.files, count)
	for len(part) > 0 {
		var e dirEntry
		if e, part = nextEntry(part); string(e.name) == "." || string(e.name) == ".." {
			continue
		}
		start := all.Len()
		all.WriteString(prefix)
		all.Write(e.name)
		path := all.String()[start:]
		mode, err := f.modeOf(path[len(prefix):], e.kind)
		switch {
		case err == nil:
			l.add(path, path[len(prefix):], mode)
		case !errors.Is(err, fs.ErrNotExist): // else it was removed just now
			return err
		}
	}
	return nil
}

// dirEntry is what getdents64(2) says of an entry.
type dirEntry struct {
	name []byte
	kind byte
}

// nextEntry cuts off the first record that getdents64(2) has written.
func nextEntry(records []byte) (e dirEntry, rest []byte) {
	const size, kind, name = 16, 18, 19 // where they stand in a record
	end := binary.NativeEndian.Uint16(records[size:])
	text, _, _ := bytes.Cut(records[name:end], []byte{0})
	return dirEntry{text, records[kind]}, records[end:]
}

// modeOf returns the type of an entry as package fs has it. Some file systems do not say it.
func (f folder) modeOf(name string, kind byte) (fs.FileMode, error) {
	switch kind {
	case unix.DT_REG:
		return 0, nil
	case unix.DT_DIR:
		return fs.ModeDir, nil
	case unix.DT_LNK:
		return fs.ModeSymlink, nil
	case unix.DT_UNKNOWN:
		s, err := f.stat(name)
		return modeOf(&s), err
	}
	return fs.ModeIrregular, nil
}
