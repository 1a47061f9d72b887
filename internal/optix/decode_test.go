package optix

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scangate/scangate/internal/jsonx"
)

// decoded reads an answer.
func decoded[T any](body []byte, decode func(*jsonx.Object) T) (T, error) {
	o := jsonx.Parse(body, answers())
	v := decode(o)
	if err := o.Err(); err != nil {
		var none T
		return none, err
	}
	return v, nil
}

// tables decodes good and bad answers. The value of a bad answer is the path that
// its error must name first.
func tables[T any](t *testing.T, decode func(*jsonx.Object) T, good map[string]T, bad map[string]string) {
	t.Helper()
	check(t, func(body []byte) (T, error) { return decoded(body, decode) }, good, bad)
}

func check[T any](t *testing.T, decode func([]byte) (T, error), good map[string]T, bad map[string]string) {
	t.Helper()
	for body, want := range good {
		got, err := decode([]byte(body))
		if diff := cmp.Diff(want, got, cmpopts.EquateErrors()); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", body, err, diff)
		}
	}
	for _, body := range []string{"", " \n", "<html>", "null", "[]", `"x"`, "12", "{", `{"a":1} x`, `{"a":1}{}`, "{]", "\x00"} {
		bad[body] = ""
	}
	for body, field := range bad {
		got, err := decode([]byte(body))
		d, ok := errors.AsType[*jsonx.Error](err)
		if !ok || d.Fields[0].Path != field {
			t.Errorf("%q: %+v, %v; want an error at %q", body, got, err, field)
		}
	}
}

func TestDecodeSubmission(t *testing.T) {
	t.Parallel()
	tables(t, decodeSubmission, map[string]Submission{
		`{"taskId":"t1","duplicate":false,"quotaFull":false}`:   {TaskID: "t1"},
		`{"taskId":17,"duplicate":null}`:                        {TaskID: "17"},
		`{"taskId":"t","duplicate":"TRUE","quotaFull":"false"}`: {TaskID: "t", Duplicate: true},
		`{"duplicate":true}`:                                    {Duplicate: true},
		`{"taskId":null,"quotaFull":true,"more":{}}`:            {QuotaFull: true},
		`{"taskId":"t","quotaFull":true,"error":"full"}`:        {TaskID: "t", QuotaFull: true},
		"\xef\xbb\xbf" + `{"taskId":"t"}`:                       {TaskID: "t"},
	}, map[string]string{
		`{}`:                              "taskId",
		`{"taskId":null}`:                 "taskId",
		`{"taskId":" "}`:                  "taskId",
		`{"taskId":{}}`:                   "taskId",
		`{"taskId":true}`:                 "taskId",
		`{"taskId":"t","duplicate":1}`:    "duplicate",
		`{"taskId":"t","quotaFull":"no"}`: "quotaFull",
	})
}

