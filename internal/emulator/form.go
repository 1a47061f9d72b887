package emulator

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

// upload is one part of the multipart field "files".
type upload struct {
	name    string // the part's filename as it was sent, folders included
	content []byte
}

// form is the parameters and files of a request.
type form struct {
	values url.Values
	files  []upload
}

func (f *form) get(name string) string { return strings.TrimSpace(f.values.Get(name)) }

var errTooManyFiles = errors.New("too many files")

// readForm reads query, form fields and files of a POST. If that fails, it answers
// the request and returns false.
func (s *Server) readForm(w http.ResponseWriter, r *http.Request) (*form, bool) {
	body := r.Body
	r.Body = http.MaxBytesReader(w, r.Body, s.opts.MaxUpload)
	f, err := s.parseForm(r)
	if err == nil {
		return f, true
	}
	r.Body = body
	var tooLarge *http.MaxBytesError
	large := errors.As(err, &tooLarge) || errors.Is(err, errTooManyFiles)
	if large && !s.assumes("large-upload=refused") {
		s.refuse(w, r, http.StatusRequestEntityTooLarge, "Maximum upload size exceeded")
	} else {
		s.badArguments(w, r)
	}
	return nil, false
}

func (s *Server) parseForm(r *http.Request) (*form, error) {
	f := &form{values: r.URL.Query()}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "multipart/form-data":
		return f, s.readParts(r, f)
	case "application/x-www-form-urlencoded":
		if err := r.ParseForm(); err != nil {
			return nil, err
		}
		s.addFields(f, r.PostForm)
	}
	return f, nil
}

func (s *Server) readParts(r *http.Request, f *form) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return err
	}
	// One buffer of the right size holds all files: growing ones would take twice as much.
	size := max(0, min(r.ContentLength, s.opts.MaxUpload))
	buffer := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.readPart(part, f, buffer); err != nil {
			return err
		}
	}
}

// readPart reads a part after those in the buffer.
func (s *Server) readPart(part *multipart.Part, f *form, buffer *bytes.Buffer) error {
	start := buffer.Len()
	if _, err := buffer.ReadFrom(part); err != nil {
		return err
	}
	content := buffer.Bytes()[start:buffer.Len():buffer.Len()]
	field, name, isFile := disposition(part)
	switch {
	case !isFile:
		s.addFields(f, url.Values{field: {string(content)}})
	case field == "files" && len(f.files) >= s.opts.MaxFiles:
		return errTooManyFiles
	case field == "files":
		f.files = append(f.files, upload{name, content})
	}
	return nil
}

// disposition returns the field name and the file name of a part, with folders:
// [multipart.Part.FileName] removes them, and with them the difference between two
// files called main.tf.
func disposition(part *multipart.Part) (field, file string, isFile bool) {
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return part.FormName(), part.FileName(), part.FileName() != ""
	}
	file, isFile = params["filename"]
	return params["name"], file, isFile
}

// addFields adds the fields of a body whose names the query does not have.
func (s *Server) addFields(f *form, fields url.Values) {
	if s.assumes("form-fields=ignored") {
		return
	}
	for name, values := range fields {
		if !f.values.Has(name) {
			f.values[name] = values
		}
	}
}
