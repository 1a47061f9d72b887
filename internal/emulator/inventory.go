package emulator

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// The sizes of a page of an inventory.
const (
	minInventory = 100
	maxInventory = 500
)

// inventory is a list whose pages start at 0.
type inventory struct {
	// choose returns the rows for the parameters that choose them, or problems in the order of the
	// reference's table.
	choose func(s *Server, q url.Values) (rows []map[string]any, problems []string)
	// bareErrors: errors have nothing but an errorMessage.
	bareErrors bool
	// unlistedSize: the table of failures does not have both bounds of size.
	unlistedSize bool
}

func inventories() map[Call]inventory {
	return map[Call]inventory{
		CallVMs:        {choose: chooseVMs},
		CallUsers:      {choose: chooseUsers},
		CallServerless: {choose: chooseServerless, bareErrors: true, unlistedSize: true},
		CallContainers: {choose: chooseContainers, bareErrors: true, unlistedSize: true},
	}
}

// inventory answers GET vms, users, serverless and containers: a page.
func (s *Server) inventory(w http.ResponseWriter, r *http.Request) {
	list, q := inventories()[Call(r.URL.Path)], r.URL.Query()
	rows, problems := list.choose(s, q)
	ids := s.values(q, "accountIds")
	page := max(0, atoi(q.Get("page")))
	size, tooLarge, tooSmall := s.inventorySize(q.Get("size"), list.unlistedSize)
	all := slices.Concat([]string{s.badEnvironments(ids), tooLarge, tooSmall}, problems)
	if problem := s.firstOf(all); problem != "" {
		s.refuseInventory(w, r, list, problem)
		return
	}
	rows = slices.DeleteFunc(rows, func(row map[string]any) bool { return !matchesAny(ids, row["accountId"].(string)) }) //nolint:forcetypeassert // of our own rows
	answer := pageOf(s, rows, page+1, size)
	if answer.CurrentPage = page; page > answer.TotalPages && s.assumes("beyond-last=last") {
		answer.CurrentPage = max(0, answer.TotalPages-1)
	}
	writeJSON(w, http.StatusOK, inventoryPage{ErrorMessage: nil, listPage: answer})
}

// inventoryPage is a page of an inventory.
type inventoryPage struct {
	ErrorMessage *string `json:"errorMessage"`
	listPage[map[string]any]
}

// atoi returns 0 for a text that is not an integer: the reference takes such a page for the first.
func atoi(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// inventorySize reads size, which is mandatory.
func (s *Server) inventorySize(text string, unlisted bool) (size int, tooLarge, tooSmall string) {
	size = atoi(text)
	switch {
	case size >= minInventory && size <= maxInventory:
	case unlisted && s.assumes("unlisted-size=nearest"):
		size = min(max(size, minInventory), maxInventory)
	case size > maxInventory:
		tooLarge = "Pageable size cannot be greater than 500"
	default:
		tooSmall = "Pageable size cannot be less than 100"
	}
	return size, tooLarge, tooSmall
}

func (s *Server) refuseInventory(w http.ResponseWriter, r *http.Request, list inventory, problem string) {
	if !list.bareErrors || s.assumes("bare-errors=whole") {
		s.refuse(w, r, http.StatusBadRequest, problem)
		return
	}
	writeJSON(w, http.StatusBadRequest, map[string]any{"errorMessage": problem})
}

// environment is an account of the sample customer.
type environment struct {
	id, kind, name string
	disabled       bool
	// staleHours is the age of the latest sync.
	staleHours int
}

func environments() []environment {
	return []environment{
		{id: "111122223333", kind: "AWS", name: "acme-production", staleHours: 1},
		{id: "444455556666", kind: "AWS", name: "acme-staging", staleHours: 2},
		{id: "777788889999", kind: "AWS", name: "acme-sandbox", disabled: true, staleHours: 24 * 90},
		{id: "5f0c1e2a-7c1b-4c5e-9d57-0d9d3c1f8a01", kind: "Azure", name: "acme-production", staleHours: 1},
		{id: "5f0c1e2a-7c1b-4c5e-9d57-0d9d3c1f8a02", kind: "Azure", name: "acme-staging", staleHours: 24 * 6},
		{id: "acme-production-301", kind: "GCP", name: "acme-production", staleHours: 3},
		{id: "acme-staging-302", kind: "GCP", name: "acme-staging", staleHours: 3},
		{id: "acme-edge-cluster", kind: "Kubernetes", name: "acme-edge", staleHours: 1},
		{id: "acme-docker-hub", kind: "Docker", name: "acme-images", staleHours: 12},
	}
}

// badEnvironments returns the problem of accounts that the customer does not have.
func (s *Server) badEnvironments(ids []string) string {
	missing := slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return slices.ContainsFunc(environments(), func(e environment) bool { return e.id == id })
	})
	return s.notFoundAccounts(ids, missing)
}

// enabled returns the accounts of a kind that the service reads.
func enabled(kind string) []environment {
	return slices.DeleteFunc(environments(), func(e environment) bool { return e.kind != kind || e.disabled })
}

// accounts answers GET accounts: a bare array.
func (s *Server) accounts(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	ids, kind := s.values(q, "accountIds"), q.Get("provider")
	problem := ""
	if kind != "" && !slices.Contains([]string{"AWS", "Azure", "GCP", "Kubernetes", "Docker"}, kind) {
		problem = "Provider type not supported"
	}
	if problem = s.firstOf([]string{s.badEnvironments(ids), problem}); problem != "" {
		s.refuse(w, r, http.StatusBadRequest, problem)
		return
	}
	found := []map[string]any{}
	for i, e := range environments() {
		if matchesAny(ids, e.id) && (kind == "" || kind == e.kind) {
			found = append(found, s.account(i, e))
		}
	}
	writeJSON(w, http.StatusOK, found)
}

func (s *Server) account(i int, e environment) map[string]any {
	status, sync := "SUCCESS", s.started.Add(-hours(e.staleHours))
	if e.disabled {
		status = "DISABLED"
	}
	logs := "ENABLED"
	if e.kind == "Kubernetes" || e.kind == "Docker" {
		logs = "NOT_APPLICABLE"
	}
	return map[string]any{
		"accountId": e.id, "accountType": e.kind, "name": e.name, "registeredDate": stamp(s.started.AddDate(-1, 0, -i)),
		"cloudAssets": 40 + 13*i, "status": status, "isEnabled": !e.disabled, "isSubAccount": i == 1,
		"subAccounts": map[bool][]string{true: {"444455556666"}, false: {}}[i == 0], "tags": []string{"env:" + e.name},
		"accountSyncBenchmark": map[string]any{
			"latestSuccessSyncTime": stamp(sync), "latestSuccessBenchmarkRunTime": stamp(sync.Add(-hours(1))),
		},
		"cloudLogStatus": logs, "flowLogStatus": logs,
	}
}

// sampled returns the sample rows of a kind of account: fields makes those of the i-th row, and
// more is its moreInfo.
func (s *Server) sampled(kind string, fields func(i int) (top, more map[string]any)) []map[string]any {
	in := enabled(kind)
	rows := make([]map[string]any, 0, max(0, s.opts.Rows))
	for i := range cap(rows) {
		top, more := fields(i)
		row := map[string]any{"accountType": kind, "accountId": in[i%len(in)].id, "moreInfo": more}
		maps.Copy(row, top)
		rows = append(rows, row)
	}
	return rows
}