func TestDecodeTask(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	tables(t, decodeTask, map[string]Task{
		`{"taskId":"t","status":"submitted","scanResult":null,"createdAt":12}`:  {ID: "t", Status: "submitted", State: Submitted},
		`{"taskId":"t","status":"failed"}`:                                      {ID: "t", Status: "failed", State: TaskFailed},
		`{"taskId":"t","status":"paused"}`:                                      {ID: "t", Status: "paused"},
		`{"taskId":5,"status":"COMPLETE","scanResult":[],"filesScanned":["a"]}`: {ID: "5", Status: "COMPLETE", State: Complete, Images: []Image{}, FilesScanned: new(1)},
		`{"taskId":"t","status":"complete","scanResult":[],"filesScanned":"0"}`: {ID: "t", Status: "complete", State: Complete, Images: []Image{}, FilesScanned: new(0)},
		`{"taskId":"t","status":"complete","scanResult":[],"filesScanned":[]}`:  {ID: "t", Status: "complete", State: Complete, Images: []Image{}, FilesScanned: new(0)},
		`{"taskId":"t","status":"submitted","filesScanned":{}}`:                 {ID: "t", Status: "submitted", State: Submitted},
		`{"taskId":"t","status":"complete","scanResult":[
		  {"fullTag":"docker.io/library/redis:7","registry":"docker.io","vulnerabilities":{"critical":1,"high":"02","low":3.0,"negligible":0},"files":["a","b"],"isPublic":"true","isSecure":false},
		  {"fullTag":"y","vulnerabilities":{"low":1},"files":{"a":1},"registry":[]},
		  {"fullTag":"x","vulnerabilities":{},"files":"Dockerfile","isSecure":true}]}`: {ID: "t", Status: "complete", State: Complete, Images: []Image{
			{
				FullTag: "docker.io/library/redis:7", Registry: "docker.io", Files: []string{"a", "b"}, Secure: &no,
				Vulnerabilities: []Count{{"critical", 1}, {"high", 2}, {"low", 3}, {"negligible", 0}},
			},
			{FullTag: "y", Vulnerabilities: []Count{{"low", 1}}},
			{FullTag: "x", Vulnerabilities: []Count{}, Files: []string{"Dockerfile"}, Secure: &yes},
		}},
	}, map[string]string{
		`{"taskId":"t"}`:                                                                                                     "status",
		`{"status":"complete","scanResult":[]}`:                                                                              "taskId",
		`{"taskId":"t","status":7.5e3,"scanResult":[],"status":null}`:                                                        "status",
		`{"taskId":"t","status":"complete"}`:                                                                                 "scanResult",
		`{"taskId":"t","status":"complete","scanResult":null}`:                                                               "scanResult",
		`{"taskId":"t","status":"complete","scanResult":{}}`:                                                                 "scanResult",
		`{"taskId":"t","status":"complete","scanResult":[null]}`:                                                             "scanResult[0]",
		`{"taskId":"t","status":"complete","scanResult":[{}]}`:                                                               "scanResult[0].fullTag",
		`{"taskId":"t","status":"complete","scanResult":[{},{"x":"y"}]}`:                                                     "scanResult[0].fullTag",
		`{"taskId":"t","status":"complete","scanResult":[],"filesScanned":"some"}`:                                           "filesScanned",
		`{"taskId":"t","status":"submitted","ScanResult":[]}`:                                                                "scanResult",
		`{"taskId":"t","status":"submitted","Branch":"x"}`:                                                                   "branch",
		`{"taskId":"t","status":"complete","scanResult":[{"fullTag":"x","vulnerabilities":{"low":1},"IsSecure":false}]}`:     "scanResult[0].isSecure",
		`{"taskId":"t","status":"complete","scanResult":[{"fullTag":"x","vulnerabilities":{"low":1},"ispublic":false}]}`:     "scanResult[0].isPublic",
		`{"taskId":"t","status":"complete","scanResult":[{"fullTag":"x","vulnerabilities":{"critical":0,"CRITICAL":3}}]}`:    "scanResult[0].vulnerabilities.critical",
		`{"taskId":"t","status":"complete","scanResult":[{"fullTag":"x","vulnerabilities":{"low":1},"Vulnerabilities":{}}]}`: "scanResult[0].vulnerabilities",
		`{"taskId":"t","status":"complete","scanResult":[],"scanResult":[{"fullTag":"x","vulnerabilities":{"critical":1}}]}`: "scanResult",
		`{"taskId":"t","status":"complete","scanResult":[{"fullTag":"x","fullTag":"y","vulnerabilities":{}}]}`:               "scanResult[0].fullTag",
	})
}

