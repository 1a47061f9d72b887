package emulator

import (
	"io"
	"net/http"
	"slices"
)

// Call is the path of a call that the server answers.
type Call string

// The calls.
const (
	CallSubmitFiles     Call = "/api/v1/image-scanning/submit-for-scan"
	CallSubmitImages    Call = "/api/v1/image-scanning/submit-for-scan/by-image-name"
	CallTaskResult      Call = "/api/v1/image-scanning/get-scan-result"
	CallContainerResult Call = "/api/v1/image-scanning/container-scan-result"
	CallIaCScan         Call = "/api/v1/iac/scan"
	CallIaCStatus       Call = "/api/v1/iac/scan/status"
	CallIaCReport       Call = "/api/v1/iac/scan/detailedReport"
	CallAlertCount      Call = "/api/v1/alerts/count"
	CallAlerts          Call = "/api/v1/alerts"
	CallVMs             Call = "/api/v1/vms"
	CallAccounts        Call = "/api/v1/accounts"
	CallUsers           Call = "/api/v1/users"
	CallServerless      Call = "/api/v1/serverless"
	CallContainers      Call = "/api/v1/containers"
	CallVPCTraffic      Call = "/api/v1/outgoingtraffic/vpc"
	CallInstanceTraffic Call = "/api/v1/outgoingtraffic/instance"
	CallIPList          Call = "/api/v1/outboundtraffic/ipList"
	CallWhitelist       Call = "/api/v1/whitelistIPs"
	// CallSearch is the searches of all keys; the key follows the path.
	CallSearch Call = "/api/v1/search/"
)

// needsUser reports whether the reference lists "Unable to retrieve user" for a call.
func (c Call) needsUser() bool {
	return slices.Contains([]Call{CallSubmitFiles, CallSubmitImages, CallTaskResult, CallContainerResult, CallIaCScan}, c)
}

// Faults are misbehaviours of the server. The zero value has none.
type Faults struct {
	// StatusFor returns the status of the n-th request to a call, from 1; 0 answers
	// it normally.
	StatusFor func(call Call, n int) int
	// RetryAfter is the Retry-After header of the responses of StatusFor.
	RetryAfter string
	// HTMLLogin answers each of these calls with 200 and a login page.
	HTMLLogin []Call
	// Forget loses every task and scan as soon as it was accepted.
	Forget bool
	// NoUser refuses every key in scans, as if it belonged to no customer.
	NoUser bool
	// Drop lists normalised image names that are missing from answers.
	Drop []string
	// DuplicateForever answers every image submission as a duplicate.
	DuplicateForever bool
	// QuotaFull answers every image submission as beyond the quota.
	QuotaFull bool
	// TaskFailed ends every image task as failed and every scan without success.
	TaskFailed bool
	// NeverDone keeps every task submitted and every scan ongoing.
	NeverDone bool
	// UnknownStatus replaces the status of every task.
	UnknownStatus string
}

const loginPage = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>" +
	"<body><form action=\"/login\" method=\"post\">Sign in</form></body></html>\n"

// misbehave answers r with the fault that is set for it, and reports whether there
// is one.
func (s *Server) misbehave(w http.ResponseWriter, r *http.Request, call Call) bool {
	f := s.opts.Faults
	if f.NoUser && call.needsUser() {
		s.refuse(w, r, http.StatusBadRequest, noUser)
		return true
	}
	if slices.Contains(f.HTMLLogin, call) {
		w.Header().Set("Content-Type", "text/html;charset=utf-8")
		_, _ = io.WriteString(w, loginPage)
		return true
	}
	status := s.faultStatus(call)
	if status == 0 {
		return false
	}
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	s.refuse(w, r, status, http.StatusText(status))
	return true
}

func (s *Server) faultStatus(call Call) int {
	if s.opts.Faults.StatusFor == nil {
		return 0
	}
	s.mu.Lock()
	s.requests[call]++
	n := s.requests[call]
	s.mu.Unlock()
	return s.opts.Faults.StatusFor(call, n)
}
