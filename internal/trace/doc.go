// Package trace keeps the requests of a run and their answers in a folder, and serves them again,
// so that somebody else can repeat the run without the service.
//
// A folder holds run.trace, with what is known of the run, and one file for each request, in the
// order in which they began: 000001.trace and so on. All are JSON. Who records masks secrets before
// a text comes here. Files are private to their owner and appear whole or not at all. A .gitignore
// keeps them out of repositories.
package trace

import (
	"fmt"
	"time"

	"github.com/scangate/scangate/internal/secret"
)

// Version is that of the files.
const Version = 1

// Masked stands in a recorded text in place of a secret. Any text matches it.
const Masked = secret.Redacted

// The extension is that of no template, so that no trace is a target of a later run.
const (
	headName  = "run" + extension
	extension = ".trace"
)

// fileName is the name of the file of a request.
func fileName(number int) string { return fmt.Sprintf("%06d%s", number, extension) }

// Head is what is known of the run.
type Head struct {
	Version int `json:"version"`
	// Tool is the program that made the requests, with its version.
	Tool    string    `json:"tool"`
	Started time.Time `json:"started"`
	// Requests counts the files. It is missing until the run has ended.
	Requests *int `json:"requests,omitempty"`
}

// Exchange is one attempt at a request, and what came of it.
type Exchange struct {
	// Service names the setting that holds the address, such as --endpoint.
	Service string `json:"service"`
	Method  string `json:"method"`
	// Path is escaped, begins with a slash, and is relative to the address of the service.
	Path  string              `json:"path"`
	Query map[string][]string `json:"query,omitempty"`
	// ID is the X-Request-Id of the request.
	ID      string    `json:"id,omitempty"`
	Attempt int       `json:"attempt"`
	Started time.Time `json:"started"`
	// Milliseconds is how long the attempt took.
	Milliseconds float64 `json:"milliseconds"`
	// Files are those of an upload. Their contents are not kept.
	Files []File `json:"files,omitempty"`
	// Body is that of a request without files.
	Body   string  `json:"body,omitempty"`
	Answer *Answer `json:"answer,omitempty"`
	// Fault says why there is no answer, or no whole one.
	Fault string `json:"fault,omitempty"`
	// Unsent: there was no connection.
	Unsent bool `json:"unsent,omitempty"`
}

// File is an uploaded file.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Answer is the answer to a request.
type Answer struct {
	Status int               `json:"status"`
	Header map[string]string `json:"header,omitempty"`
	// Text is the body, and Bytes the body that is not valid UTF-8.
	Text  string `json:"text,omitempty"`
	Bytes []byte `json:"bytes,omitempty"`
	// Broken: the connection was lost after this part of the body.
	Broken bool `json:"broken,omitempty"`
	// Cut: the body is larger than a trace keeps.
	Cut bool `json:"cut,omitempty"`
}
