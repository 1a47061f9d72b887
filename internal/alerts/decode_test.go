package alerts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/jsonx"
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/transport"
)

// decoders read a body as each vendor's first page.
func decoders(t *testing.T) map[string]func(body string) (page, error) {
	t.Helper()
	o := newWorld().options(t, nil)
	client := transport.New(transport.Config{Base: mustEndpoint(t, "https://vendor.example")})
	set := func(name string) setup {
		return (&Job{opts: o}).setup(mustSource(t, "source", name), nil)
	}
	answering := func(body string) doer {
		return func(_ context.Context, r transport.Request, opts jsonx.Options, read func(*jsonx.Object) error) error {
			o := jsonx.Parse([]byte(body), opts)
			err := cmp.Or(read(o), o.Err())
			if _, ok := errors.AsType[*jsonx.Error](err); ok {
				return client.BodyError(r, err)
			}
			return err
		}
	}
	return map[string]func(string) (page, error){
		"zpc": func(body string) (page, error) {
			return (&zpc{set("zscaler-zpc"), answering(body)}).page(t.Context(), "cloud", url.Values{}, 0)
		},
		"iot": func(body string) (page, error) {
			return (&iot{setup: set("palo-alto-iot"), do: answering(body)}).page(t.Context(), 0, 0)
		},
		"workflow": func(body string) (page, error) {
			return (&workflow{set("zscaler-workflow"), answering(body)}).page(t.Context(), transport.Request{}, 0)
		},
		"netskope": func(body string) (page, error) {
			return (&netskope{setup: set("netskope"), do: answering(body)}).page(t.Context(), 0, "")
		},
		"netskope v1": func(body string) (page, error) {
			return (&netskope{setup: set("netskope"), do: answering(body), v1: true}).page(t.Context(), 0, "")
		},
	}
}

