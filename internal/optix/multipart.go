package optix

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"strings"
)

// partName is the name of the parameter in the reference, for every upload.
const partName = "files"

// part is one file of an upload.
type part struct {
	head []byte // the boundary and the headers of the part
	file File
}

// Multipart prepares a multipart/form-data body of files, all in parts named
// "files". body returns a new reader at each call, which opens one file at a time
// and never holds the content of a file in memory. length is exact, in bytes.
func Multipart(files []File) (body func() (io.ReadCloser, error), contentType string, length int64) {
	var frame bytes.Buffer
	w := multipart.NewWriter(&frame)
	parts := make([]part, len(files))
	for i, f := range files {
		_, _ = w.CreateFormFile(partName, nameInPart(f.Path)) // a buffer takes everything
		parts[i] = part{head: bytes.Clone(frame.Bytes()), file: f}
		length += int64(frame.Len()) + f.Size
		frame.Reset()
	}
	_ = w.Close()
	tail := frame.Bytes()
	length += int64(len(tail))
	body = func() (io.ReadCloser, error) { return newBody(parts, tail), nil }
	return body, w.FormDataContentType(), length
}

// nameInPart percent-encodes control characters, which are invalid in headers (RFC
// 9110, 5.5): a strict server would refuse all files because of one name. Line
// breaks are left to mime/multipart, which escapes them.
func nameInPart(path string) string {
	control := func(r rune) bool { return (r < ' ' || r == 0x7f) && r != '\t' && r != '\r' && r != '\n' }
	if !strings.ContainsFunc(path, control) {
		return path
	}
	var b strings.Builder
	for i := range len(path) { // bytes, so that invalid UTF-8 stays as it is
		if control(rune(path[i])) {
			fmt.Fprintf(&b, "%%%02X", path[i])
		} else {
			b.WriteByte(path[i])
		}
	}
	return b.String()
}

// partsBody reads the parts one after another.
type partsBody struct {
	readers []io.Reader
	open    *fileReader
}

func newBody(parts []part, tail []byte) *partsBody {
	b := &partsBody{}
	for _, p := range parts {
		b.readers = append(b.readers, bytes.NewReader(p.head), &fileReader{file: p.file})
	}
	b.readers = append(b.readers, bytes.NewReader(tail))
	return b
}

// Read reads from the current part, and at its end from the next.
func (b *partsBody) Read(p []byte) (int, error) {
	for len(b.readers) > 0 {
		r := b.readers[0]
		b.open, _ = r.(*fileReader)
		n, err := r.Read(p)
		if errors.Is(err, io.EOF) {
			b.readers, err = b.readers[1:], nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.EOF
}

// Close closes the file that is being read, if any.
func (b *partsBody) Close() error {
	b.readers = nil
	if b.open != nil {
		return b.open.close()
	}
	return nil
}

// fileReader opens its file at the first read and closes it at its end. A file that
// is shorter or longer than planned is an error.
type fileReader struct {
	file File
	rc   io.ReadCloser
	read int64
}

func (f *fileReader) Read(p []byte) (int, error) {
	if f.rc == nil {
		rc, err := f.file.Open()
		if err != nil {
			return 0, f.failed(err)
		}
		f.rc = rc
	}
	// Reading one byte more than planned shows that the file is longer.
	room := f.file.Size - f.read + 1
	n, err := f.rc.Read(p[:min(int64(len(p)), room)])
	f.read += int64(n)
	switch {
	case f.read > f.file.Size, errors.Is(err, io.EOF) && f.read < f.file.Size:
		return 0, errors.Join(&FileChangedError{Path: f.file.Path, Planned: f.file.Size, Got: f.read}, f.close())
	case errors.Is(err, io.EOF):
		return n, errors.Join(f.close(), io.EOF)
	case err != nil:
		return n, f.failed(err)
	}
	return n, nil
}

func (f *fileReader) failed(err error) error {
	return fmt.Errorf("upload: %s: %w", f.file.Path, err)
}

func (f *fileReader) close() error {
	if f.rc == nil {
		return nil
	}
	rc := f.rc
	f.rc = nil
	return rc.Close()
}
