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
	used     int // images that count against the quota
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

// ServeHTTP answers a request.
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
	route, known := s.routes()[call]
	switch {
	case !known:
		s.refuse(w, r, http.StatusNotFound, "No message available")
	case r.Method != route.method:
		w.Header().Set("Allow", route.method)
		s.refuse(w, r, http.StatusMethodNotAllowed, "Request method '"+r.Method+"' not supported")
	case !s.misbehave(w, r, call):
		route.handle(w, r)
	}
}

// route is the method and the handler of a call.
type route struct {
	method string
	handle http.HandlerFunc
}

func (s *Server) routes() map[Call]route {
	return map[Call]route{
		CallSubmitFiles:     {http.MethodPost, s.submitFiles},
		CallSubmitImages:    {http.MethodPost, s.submitImages},
		CallTaskResult:      {http.MethodGet, s.taskResult},
		CallContainerResult: {http.MethodGet, s.containerResult},
		CallIaCScan:         {http.MethodPost, s.iacScan},
		CallIaCStatus:       {http.MethodGet, s.iacStatus},
		CallIaCReport:       {http.MethodGet, s.iacReport},
		CallAlertCount:      {http.MethodGet, s.alertCount},
		CallAlerts:          {http.MethodGet, s.alerts},
		CallSearch:          {http.MethodGet, s.search},
	}
}

// authorized checks the API key as in the first section of the reference. It
// answers the request if the key is missing or wrong.
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

// refuse writes an error in the format of Spring Boot.
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

// badArguments refuses a request with a missing or malformed parameter.
func (s *Server) badArguments(w http.ResponseWriter, r *http.Request) {
	s.refuse(w, r, http.StatusBadRequest, "Proper arguments not provided")
}

// drain reads the rest of an upload: a client that writes its whole body before it
// reads would otherwise see a reset connection instead of the response.
func (s *Server) drain(r *http.Request) {
	if r.Body != nil {
		_, _ = io.CopyN(io.Discard, r.Body, 2*s.opts.MaxUpload)
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a broken connection needs no response
}

// stamp formats a time as the service's UTC timestamps.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
