package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// maxTraffic is the number of rows that fit into one answer without pages.
const maxTraffic = 10_000

// flow is a row of outgoing traffic.
type flow struct {
	Name        string `json:"name"`
	Source      string `json:"srcIpAddress"`
	Instance    string `json:"instanceId"`
	Interface   string `json:"interfaceId"`
	Destination string `json:"dstIpAddress"`
	Port        string `json:"dstPort"`
	Time        int64  `json:"time"` // epoch, ms
}

// vpcTraffic answers GET outgoingtraffic/vpc.
func (s *Server) vpcTraffic(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	known := slices.ContainsFunc(enabled("AWS"), func(e environment) bool { return e.id == q.Get("accountId") })
	flows := s.flows()
	if q.Get("vpcId") != sampleVPC {
		flows = nil
		known = known && !s.assumes("unknown-traffic=refused")
	}
	s.traffic(w, r, flows, q.Get("vpcId") != "" && known)
}

// sampleVPC is the VPC of all sample machines.
const sampleVPC = "vpc-0a1b2c3d"

// instanceTraffic answers GET outgoingtraffic/instance.
func (s *Server) instanceTraffic(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("instanceId")
	flows := slices.DeleteFunc(s.flows(), func(f flow) bool { return f.Instance != id })
	s.traffic(w, r, flows, id != "" && (len(flows) > 0 || !s.assumes("unknown-traffic=refused")))
}

// flows returns the sample traffic: each row is an hour older than the one before.
func (s *Server) flows() []flow {
	all := make([]flow, 0, max(0, s.opts.Rows))
	for i := range cap(all) {
		all = append(all, flow{
			Name: fmt.Sprintf("web-%03d", i%3), Source: fmt.Sprintf("10.0.0.%d", i%3+1), Instance: fmt.Sprintf("i-0f3e%08x", i%3),
			Interface: fmt.Sprintf("eni-%08x", i%3), Destination: fmt.Sprintf("198.51.100.%d", i%250+1), Port: strconv.Itoa(pick(i, 443, 443, 22, 8443)),
			Time: s.started.Add(-hours(i)).UnixMilli(),
		})
	}
	return all
}

// traffic answers with a page of flows, or with all of them.
func (s *Server) traffic(w http.ResponseWriter, r *http.Request, flows []flow, valid bool) {
	q := r.URL.Query()
	paged, isBool := boolean(q.Get("isPageable"))
	page, badPage := trafficPage(q, paged)
	size, badSize := s.trafficSize(q.Get("size"))
	invalid, tooMany := "", ""
	if !valid || !isBool && s.assumes("bad-boolean=refused") {
		invalid = "Invalid data"
	}
	if !paged && len(flows) > maxTraffic && q.Get("timeFrom") == "" {
		tooMany = "Retry using parameters timeFrom and timeTo or limited range for timeFrom and timeTo"
	}
	flows, badTo, badFrom, order := s.inTime(flows, q)
	if problem := s.firstOf([]string{badPage, badSize, invalid, tooMany, badTo, badFrom, order}); problem != "" {
		s.refuse(w, r, http.StatusBadRequest, problem)
		return
	}
	if !paged {
		page, size = 1, max(1, len(flows))
	}
	writeJSON(w, http.StatusOK, pageOf(s, flows, page, size))
}

func boolean(text string) (value, ok bool) {
	return text == "true", text == "" || text == "true" || text == "false"
}

// trafficPage reads page, which a list without pages does not need.
func trafficPage(q url.Values, paged bool) (page int, problem string) {
	page, err := strconv.Atoi(q.Get("page"))
	if (err != nil || page < 1) && (paged || q.Has("page")) {
		return 1, "Page number should be greater than 0"
	}
	return max(1, page), ""
}

func (s *Server) trafficSize(text string) (size int, problem string) {
	size, err := strconv.Atoi(text)
	switch {
	case text != "" && (err != nil || size < 1) && s.assumes("bad-size=refused"):
		return defaultSize, "Invalid data"
	case err != nil || size < 1:
		return defaultSize, ""
	case size > 50:
		return defaultSize, "Pageable size cannot be greater than 50"
	}
	return size, ""
}

// inTime returns the flows between timeFrom and timeTo, or the problems of these.
func (s *Server) inTime(flows []flow, q url.Values) (in []flow, badTo, badFrom, order string) {
	from, to := time.Time{}, s.opts.Now().AddDate(1, 0, 0)
	if !s.setDate(&to, q.Get("timeTo")) {
		badTo = badDate("timeTo")
	}
	if !s.setDate(&from, q.Get("timeFrom")) {
		badFrom = badDate("timeFrom")
	}
	if q.Get("timeFrom") != "" && q.Get("timeTo") != "" && !to.After(from) {
		order = "Parameter ‘timeTo’ should come after ‘timeFrom’"
	}
	in = slices.DeleteFunc(flows, func(f flow) bool { return f.Time < from.UnixMilli() || f.Time > to.UnixMilli() })
	return in, badTo, badFrom, order
}
