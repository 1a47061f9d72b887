package optix

import (
	"strings"

	"github.com/scangate/scangate/internal/jsonx"
)

// answers is how answers are read: they hold nothing personal, so that errors
// may quote them.
func answers() jsonx.Options { return jsonx.Options{ShowValues: true} }

// decodeSubmission requires a taskId unless the service says why there is none: the
// reference leaves open whether duplicate and quotaFull come with one.
func decodeSubmission(o *jsonx.Object) Submission {
	s := Submission{
		TaskID:    strings.TrimSpace(o.OptID("taskId")),
		Duplicate: o.Flag("duplicate"),
		QuotaFull: o.Flag("quotaFull"),
	}
	switch {
	case s.QuotaFull: // which is refused, whatever else the answer says
	case s.TaskID != "":
		checkSuccess(o)
	case !s.Duplicate:
		o.Fail("taskId", "a task id")
	}
	return s
}

// decodeTask reads the images of a complete task only: before that the
// reference promises nothing about them.
func decodeTask(o *jsonx.Object) Task {
	t := Task{ID: o.ID("taskId"), Status: o.ID("status")}
	t.State = stateOf(t.Status)
	o.Documented("createdAt", "completedAt", "branch", "scanResult")
	if t.State != Complete {
		return t
	}
	checkSuccess(o)
	checkSinglePage(o)
	t.FilesScanned = o.OptSize("filesScanned")
	t.Images = []Image{}
	for item := range o.Objects("scanResult") {
		counts := item.Scope()
		img := decodeImage(item, counts)
		if img.Err = counts.Err(); img.Err != nil {
			img.Vulnerabilities, img.Secure = nil, nil
		}
		t.Images = append(t.Images, img)
	}
	return t
}

func stateOf(status string) TaskState {
	switch strings.ToLower(strings.TrimSpace(status)) {
	case "submitted":
		return Submitted
	case "complete":
		return Complete
	case "failed":
		return TaskFailed
	}
	return UnknownState
}

// decodeImage reads an image, and its counts through counts: the same object, or
// a scope of it where unreadable counts are the image's own error. Fields that
// only inform can't fail it. A service may leave zeros out, but only a secure image has
// no count at all.
func decodeImage(o, counts *jsonx.Object) Image {
	informs := o.Scope()
	o.Documented("isPublic")
	img := Image{
		FullTag:         o.ID("fullTag"),
		Vulnerabilities: decodeCounts(counts),
		Secure:          counts.OptBool("isSecure"),
		Registry:        informs.OptID("registry"),
		Files:           o.Texts("files"),
	}
	checkSuccess(counts)
	if len(img.Vulnerabilities) == 0 && (img.Secure == nil || !*img.Secure) {
		counts.Fail("vulnerabilities", "counts, unless isSecure is true")
	}
	return img
}

// decodeCounts reads every key: the reference ends its list of severities in "..".
func decodeCounts(o *jsonx.Object) []Count {
	counts := []Count{}
	for severity, n := range o.Counts("vulnerabilities", "critical", "high", "medium", "low") {
		counts = append(counts, Count{Severity: severity, N: n})
	}
	return counts
}

// decodeContainer requires the data of a success. Counts that can't be read are an
// error, because they are all that was asked for.
func decodeContainer(o *jsonx.Object) ContainerResult {
	r := ContainerResult{
		Success: o.Bool("success"),
		Status:  o.OptID("status"),
		Message: o.OptText("message"),
		Code:    o.OptID("code"),
	}
	if r.Success {
		checkSuccess(o)
		data := o.Object("data")
		r.Image = new(decodeImage(data, data))
	}
	return r
}

func decodeIaCSubmission(o *jsonx.Object) IaCSubmission {
	checkSuccess(o)
	s := IaCSubmission{ScanID: o.ID("scan_id")}
	if o.Has("summary") {
		s.Summary = decodeSummary(o.Object("summary"))
	}
	return s
}

// decodeSummary requires all four counts: a missing one is not zero.
func decodeSummary(o *jsonx.Object) *Summary {
	return &Summary{
		Critical: o.Count("num_critical_alerts"),
		High:     o.Count("num_high_alerts"),
		Medium:   o.Count("num_medium_alerts"),
		Low:      o.Count("num_low_alerts"),
	}
}

// decodeIaCStatus must find out whether the scan goes on and, if it doesn't,
// whether it succeeded.
func decodeIaCStatus(o *jsonx.Object) IaCStatus {
	ongoing, ok := isOngoing(o)
	if !ok {
		o.Fail("processing_ongoing", "true or false")
	}
	checkErrors(o)
	s := IaCStatus{
		Ongoing: ongoing,
		Success: o.Flag("success"),
		Error:   errorText(o),
		ScanIDs: scanIDs(o),
	}
	if !s.Ongoing {
		o.Bool("success") // must be there
	}
	if s.Success {
		checkStatus(o)
	}
	return s
}

