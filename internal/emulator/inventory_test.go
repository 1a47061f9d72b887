package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// listSections are the lists of the reference beside alerts and search: valid parameters, and the
// failures of the table with a request for each.
func listSections() map[string]struct {
	call     Call
	good     string
	failures map[string]string
} {
	badSize := map[string]string{"size=501": "Pageable size cannot be greater than 500", "size=99": "Pageable size cannot be less than 100"}
	inventory := func(provider string, more map[string]string) map[string]string {
		all := map[string]string{"size=100&accountIds=1,111122223333,2": "Account Ids 1,2 not found"}
		for query, message := range badSize {
			all[query] = message
		}
		for query := range all {
			if provider != "" {
				all[query+"&provider=AWS"] = all[query]
				delete(all, query)
			}
		}
		if provider != "" {
			all["size=100&provider=GCQ"] = provider
			all["size=100"] = strings.Replace(provider, "GCQ", "", 1)
		}
		for query, message := range more {
			all[query] = message
		}
		return all
	}
	traffic := func(ids string) map[string]string {
		all := map[string]string{
			"isPageable=true": "Page number should be greater than 0", "isPageable=true&page=0": "Page number should be greater than 0",
			"page=0": "Page number should be greater than 0", "page=1&size=51": "Pageable size cannot be greater than 50",
			"timeTo=x": badDate("timeTo"), "timeFrom=2026-1-1": badDate("timeFrom"), "timeFrom=2026-01-01T00:00:00Z": badDate("timeFrom"),
			"timeFrom=2026-02-02&timeTo=2026-02-02": "Parameter ‘timeTo’ should come after ‘timeFrom’",
		}
		for query := range all {
			all[query+"&"+ids] = all[query]
			delete(all, query)
		}
		all["page=1"] = "Invalid data"
		return all
	}
	containers := inventory("", map[string]string{
		"size=100&containerType=pods": "Provider not provided.", "size=100&cloudProvider=eks": "Container-Type not provided.",
		"size=100&cloudProvider=eks&containerType=pod":         "Invalid Container-Type:pod",
		"size=100&cloudProvider=EKS&containerType=pods":        "Provider:EKS not supported for Container-Type:pods",
		"size=100&cloudProvider=native&containerType=clusters": "Provider:native not supported for Container-Type:clusters",
	})
	for _, query := range []string{"size=501", "size=99", "size=100&accountIds=1,111122223333,2"} {
		containers[query+"&cloudProvider=eks&containerType=pods"] = containers[query]
		delete(containers, query)
	}
	return map[string]struct {
		call     Call
		good     string
		failures map[string]string
	}{
		"Outgoing Traffic: vpc":      {CallVPCTraffic, "accountId=111122223333&vpcId=vpc-0a1b2c3d", traffic("accountId=111122223333&vpcId=vpc-0a1b2c3d")},
		"Outgoing Traffic: instance": {CallInstanceTraffic, "instanceId=i-0f3e00000001", traffic("instanceId=i-0f3e00000001")},
		"Inventory: Host":            {CallVMs, "provider=AWS&size=100", inventory("Provider type not supported", nil)},
		"Environments": {CallAccounts, "", map[string]string{
			"provider=aws": "Provider type not supported", "accountIds=1,111122223333,2": "Account Ids 1,2 not found",
		}},
		"Inventory: Users":      {CallUsers, "provider=AWS&size=100", inventory("Provider type not supported", nil)},
		"Inventory: Serverless": {CallServerless, "provider=AWS&size=100", inventory("Provider GCQ not supported", nil)},
		"Inventory: Containers": {CallContainers, "cloudProvider=eks&containerType=pods&size=100", containers},
	}
}

// Each row of the tables of failures is answered as it says.
func TestFailuresOfLists(t *testing.T) {
	t.Parallel()
	for section, s := range listSections() {
		t.Run(section, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, Options{Key: "right"})
			b.key = ""
			b.refused(b.get(s.call, s.good), 400, "ApiKey not provided")
			b.key = "wrong"
			if got := outcome(b.get(s.call, s.good)); got != "401 Unauthorized access or ApiKey expired" {
				t.Error(got)
			}
			b.key = "right"
			if got := outcome(b.get(s.call, s.good)); got != "200" {
				t.Errorf("%s: %s", s.good, got)
			}
			b.refused(b.get(s.call+"/x", s.good), 404, "No message available")
			for query, message := range s.failures {
				w := b.get(s.call, query)
				var v struct{ Message, ErrorMessage string }
				if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || w.Code != http.StatusBadRequest || v.Message+v.ErrorMessage != message {
					t.Errorf("%s: %d %s, want %q", query, w.Code, w.Body, message)
				}
			}
		})
	}
}

