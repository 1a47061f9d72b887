package campaign

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// event is one attempt of a call, and what came of it.
type event struct {
	at            time.Duration
	call, subject string
	attempt       int
	what          string // the fault, or what was answered
	temper        temper // "" where all is well
	rows          []string
	blames        []string // rows that this leaves without an answer
	answer        *answer  // what it says of targets, where that arrived
	tolerated     string   // the contradiction in it that --tolerate accepts
	sent          *sent    // what it says of a source, where that arrived
}

// answer is what an answer says, as it was meant before it was written as JSON.
type answer struct {
	work   *work
	ours   bool // the client's own task, which it has not given up
	images []imageAnswer
	report bool
	alerts []alertAnswer
	// sound: it is whole, about what was asked, and without a contradiction.
	sound bool
	// unsure: it lacks what the client may have seen before. Then it is an answer, or none.
	unsure bool
	// zero: it counts no file of a task for Dockerfiles, and names no image.
	zero bool
}

// label is a severity, and the service's own word where that is not known.
type label struct{ severity, raw string }

// alertAnswer is one alert as the gate is to read it. refs is the number of resources that
// it refers to, each of which is a finding.
type alertAnswer struct {
	token string // stands in the summary, and nowhere else
	label label
	refs  int
	maybe bool // the client may have read it, and need not have
}

// key distinguishes alerts.
func (a alertAnswer) key(scan string) string { return fmt.Sprintf("%s %s %v", scan, a.token, a.label) }

// is reports whether two alerts are one.
func (a alertAnswer) is(b alertAnswer) bool { return a.token == b.token && a.label == b.label }

// work is a scan or task at the service.
type work struct {
	id, call, subject string
	files             map[string]string // what was uploaded, by name
	names             []string          // images asked for
	ready             time.Duration
	stranger          bool           // of some other submission
	since             time.Duration  // when the client learned of it, 0: never
	ours              bool           // as its own task or scan
	success           bool           // the client has the answer that the scan succeeded
	clash             bool           // another submission got the same id
	summary           map[string]int // of alerts by severity, with its id; nil: none
	seen              []alertAnswer  // in reports that broke off
	glimpsed          []alertAnswer  // in reports that can't be read: the client may keep them
	shorter           bool           // the report leaves the first alert out from now on
	known             bool           // the client may know its id: from an answer, or a file
	asked             []string       // rows of the submission that it was a duplicate of

	earlier bool // of an earlier run
	settled bool // and some time before that ended
	polled  bool // this run has seen it unfinished
	over    bool // it does not answer for this run
}

// service is a Cloud Optix, written from its reference.
type service struct {
	s     *schedule
	start time.Time
	key   string // of the run that is under way
	calm  bool   // no rule holds

	mu       sync.Mutex
	works    map[string]*work
	attempts map[string]int
	streaks  map[string]*streak // by call and subject
	events   []event
	requests int
	wrongs   []string // what no client may do
}

func newService(s *schedule) *service {
	return &service{s: s, start: time.Now(), key: s.key, works: map[string]*work{}, attempts: map[string]int{}, streaks: map[string]*streak{}}
}

// rule returns the rule that holds for an attempt; nil where all goes well.
func (v *service) rule(call, subject string, attempt int) *rule {
	if v.calm {
		return nil
	}
	return v.s.rule(call, subject, attempt)
}

// repository is that of the run that is under way.
func (v *service) repository() string {
	if v.calm && v.s.earlier.fate == "other-repository" {
		return repoURL + "-before"
	}
	return repoURL
}

func (v *service) now() time.Duration { return time.Since(v.start) }

func (v *service) wrong(format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.wrongs = append(v.wrongs, fmt.Sprintf(format, args...))
}

// streak counts what one request meets on end.
type streak struct{ loops, undecodable, refusals int }

// streak is that of the exchange's request.
func (c *exchange) streak() *streak {
	key := c.call + " " + c.subject
	if c.v.streaks[key] == nil {
		c.v.streaks[key] = &streak{}
	}
	return c.v.streaks[key]
}

// exchange is one request.
type exchange struct {
	v       *service
	w       http.ResponseWriter
	r       *http.Request
	call    string
	subject string
	attempt int
	files   map[string]string
	work    *work   // the one that is asked about, or made
	source  *source // nil for scans
	rows    []string
	dice    dice
	rule    *rule
	wait    time.Duration // that the answer asks for
}

