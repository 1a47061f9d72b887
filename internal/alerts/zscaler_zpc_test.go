package alerts

import (
	"fmt"
	"github.com/scangate/scangate/internal/transport"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scangate/scangate/internal/result"
)

const zpcSecret = "zpc-key-7f31aa"

func zpcFake() fake {
	return fake{
		vendor: "zscaler-zpc", port: "1",
		env:     map[string]string{zpcURL: "http://127.0.0.1:1", zpcKey: zpcSecret},
		secrets: []string{zpcSecret},
		serve: func(l list) http.Handler {
			return &fakeZPC{shelf: shelf{list: l}, iac: shelf{list: list{from: 1e6, n: 7, age: l.age}}, throttle: throttle{limit: l.throttle}}
		},
		open:     func(n int) int { return n + 7 },
		pageSize: "limit", paths: "/v1/alerts", limit: transport.RateLimit{N: 5, Per: time.Second},
	}
}

// fakeZPC serves the cloud alerts of shelf and the IaC alerts of iac.
type fakeZPC struct {
	shelf, iac shelf
	link       func(page int) string // the form of next_link
	loop       bool                  // next_link never ends, and leads to the first page again
	throttle   throttle
}

func (f *fakeZPC) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	alerts := map[string]*shelf{"/v1/alerts/cloud": &f.shelf, "/v1/alerts/iac": &f.iac}[r.URL.Path]
	switch {
	case r.Header.Get("x-api-key") != zpcSecret:
		answerJSON(w, http.StatusUnauthorized, map[string]string{"message": "key " + r.Header.Get("x-api-key") + " is revoked"})
		return
	case alerts == nil || r.Method != http.MethodGet:
		w.WriteHeader(http.StatusNotFound)
		return
	case f.throttle.refuses():
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	size, page := intOf(q.Get("limit"), 100), intOf(q.Get("offset"), 1)
	if size < 1 || size > 100 || page < 1 {
		w.Header().Set("x-correlation-id", "c-1")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "500 - Internal Server Error\n{\n---\ncorrelationId: “c-1”\n}")
		return
	}
	numbers := alerts.next()
	if !inWindow(alerts.age, q.Get("created[start]"), q.Get("created[end]")) {
		numbers = nil
	}
	if f.loop {
		page = 1
	}
	items := []map[string]any{}
	for _, i := range cut(numbers, (page-1)*size, size) {
		if item := zpcItem(i, alerts.age); len(q["alert_status"]) == 0 || slices.Contains(q["alert_status"], strings.ToUpper(fmt.Sprint(item["alert_status"]))) {
			items = append(items, item)
		}
	}
	next := ""
	if page*size < len(numbers) || f.loop {
		next = fmt.Sprintf("https://scale.api.zscwp.net%s?limit=%d&offset=%d", r.URL.Path, size, page+1)
		if f.link != nil {
			next = f.link(page + 1)
		}
	}
	answerJSON(w, http.StatusOK, map[string]any{"alerts": items, "total_count": len(numbers), "prev_link": "", "next_link": next})
}

// inWindow reports whether alerts of an age are in the window: without an end the last 48 hours,
// with one end alone the 48 hours next to it.
func inWindow(age time.Duration, start, end string) bool {
	now := time.Now()
	from, to := now.Add(-48*time.Hour), now
	s, e := intOf(start, -1), intOf(end, -1)
	switch {
	case s >= 0 && e >= 0:
		from, to = time.Unix(int64(s), 0), time.Unix(int64(e), 0)
	case s >= 0:
		from, to = time.Unix(int64(s), 0), time.Unix(int64(s), 0).Add(48*time.Hour)
	case e >= 0:
		from, to = time.Unix(int64(e), 0).Add(-48*time.Hour), time.Unix(int64(e), 0)
	}
	made := now.Add(-age)
	return !made.Before(from) && !made.After(to)
}

func zpcItem(i int, age time.Duration) map[string]any {
	return map[string]any{
		"kind": "Cloud Alert", "alert_id": fmt.Sprintf("ZS-CLOUD-%08d", i), "alert_type": "Cloud",
		"alert_description": fmt.Sprintf("SNS topic %d in AWS account 288119319793 does not use server-side encryption at rest", i),
		"alert_status":      "Open", "csp": "AWS", "severity": word(i), "risk_level": "HIGH", "risk_score": "8.5",
		"alert_url": fmt.Sprintf("https://admin.zpccloud.net/alerts/%d", i), "updated_by": "John Doe",
		"created": time.Now().Add(-age).Unix(), "updated": time.Now().Add(-age / 2).Unix(),
		"policy":         map[string]any{"policy_id": "ZS-AWS-00238", "policy_name": "Ensure SNS topic server-side encryption at rest is enabled"},
		"cloud_resource": map[string]any{"resource_id": fmt.Sprintf("arn:aws:sns:us-east-1:288119319793:topic-%d", i), "resource_type": "AWS::SNS::Topic", "resource_region": "us-east-1"},
		"cloud_account":  map[string]any{"account_id": "288119319793", "account_name": "CWP AWS Scaletest 1"},
		"Kubernetes":     map[string]any{}, "mitre_attack": []string{"T1562"},
	}
}

// A list whose pages repeat fails, even where the total was read.
func TestRepeatedPages(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]result.Status{0: result.Answered, 40: result.Failed, 100: result.Failed, 240: result.Failed} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				w.serve(t, "1", &fakeZPC{shelf: shelf{list: list{n: n, age: time.Hour}}, loop: true})
				row, _ := read(t.Context(), t, o, "source", "zscaler-zpc", "lists", "cloud")
				if row.Status != want || want == result.Failed && row.Cause == result.CauseTimeout {
					t.Errorf("%s (%s), want %s", row.Status, row.Reason, want)
				}
				if got := w.requests("1/v1/alerts/cloud"); got > 24 {
					t.Errorf("%d requests for pages that repeat", got)
				}
			})
		})
	}
}

// A link to the next page is not followed, whatever its form and host.
func TestLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, form := range []string{"https://example.com/alerts/cloud/offset=%d", "http://127.0.0.1:9/v1/alerts/cloud?offset=%d", "nonsense %d"} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T, w *world, o Options) {
				spy := &fakeZPC{shelf: shelf{list: list{n: 5}}}
				w.serve(t, "9", spy)
				w.serve(t, "1", &fakeZPC{shelf: shelf{list: list{n: 450, age: time.Hour}}, link: func(page int) string { return fmt.Sprintf(form, page) }})
				row, found := read(t.Context(), t, o, "source", "zscaler-zpc", "lists", "cloud")
				if row.Status != result.Answered || len(found) != 450 {
					t.Errorf("%s, %d findings: %s", row.Status, len(found), row.Reason)
				}
				if n := w.requests("9/v1/alerts/cloud"); n != 0 {
					t.Errorf("%d requests went to the link's host", n)
				}
			})
		})
	}
}