// Traffic without pages that is too long for one answer asks for a time.
func TestTooMuchTraffic(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Rows: maxTraffic + 1})
	const vpc = "accountId=111122223333&vpcId=vpc-0a1b2c3d"
	b.refused(b.get(CallVPCTraffic, vpc), 400, "Retry using parameters timeFrom and timeTo or limited range for timeFrom and timeTo")
	for _, query := range []string{"&timeFrom=2026-02-27", "&isPageable=true&page=1"} {
		if got := outcome(b.get(CallVPCTraffic, vpc+query)); got != "200" {
			t.Errorf("%s: %s", query, got)
		}
	}
}

// Pages of inventories start at 0, and a page that is not a number is the first.
func TestPagesOfInventories(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Rows: 250})
	for _, query := range []string{"provider=AWS", "provider=AWS&page=0", "provider=AWS&page=-1", "provider=AWS&page=x"} {
		got := b.decode(b.get(CallVMs, query+"&size=100"))
		if len(got["data"].([]any)) != 100 || got["currentPage"] != 0.0 || got["hasNext"] != true || got["hasPrevious"] != false || got["totalPages"] != 3.0 {
			t.Errorf("%s: %v", query, got["currentPage"])
		}
	}
	got := b.decode(b.get(CallVMs, "provider=AWS&page=2&size=100"))
	if len(got["data"].([]any)) != 50 || got["currentPage"] != 2.0 || got["hasNext"] != false || got["hasPrevious"] != true || got["size"] != 100.0 {
		t.Errorf("the last page: %v", got["currentPage"])
	}
	if got := b.decode(b.get(CallVMs, "provider=AWS&page=3&size=100")); len(got["data"].([]any)) != 0 || got["hasNext"] != false {
		t.Errorf("a page beyond the last: %v", got)
	}
}

// Filters choose the rows that have their value.
func TestParametersOfLists(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	for _, test := range []struct {
		call  Call
		query string
		want  string
	}{
		{CallVMs, "size=100&provider=AWS", "12"}, {CallVMs, "size=100&provider=Azure", "12"}, {CallVMs, "size=100&provider=GCP", "12"},
		{CallVMs, "size=100&provider=AWS&accountIds=444455556666", "6"}, {CallVMs, "size=100&provider=AWS&accountIds=111122223333,444455556666", "12"},
		{CallVMs, "size=100&provider=AWS&accountIds=777788889999", "0"}, // which is not enabled
		{CallUsers, "size=100&provider=GCP&accountIds=acme-staging-302", "6"}, {CallServerless, "size=100&provider=Azure", "12"},
		{CallContainers, "size=100&cloudProvider=native&containerType=pods", "12"}, {CallContainers, "size=100&cloudProvider=gke&containerType=clusters", "12"},
		{CallVPCTraffic, "accountId=111122223333&vpcId=vpc-0a1b2c3d&isPageable=true&page=2&size=5", "5"},
		{CallVPCTraffic, "accountId=111122223333&vpcId=vpc-0a1b2c3d&timeFrom=2026-03-01T05:30:00", "7"},
		{CallVPCTraffic, "accountId=111122223333&vpcId=vpc-0a1b2c3d&timeFrom=2026-03-01T05:30:00&timeTo=2026-03-01T10:30:00%2B00:00", "5"},
		{CallVPCTraffic, "accountId=111122223333&vpcId=vpc-9", "0"}, {CallVPCTraffic, "accountId=1&vpcId=vpc-9", "400 Invalid data"},
		{CallInstanceTraffic, "instanceId=i-0f3e00000001", "4"}, {CallInstanceTraffic, "", "400 Invalid data"},
	} {
		if got := b.found(test.call, test.query); got != test.want {
			t.Errorf("%s?%s: %s rows, want %s", test.call, test.query, got, test.want)
		}
	}
	for query, want := range map[string]int{"": 9, "provider=AWS": 3, "provider=Docker": 1, "accountIds=777788889999,acme-docker-hub": 2, "provider=GCP&accountIds=777788889999": 0} {
		var got []map[string]any
		if err := json.Unmarshal(b.get(CallAccounts, query).Body.Bytes(), &got); err != nil || len(got) != want {
			t.Errorf("accounts?%s: %d rows, want %d; %v", query, len(got), want, err)
		}
	}
}