// Only the words of the reference have a meaning. A word that is nearly one of them has none.
// An answer of status 200 that says of itself that it failed, or that it is not all, is refused.
func TestAnswersThatDenyThemselves(t *testing.T) {
	t.Parallel()
	decodes := func(answer string, decode func([]byte) error) {
		if err := decode([]byte(strings.ReplaceAll(answer, "MORE", `"error":[],"errors":{},"errorMessage":"","success":true,"status":"complete"`))); err != nil {
			t.Errorf("%s: %v", answer, err)
		}
		for _, field := range []string{`"error":"pull failed"`, `"errors":["x"]`, `"errorMessage":"x"`, `"success":false`, `"status":"failed"`, `"status":"ERROR"`} {
			body := strings.Replace(answer, "MORE", field, 1)
			if err := decode([]byte(body)); err == nil {
				t.Errorf("%s is believed", body)
			}
		}
	}
	decodes(`{"taskId":"t",MORE}`, denies(decodeSubmission))
	decodes(`{"scan_id":"s","summary":null,MORE}`, denies(decodeIaCSubmission))
	decodes(`{"critical":0,"high":0,"medium":0,"low":0,"total":0,MORE}`, denies(decodeAlertCounts))
	decodes(`{"hasNext":false,"currentPage":1,"totalPages":1,"data":[],MORE}`, denies(decodeAlertPage))
	image := func(o *jsonx.Object) Image { return decodeImage(o, o) }
	decodes(`{"fullTag":"a","vulnerabilities":{"low":1},MORE}`, denies(image))
	task := func(fields ...string) string {
		return `{"taskId":"t","status":"complete","scanResult":[],` + strings.Join(fields, ",") + `}`
	}
	for _, field := range []string{`"error":"x"`, `"errors":["x"]`, `"errorMessage":"x"`, `"success":false`, `"hasNext":true`, `"totalPages":2`} {
		if denies(decodeTask)([]byte(task(field))) == nil {
			t.Errorf("a task with %s is believed", field)
		}
	}
	for _, field := range []string{`"error":"x"`, `"errors":["x"]`, `"status":"failed"`} {
		body := `{"success":true,"data":{"fullTag":"a","vulnerabilities":{"low":1}},` + field + `}`
		if denies(decodeContainer)([]byte(body)) == nil {
			t.Errorf("a container result with %s is believed", field)
		}
	}
	if _, err := decoded([]byte(task(`"hasNext":false`, `"totalPages":1`, `"success":true`)), decodeTask); err != nil {
		t.Error(err)
	}
	for _, field := range []string{`"errors":["x"]`, `"errorMessage":"x"`, `"status":"failed"`} {
		if denies(decodeIaCStatus)([]byte(`{"processing_ongoing":false,"success":true,`+field+`}`)) == nil {
			t.Errorf("a status with %s is believed", field)
		}
	}
	if err := denies(decodeIaCStatus)([]byte(`{"processing_ongoing":false,"success":false,"status":"failed","error":"boom"}`)); err != nil {
		t.Errorf("the reason of a failed scan is not read: %v", err)
	}
}

// denies returns the error of an answer.
func denies[T any](decode func(*jsonx.Object) T) func([]byte) error {
	return func(body []byte) error {
		_, err := decoded(body, decode)
		return err
	}
}

func TestTaskStates(t *testing.T) {
	t.Parallel()
	for state, words := range map[TaskState][]string{
		Submitted:  {"submitted", "Submitted", " submitted\n"},
		Complete:   {"complete", "COMPLETE", "\tcomplete "},
		TaskFailed: {"failed", "FAILED", " Failed"},
		UnknownState: {
			"completed", "completes", "incomplete", "complete.", "complete,failed", "com plete", "compl\u0435te", "done", "success", "ok", "finished",
			"submit", "unsubmitted", "submitted: complete", "failure", "fail", "unfailed", "failed complete", "processing", "true", "0", "",
		},
	} {
		for _, word := range words {
			if got := stateOf(word); got != state {
				t.Errorf("status %q: state %v, want %v", word, got, state)
			}
		}
	}
}

