package emulator

import (
	"crypto/subtle"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Server is the embedded Cloud Optix. It is safe for concurrent use.
type Server struct {
	opts    Options
	started time.Time

	mu       sync.Mutex
	tasks    store[*task]
	scans    store[*scan]
	used     int // images counted against the quota
	requests map[Call]int
}

// New returns a server with the sample alerts and no tasks or scans.
func New(o Options) *Server {
	o = o.withDefaults()
	return &Server{
		opts:     o,
		started:  o.Now(),
		tasks:    newStore[*task](o.Keep),
		scans:    newStore[*scan](o.Keep),
		requests: map[Call]int{},
	}
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(Header, "sample data")
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		s.refuse(w, r, http.StatusNotFound, "No message available")
		return
	}
	if !s.authorized(w, r) {
		return
	}
	call := Call(r.URL.Path)
	if strings.HasPrefix(r.URL.Path, string(CallSearch)) {
		call = CallSearch
	}
	method, serve := s.route(call)
	switch {
	case serve == nil:
		s.refuse(w, r, http.StatusNotFound, "No message available")
	case r.Method != method:
		w.Header().Set("Allow", method)
		s.refuse(w, r, http.StatusMethodNotAllowed, "Request method '"+r.Method+"' not supported")
	case !s.misbehave(w, r, call):
		serve(w, r)
	}
}

func (s *Server) route(call Call) (method string, serve http.HandlerFunc) {
	switch call {
	case CallSubmitFiles:
		return http.MethodPost, s.submitFiles
	case CallSubmitImages:
		return http.MethodPost, s.submitImages
	case CallTaskResult:
		return http.MethodGet, s.taskResult
	case CallContainerResult:
		return http.MethodGet, s.containerResult
	case CallIaCScan:
		return http.MethodPost, s.iacScan
	case CallIaCStatus:
		return http.MethodGet, s.iacStatus
	case CallIaCReport:
		return http.MethodGet, s.iacReport
	case CallAlertCount:
		return http.MethodGet, s.alertCount
	case CallAlerts:
		return http.MethodGet, s.alerts
	case CallSearch:
		return http.MethodGet, s.search
	}
	return "", nil
}

// authorized checks the key as the reference's first section says and answers
// the request where it is missing or wrong.
func (s *Server) authorized(w http.ResponseWriter, r *http.Request) bool {
	scheme, key, _ := strings.Cut(strings.TrimSpace(r.Header.Get("Authorization")), " ")
	key = strings.TrimSpace(key)
	if scheme != "ApiKey" || key == "" {
		s.refuse(w, r, http.StatusBadRequest, "ApiKey not provided")
		return false
	}
	if s.opts.Key == "" || subtle.ConstantTimeCompare([]byte(key), []byte(s.opts.Key)) == 1 {
		return true
	}
	s.drain(r)
	w.Header().Set("Content-Type", "text/plain;charset=utf-8")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = io.WriteString(w, "Unauthorized access or ApiKey expired")
	return false
}

// refuse writes an error in Spring Boot's form.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, message string) {
	s.drain(r)
	writeJSON(w, status, map[string]any{
		"timestamp": stamp(s.opts.Now()),
		"status":    status,
		"error":     http.StatusText(status),
		"message":   message,
		"path":      r.URL.Path,
	})
}

// badArguments is the answer to a mandatory parameter that is missing or malformed.
func (s *Server) badArguments(w http.ResponseWriter, r *http.Request) {
	s.refuse(w, r, http.StatusBadRequest, "Proper arguments not provided")
}

// drain reads what is left of an upload: a client that writes its whole body
// before it reads would otherwise see a reset instead of the answer.
func (s *Server) drain(r *http.Request) {
	if r.Body != nil {
		_, _ = io.CopyN(io.Discard, r.Body, 2*s.opts.MaxUpload)
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a broken connection has nobody to tell
}

// stamp formats a time as the service's UTC timestamps.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
