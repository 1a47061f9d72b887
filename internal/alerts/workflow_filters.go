package alerts

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/transport"
)

// searched are the filters that the search takes.
var searched = [...]string{"severity", "priority", "status", "labels", "startTime", "endTime", "pageSize"}

// judgeWorkflow checks the filters against each other.
func judgeWorkflow(f filters) string {
	if f.has("transactionId") && f.has(searched[:]...) {
		return "transactionId asks for the incidents of a transaction, without a search: leave out " + strings.Join(searched[:], ", ")
	}
	return ordered(f, "startTime", "endTime", moment)
}

// transactionID takes what can stand in a path as it is.
func transactionID(values []string) string {
	for _, v := range values {
		if v == "" || strings.ContainsFunc(v, func(r rune) bool {
			return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
		}) {
			return strconv.Quote(v) + " is no transaction id: letters, digits, - and _"
		}
	}
	return ""
}

// transactions returns the open incidents of some transactions (reference: "Find
// DLP incidents corresponding to the given transaction ID"). An unknown
// transaction is an error: a mistyped id must not be an empty list.
func (s *workflowSource) transactions(ctx context.Context, ids []string) ([]alert, error) {
	var all []alert
	for _, id := range ids {
		l := list{width: 1, pace: s.pace, now: s.opts.Now, narrow: "transactionId"}
		l.fetch = func(ctx context.Context, n, _ int) (page, error) { return s.transaction(ctx, id, n) }
		found, err := l.read(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// transaction asks for page n of a transaction's incidents. The answer counts
// its pages; the text names no way to ask for the second, so that it is asked
// for as the search's are.
func (s *workflowSource) transaction(ctx context.Context, id string, n int) (page, error) {
	r := transport.Request{Method: http.MethodGet, Path: "dlp/v1/incidents/transactions/" + id, MaxBody: maxPage, Repeatable: true}
	if n > 0 {
		r.Query = url.Values{"page": {strconv.Itoa(n)}}
	}
	return s.send(ctx, r, n)
}

// chosenIncident holds an incident against the filters whose names in the
// search no text gives: the console's source, engine and incident group. They
// are the fields of the incidents, by the names that the text shows there, and
// are applied to what was read.
func chosenIncident(f filters, o object) bool {
	for name, have := range map[string][]string{
		"integrationType":  o.texts("integrationType"),
		"sourceType":       o.texts("sourceType"),
		"sourceSubType":    o.texts("sourceSubType"),
		"engines":          namesIn(o.at("matchingPolicies"), "engines"),
		"incidentGroupIds": o.texts("incidentGroupIds"),
	} {
		if f.has(name) && !slices.ContainsFunc(f[name], func(want string) bool {
			return slices.ContainsFunc(have, func(s string) bool { return strings.EqualFold(s, want) })
		}) {
			return false
		}
	}
	return true
}
