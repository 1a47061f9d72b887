package emulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxAlertSize is the largest page of alerts in the reference.
const maxAlertSize = 50

// alertCount answers GET alerts/count.
func (s *Server) alertCount(w http.ResponseWriter, r *http.Request) {
	known := s.allAlerts()
	keep, problems := s.readFilter(r.URL.Query(), known)
	if problem := s.firstOf(problems); problem != "" {
		s.refuse(w, r, http.StatusBadRequest, problem)
		return
	}
	found := slices.DeleteFunc(known, func(a alert) bool { return !keep.matches(a) })
	counts := map[string]int{"critical": 0, "high": 0, "medium": 0, "low": 0, "total": len(found)}
	for _, a := range found {
		counts[strings.ToLower(a.CriticalLevel)]++
	}
	writeJSON(w, http.StatusOK, counts)
}

// alerts answers GET alerts: a page.
func (s *Server) alerts(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	known := s.allAlerts()
	keep, problems := s.readFilter(q, known)
	severities, badSeverity := s.listed(s.values(q, "severity"), "low", "medium", "high", "critical")
	page, size, badPaging := s.paging(q, false)
	problems = append(problems, badSeverity, badPaging, tooLarge(size))
	if problem := s.firstOf(problems); problem != "" {
		s.refuse(w, r, http.StatusBadRequest, problem)
		return
	}
	found := slices.DeleteFunc(known, func(a alert) bool {
		return !keep.matches(a) || !matchesAny(severities, strings.ToLower(a.CriticalLevel))
	})
	answer := pageOf(s, found, page, size)
	s.respell(answer.Data)
	writeJSON(w, http.StatusOK, answer)
}

// respell writes alerts as the service may: level and times have no stated form.
func (s *Server) respell(alerts []alert) {
	for i := range alerts {
		if s.assumes("level-case=lower") {
			alerts[i].CriticalLevel = strings.ToLower(alerts[i].CriticalLevel)
		}
		if s.assumes("time-unit=seconds") {
			alerts[i].FirstSeen /= 1000
			alerts[i].LastSeen /= 1000
		}
	}
}

func tooLarge(size int) string {
	if size > maxAlertSize {
		return "Pageable size cannot be greater than 50"
	}
	return ""
}

// firstOf returns the problem that is answered, "" if there is none. Problems are in
// the order of the reference, "" for none.
func (s *Server) firstOf(problems []string) string {
	problems = slices.DeleteFunc(problems, func(p string) bool { return p == "" })
	if len(problems) == 0 {
		return ""
	}
	if s.assumes("failure-order=reversed") {
		return problems[len(problems)-1]
	}
	return problems[0]
}

// values returns the values of a parameter that may have several.
func (s *Server) values(q url.Values, name string) []string {
	all := q[name]
	if !s.assumes("lists=repeated") {
		all = strings.Split(strings.Join(all, ","), ",")
	}
	return slices.DeleteFunc(slices.Clone(all), func(v string) bool { return v == "" })
}

// unlisted is a value that nothing has.
const unlisted = "\x00"

// listed returns the values that the reference lists for a parameter.
func (s *Server) listed(values []string, list ...string) (known []string, problem string) {
	for _, v := range values {
		switch {
		case slices.Contains(list, v):
			known = append(known, v)
		case s.assumes("unlisted-value=refused"):
			problem = noArguments
		case !s.assumes("unlisted-value=ignored"):
			known = append(known, unlisted)
		}
	}
	return known, problem
}

func unknownAccounts(ids []string, known []alert) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(known, func(a alert) bool { return a.AccountID == id })
	})
}