// An image whose counts can't be read has no answer. Other images keep theirs.
func TestDecodeImageWithoutAnswer(t *testing.T) {
	t.Parallel()
	for item, field := range map[string]string{
		`{"fullTag":"x"}`: "vulnerabilities",
		`{"fullTag":"x","vulnerabilities":null,"isSecure":true}`:                      "vulnerabilities",
		`{"fullTag":"x","vulnerabilities":[]}`:                                        "vulnerabilities",
		`{"fullTag":"x","vulnerabilities":"none"}`:                                    "vulnerabilities",
		`{"fullTag":"x","vulnerabilities":0}`:                                         "vulnerabilities",
		`{"fullTag":"x","vulnerabilities":{"high":-1}}`:                               "vulnerabilities.high",
		`{"fullTag":"x","vulnerabilities":{"low":1,"high":1.5}}`:                      "vulnerabilities.high",
		`{"fullTag":"x","vulnerabilities":{"high":"many"}}`:                           "vulnerabilities.high",
		`{"fullTag":"x","vulnerabilities":{"high":""}}`:                               "vulnerabilities.high",
		`{"fullTag":"x","vulnerabilities":{"high":1e-400}}`:                           "vulnerabilities.high",
		`{"fullTag":"x","vulnerabilities":{"high":99999999999999999999}}`:             "vulnerabilities.high",
		`{"fullTag":"x","vulnerabilities":{"high":true}}`:                             "vulnerabilities.high",
		`{"fullTag":"x","vulnerabilities":{"high":{"count":3}}}`:                      "vulnerabilities.high",
		`{"fullTag":"x","vulnerabilities":{"high":[3]}}`:                              "vulnerabilities.high",
		`{"fullTag":"x","vulnerabilities":{"low":0},"isSecure":"maybe"}`:              "isSecure",
		`{"fullTag":"x","vulnerabilities":{}}`:                                        "vulnerabilities",
		`{"fullTag":"x","vulnerabilities":{},"isSecure":null}`:                        "vulnerabilities",
		`{"fullTag":"x","vulnerabilities":{},"isSecure":false}`:                       "vulnerabilities",
		`{"fullTag":"x","vulnerabilities":{"high":null},"isSecure":true}`:             "vulnerabilities.high",
		`{"fullTag":"x","vulnerabilities":{"critical":3,"high":null}}`:                "vulnerabilities.high",
		`{"fullTag":"x","vulnerabilities":{"weird":null}}`:                            "vulnerabilities.weird",
		`{"fullTag":"x","vulnerabilities":{"high":5,"low":"1,000"}}`:                  "vulnerabilities.low",
		`{"fullTag":"x","vulnerabilities":{"high":"0x10"}}`:                           "vulnerabilities.high",
		`{"fullTag":"x","vulnerabilities":{"high":"-0.5"},"isSecure":true}`:           "vulnerabilities.high",
		`{"fullTag":"x","vulnerabilities":{"a":0,"b":"0.0000000000000000000001"}}`:    "vulnerabilities.b",
		`{"fullTag":"x","vulnerabilities":{"a":"18446744073709551616"},"isSecure":1}`: "vulnerabilities.a",
	} {
		body := `{"taskId":"t","status":"complete","scanResult":[` + item + `,{"fullTag":"fine","vulnerabilities":{"high":2}}]}`
		task, err := decoded([]byte(body), decodeTask)
		if err != nil || len(task.Images) != 2 {
			t.Errorf("%s: %v", item, err)
			continue
		}
		img, fine := task.Images[0], task.Images[1]
		if d, ok := errors.AsType[*jsonx.Error](img.Err); !ok || d.Fields[0].Path != "scanResult[0]."+field || img.Vulnerabilities != nil {
			t.Errorf("%s: %+v", item, img)
		}
		if diff := cmp.Diff(Image{FullTag: "fine", Vulnerabilities: []Count{{"high", 2}}}, fine); diff != "" {
			t.Errorf("%s: the other image: %s", item, diff)
		}
	}
}

// A duplicate key makes the whole answer unreadable, because readers differ in
// which value they use.
func TestDecodeDuplicateKey(t *testing.T) {
	t.Parallel()
	for body, field := range map[string]string{
		`{"taskId":"t","status":"complete","scanResult":[{"fullTag":"x","vulnerabilities":{"high":5,"high":0}}]}`: "scanResult[0].vulnerabilities.high",
		`{"taskId":"t","status":"failed","status":"complete","scanResult":[]}`:                                    "status",
		`{"taskId":"t","status":"complete","Status":"failed","scanResult":[]}`:                                    "status",
	} {
		task, err := decoded([]byte(body), decodeTask)
		if d := decodeErrorOf(t, err); d.Fields[0].Path != field || task.ID != "" {
			t.Errorf("%s: %+v, %v", body, task, err)
		}
	}
}

