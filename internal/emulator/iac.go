package emulator

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
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
	async, okAsync := f.flag("async", true)
	save, okSave := f.flag("save_results_to_account", false)
	sc := &scan{repo: f.get("repo_url"), branch: f.get("branch"), save: save, synchronous: !async}
	if len(f.files) == 0 || !okAsync || !okSave || save && (sc.repo == "" || sc.branch == "") {
		s.badArguments(w, r)
		return
	}
	s.evaluate(sc, f.files)
	answer := map[string]any{"scan_id": sc.id, "summary": nil}
	if sc.synchronous && sc.failure == "" {
		answer["summary"] = summarize(sc.alerts)
	}
	writeJSON(w, http.StatusOK, answer)
}

// evaluate finds the alerts of a scan and stores it. A synchronous scan has ended
// when it is answered.
func (s *Server) evaluate(sc *scan, uploads []upload) {
	files := make([]rules.File, len(uploads))
	for i, u := range uploads {
		files[i] = rules.File{Path: u.name, Content: u.content}
	}
	alerts, err := rules.Evaluate(files)
	switch {
	case s.opts.Faults.TaskFailed:
		sc.failure = "Internal error while processing the files"
	case err != nil:
		sc.failure = err.Error()
	default:
		sc.alerts = alerts
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.opts.Timing
	sc.id = s.opts.NewID()
	sc.starts, sc.ends = s.opts.Now(), s.opts.Now()
	if !sc.synchronous {
		sc.starts = sc.starts.Add(t.Queued)
		sc.ends = sc.starts.Add(t.Scan + time.Duration(len(files))*t.PerFile)
	}
	s.scans.add(sc.id, sc)
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
	if !ok {
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
		s.refuse(w, r, http.StatusBadRequest, "Unable to find the scan you requested")
		return
	}
	answer := map[string]any{"processing_ongoing": ongoing, "success": success, "error": nil}
	ended := !s.opts.Now().Before(sc.ends) && !ongoing
	if ended && sc.failure != "" {
		answer["error"] = sc.failure
	}
	writeJSON(w, http.StatusOK, answer)
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
	if !ok || !success {
		s.refuse(w, r, http.StatusBadRequest, "Unable to find the scan you requested")
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
