package trace

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// maxBody bounds the body of a request that is not an upload.
const maxBody = 8 << 20

// Server answers requests as a trace has it. Each run gets the answers from the beginning: it is
// known by the X-Request-Id of its requests. It is safe for concurrent use.
//
// A request finds the exchanges with its method, path, parameters and body. The files of an upload
// count by name, size and content, in any order. Times may differ as the runs do, and so may what
// is of the machine: key, repository, branch and committer. Of several exchanges, the first that
// the run has not had yet answers, as with the polls of a scan. When a GET has had all, the last
// one answers again. Anything else is answered with status 501, which no client takes for success.
type Server struct {
	trace *Trace
	now   func() time.Time
	// missed is called with what is wrong with a request that the trace can't answer.
	missed func(string)
	times  *regexp.Regexp
	// at holds the indices of the exchanges of each method and path.
	at map[string][]int

	mu  sync.Mutex
	had map[string]map[int]bool // by run
}

// NewServer returns a server of t. missed may be called by several goroutines.
func NewServer(t *Trace, now func() time.Time, missed func(string)) *Server {
	s := &Server{trace: t, now: now, missed: missed, times: regexp.MustCompile(timePattern), at: map[string][]int{}, had: map[string]map[int]bool{}}
	for i, e := range t.Exchanges {
		key := e.Method + " " + Mount(e.Service) + e.Path
		if strings.Contains(e.Path, Masked) {
			key = e.Method
		}
		s.at[key] = append(s.at[key], i)
	}
	return s
}

// Mount is the path below which the requests of a service are answered, "" for those of --endpoint.
// That of SCANGATE_NETSKOPE_URL is /netskope-url.
func Mount(service string) string {
	name, ok := strings.CutPrefix(service, "SCANGATE_")
	if !ok {
		return ""
	}
	return "/" + strings.ToLower(strings.ReplaceAll(name, "_", "-"))
}

// Services returns the settings that hold the addresses of the services, sorted.
func (t *Trace) Services() []string {
	names := map[string]bool{}
	for _, e := range t.Exchanges {
		names[e.Service] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, err := s.read(r)
	if err != nil {
		s.refuse(w, r, "its body can't be read: "+err.Error())
		return
	}
	e, why := s.find(r, a)
	switch {
	case why != "":
		s.refuse(w, r, why)
	case e.Answer == nil:
		sever(w)
	case e.Answer.Cut:
		s.refuse(w, r, "the answer is larger than a trace keeps")
	default:
		write(w, e.Answer)
	}
}

// read reads what a request is about.
func (s *Server) read(r *http.Request) (asked, error) {
	id := r.Header.Get("X-Request-Id")
	a := asked{query: r.URL.Query(), run: id[:max(0, strings.LastIndexByte(id, '-'))], at: s.now()}
	var err error
	a.files, a.body, err = Describe(r.Header.Get("Content-Type"), r.Body)
	return a, err
}

// Describe reads the body of a request: the files of an upload, or its text.
func Describe(contentType string, body io.Reader) (files []File, text string, err error) {
	kind, params, _ := mime.ParseMediaType(contentType) // an invalid one is not an upload
	if kind != "multipart/form-data" {
		b, err := io.ReadAll(io.LimitReader(body, maxBody))
		return nil, string(b), err
	}
	parts := multipart.NewReader(body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return files, "", nil
		}
		if err != nil {
			return files, "", err
		}
		sum := sha256.New()
		size, err := io.Copy(sum, part)
		if err != nil {
			return files, "", err
		}
		_, disposition, _ := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		files = append(files, File{Name: disposition["filename"], Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))})
	}
}

// find returns the exchange that answers a request, or why there is none.
func (s *Server) find(r *http.Request, a asked) (e Exchange, why string) {
	path := r.URL.EscapedPath()
	candidates := slices.Concat(s.at[r.Method+" "+path], s.withMaskedPath(r.Method, path))
	if len(candidates) == 0 {
		return Exchange{}, "the run did not ask for this"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.had[a.run] == nil {
		s.had[a.run] = map[int]bool{}
	}
	best, last, least := -1, -1, 0.0
	for _, i := range candidates {
		far, ok := s.trace.Exchanges[i].matches(a, s.times)
		if !ok || s.trace.Exchanges[i].Unsent {
			continue
		}
		last = i
		if !s.had[a.run][i] && (best < 0 || far < least) {
			best, least = i, far
		}
	}
	switch {
	case best >= 0:
		s.had[a.run][best] = true
		return s.trace.Exchanges[best], ""
	case last < 0:
		return Exchange{}, s.difference(candidates, a)
	case r.Method == http.MethodGet:
		return s.trace.Exchanges[last], ""
	}
	return Exchange{}, "the run did not ask for this once more"
}

// withMaskedPath are the exchanges whose path had a secret in it.
func (s *Server) withMaskedPath(method, path string) []int {
	var found []int
	for _, i := range s.at[method] {
		if e := s.trace.Exchanges[i]; fits(Mount(e.Service)+e.Path, path) {
			found = append(found, i)
		}
	}
	return found
}

// difference says how a request differs from those with its path.
func (s *Server) difference(candidates []int, a asked) string {
	if len(a.files) == 0 {
		return "the run asked for this with other parameters"
	}
	known, names, elsewhere := map[File]bool{}, map[string]bool{}, map[string]string{}
	for _, i := range candidates {
		for _, f := range s.trace.Exchanges[i].Files {
			known[f], names[f.Name], elsewhere[f.SHA256] = true, true, f.Name
		}
	}
	var other, extra []string
	for _, f := range a.files {
		switch {
		case known[f]:
		case elsewhere[f.SHA256] != "" && !names[f.Name]:
			return fmt.Sprintf("the run sent %s as %s; fix: scan the same folder of a checkout", f.Name, elsewhere[f.SHA256])
		case names[f.Name]:
			other = append(other, f.Name)
		default:
			extra = append(extra, f.Name)
		}
	}
	switch {
	case len(other) > 0:
		return "files have another content: " + some(other)
	case len(extra) > 0:
		return "the run did not send " + some(extra)
	}
	return "the run sent these files in other uploads, or with other parameters"
}

// some lists the first names.
func some(names []string) string {
	const shown = 3
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}

// refuse answers a request that the trace can't answer.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, why string) {
	s.missed(fmt.Sprintf("not in the trace: %s %s: %s", r.Method, r.URL.EscapedPath(), why))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotImplemented)
	// A broken connection needs no answer.
	_ = json.NewEncoder(w).Encode(map[string]string{"message": "not in the trace: " + why})
}

// write writes a recorded answer.
func write(w http.ResponseWriter, a *Answer) {
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	body := []byte(a.Text)
	if len(a.Bytes) > 0 {
		body = a.Bytes
	}
	if a.Broken {
		// The connection is closed when less is written.
		w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(body) // a broken connection needs no answer
}

// sever closes the connection without an answer.
func sever(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}