func TestDecodeContainer(t *testing.T) {
	t.Parallel()
	tables(t, decodeContainer, map[string]ContainerResult{
		`{"success":false,"status":"error","message":"not analyzed","code":404,"data":null}`: {Status: "error", Message: "not analyzed", Code: "404"},
		`{"success":"true","data":{"fullTag":"x","vulnerabilities":{"low":1}}}`: {
			Success: true, Image: &Image{FullTag: "x", Vulnerabilities: []Count{{"low", 1}}},
		},
	}, map[string]string{
		`{}`:                         "success",
		`{"success":null}`:           "success",
		`{"success":true}`:           "data",
		`{"success":true,"data":{}}`: "data.fullTag",
		`{"success":true,"data":{"fullTag":"x"}}`: "data.vulnerabilities",
		`{"success":false,"message":[]}`:          "message",
	})
}

func TestDecodeIaCSubmission(t *testing.T) {
	t.Parallel()
	tables(t, decodeIaCSubmission, map[string]IaCSubmission{
		`{"scan_id":"999999a9-9999-999a-9a9a-99999a99a9a9a9","summary":null}`: {ScanID: "999999a9-9999-999a-9a9a-99999a99a9a9a9"},
		`{"scan_id":12}`: {ScanID: "12"},
		`{"scan_id":"s","summary":{"num_critical_alerts":1,"num_high_alerts":"2","num_medium_alerts":0,"num_low_alerts":4}}`: {ScanID: "s", Summary: &Summary{1, 2, 0, 4}},
	}, map[string]string{
		`{}`:                             "scan_id",
		`{"scan_id":""}`:                 "scan_id",
		`{"scan_id":null,"summary":{}}`:  "scan_id",
		`{"scan_id":"s","summary":{}}`:   "summary.num_critical_alerts",
		`{"scan_id":"s","summary":[]}`:   "summary",
		`{"scan_id":"s","summary":true}`: "summary",
		`{"scan_id":"s","summary":{"num_critical_alerts":0,"num_high_alerts":0,"num_medium_alerts":-1,"num_low_alerts":0}}`:   "summary.num_medium_alerts",
		`{"scan_id":"s","summary":{"num_critical_alerts":0,"num_high_alerts":0,"num_medium_alerts":0,"num_low_alerts":null}}`: "summary.num_low_alerts",
	})
}

func TestDecodeIaCStatus(t *testing.T) {
	t.Parallel()
	tables(t, decodeIaCStatus, map[string]IaCStatus{
		`{"processing_ongoing":true,"success":false,"error":null}`:     {Ongoing: true},
		`{"process_ongoing":"true"}`:                                   {Ongoing: true},
		`{"process_ongoing":false,"success":"true","error":""}`:        {Success: true},
		`{"processing_ongoing":false,"success":false,"error":"boom"}`:  {Error: "boom"},
		`{"processing_ongoing":false,"success":false,"error":{"a":1}}`: {Error: `{"a":1}`},
		`{"processing_ongoing":false,"process_ongoing":true}`:          {Ongoing: true},

		`{"processing_ongoing":false,"success":true,"error":"1 of 1 files could not be parsed"}`: {Success: true, Error: "1 of 1 files could not be parsed"},
		`{"processing_ongoing":false,"success":true,"error":false}`:                              {Success: true},
		`{"processing_ongoing":false,"success":true,"error":{}}`:                                 {Success: true},
		`{"processing_ongoing":false,"success":true,"error":[]}`:                                 {Success: true},
		`{"processing_ongoing":false,"success":true,"error":" "}`:                                {Success: true},
		`{"processing_ongoing":false,"success":true,"error":0}`:                                  {Success: true, Error: "0"},
		`{"processing_ongoing":false,"success":true,"scan_id":"a","scanID":5}`:                   {Success: true, ScanIDs: []string{"a", "5"}},
	}, map[string]string{
		`{"success":true}`:                                "processing_ongoing",
		`{"processing_ongoing":null,"success":true}`:      "processing_ongoing",
		`{"processing_ongoing":false}`:                    "success",
		`{"processing_ongoing":false,"success":null}`:     "success",
		`{"processing_ongoing":0,"success":true}`:         "processing_ongoing",
		`{"processing_ongoing":false,"success":"yes"}`:    "success",
		`{"process_ongoing":"finished","success":"true"}`: "process_ongoing",

		`{"processing_ongoing":false,"Processing_Ongoing":true,"success":true}`: "processing_ongoing",
		`{"processing_ongoing":false,"success":false,"success":true}`:           "success",
		`{"processing_ongoing":false,"success":true,"Success":false}`:           "success",
		`{"processing_ongoing":false,"success":true,"Error":"x"}`:               "error",
		`{"processing_ongoing":false,"success":true,"scan_ID":"x"}`:             "scan_id",
	})
}

