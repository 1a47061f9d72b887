package emulator

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/netip"
)

// addressUpdate is the payload of both calls that take addresses.
type addressUpdate struct {
	AccountIDs []string `json:"accountIds"`
	Data       struct {
		IPs []string `json:"ips"`
	} `json:"data"`
}

// whitelistEntry is an entry of the whitelist.
type whitelistEntry struct {
	Data struct {
		IPs []string `json:"ips"`
	} `json:"data"`
	ID         int      `json:"id"`
	AccountIDs []string `json:"accountIds"`
	CustomerID int      `json:"customerId"`
	AccountID  *string  `json:"accountId"`
}

// sampleCustomer is the id of the sample customer.
const sampleCustomer = 4711

// maxAddresses bounds the body of an update, in bytes.
const maxAddresses = 1 << 20

// ipList answers POST outboundtraffic/ipList: an array of updates.
func (s *Server) ipList(w http.ResponseWriter, r *http.Request) {
	var updates []addressUpdate
	if !s.readUpdate(w, r, &updates) {
		return
	}
	for _, u := range updates {
		if problem := s.badUpdate(u, false); problem != "" {
			s.refuse(w, r, http.StatusBadRequest, problem)
			return
		}
	}
	if len(updates) == 0 {
		s.refuse(w, r, http.StatusBadRequest, badData)
		return
	}
	if s.assumes("list-answer=text") {
		writeText(w, http.StatusOK, "Success")
	}
}

const badData = "Data object invalid"

// whitelistIPs answers POST whitelistIPs: one update. The answer has all entries.
func (s *Server) whitelistIPs(w http.ResponseWriter, r *http.Request) {
	var u addressUpdate
	if !s.readUpdate(w, r, &u) {
		return
	}
	if problem := s.badUpdate(u, true); problem != "" {
		s.refuse(w, r, http.StatusBadRequest, problem)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	added := len(s.whitelist)
	s.addEntries(u)
	if s.assumes("whitelist-answer=added") {
		writeJSON(w, http.StatusOK, s.whitelist[added:])
		return
	}
	writeJSON(w, http.StatusOK, s.whitelist)
}

// addEntries adds an entry for each account, or one for all of them.
func (s *Server) addEntries(u addressUpdate) {
	accounts := []*string{nil}
	if len(u.AccountIDs) > 0 {
		accounts = nil
		for i := range u.AccountIDs {
			accounts = append(accounts, &u.AccountIDs[i])
		}
	}
	for _, account := range accounts {
		e := whitelistEntry{ID: len(s.whitelist) + 1, AccountIDs: u.AccountIDs, CustomerID: sampleCustomer, AccountID: account}
		e.Data.IPs = u.Data.IPs
		s.whitelist = append(s.whitelist, e)
	}
	if extra := len(s.whitelist) - s.opts.Keep; extra > 0 {
		s.whitelist = s.whitelist[extra:]
	}
}

// readUpdate reads a body of JSON. If that fails, it answers the request and returns false.
func (s *Server) readUpdate(w http.ResponseWriter, r *http.Request, into any) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" {
		s.refuse(w, r, http.StatusUnsupportedMediaType, "Content type '"+kind+"' not supported")
		return false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAddresses))
	if err != nil || json.Unmarshal(body, into) != nil {
		s.refuse(w, r, http.StatusBadRequest, badData)
		return false
	}
	return true
}

// badUpdate returns the problem of an update in the order of the reference's table.
func (s *Server) badUpdate(u addressUpdate, ranges bool) string {
	problem := ""
	if len(u.Data.IPs) == 0 {
		problem = badData
	}
	for _, text := range u.Data.IPs {
		_, err := netip.ParseAddr(text)
		if err != nil && ranges {
			_, err = netip.ParsePrefix(text)
		}
		if err != nil {
			problem = badData
		}
	}
	return s.firstOf([]string{problem, s.badEnvironments(u.AccountIDs)})
}
