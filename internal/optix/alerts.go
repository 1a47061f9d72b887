package optix

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scangate/scangate/internal/transport"
)

// AlertFilter selects alerts (reference, area "Alerts"). Zero values are not sent.
// Days excludes LastSeenFrom and LastSeenTo.
type AlertFilter struct {
	// Days is 1 to 365.
	Days int
	// Type is Policy, Anomaly or GuardDuty.
	Type string
	// Providers are AWS or Azure.
	Providers    []string
	PolicyTags   []string
	AccountIDs   []string
	LastSeenFrom time.Time
	LastSeenTo   time.Time
	// States are OPEN or SUPPRESS.
	States []string
	// Severity is low, medium, high or critical. AlertCounts ignores it.
	Severity string
}

// AlertCounts are numbers of alerts by severity.
type AlertCounts struct {
	Critical int
	High     int
	Medium   int
	Low      int
	Total    int
}

// Alert is one alert of the account. Severity is the criticalLevel as written. Times
// are as written too, because the reference names no unit.
type Alert struct {
	ID          string
	AlertID     string
	AccountID   string
	AccountName string
	Summary     string
	Severity    string
	Details     string
	URL         string
	Provider    string
	State       string
	// Score is 0 to 100, or nil.
	Score     *int
	FirstSeen string
	LastSeen  string
	// PolicyLabel names the policy that the alert belongs to.
	PolicyLabel string
	// Resources are the names of the affected resources, and ResourcesSeen when each was seen
	// first.
	Resources, ResourcesSeen []string
}

// Paging is what a page says about itself and its list. Page starts at 1.
type Paging struct {
	Page       int
	TotalPages int
	HasNext    bool
}

// AlertPage is one page of alerts.
type AlertPage struct {
	Paging
	Alerts []Alert
}

// AlertCounts returns the number of alerts per severity (GET
// api/v1/alerts/count).
func (c *Client) AlertCounts(ctx context.Context, f AlertFilter) (AlertCounts, error) {
	f.Severity = "" // in the reference it is a parameter of alerts only
	return call(ctx, c, get("alerts/count", f.query()), decodeAlertCounts)
}

// Alerts reads one page of alerts (GET api/v1/alerts). page starts at 1; size is
// at most 50, and 0 is the default of the service.
func (c *Client) Alerts(ctx context.Context, f AlertFilter, page, size int) (AlertPage, error) {
	q := f.query()
	q.Set("page", strconv.Itoa(page))
	if size > 0 {
		q.Set("size", strconv.Itoa(size))
	}
	r := get("alerts", q)
	r.MaxBody = maxLargeAnswer
	return call(ctx, c, r, decodeAlertPage)
}

// seenLayout is the reference's date syntax; it does not list the suffix Z.
const seenLayout = "2006-01-02T15:04:05-07:00"

func (f AlertFilter) query() url.Values {
	q := url.Values{}
	if f.Days != 0 {
		q.Set("days", strconv.Itoa(f.Days))
	}
	setTime(q, "lastSeenFrom", f.LastSeenFrom)
	setTime(q, "lastSeenTo", f.LastSeenTo)
	setText(q, "alertType", f.Type)
	setText(q, "providerList", strings.Join(f.Providers, ","))
	setText(q, "policyTagList", strings.Join(f.PolicyTags, ","))
	setText(q, "accountIds", strings.Join(f.AccountIDs, ","))
	setText(q, "states", strings.Join(f.States, ","))
	setText(q, "severity", f.Severity)
	return q
}

func setTime(q url.Values, name string, t time.Time) {
	if !t.IsZero() {
		q.Set(name, t.Format(seenLayout))
	}
}

func setText(q url.Values, name, value string) {
	if value != "" {
		q.Set(name, value)
	}
}

func get(path string, q url.Values) transport.Request {
	return transport.Request{Method: http.MethodGet, Path: apiPrefix + path, Query: q, Repeatable: true}
}
