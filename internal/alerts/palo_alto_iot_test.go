package alerts

import (
	"fmt"
	"github.com/scangate/scangate/internal/transport"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	iotSecretID     = "iot-key-id-19"
	iotSecretKey    = "iot-access-2b77"
	strataSecret    = "strata-secret-51c9"
	strataTokenName = "strata.token"
	customerID      = "acmecorp"
)

func iotFake() fake {
	return fake{
		vendor: "palo-alto-iot", port: "2",
		env: map[string]string{
			iotURL: "http://127.0.0.1:2/pub/v4.0", iotCustomerID: customerID, iotKeyID: iotSecretID, iotAccessKey: iotSecretKey,
		},
		secrets: []string{iotSecretKey, strataSecret, strataTokenName},
		serve: func(l list) http.Handler {
			return &fakeIoT{shelf: shelf{list: l}, throttle: throttle{limit: l.throttle}}
		},
		open:     all,
		pageSize: "pagelength", paths: "/", limit: transport.RateLimit{N: 60, Per: time.Minute},
	}
}

// strata is an environment for Strata Cloud Manager.
func strata() map[string]string {
	env := variables()
	maps.DeleteFunc(env, func(name, _ string) bool { return strings.HasPrefix(name, "SCANGATE_PALO_ALTO_IOT_") })
	maps.Copy(env, map[string]string{
		iotURL: "http://127.0.0.1:2/iot/pub/v1", iotAuthURL: "http://127.0.0.1:2/oauth2/access_token",
		iotClientID: "client-7", iotClientSecret: strataSecret, iotTSGID: "0123456789",
	})
	return env
}

// fakeIoT is a standalone portal or Strata Cloud Manager.
type fakeIoT struct {
	shelf
	strata    bool
	noTotal   bool
	quoted    bool // keys as in the text's example
	life      time.Duration
	tokenUses int // requests that one token is good for; 0 for any
	throttle  throttle

	tokens  int
	uses    int
	expires time.Time
}

func (f *fakeIoT) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/oauth2/access_token" {
		f.token(w, r)
		return
	}
	q := r.URL.Query()
	path, allowed := "/pub/v4.0/alert/list", r.Header.Get("X-Key-Id") == iotSecretID && r.Header.Get("X-Access-Key") == iotSecretKey && q.Get("customerid") == customerID
	if f.strata {
		path, allowed = "/iot/pub/v1/alert/list", f.good(r) && !q.Has("customerid")
	}
	size, offset := intOf(q.Get("pagelength"), 1000), intOf(q.Get("offset"), 0)
	_, badTime := time.Parse(time.RFC3339, q.Get("stime"))
	switch {
	case r.URL.Path != path || r.Method != http.MethodGet:
		answerJSON(w, http.StatusNotFound, map[string]any{"code": 404, "message": "Error: IoT tenant with TSG id ... is not found"})
	case !allowed && f.strata:
		answerJSON(w, http.StatusUnauthorized, map[string]any{"code": 401, "msg": "Unauthorized: " + r.Header.Get("Authorization")})
	case !allowed:
		answerJSON(w, http.StatusForbidden, map[string]any{"code": 403, "msg": "Forbidden access. Either the provided API key is invalid or it does not have the required RBAC permissions to run this API."})
	case f.throttle.refuses():
		answerJSON(w, http.StatusTooManyRequests, map[string]any{"code": 429, "msg": "Too many requests. The number of requests for device details for a single device exceeded the rate limit of 180 queries per minute per tenant."})
	case size < 1 || size > 1000 || offset < 0 || q.Get("stime") != "" && badTime != nil || q.Get("resolved") == "maybe":
		answerJSON(w, http.StatusBadRequest, map[string]any{"code": 400, "msg": "Bad Request. This occurs when an HTTP request contains an invalid query string."})
	default:
		f.list(w, size, offset)
	}
}

func (f *fakeIoT) list(w http.ResponseWriter, size, offset int) {
	numbers := f.next()
	items := []map[string]any{}
	for _, i := range cut(numbers, offset, size) {
		items = append(items, f.item(i))
	}
	body := map[string]any{"items": items, "deviceTags": map[string]any{}}
	if f.noTotal {
		body["ver"], body["api"] = "v4.0", "/alert/list"
	} else {
		body["total"] = len(numbers)
	}
	answerJSON(w, http.StatusOK, body)
}

func (f *fakeIoT) item(i int) map[string]any {
	mark := ""
	if f.quoted {
		mark = "'"
	}
	return map[string]any{
		"resolved" + mark: "no", "date" + mark: time.Now().Add(-f.age).UTC().Format("2006-01-02T15:04:05.000Z"), "deviceid" + mark: "18:65:90:cd:88:0d",
		"name" + mark: "baseline violated", "severity" + mark: strings.ToLower(strings.ReplaceAll(word(i), "CRITICAL", "INFO")),
		"severityNumber" + mark: 4, "type" + mark: "policy_alert", "tenantid" + mark: customerID,
		"zb_ticketid": fmt.Sprintf("alert-%d", i), "id": fmt.Sprintf("5eb9fa8127b736d8%08x", i), "reason_history": []string{},
		"msg" + mark: map[string]any{"ruleid": "5a26f169c8272f0b00c5ef1a"},
	}
}

func (f *fakeIoT) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	if !ok || id != "client-7" || secret != strataSecret || r.PostFormValue("grant_type") != "client_credentials" || r.PostFormValue("scope") != "tsg_id:0123456789" {
		answerJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client", "error_description": "no client " + id + " " + secret})
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tokens++
	f.uses, f.expires = 0, time.Now().Add(f.life)
	answerJSON(w, http.StatusOK, map[string]any{"access_token": f.name(), "scope": "profile tsg_id: 0123456789 email", "token_type": "Bearer", "expires_in": int(f.life / time.Second)})
}

func (f *fakeIoT) name() string { return fmt.Sprintf("%s.%d", strataTokenName, f.tokens) }

func (f *fakeIoT) good(r *http.Request) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.uses++
	return r.Header.Get("Authorization") == "Bearer "+f.name() && time.Now().Before(f.expires) && (f.tokenUses == 0 || f.uses <= f.tokenUses)
}

func TestIoTWithoutATotal(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 99, 100, 101, 240} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "2", &fakeIoT{shelf: shelf{list: list{n: n}}, noTotal: true, quoted: true})
			row, found := read(t.Context(), t, o, "source", "palo-alto-iot", "pagelength", "100")
			checkFindings(t, row, found, n)
		})
	}
}

// The last page is known by the total, unless it is full: then a further one is asked for.
func TestIoTReadsNoPageTooMany(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{0: 1, 9: 1, 10: 2, 11: 2, 20: 3, 21: 3} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "2", iotFake().serve(list{n: n, age: time.Hour}))
			row, found := read(t.Context(), t, o, "source", "palo-alto-iot", "pagelength", "10")
			checkFindings(t, row, found, n)
			if got := w.requests("2/pub/v4.0/alert/list"); got != want {
				t.Errorf("%d alerts: %d requests, want %d", n, got, want)
			}
		})
	}
}
