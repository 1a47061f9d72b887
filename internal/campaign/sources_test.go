package campaign

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The kinds of rows that the config file asks for.
const (
	kindAlerts = "alerts"
	kindChecks = "checks"
)

// The calls of alert sources and checks.
const (
	callCounts   = "alerts/count"
	callAlerts   = "alerts"
	callSearch   = "search/AWS_S3"
	callZPC      = "zpc"
	callIoT      = "iot"
	callToken    = "workflow/token"
	callWorkflow = "workflow/search"
	callNetskope = "netskope"
	callGrant    = "strata/token"
	callOldSkope = "netskope-v1"
)

// source is an entry of the config file: a vendor's open alerts, or a search.
type source struct {
	kind, name string // of its row
	calls      []string
	size       int            // of a page
	max        map[string]int // limits of its own, by severity; nil: those of the policy
	filter     []string       // the severities that are asked for; nil: all
	severity   string         // of a check's hits
	secret     string
	bare       bool // its credentials are missing
	variant    bool // it has the other one of two documented forms
	other      bool // it is Strata Cloud Manager instead of a portal, or v1 of Netskope
	stock      []stocked
}

// stocked is an alert that is open at a vendor, or a hit.
type stocked struct {
	id     string
	word   string        // the vendor's word for its severity
	label  label         // what that means
	closed bool          // it is listed, and not open
	opens  time.Duration // when it is found, after the start of the run
	list   string        // of several lists that a vendor has
}

func (s *source) row() string { return s.kind + ":" + s.name }

// personOf is somebody whom an alert names, and no report.
func personOf(id string) string { return "p." + id + "@people.example" }

// drawSources draws what the config file asks for: often nothing, and always a source that
// the forced fault needs.
func drawSources(d dice, seed uint64) []*source {
	needed := ""
	if f, ok := forced(seed); ok && f.on != nil && len(f.among(calls())) == 0 {
		needed = oneOf(d, f.among(sourceCalls())...)
	}
	if !d.chance(22) && needed == "" {
		return nil
	}
	share := oneOf(d, 70, 60, 80)
	chosen := slices.DeleteFunc(allSources(), func(s *source) bool {
		return d.chance(share) && !slices.Contains(s.calls, needed)
	})
	if d.chance(50) {
		slices.Reverse(chosen)
	}
	chosen = oneOfEach(chosen, needed)
	for _, s := range chosen {
		s.fill(newDice(seed, "source", s.name))
		if slices.Contains(s.calls, needed) {
			s.bare = false
			for range d.IntN(3) * s.size { // lies about pages need some
				s.stock = append(s.stock, s.alert(d))
			}
			s.sort()
		}
	}
	return chosen
}

func allSources() []*source {
	return []*source{
		{kind: kindAlerts, name: "cloud-optix", calls: []string{callCounts, callAlerts}},
		{kind: kindChecks, name: "open buckets", calls: []string{callSearch}},
		{kind: kindAlerts, name: "zscaler-zpc", calls: []string{callZPC}},
		{kind: kindAlerts, name: "palo-alto-iot", calls: []string{callIoT}},
		{kind: kindAlerts, name: "palo-alto-iot", calls: []string{callGrant, callIoT}, other: true},
		{kind: kindAlerts, name: "zscaler-workflow", calls: []string{callToken, callWorkflow}},
		{kind: kindAlerts, name: "netskope", calls: []string{callNetskope}},
		{kind: kindAlerts, name: "netskope", calls: []string{callOldSkope}, other: true},
	}
}

// oneOfEach leaves one source for each row: the one with the needed call, or else the first.
func oneOfEach(list []*source, needed string) []*source {
	var out []*source
	for _, s := range list {
		i := slices.IndexFunc(out, func(o *source) bool { return o.row() == s.row() })
		switch {
		case i < 0:
			out = append(out, s)
		case slices.Contains(s.calls, needed):
			out[i] = s
		}
	}
	return out
}

