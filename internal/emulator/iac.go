package emulator

import (
	"encoding/json"
	"io"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scangate/scangate/internal/emulator/rules"
)

// scan is an IaC submission. Its alerts are found at once, and returned when it has
// ended.
type scan struct {
	id          string
	starts      time.Time // before it, the scan is neither ongoing nor done
	ends        time.Time
	failure     string
	alerts      []rules.Alert
	policy      string // empty is all policies
	save        bool
	repo        string
	branch      string
	synchronous bool
}

// iacScan answers POST iac/scan.
func (s *Server) iacScan(w http.ResponseWriter, r *http.Request) {
	f, ok := s.readForm(w, r)
	if !ok {
		return
	}
	async, okAsync := s.flag(f, "async", true)
	save, okSave := s.flag(f, "save_results_to_account", false)
	sc := &scan{repo: f.get("repo_url"), branch: f.get("branch"), policy: f.get("policy_name"), save: save, synchronous: !async}
	if save && (sc.repo == "" || sc.branch == "") {
		sc.save, okSave = false, okSave && s.assumes("save-without-repository=not-saved")
	}
	if len(f.files) == 0 || !okAsync || !okSave || s.assumes("unknown-policy=refused") && !hasPolicy(sc.policy) {
		s.badArguments(w, r)
		return
	}
	s.evaluate(sc, f.files)
	answer := map[string]any{"scan_id": sc.id, "summary": nil}
	if sc.synchronous && sc.failure == "" {
		answer["summary"] = summarize(sc.alerts)
	}
	s.answer(w, answer)
}

// flag reads an optional boolean parameter. ok is false where a malformed one is refused.
func (s *Server) flag(f *form, name string, byDefault bool) (value, ok bool) {
	switch strings.ToLower(f.get(name)) {
	case "true":
		return true, true
	case "false":
		return false, true
	case "":
		return byDefault, true
	}
	return byDefault, !s.assumes("bad-boolean=refused")
}

// evaluate finds the alerts of a scan and stores it. A synchronous scan has ended
// when it is answered.
func (s *Server) evaluate(sc *scan, uploads []upload) {
	alerts, err := s.findAlerts(uploads)
	switch {
	case s.opts.Faults.TaskFailed:
		sc.failure = "Internal error while processing the files"
	case err != nil:
		sc.failure = err.Error()
	case !hasPolicy(sc.policy) && !s.assumes("unknown-policy=all"):
		sc.failure = "Unable to find the policy '" + sc.policy + "'"
	default:
		sc.alerts = slices.DeleteFunc(alerts, func(a rules.Alert) bool { return !inPolicy(a, sc.policy) })
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.opts.Timing
	sc.id = s.opts.NewID()
	sc.starts, sc.ends = s.opts.Now(), s.opts.Now()
	if !sc.synchronous {
		sc.starts = sc.starts.Add(t.Queued)
		sc.ends = sc.starts.Add(t.Scan + time.Duration(len(uploads))*t.PerFile)
	}
	if !s.opts.Faults.Forget {
		s.scans.add(sc.id, sc)
	}
}

// reference is what names a resource and its file in the details of an alert.
var reference = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(` \(Ref: [^\n]*?, File: [^\n]*?\)`) })

// findAlerts evaluates the rules on uploads.
func (s *Server) findAlerts(uploads []upload) ([]rules.Alert, error) {
	var files []rules.File
	for _, u := range uploads {
		file := []rules.File{{Path: u.name, Content: u.content}}
		if s.assumes("file-names=base-names") {
			file[0].Path = path.Base(u.name)
		}
		if s.assumes("bad-template=skipped") {
			if _, err := rules.Evaluate(file); err != nil {
				continue
			}
		}
		files = append(files, file...)
	}
	alerts, err := rules.Evaluate(files)
	if s.assumes("references=none") {
		for i := range alerts {
			alerts[i].Details = reference().ReplaceAllLiteralString(alerts[i].Details, "")
		}
	}
	return alerts, err
}

func summarize(alerts []rules.Alert) map[string]int {
	summary := map[string]int{
		"num_critical_alerts": 0, "num_high_alerts": 0,
		"num_medium_alerts": 0, "num_low_alerts": 0,
	}
	for _, a := range alerts {
		summary["num_"+strings.ToLower(a.Severity)+"_alerts"]++
	}
	return summary
}

// findScan returns the scan of a request, whether it is ongoing, and whether it
// ended in success. A stored scan does not change.
func (s *Server) findScan(r *http.Request) (sc *scan, ongoing, success, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sc, ok = s.scans.get(r.URL.Query().Get("scan_id"))
	if !ok || s.opts.Now().Before(sc.starts) && s.assumes("new-scan=unknown") {
		return nil, false, false, false
	}
	ongoing, success = s.stateOf(sc)
	return sc, ongoing, success, true
}

func (s *Server) stateOf(sc *scan) (ongoing, success bool) {
	now := s.opts.Now()
	switch {
	case now.Before(sc.starts):
		return false, false
	case s.opts.Faults.NeverDone || now.Before(sc.ends):
		return true, false
	}
	return false, sc.failure == ""
}

// iacStatus answers GET iac/scan/status.
func (s *Server) iacStatus(w http.ResponseWriter, r *http.Request) {
	sc, ongoing, success, ok := s.findScan(r)
	if !ok {
		s.refuse(w, r, http.StatusBadRequest, noScan)
		return
	}
	answer := map[string]any{"processing_ongoing": ongoing, "success": success, "error": nil}
	ended := !s.opts.Now().Before(sc.ends) && !ongoing
	if ended && sc.failure != "" {
		answer["error"] = sc.failure
	}
	if s.assumes("status-key=process_ongoing") {
		answer["process_ongoing"] = ongoing
		delete(answer, "processing_ongoing")
	}
	s.answer(w, answer)
}

// reportedAlert is an entry of the detailed report.
type reportedAlert struct {
	ScanID  string `json:"scanID"`
	Summary string `json:"alertSummary"`
	Level   string `json:"criticalLevel"`
	Details string `json:"alertDetails"`
}

// iacReport answers GET iac/scan/detailedReport.
func (s *Server) iacReport(w http.ResponseWriter, r *http.Request) {
	sc, _, success, ok := s.findScan(r)
	if ok && !success && s.assumes("early-report=empty") {
		sc = &scan{}
	} else if !ok || !success {
		s.refuse(w, r, http.StatusBadRequest, noScan)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"alerts":[`)
	for i, a := range sc.alerts { // one at a time: together they may take megabytes
		if i > 0 {
			_, _ = io.WriteString(w, ",")
		}
		_ = json.NewEncoder(w).Encode(reportedAlert{sc.id, a.Summary, a.Severity, a.Details})
	}
	_, _ = io.WriteString(w, "]}\n")
}
