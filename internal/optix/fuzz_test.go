package optix

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/jsonx"
)

// typedOrError checks that err is nil or a jsonx.Error with a text, and reports
// whether it is nil.
func typedOrError(t *testing.T, err error) bool {
	t.Helper()
	if err == nil {
		return true
	}
	d, ok := errors.AsType[*jsonx.Error](err)
	if !ok || d.Error() == "" {
		t.Errorf("%T: %v", err, err)
	}
	return false
}

// same checks a count against the JSON value that it was read from.
func same(t *testing.T, got int, raw json.RawMessage) {
	t.Helper()
	text := string(raw)
	var s string
	if json.Unmarshal(raw, &s) == nil {
		text = s
	}
	want, ok := new(big.Rat).SetString(strings.TrimSuffix(strings.TrimSpace(text), "."))
	if !ok || want.Cmp(new(big.Rat).SetInt64(int64(got))) != 0 {
		t.Errorf("%d was read from %s", got, raw)
	}
}

func seed(f *testing.F, bodies ...string) {
	f.Helper()
	for _, b := range bodies {
		f.Add([]byte(b))
	}
}

func FuzzSubmission(f *testing.F) {
	seed(f, `{"taskId":"t","duplicate":true,"quotaFull":false}`, `{"taskId":1}`, `{"duplicate":"true"}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := decoded(body, decodeSubmission)
		if typedOrError(t, err) && s.TaskID == "" && !s.Duplicate && !s.QuotaFull {
			t.Error("neither a task nor a reason")
		}
	})
}

func FuzzTask(f *testing.F) {
	seed(f, `{"taskId":"t","status":"complete","scanResult":[{"fullTag":"x","vulnerabilities":{"critical":1,"low":"2","x":null},"files":["a"],"isSecure":true}]}`,
		`{"taskId":"t","status":"failed"}`, `{"taskId":"t","status":"complete","scanResult":[{"fullTag":"x"}]}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		task, err := decoded(body, decodeTask)
		if !typedOrError(t, err) {
			return
		}
		if task.ID == "" || task.Status == "" || task.State != Complete && task.Images != nil {
			t.Errorf("%+v", task)
		}
		for _, img := range task.Images {
			typedOrError(t, img.Err)
			if img.FullTag == "" || (img.Err == nil) == (img.Vulnerabilities == nil) {
				t.Errorf("%+v", img)
			}
		}
	})
}

func FuzzCounts(f *testing.F) {
	seed(f, `{"critical":1,"low":"2","x":null}`, `{"a":0,"a":1}`, `{}`, `null`)
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return
		}
		body := append(append([]byte(`{"vulnerabilities":`), raw...), '}')
		counts, err := decoded(body, decodeCounts)
		if !typedOrError(t, err) {
			return
		}
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) != nil {
			t.Fatal("counts were read from a value that is not an object")
		}
		last := map[string]int{}
		for _, c := range counts {
			last[c.Severity] = c.N
		}
		for key, value := range members {
			n, ok := last[key]
			if !ok || string(value) == "null" {
				t.Errorf("%q was lost, or read from null", key)
				continue
			}
			same(t, n, value)
		}
	})
}

func FuzzContainer(f *testing.F) {
	seed(f, `{"success":true,"data":{"fullTag":"x","vulnerabilities":{}}}`, `{"success":false,"code":404}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decoded(body, decodeContainer)
		if typedOrError(t, err) && r.Success != (r.Image != nil) {
			t.Errorf("%+v", r)
		}
	})
}

func FuzzIaCSubmission(f *testing.F) {
	seed(f, `{"scan_id":"s","summary":null}`, `{"scan_id":"s","summary":{"num_critical_alerts":1,"num_high_alerts":"2","num_medium_alerts":0,"num_low_alerts":4}}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := decoded(body, decodeIaCSubmission)
		if typedOrError(t, err) && s.ScanID == "" {
			t.Error("no id")
		}
	})
}

func FuzzIaCStatus(f *testing.F) {
	seed(f, `{"processing_ongoing":false,"success":true,"error":null}`, `{"process_ongoing":"true"}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		st, err := decoded(body, decodeIaCStatus)
		if typedOrError(t, err) && st.Success && !bytes.Contains(bytes.ToLower(body), []byte("tr")) && !bytes.Contains(body, []byte(`\u`)) {
			t.Errorf("success was read from %s", body)
		}
	})
}

func FuzzReport(f *testing.F) {
	seed(f, `{"alerts":[{"scanID":"s","alertSummary":"a","criticalLevel":"HIGH","alertDetails":"d"}]}`, `{"alerts":[]}`, `{"alerts":null}`,
		`{"x":[{}],"alerts":[{},{"criticalLevel":2}]} `, "\xef\xbb\xbf{}", `""`, `{"alerts":""}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		alerts, err := readReport(bytes.NewReader(body))
		if !typedOrError(t, err) {
			return
		}
		// Another decoder must find as many alerts.
		body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
		var whole struct{ Alerts []json.RawMessage }
		if err := json.Unmarshal(body, &whole); err != nil {
			t.Errorf("%d alerts were read from invalid JSON: %v", len(alerts), err)
		}
		if len(alerts) < len(whole.Alerts) && bytes.Count(bytes.ToLower(body), []byte("lerts")) == 1 {
			t.Errorf("%d alerts, want %d", len(alerts), len(whole.Alerts))
		}
	})
}

func FuzzAlerts(f *testing.F) {
	seed(f, `{"data":[{"id":1}],"hasNext":false}`, `{"critical":1,"high":"2","medium":3,"low":4,"total":10}`)
	f.Fuzz(func(t *testing.T, body []byte) {
		_, err := decoded(body, decodeAlertPage)
		typedOrError(t, err)
		_, err = decoded(body, decodeAlertCounts)
		typedOrError(t, err)
	})
}