func sourceCalls() []string {
	var all []string
	for _, s := range allSources() {
		all = append(all, s.calls...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// fill draws an entry and what is open there.
func (s *source) fill(d dice) {
	s.size = d.between(2, 5)
	s.secret = fmt.Sprintf("%016x%08x", d.Uint64(), d.Uint32())
	s.bare = s.environment() != nil && d.chance(4)
	s.variant = d.chance(30)
	if s.kind == kindChecks {
		s.severity = oneOf(d, "high", "low", "critical")
		s.max = map[string]int{s.severity: oneOf(d, 0, 1, 5)}
	} else if d.chance(50) {
		s.max = map[string]int{oneOf(d, "critical", "high"): oneOf(d, 0, 0, 1, 4), oneOf(d, "medium", "low", "unknown"): oneOf(d, 0, 2, 10)}
	}
	if s.name == "cloud-optix" && d.chance(25) {
		s.filter = oneOf(d, []string{"critical"}, []string{"critical", "high"}, []string{"low", "medium"})
		// A limit of what is not asked for is a usage error.
		maps.DeleteFunc(s.max, func(severity string, _ int) bool {
			return severity != "unknown" && !slices.Contains(s.filter, severity)
		})
		if len(s.max) == 0 {
			s.max = nil
		}
	}
	s.stocks(d)
}

// alert draws an alert, or a hit.
func (s *source) alert(d dice) stocked {
	words := []string{"critical", "HIGH", "high", "Medium", "low", "LOW"}
	a := stocked{id: fmt.Sprintf("a%015x", d.Int64N(1<<60)), word: oneOf(d, words...), closed: d.chance(8), list: oneOf(d, "cloud", "iac")}
	if s.kind == kindChecks {
		a.word, a.closed = s.severity, false
	}
	a.label = alertWord(a.word)
	return a
}

func (s *source) stocks(d dice) {
	n := oneOf(d, 0, 0, 1, 2, 3, s.size, s.size+1, 2*s.size, d.between(0, 3*s.size))
	odd := d.chance(20)
	for range n {
		a := s.alert(d)
		if odd && s.kind != kindChecks && d.chance(50) {
			a.word = oneOf(d, "SEVERE", "P1", "")
		}
		a.label = alertWord(a.word)
		if d.chance(6) {
			a.opens = d.span(0, 4*time.Second)
		}
		s.stock = append(s.stock, a)
	}
	s.sort()
}

// sort puts a list into its order, by age: what is found later stands after.
func (s *source) sort() {
	slices.SortStableFunc(s.stock, func(a, b stocked) int { return int(a.opens - b.opens) })
}

// now lists what there is at a moment.
func (s *source) now(at time.Duration, want func(stocked) bool) []stocked {
	return slices.DeleteFunc(slices.Clone(s.stock), func(a stocked) bool { return a.opens > at || !want(a) })
}

// configFile is the name of the config file.
const configFile = ".scangate.yaml"

// config is the text of the config file.
func config(sources []*source) string {
	var alerts, checks strings.Builder
	for _, s := range sources {
		limits := encode(s.max)
		if s.kind == kindChecks {
			fmt.Fprintf(&checks, "  - {name: %s, search: AWS_S3, term: \"isPublic:true\", size: %d, severity: %s, max: %d}\n", s.name, s.size, s.severity, s.max[s.severity])
			continue
		}
		fmt.Fprintf(&alerts, "  - source: %s\n    %s: %d\n", s.name, s.sizeKey(), s.size)
		if s.max != nil {
			fmt.Fprintf(&alerts, "    max: %s\n", limits)
		}
		if s.filter != nil {
			fmt.Fprintf(&alerts, "    severity: %s\n", encode(s.filter))
		}
		if s.name == "zscaler-workflow" {
			// Without a start, a 400 narrows the search.
			alerts.WriteString("    startTime: 1999-01-01T00:00:00Z\n")
		}
	}
	text := "version: 1\n"
	if alerts.Len() > 0 {
		text += "alerts:\n" + alerts.String()
	}
	if checks.Len() > 0 {
		text += "checks:\n" + checks.String()
	}
	return text
}

// sizeKey is the vendor's name for the size of a page.
func (s *source) sizeKey() string {
	return map[string]string{
		"cloud-optix": "size", "zscaler-zpc": "limit", "palo-alto-iot": "pagelength", "zscaler-workflow": "pageSize", "netskope": "limit",
	}[s.name]
}

// environment holds the variables of a vendor; the address is a path of the same host.
func (s *source) environment() map[string]string {
	switch s.name {
	case "zscaler-zpc":
		return map[string]string{"SCANGATE_ZSCALER_ZPC_URL": "/zpc", "SCANGATE_ZSCALER_ZPC_API_KEY": s.secret}
	case "palo-alto-iot":
		if s.other {
			return map[string]string{
				"SCANGATE_PALO_ALTO_IOT_URL": "/iot/pub/v1", "SCANGATE_PALO_ALTO_IOT_AUTH_URL": "/oauth2/access_token",
				"SCANGATE_PALO_ALTO_IOT_CLIENT_ID": "id-7", "SCANGATE_PALO_ALTO_IOT_CLIENT_SECRET": s.secret, "SCANGATE_PALO_ALTO_IOT_TSG_ID": "77",
			}
		}
		return map[string]string{
			"SCANGATE_PALO_ALTO_IOT_URL": "/pub/v4.0", "SCANGATE_PALO_ALTO_IOT_CUSTOMER_ID": "acme",
			"SCANGATE_PALO_ALTO_IOT_KEY_ID": "id-7", "SCANGATE_PALO_ALTO_IOT_ACCESS_KEY": s.secret,
		}
	case "zscaler-workflow":
		return map[string]string{
			"SCANGATE_ZSCALER_WORKFLOW_URL": "/workflow", "SCANGATE_ZSCALER_WORKFLOW_KEY_ID": "id-8", "SCANGATE_ZSCALER_WORKFLOW_KEY_SECRET": s.secret,
		}
	case "netskope":
		env := map[string]string{"SCANGATE_NETSKOPE_URL": "/tenant", "SCANGATE_NETSKOPE_TOKEN": s.secret}
		if s.other {
			env["SCANGATE_NETSKOPE_API"] = "v1"
		}
		return env
	}
	return nil
}

// variables is the environment of all sources, at an endpoint.
func variables(sources []*source, endpoint string) []string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return nil
	}
	var env []string
	for _, s := range sources {
		for name, value := range s.environment() {
			switch {
			case strings.HasPrefix(value, "/"):
				value = u.Scheme + "://" + u.Host + value
			case value == s.secret && s.bare:
				continue
			}
			env = append(env, name+"="+value)
		}
	}
	return env
}

// sourceOf finds the source that a request is for, and the call; nil for scans.
func sourceOf(sources []*source, u *url.URL) (*source, string) {
	path, of := u.Path, u.Query().Get("of")
	call := map[string]string{
		"/gateway/api/v1/alerts/count": callCounts, "/gateway/api/v1/alerts": callAlerts, "/gateway/api/v1/search/AWS_S3": callSearch,
		"/zpc/v1/alerts/cloud": callZPC, "/zpc/v1/alerts/iac": callZPC, "/pub/v4.0/alert/list": callIoT,
		"/oauth2/access_token": callGrant, "/iot/pub/v1/alert/list": callIoT, "/tenant/api/v1/alerts": callOldSkope,
		"/workflow/v1/auth/api-key/token": callToken, "/workflow/dlp/v1/incidents/search": callWorkflow,
		"/tenant/api/v2/events/data/alert": callNetskope,
	}[path]
	for _, s := range sources {
		if slices.Contains(s.calls, call) || path == loginPath && s.name == of {
			return s, call
		}
	}
	return nil, ""
}

// own reports whether the vendor has a service of its own.
func (s *source) own() bool { return s.environment() != nil }

// String is the source for people.
func (s *source) String() string {
	open, _ := json.Marshal(s.max)
	return fmt.Sprintf("%s, pages of %d, max %s, filter %v, bare %t, variant %t, other %t: %+v", s.row(), s.size, open, s.filter, s.bare, s.variant, s.other, s.stock)
}