func (v *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	v.requests++
	v.mu.Unlock()
	c := &exchange{v: v, w: w, r: r, call: strings.TrimPrefix(r.URL.Path, "/gateway/api/v1/")}
	if s, call := sourceOf(v.s.sources, r.URL); s != nil {
		c.source, c.call = s, call // no call for the page that a redirect leads to
	}
	v.inspect(c, r)
	switch {
	case r.URL.Path == loginPath:
		c.page()
		return
	case !slices.Contains(calls(), c.call) && c.source == nil, (r.Method == http.MethodPost) != posts(c.call):
		v.wrong("%s %s: there is no such call", r.Method, r.URL.Path)
		http.Error(w, "No message available", http.StatusNotFound)
		return
	}
	if !c.open() {
		return
	}
	c.dice = newDice(v.s.seed, c.call, c.subject, c.attempt)
	c.rule = v.rule(c.call, c.subject, c.attempt)
	if c.pause(c.dice.span(5*time.Millisecond, 900*time.Millisecond)) {
		c.respond()
	}
}

// loginPath is where redirects lead that a client may follow.
const loginPath = "/gateway/login"

// inspect watches where the key goes: into the one header that is made for it.
func (v *service) inspect(c *exchange, r *http.Request) {
	if c.source != nil && c.source.own() {
		v.inspectVendor(c.source, c.call, r)
		return
	}
	if got := r.Header.Values("Authorization"); len(got) != 1 || got[0] != "ApiKey "+v.key {
		v.wrong("%s %s: Authorization is %q", r.Method, r.URL.Path, got)
	}
	rest := r.Header.Clone()
	rest.Del("Authorization")
	if text := fmt.Sprint(r.URL, rest, r.Host); strings.Contains(text, v.key) {
		v.wrong("the key stands in %s", text)
	}
}

// open reads the request and finds what it is about. It is false where the
// connection is broken off instead.
func (c *exchange) open() bool {
	if c.source != nil {
		return c.openSource()
	}
	q := c.r.URL.Query()
	switch c.call {
	case callIaC, callDockerfiles:
		return c.openUpload(q)
	case callNames:
		c.subject = q.Get("imageNames")
		for _, name := range strings.Split(c.subject, ",") {
			c.rows = append(c.rows, kindImage+":"+name)
		}
		c.checkNames(q)
	default:
		c.subject = q.Get("scan_id") + q.Get("taskId")
		c.v.mu.Lock()
		c.work = c.v.works[c.subject]
		c.v.mu.Unlock()
		if c.work == nil || !c.work.known {
			c.v.wrong("%s asks for %q, an id that the client can't have", c.call, c.subject)
		}
		if c.work == nil {
			http.Error(c.w, "Proper arguments not provided", http.StatusBadRequest)
			return false
		}
		c.rows = c.work.rows()
	}
	c.count()
	return true
}

func (c *exchange) count() {
	c.v.mu.Lock()
	defer c.v.mu.Unlock()
	c.v.attempts[c.call+" "+c.subject]++
	c.attempt = c.v.attempts[c.call+" "+c.subject]
}

func (c *exchange) checkNames(q url.Values) {
	if q.Get("repoURL") != c.v.repository() || len(c.subject) == 0 {
		c.v.wrong("by-image-name: repoURL %q, imageNames %q", q.Get("repoURL"), c.subject)
	}
	for _, id := range c.rows {
		if r, ok := c.v.s.plan.rows[id]; !ok || r.state != pending {
			c.v.wrong("asked for %s, which is not planned", id)
		}
	}
}

// openUpload reads the files, unless the upload is to break off: then it is
// known by its length alone.
func (c *exchange) openUpload(q url.Values) bool {
	c.subject = fmt.Sprint("upload of ", c.r.ContentLength)
	c.v.mu.Lock()
	next := c.v.attempts[c.call+" broken "+c.subject] + 1
	c.v.attempts[c.call+" broken "+c.subject] = next
	c.v.mu.Unlock()
	if r := c.v.rule(c.call, c.subject, next); r != nil && r.fault.name == "reset-upload" {
		_, _ = io.ReadFull(c.r.Body, make([]byte, min(c.r.ContentLength/2, 6000)))
		c.note(event{what: r.fault.name, temper: passing})
		c.reset()
		return false
	}
	if err := c.readFiles(); err != nil {
		c.note(event{what: "upload ended early: " + err.Error(), temper: passing})
		c.reset()
		return false
	}
	names := slices.Sorted(maps.Keys(c.files))
	c.subject = strings.Join(names, ",")
	c.checkFiles(q)
	c.count()
	return true
}