// The quirks of the documented examples: alerts without a list, stray apostrophes, spellings,
// numbers as strings and strings as numbers, and alerts that are not open.
func TestQuirks(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, vendor, body, want string }{
		{"one bare alert", "zpc", `{"kind":"CloudAlert","alert_id":"ZS-1","alert_status":"Open","severity":"HIGH","risk_level":"LOW","policy":{"policy_id":"ZS-AWS-00294"}}`,
			"1 of -1, more false: ZS-1 high ZS-AWS-00294"},
		{"closed ones", "zpc", `{"alerts":[{"alert_id":1,"alert_status":"Closed"},{"alert_id":2,"alert_status":"RESOLVED"},{"alert_id":3,"alert_status":"ignored"},{"alert_id":7,"alert_status":"Suppressed"},
			{"alert_id":4,"alert_status":"Reopened","severity":"Critical"},{"alert_id":5,"severity":"odd","risk_level":"medium"},{"alert_id":6}],"total_count":"7","next_link":null}`,
			"7 of 7, more false: 4 critical; 5 medium; 6 unknown"},
		{"64 bits", "zpc", `{"alerts":[{"alert_id":9007199254740993,"severity":"low"}],"total_count":1,"next_link":"https://example.com/alerts/cloud/offset=3"}`,
			"1 of 1, more true: 9007199254740993 low"},
		{"details of other kinds", "zpc", `{"alerts":[{"alert_id":1,"severity":"low","policy":"p","cloud_account":7,"updated_by":{}}],"total_count":1}`,
			"1 of 1, more false: 1 low"},
		{"stray apostrophes", "iot", `{"total":1,"items":[{"resolved'":"no","severity'":"high","name'":"n","id":"5eb9","msg'":{"ruleid":"r1"}}],"deviceTags":{}}`,
			"1 of 1, more false: 5eb9 high r1"},
		{"no total, no id", "iot", `{"ver":"v4.0","api":"/alert/list","items":[{"name":"foo","zb_ticketid":"alert-Ob81"},{"name":"bar","severityNumber":2,"zb_ticketid":"alert-Lqy"}]}`,
			"2 of -1, more true: alert-Ob81 unknown; alert-Lqy low"},
		{"resolved", "iot", `{"total":1,"items":[{"resolved":"yes","id":"1"}]}`, "1 of 1, more false: "},
		{"a cursor of texts", "workflow", `{"incidents":[{"internalId":"1-143-16786974353299200003","severity":"HIGH","priority":"LOW","status":"NEW","labels":null,"closedCode":null,"networkInfo":null}],
			"cursor":{"totalPages":"1","currentPageNumber":0,"totalElements":1}}`, "1 of 1, more false: 1-143-16786974353299200003 high"},
		{"priority", "workflow", `{"incidents":[{"internalId":"a","severity":"LOW","priority":"CRITICAL"},{"internalId":"b","severity":"WHAT"},{"internalId":"c","status":"Resolved","severity":"HIGH"}],
			"cursor":{"totalPages":2,"currentPageNumber":0,"totalElements":103}}`, "3 of 103, more true: a critical; b unknown"},
		{"no internal id", "workflow", `{"incidents":[{"transactionId":"16786974353299200003"}],"cursor":{"totalPages":1,"currentPageNumber":"0","totalElements":1}}`,
			"1 of 1, more false: 16786974353299200003 unknown"},
		{"severities", "netskope", `{"ok":1,"result":[{"_id":"a","sa_rule_severity":"2"},{"_id":"b","dlp_rule_severity":"Medium"},{"_id":"c","severity":"unknown","severity_level":"high"},
			{"_id":"d","severity":"med"},{"_id":"e"},{"_id":"f","acked":"True","severity":"high"},
			{"_id":"g","acked":"yes","severity":"high"},{"_id":"h","dlp_rule_severity":"low","severity":"critical","risk_level":"high"}]}`, "8 of -1, more true: a unknown; b medium; c high; d medium; e unknown; h critical"},
		{"64 bits", "netskope", `{"ok":1,"result":[{"_id":9064411288558768621,"severity":"low"}]}`, "1 of -1, more true: 9064411288558768621 low"},
		{"v1", "netskope v1", `{"msg":"","data":[{"_id":"a","sa_rule_severity":"High","category":null,"sa_rule_id":-1001017}],"status":"success"}`, "1 of -1, more true: a high"},
		{"v1, one bare alert", "netskope v1", `{"_id":"d3a","alert_type":"Security Assessment","sa_rule_severity":"High"}`, "1 of -1, more true: d3a high"},
	}
	read := decoders(t)
	for _, tt := range tests {
		t.Run(tt.vendor+" "+tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := read[tt.vendor](tt.body)
			if err != nil {
				t.Fatal(err)
			}
			l := newListing()
			if err := l.add(p); err != nil {
				t.Fatal(err)
			}
			var open []string
			for _, a := range l.open() {
				open = append(open, strings.TrimSpace(fmt.Sprintf("%s %s %s", a.id, a.severity, a.rule)))
			}
			if got := fmt.Sprintf("%d of %d, more %v: %s", len(p.items), p.total, l.more, strings.Join(open, "; ")); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// An answer that can't be read is an error, never an empty list. The error does not quote the
// answer.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	bodies := map[string][]string{
		"zpc": {``, `[]`, `{}`, `{"alerts":null,"total_count":0}`, `{"alerts":{},"total_count":0}`, `{"alerts":["jane@acme.example"]}`, `{"alerts":[],"total_count":-1}`, `{"alerts":[],"total_count":"many"}`, `{"alerts":[]`, `<html>`,
			`{"alerts":[],"alerts":[{"alert_id":1}]}`, `{"alerts":[{"jane@acme.example":1,"jane@acme.example":2}]}`,
			`{"alerts":[]}`, `{"alerts":[],"total_count":null}`, `{"alerts":[],"total_count":0,"next_link":{}}`, `{"alerts":[],"total_count":0,"next_link":false}`, `{"alerts":[],"total_count":0} {}`,
			`{"alerts":[],"Alerts":[{"alert_id":1}],"total_count":0}`, `{"alerts":[],"total_count":0,"Total_Count":5}`, `{"alerts":[],"total_count":0,"total_count":5}`,
			`{"alerts":[{"alert_id":1,"severity":"LOW","Severity":"CRITICAL"}],"total_count":1}`, `{"alerts":[{"alert_id":1,"severity":"LOW","severity":"CRITICAL"}],"total_count":1}`,
			`{"alerts":[{"alert_id":1,"policy":{"policy_id":1,"Policy_ID":2}}],"total_count":1}`, `{"alert_id":1,"alert_status":"Closed","Alert_Status":"Open"}`},
		"iot": {`{"total":0}`, `{"total":0,"items":null}`, `{"total":1.5,"items":[]}`, `{"total":0,"items":[null]}`, `{"code":200}`,
			`{"items":[]}`, `{"total":null,"items":[]}`, `{"total":[],"items":[]}`, `{"total":0,"items":[]}x`, `{"total":0,"total":1,"items":[]}`, `{"total":0,"Total":1,"items":[]}`, `{"total":0,"total'":1,"items":[]}`,
			`{"total":1,"items":[{"id":1,"resolved":"no","resolved'":"yes"}]}`, `{"total":1,"items":[{"id":1,"resolved":"yes","Resolved'":"no"}]}`, `{"total":1,"items":[{"id":1,"msg":{"ruleid":1,"ruleid'":2}}]}`},
		"workflow": {`{"logs":[],"cursor":{}}`, `{"incidents":[1]}`, `{"incidents":[],"cursor":{"totalPages":"x"}}`,
			`{"incidents":[]}`, `{"incidents":[],"cursor":null}`, `{"incidents":[],"cursor":[]}`, `{"incidents":[],"cursor":{"totalPages":0,"totalElements":0}}`,
			`{"incidents":[],"cursor":{"totalPages":0,"currentPageNumber":0}}`, `{"incidents":[],"cursor":{"currentPageNumber":0,"totalElements":0}}`, `{"incidents":[],"cursor":{"totalPages":0,"currentPageNumber":0,"totalElements":null}}`,
			`{"incidents":[],"Incidents":[],"cursor":{"totalPages":0,"currentPageNumber":0,"totalElements":0}}`, `{"incidents":[],"cursor":{"totalPages":0,"currentPageNumber":0,"totalElements":0,"totalelements":9}}`,
			`{"incidents":[{"internalId":1,"status":"RESOLVED","Status":"NEW"}],"cursor":{"totalPages":1,"currentPageNumber":0,"totalElements":1}}`},
		"netskope": {`{"ok":1}`, `{"ok":0,"result":[]}`, `{"result":[]}`, `{"ok":1,"result":{}}`, `{"status":"error","errorCode":"Authorization Error","errors":["jane@acme.example"]}`,
			`{"ok":1,"ok":0,"result":[]}`, `{"ok":1,"OK":0,"result":[]}`, `{"ok":2,"result":[]}`, `{"ok":"success","result":[]}`, `{"ok":[1],"result":[]}`, `{"status":"success","result":[]}`, `{"ok":1,"result":null}`,
			`{"ok":1,"result":[],"Result":[{"_id":1}]}`, `{"ok":1,"result":[{"_id":1,"acked":"true","Acked":"false"}]}`, `{"ok":1,"result":[]}]`},
		"netskope v1": {`{"data":[]}`, `{"status":"success"}`, `{"status":"error","errorCode":"Authorization Error","data":[]}`, `{"status":"success","data":"jane@acme.example"}`,
			`{"ok":1,"data":[]}`, `{"status":1,"data":[]}`, `{"status":"success","status":"error","data":[]}`, `{"status":"success","Status":"error","data":[]}`, `{"status":"success","data":[],"Data":[{"_id":1}]}`,
			`{"_id":"d3a","acked":"true","ACKED":"false"}`},
	}
	read := decoders(t)
	for vendor, all := range bodies {
		for _, body := range all {
			p, err := read[vendor](body)
			if err == nil {
				t.Errorf("%s: %s is a list of %d", vendor, body, len(p.items))
			} else if strings.Contains(err.Error(), "jane") {
				t.Errorf("%s: the error quotes the answer: %v", vendor, err)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"alerts":[{"alert_id":1,"policy":3}],"total_count":1}`, `{"items":[{"id'":[]}]}`, `{"incidents":[{"userInfo":{"name":["x"]}}],"cursor":[]}`,
		`{"ok":true,"result":[{"_id":{}}]}`, `{"status":"success","data":[{"user":"ab@c.de","alert_name":"of ab@c.de"}]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for name, read := range decoders(t) {
			p, err := read(body)
			if err != nil && (len(p.items) > 0) {
				t.Errorf("%s: a part of an answer that can't be read: %d", name, len(p.items))
			}
			for _, it := range p.items {
				if found := it.finding(result.Target{Kind: result.KindAlerts, Name: "x"}, false); found.Count < 1 || found.Severity > result.Critical {
					t.Errorf("%s: %+v", name, found)
				}
			}
		}
	})
}
