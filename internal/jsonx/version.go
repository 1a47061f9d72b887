package jsonx

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"sync"
)

// VersionError is a document of another version, which may be right or wrong.
type VersionError struct {
	// Key is the name of the version, and Got and Want are its values.
	Key, Got string
	Want     int
}

// Error names both versions.
func (e *VersionError) Error() string {
	return fmt.Sprintf("it has %[1]s %[2]s, and this scangate reads %[1]s %[3]d alone", e.Key, e.Got, e.Want)
}

// firstNumber matches the beginning of an object whose first member is an integer.
var firstNumber = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*\{\s*"(\w{1,40})"\s*:\s*(-?\d{1,20})\s*[,}]`)
})

// Versioned returns a reader of the same document, or a [*VersionError] if the document begins with
// another version at key. Its other members may be unknown here, which says less.
func Versioned(r io.Reader, key string, version int) (io.Reader, error) {
	const head = 256
	b := bufio.NewReaderSize(r, head)
	begin, _ := b.Peek(head) // who reads on finds the error too
	m := firstNumber().FindSubmatch(begin)
	if m == nil || string(m[1]) != key || string(m[2]) == strconv.Itoa(version) {
		return b, nil
	}
	return nil, &VersionError{key, string(m[2]), version}
}
