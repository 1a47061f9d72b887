package emulator

import (
	"crypto/subtle"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Server is the embedded Cloud Optix. It is safe for concurrent use.
type Server struct {
	opts    Options
	started time.Time

	mu    sync.Mutex
	tasks store[*task]
	scans store[*scan]
	used  int // images that count against the quota
	// whitelist are the entries of the IP whitelist.
	whitelist []whitelistEntry
	requests  map[Call]int
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
	echoID(w, r)
	call := Call(r.URL.Path)
	if strings.HasPrefix(r.URL.Path, string(CallSearch)) {
		call = CallSearch
	}
	route, known := s.routes()[call]
	if !known && (!strings.HasPrefix(r.URL.Path, "/api/") || s.assumes("unknown-path=before-key")) {
		s.notFound(w, r)
		return
	}
	if !s.authorized(w, r) {
		return
	}
	switch {
	case !known:
		s.notFound(w, r)
	case r.Method != route.method:
		s.otherMethod(w, r, route.method)
	case s.assumes("unknown-parameter=refused") && route.hasUnknown(r):
		s.badArguments(w, r)
	case !s.misbehave(w, r, call):
		route.handle(w, r)
	}
}

// echoID sends the id of a request back, as many gateways do.
func echoID(w http.ResponseWriter, r *http.Request) {
	const name, longest = "X-Request-Id", 100
	odd := func(c rune) bool { return c <= ' ' || c > '~' }
	if id := r.Header.Get(name); id != "" && len(id) <= longest && !strings.ContainsFunc(id, odd) {
		w.Header().Set(name, id)
	}
}

// route is the method and the handler of a call, and the parameters of its table.
type route struct {
	method string
	handle http.HandlerFunc
	params string
}

// hasUnknown reports whether the query has a parameter that the call does not have.
func (rt route) hasUnknown(r *http.Request) bool {
	for name := range r.URL.Query() {
		if !slices.Contains(strings.Fields(rt.params), name) {
			return true
		}
	}
	return false
}

func (s *Server) routes() map[Call]route {
	const (
		alertFilters = "days alertType providerList policyTagList accountIds lastSeenFrom lastSeenTo states"
		repository   = "files repo_url branch committer_name committer_email"
		pages        = " page size"
		traffic      = " isPageable timeFrom timeTo" + pages
	)
	return map[Call]route{
		CallSubmitFiles:     {http.MethodPost, s.submitFiles, repository},
		CallSubmitImages:    {http.MethodPost, s.submitImages, "repoURL imageNames"},
		CallTaskResult:      {http.MethodGet, s.taskResult, "taskId"},
		CallContainerResult: {http.MethodGet, s.containerResult, "container"},
		CallIaCScan:         {http.MethodPost, s.iacScan, repository + " async save_results_to_account policy_name"},
		CallIaCStatus:       {http.MethodGet, s.iacStatus, "scan_id"},
		CallIaCReport:       {http.MethodGet, s.iacReport, "scan_id"},
		CallAlertCount:      {http.MethodGet, s.alertCount, alertFilters},
		CallAlerts:          {http.MethodGet, s.alerts, alertFilters + " severity page size"},
		CallSearch:          {http.MethodGet, s.search, "searchTerm filters page size"},
		CallVPCTraffic:      {http.MethodGet, s.vpcTraffic, "accountId vpcId" + traffic},
		CallInstanceTraffic: {http.MethodGet, s.instanceTraffic, "instanceId" + traffic},
		CallIPList:          {http.MethodPost, s.ipList, ""},
		CallWhitelist:       {http.MethodPost, s.whitelistIPs, ""},
		CallVMs:             {http.MethodGet, s.inventory, "accountIds provider" + pages},
		CallAccounts:        {http.MethodGet, s.accounts, "accountIds provider"},
		CallUsers:           {http.MethodGet, s.inventory, "accountIds provider" + pages},
		CallServerless:      {http.MethodGet, s.inventory, "accountIds provider" + pages},
		CallContainers:      {http.MethodGet, s.inventory, "cloudProvider containerType accountIds" + pages},
	}
}

// authorized checks the API key as in the first section of the reference. It
// answers the request if the key is missing or wrong.
func (s *Server) authorized(w http.ResponseWriter, r *http.Request) bool {
	scheme, key, _ := strings.Cut(strings.TrimSpace(r.Header.Get("Authorization")), " ")
	key = strings.TrimSpace(key)
	switch {
	case key != "" && scheme != "ApiKey" && s.assumes("other-scheme=refused"):
		s.unauthorized(w, r)
	case key == "" || scheme != "ApiKey":
		s.refuse(w, r, http.StatusBadRequest, "ApiKey not provided")
	case s.opts.Key == "" || subtle.ConstantTimeCompare([]byte(key), []byte(s.opts.Key)) == 1:
		return true
	default:
		s.unauthorized(w, r)
	}
	return false
}

func (s *Server) unauthorized(w http.ResponseWriter, r *http.Request) {
	const message = "Unauthorized access or ApiKey expired"
	if s.assumes("unauthorized-body=json") {
		s.refuse(w, r, http.StatusUnauthorized, message)
		return
	}
	s.drain(r)
	writeText(w, http.StatusUnauthorized, message)
}

// refuse writes an error.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, message string) {
	s.drain(r)
	if s.assumes("messages=whole") {
		message += explanation(message)
	}
	if s.assumes("error-body=text") {
		writeText(w, status, message)
		return
	}
	writeJSON(w, status, map[string]any{
		"timestamp": stamp(s.opts.Now()),
		"status":    status,
		"error":     http.StatusText(status),
		"message":   message,
		"path":      r.URL.Path,
	})
}

// explanation returns what the reference adds to a message in parentheses.
func explanation(message string) string {
	switch message {
	case noMessage:
		return " (Api resource could not be found)"
	case noUser:
		return " (When API key cannot be linked to a customer)"
	case noArguments:
		return " (When one/more of the mandatory params is not provided properly)"
	}
	return ""
}

// Messages of the reference that several calls share.
const (
	noMessage   = "No message available"
	noUser      = "Unable to retrieve user"
	noArguments = "Proper arguments not provided"
	noScan      = "Unable to find the scan you requested"
)

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.refuse(w, r, http.StatusNotFound, noMessage)
}

func (s *Server) otherMethod(w http.ResponseWriter, r *http.Request, allowed string) {
	if s.assumes("other-method=404") {
		s.notFound(w, r)
		return
	}
	w.Header().Set("Allow", allowed)
	s.refuse(w, r, http.StatusMethodNotAllowed, "Request method '"+r.Method+"' not supported")
}

// badArguments refuses a request with a missing or malformed parameter.
func (s *Server) badArguments(w http.ResponseWriter, r *http.Request) {
	s.refuse(w, r, http.StatusBadRequest, noArguments)
}

// drain reads the rest of an upload: a client that writes its whole body before it
// reads would otherwise see a reset connection instead of the response.
func (s *Server) drain(r *http.Request) {
	if r.Body != nil {
		_, _ = io.CopyN(io.Discard, r.Body, 2*s.opts.MaxUpload)
	}
}

// answer writes the answer to a request that succeeded.
func (s *Server) answer(w http.ResponseWriter, fields map[string]any) {
	if s.assumes("no-value=omitted") {
		maps.DeleteFunc(fields, func(_ string, v any) bool { return v == nil })
	}
	writeJSON(w, http.StatusOK, fields)
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain;charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) //nolint:gosec // text/plain
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a broken connection needs no response
}

// stamp formats a time as the service's UTC timestamps.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