// isOngoing reports whether o says that a scan goes on. ok is false if it doesn't say. The
// reference's schema says processing_ongoing, its note process_ongoing.
func isOngoing(o *jsonx.Object) (ongoing, ok bool) {
	processing, process := o.OptBool("processing_ongoing"), o.OptBool("process_ongoing")
	return processing != nil && *processing || process != nil && *process, processing != nil || process != nil
}

// scanIDs returns every id of a scan in o. The reference has one spelling of the key for
// parameters and submissions, and another for alerts.
func scanIDs(o *jsonx.Object) []string { return o.AllWords("scan_id", "scanID") }

// errorText returns the error in an answer, or "" for a value that means none.
func errorText(o *jsonx.Object) string { return errorAt(o, "error") }

func errorAt(o *jsonx.Object, key string) string {
	switch e := o.Any(key); e {
	case "false", "{}", "[]":
		return ""
	default:
		return strings.TrimSpace(e)
	}
}

// checkSuccess adds an error for each field that says that the request failed. Spring Boot
// writes such fields into the answers to failed requests, and the reference none of them into
// the answer to a request that succeeded.
func checkSuccess(o *jsonx.Object) {
	if errorText(o) != "" {
		o.Fail("error", wantNothing)
	}
	if success := o.OptBool("success"); success != nil && !*success {
		o.Fail("success", "true")
	}
	checkStatus(o)
	checkErrors(o)
}

func checkStatus(o *jsonx.Object) {
	if status := o.Words("status"); strings.EqualFold(status, "failed") || strings.EqualFold(status, "error") {
		o.Fail("status", "the status of a success")
	}
}

// checkErrors is the part of checkSuccess for answers whose other fields are reported one by
// one.
func checkErrors(o *jsonx.Object) {
	for _, key := range []string{"errors", "errorMessage"} {
		if errorAt(o, key) != "" {
			o.Fail(key, wantNothing)
		}
	}
}

const wantNothing = "empty in the answer to a request that succeeded"

// checkSinglePage adds an error for a field that says that the answer goes on elsewhere: the
// reference has no pages of it.
func checkSinglePage(o *jsonx.Object) {
	if o.Flag("hasNext") {
		o.Fail("hasNext", "false")
	}
	if o.OptCount("totalPages", 1) > 1 {
		o.Fail("totalPages", "1")
	}
}

func decodeAlertCounts(o *jsonx.Object) AlertCounts {
	checkSuccess(o)
	return AlertCounts{
		Critical: o.Count("critical"),
		High:     o.Count("high"),
		Medium:   o.Count("medium"),
		Low:      o.Count("low"),
		Total:    o.Count("total"),
	}
}

// decodePaging requires all of it: without it pages could be left unread, or read twice.
func decodePaging(o *jsonx.Object) Paging {
	checkSuccess(o)
	return Paging{HasNext: o.Bool("hasNext"), Page: o.Count("currentPage"), TotalPages: o.Count("totalPages")}
}

func decodeAlertPage(o *jsonx.Object) AlertPage {
	p := AlertPage{Paging: decodePaging(o), Alerts: []Alert{}}
	for item := range o.Objects("data") {
		p.Alerts = append(p.Alerts, decodeAlert(item))
	}
	return p
}

func decodeAlert(o *jsonx.Object) Alert {
	a := Alert{
		ID:          o.OptID("id"),
		AlertID:     o.OptID("alertId"),
		AccountID:   o.OptID("accountId"),
		AccountName: o.OptID("accountName"),
		Summary:     o.OptText("alertSummary"),
		Severity:    o.OptID("criticalLevel"),
		Details:     o.OptText("alertDetails"),
		URL:         o.OptText("url"),
		Provider:    o.OptID("provider"),
		State:       o.OptID("state"),
		Score:       decodeScore(o.Scope()),
		FirstSeen:   o.OptID("firstSeen"),
		LastSeen:    o.OptID("lastSeen"),
		PolicyLabel: o.OptText("policyLabel"),
	}
	for r := range o.OptObject("ruleResult").OptObjects("affectedResources") {
		a.Resources = append(a.Resources, r.Any("affectedResource"))
		a.ResourcesSeen = append(a.ResourcesSeen, r.OptID("firstSeen"))
	}
	return a
}

// decodeScore returns nil for a score that is missing or can't be read: it only
// stands in for a missing severity.
func decodeScore(o *jsonx.Object) *int {
	score := o.Count("score")
	if o.Err() != nil {
		return nil
	}
	return &score
}