func (b *bench) update(call Call, body string) *httptest.ResponseRecorder {
	b.Helper()
	r := httptest.NewRequest(http.MethodPost, string(call), strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json;charset=utf-8")
	return b.do(r)
}

// The payloads and failures of the sections Outbound Traffic and IP Whitelist.
func TestUpdatesOfAddresses(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	if w := b.update(CallIPList, `[{"accountIds":["111122223333"],"data":{"ips":["203.0.113.7","2001:db8::1"]}},{"data":{"ips":["203.0.113.8"]}}]`); w.Code != 200 || w.Body.Len() != 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for _, data := range []string{`{}`, `{"data":{}}`, `{"data":{"ips":[]}}`, `{"data":{"ips":["x"]}}`, `{"data":{"ips":"203.0.113.7"}}`, `{"data":{"ips":["203.0.113.1-9"]}}`} {
		b.refused(b.update(CallIPList, "["+data+"]"), 400, "Data object invalid")
		b.refused(b.update(CallWhitelist, data), 400, "Data object invalid")
	}
	for _, body := range []string{"", "[]", "{", `{"data":{"ips":["203.0.113.7"]}}`, `[{"data":{"ips":["203.0.113.0/24"]}}]`} {
		b.refused(b.update(CallIPList, body), 400, "Data object invalid")
	}
	b.refused(b.update(CallIPList, `[{"accountIds":["1"],"data":{"ips":["203.0.113.7"]}}]`), 400, "Account Ids 1 not found")
	b.refused(b.update(CallWhitelist, `{"accountIds":["1"],"data":{"ips":["203.0.113.7"]}}`), 400, "Account Ids 1 not found")
	b.refused(b.do(httptest.NewRequest(http.MethodPost, string(CallWhitelist), strings.NewReader("{}"))), 415, "Content type '' not supported")
	b.key = ""
	b.refused(b.update(CallIPList, "[]"), 400, "ApiKey not provided")
	b.refused(b.update(CallWhitelist, "{}"), 400, "ApiKey not provided")
	b.key = "any"
	w := b.update(CallWhitelist, `{"accountIds":["111122223333","444455556666"],"data":{"ips":["203.0.113.0/24","203.0.113.7"]}}`)
	const entry = `{"data":{"ips":["203.0.113.0/24","203.0.113.7"]},"id":%d,"accountIds":["111122223333","444455556666"],"customerId":4711,"accountId":"%s"}`
	if got, want := strings.TrimSpace(w.Body.String()), "["+fmt.Sprintf(entry, 1, "111122223333")+","+fmt.Sprintf(entry, 2, "444455556666")+"]"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func settledLists() []settled {
	added := func(b *bench) string {
		b.update(CallWhitelist, `{"data":{"ips":["203.0.113.7"]}}`)
		return fmt.Sprint(strings.Count(b.update(CallWhitelist, `{"data":{"ips":["203.0.113.8"]}}`).Body.String(), `"id"`))
	}
	page := url.Values{"provider": {"AWS"}, "size": {"100"}}.Encode()
	return []settled{
		{"unknown-traffic", Options{}, func(b *bench) string {
			return b.found(CallVPCTraffic, "accountId=111122223333&vpcId=x") + "; " + b.found(CallInstanceTraffic, "instanceId=x")
		}, map[string]string{"empty": "0; 0", "refused": "400 Invalid data; 400 Invalid data"}},
		{"list-answer", Options{}, func(b *bench) string { return b.update(CallIPList, `[{"data":{"ips":["203.0.113.7"]}}]`).Body.String() },
			map[string]string{"empty": "", "text": "Success"}},
		{"whitelist-answer", Options{}, added, map[string]string{"all": "2", "added": "1"}},
		{"unlisted-size", Options{}, func(b *bench) string {
			return field(b.get(CallServerless, "provider=AWS&size=9"), "size") + "; " + field(b.get(CallContainers, "cloudProvider=eks&containerType=pods&size=900"), "size")
		}, map[string]string{"refused": "400 ; 400 ", "nearest": "100; 500"}},
		{"serverless-start", Options{}, func(b *bench) string { return b.get(CallServerless, page).Body.String()[:50] },
			map[string]string{"first": `{"errorMessage":null,"data":[{"accountId":"1111222`, "refused": `{"errorMessage":"Page number should be greater tha`}},
		{"native-clusters", Options{}, func(b *bench) string {
			w := b.get(CallContainers, "cloudProvider=native&containerType=clusters&size=100")
			return fmt.Sprint(w.Code)
		}, map[string]string{"refused": "400", "none": "200"}},
		{"bare-errors", Options{}, func(b *bench) string { return outcome(b.get(CallServerless, "size=100&provider=x")) },
			map[string]string{"bare": "400 ", "whole": "400 Provider x not supported"}},
	}
}