func TestDecodeAlertCounts(t *testing.T) {
	t.Parallel()
	tables(t, decodeAlertCounts, map[string]AlertCounts{
		`{"critical":"1","high":2,"medium":3,"low":4,"total":10}`: {1, 2, 3, 4, 10},
	}, map[string]string{
		`{}`: "critical",
		`{"critical":0,"high":0,"medium":0,"low":0}`:            "total",
		`{"critical":0,"high":null,"medium":0,"low":0}`:         "high",
		`{"critical":0,"high":0,"medium":0,"low":[],"total":0}`: "low",
	})
}

func TestDecodeAlertPage(t *testing.T) {
	t.Parallel()
	tables(t, decodeAlertPage, map[string]AlertPage{
		`{"data":[],"currentPage":1,"totalPages":0,"hasNext":false}`: {Paging: Paging{Page: 1}, Alerts: []Alert{}},
		`{"data":[{"id":7,"alertId":"A-1","accountId":"1","alertSummary":"s","criticalLevel":"HIGH","firstSeen":1588947742,"state":"OPEN",
		  "ruleResult":{"affectedResources":[{"affectedResource":"bucket"},{"affectedResource":{"x":1}}],"displayOrder":"int"}},{}],
		  "currentPage":"1","hasNext":"true","hasPrevious":false,"totalPages":3,"size":2}`: {
			Paging: Paging{Page: 1, TotalPages: 3, HasNext: true},
			Alerts: []Alert{{
				ID: "7", AlertID: "A-1", AccountID: "1", Summary: "s", Severity: "HIGH", FirstSeen: "1588947742", State: "OPEN",
				Resources: []string{"bucket", `{"x":1}`}, ResourcesSeen: []string{"", ""},
			}, {}},
		},
	}, map[string]string{
		`{"data":[]}`:                                                                                   "hasNext",
		`{"data":[],"hasNext":false}`:                                                                   "currentPage",
		`{"data":[],"hasNext":false,"currentPage":1}`:                                                   "totalPages",
		`{"data":[],"hasNext":false,"currentPage":1,"totalPages":-1}`:                                   "totalPages",
		`{"data":[],"hasNext":false,"currentPage":1,"totalPages":null}`:                                 "totalPages",
		`{"data":[],"hasNext":false,"currentPage":1,"totalPages":0,"Data":[1]}`:                         "data",
		`{"hasNext":false,"currentPage":1,"totalPages":0}`:                                              "data",
		`{"hasNext":false,"currentPage":1,"totalPages":0,"data":null}`:                                  "data",
		`{"hasNext":false,"currentPage":1,"totalPages":1,"data":[1]}`:                                   "data[0]",
		`{"hasNext":false,"currentPage":1,"totalPages":1,"data":[{"id":[]}]}`:                           "data[0].id",
		`{"hasNext":false,"currentPage":1,"totalPages":1,"data":[{"state":"SUPPRESS","State":"OPEN"}]}`: "data[0].state",
	})
}

func TestStateNames(t *testing.T) {
	t.Parallel()
	got := []string{UnknownState.String(), Submitted.String(), Complete.String(), TaskFailed.String()}
	if diff := cmp.Diff([]string{"unknown", "submitted", "complete", "failed"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeErrorIsShort(t *testing.T) {
	t.Parallel()
	_, err := decoded([]byte(`{"taskId":{"`+strings.Repeat("ä", 5000)+`":1}}`), decodeSubmission)
	if n := len([]rune(decodeErrorOf(t, err).Error())); n > 100 {
		t.Errorf("%d runes", n)
	}
}
