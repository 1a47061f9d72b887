package emulator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// alertCount answers GET alerts/count.
func (s *Server) alertCount(w http.ResponseWriter, r *http.Request) {
	found, problem := s.selectAlerts(r)
	if problem != "" {
		s.refuse(w, r, http.StatusBadRequest, problem)
		return
	}
	counts := map[string]int{"critical": 0, "high": 0, "medium": 0, "low": 0, "total": len(found)}
	for _, a := range found {
		counts[strings.ToLower(a.CriticalLevel)]++
	}
	writeJSON(w, http.StatusOK, counts)
}

// alerts answers GET alerts: a page.
func (s *Server) alerts(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	page, size, problem := paging(q.Get("page"), q.Get("size"))
	severity := strings.ToUpper(q.Get("severity"))
	if problem == "" && severity != "" && !slices.Contains(alertLevels(), severity) {
		problem = "Proper arguments not provided"
	}
	found, filterProblem := s.selectAlerts(r)
	if problem == "" {
		problem = filterProblem
	}
	if problem != "" {
		s.refuse(w, r, http.StatusBadRequest, problem)
		return
	}
	if severity != "" {
		found = slices.DeleteFunc(found, func(a alert) bool { return a.CriticalLevel != severity })
	}
	writeJSON(w, http.StatusOK, pageOf(found, page, size))
}

// paging reads page (required, from 1) and size (at most 50, 20 by default).
func paging(pageText, sizeText string) (page, size int, problem string) {
	page, err := strconv.Atoi(pageText)
	if err != nil {
		return 0, 0, "Proper arguments not provided"
	}
	if page < 1 {
		return 0, 0, "Page number should be greater than 0"
	}
	if sizeText == "" {
		return page, 20, ""
	}
	size, err = strconv.Atoi(sizeText)
	switch {
	case err != nil || size < 1:
		return 0, 0, "Proper arguments not provided"
	case size > 50:
		return 0, 0, "Pageable size cannot be greater than 50"
	}
	return page, size, ""
}

// pageOf returns a page of a list; pages beyond the last one are empty.
func pageOf[T any](found []T, page, size int) map[string]any {
	pages := (len(found) + size - 1) / size
	data := []T{}
	if page <= pages {
		data = found[(page-1)*size : min(page*size, len(found))]
	}
	return map[string]any{
		"data": data, "currentPage": page, "size": size, "totalPages": pages,
		"hasNext": page < pages, "hasPrevious": page > 1,
	}
}

// selectAlerts applies all filters except severity. If a filter is invalid, it
// returns the message.
func (s *Server) selectAlerts(r *http.Request) ([]alert, string) {
	q := r.URL.Query()
	known := s.allAlerts()
	keep, problem := parseFilter(q, s.opts.Now())
	if problem != "" {
		return nil, problem
	}
	if missing := unknownAccounts(keep.accounts, known); len(missing) > 0 {
		return nil, "Account Ids " + strings.Join(missing, ",") + " not found"
	}
	return slices.DeleteFunc(known, func(a alert) bool { return !keep.matches(a) }), ""
}

func unknownAccounts(ids []string, known []alert) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(known, func(a alert) bool { return a.AccountID == id })
	})
}