func (c *exchange) readFiles() error {
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || c.r.ContentLength <= 0 {
		c.v.wrong("%s: Content-Type %q, length %d", c.call, kind, c.r.ContentLength)
	}
	c.files = map[string]string{}
	parts := multipart.NewReader(c.r.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var text bytes.Buffer
		if _, err := io.Copy(&text, part); err != nil {
			return err
		}
		_, after, _ := strings.Cut(part.Header.Get("Content-Disposition"), `name="files"; filename="`)
		c.files[strings.TrimSuffix(after, `"`)] = text.String()
	}
}

// checkFiles holds what leaves the machine against what was planned.
func (c *exchange) checkFiles(q url.Values) {
	kind := kindIaC
	if c.call == callDockerfiles {
		kind = kindDockerfile
	}
	if q.Get("repo_url") != c.v.repository() && (kind == kindDockerfile || q.Get("save_results_to_account") != "") || q.Get("save_results_to_account") != "" && !c.v.s.policy.save {
		c.v.wrong("%s: query %v", c.call, q)
	}
	for name, text := range c.files {
		f := c.v.s.tree.file(name)
		r, planned := c.v.s.plan.rows[kind+":"+name]
		planned = planned && r.state == pending
		switch {
		case f == nil || f.text != text:
			c.v.wrong("uploaded as %s to %s: %q, which is not what lies there", name, c.call, text)
		case !planned && !(kind == kindIaC && c.v.s.plan.helpers[name]):
			c.v.wrong("uploaded %s, which is not planned", name)
		}
		if planned {
			c.rows = append(c.rows, r.id)
		}
	}
	slices.Sort(c.rows)
}

// rows are the targets that a work answers, or those that wait for it.
func (k *work) rows() []string {
	if k.asked != nil {
		return k.asked
	}
	var rows []string
	for name := range k.files {
		kind := kindIaC
		if k.call == callDockerfiles {
			kind = kindDockerfile
		}
		rows = append(rows, kind+":"+name)
	}
	for _, name := range k.names {
		rows = append(rows, kindImage+":"+name)
	}
	slices.Sort(rows)
	return rows
}

// note keeps what came of the exchange.
func (c *exchange) note(e event) {
	e.at, e.call, e.subject, e.attempt, e.rows = c.v.now(), c.call, c.subject, c.attempt, c.rows
	c.v.mu.Lock()
	defer c.v.mu.Unlock()
	streak := c.streak()
	if e.what != "redirect-loop" {
		streak.loops = 0
	}
	if !isUndecodable(e.what) {
		streak.undecodable = 0
	}
	if e.temper == "" || e.temper == harmless || e.temper == counted {
		streak.refusals = 0
	}
	if e.temper == final && c.call == callTask {
		c.work.ours = false // given up; what it says later is another submission's
	}
	c.v.events = append(c.v.events, e)
}

// pause waits; it is false when the client is gone.
func (c *exchange) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return c.r.Context().Err() == nil
	case <-c.r.Context().Done():
		c.note(event{what: "the client went away", temper: waiting})
		return false
	}
}

func (c *exchange) reset() {
	if conn, ok := c.r.Context().Value(connKey{}).(*serverConn); ok {
		conn.reset()
	}
}

// send writes a whole answer and reports whether the client took all of it.
func (c *exchange) send(status int, kind, body string) bool {
	c.w.Header().Set("Content-Type", kind)
	c.w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	c.w.WriteHeader(status)
	_, err := io.WriteString(c.w, body)
	return err == nil && http.NewResponseController(c.w).Flush() == nil
}

func (c *exchange) page() {
	c.send(http.StatusOK, "text/html", "<!DOCTYPE html><html><head><title>Sign in</title></head><body>"+c.secret()+"</body></html>")
}
