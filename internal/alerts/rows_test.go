package alerts

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/result"
)

// inventory serves rows of an inventory, on pages of the size that is asked for.
func inventory(rows ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		page, size := intOf(q.Get("page"), -1), intOf(q.Get("size"), 0)
		pages := (len(rows) + size - 1) / size
		part := rows[min(len(rows), page*size):min(len(rows), page*size+size)]
		fmt.Fprintf(w, `{"errorMessage":null,"data":[%s],"currentPage":%d,"hasNext":%v,"hasPrevious":%v,"totalPages":%d,"size":%d}`,
			strings.Join(part, ","), page, page+1 < pages, page > 0, pages, size)
	})
}

// awsUser is a row of users. info are the fields that matter, as JSON.
func awsUser(n int, info string) string {
	return fmt.Sprintf(`{"accountType":"AWS","accountId":"111122223333","name":"jane-%d","moreInfo":{"userId":"AIDA%04d","arn":"arn:aws:iam::1:user/jane-%d"%s}}`, n, n, n, info)
}

// checkUsers runs a check of users.
func checkUsers(t *testing.T, where string, personal bool, rows ...string) (row result.Row, found []result.Finding) {
	t.Helper()
	bubble(t, func(t *testing.T, w *world, o Options) {
		o.Personal = personal
		w.serve(t, "5", inventory(rows...))
		row, found = runCheck(t, o, "inventory", "users", "provider", "AWS", "where", where, "size", "100")
	})
	return row, found
}

func TestInventoryCheck(t *testing.T) {
	t.Parallel()
	row, found := checkUsers(t, "isMfaActive == false", false,
		awsUser(1, `,"isMfaActive":"true"`), awsUser(2, `,"isMfaActive":"false"`), awsUser(3, `,"isMfaActive":false`), awsUser(4, `,"isMfaActive":true`),
		awsUser(5, ``), awsUser(6, `,"isMfaActive":null`), awsUser(7, `,"isMfaActive":""`), awsUser(8, `,"isMfaActive":"enabled"`),
	)
	if row.Status != result.Answered {
		t.Fatal(row.Reason)
	}
	var got []string
	for _, f := range found {
		if f.Kind != result.KindChecks || f.Rule != "" || f.KindWord != "AWS_USERS" || f.Summary != "a check" || f.Severity != result.High || f.InCloud().Account != "111122223333" {
			t.Errorf("%+v", f)
		}
		got = append(got, f.Resource+": "+strings.ReplaceAll(f.Details, "\n", "; "))
	}
	slices.Sort(got)
	want := []string{
		"AIDA0002: isMfaActive false", "AIDA0003: isMfaActive false",
		"AIDA0005: isMfaActive is missing, so that it counts as a hit", "AIDA0006: isMfaActive is missing, so that it counts as a hit",
		"AIDA0007: isMfaActive is empty; isMfaActive is neither true nor false, so that it counts as a hit",
		"AIDA0008: isMfaActive enabled; isMfaActive is neither true nor false, so that it counts as a hit",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

// A notice says how many hits count in doubt, and that there was nothing to judge.
func TestNoticesOfInventories(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		awsUser(1, `,"isMfaActive":false`) + "," + awsUser(2, ``) + "," + awsUser(3, `,"isMfaActive":1`): "a check: 2 of 3 hits count in doubt: isMfaActive is missing, isMfaActive is neither true nor false",
		``:                                 "a check: the inventory has no rows",
		awsUser(1, `,"isMfaActive":false`): "",
		awsUser(1, `,"isMfaActive":true`):  "",
	} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			var rows []string
			if body != "" {
				rows = []string{body}
			}
			w.serve(t, "5", inventory(rows...))
			check := mustCheck(t, "name", "a check", "inventory", "users", "provider", "AWS", "where", "isMfaActive == false")
			got := ""
			for _, n := range mustRun(t.Context(), t, o, Plan{Checks: []Check{check}}).Notices {
				got += n.Text
			}
			if got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// Pages are read to the end, and the fingerprint of a hit does not depend on its place.
func TestInventoryPages(t *testing.T) {
	t.Parallel()
	var rows []string
	for i := range 250 {
		rows = append(rows, awsUser(i, fmt.Sprintf(`,"isMfaActive":%v`, i%10 != 0)))
	}
	prints := func(rows []string) []string {
		row, found := checkUsers(t, "isMfaActive == false", false, rows...)
		if row.Status != result.Answered || len(found) != 25 {
			t.Fatalf("%d hits: %s", len(found), row.Reason)
		}
		var all []string
		for _, f := range found {
			all = append(all, f.Fingerprint)
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	first := prints(rows)
	slices.Reverse(rows)
	if second := prints(rows); len(first) != 25 || !slices.Equal(first, second) {
		t.Errorf("%d fingerprints, then others", len(first))
	}
}

// Names of users stand in findings only with --include-personal-data.
func TestInventoryOfPeople(t *testing.T) {
	t.Parallel()
	user := awsUser(1, `,"isMfaActive":false,"groupList":"admins of jane-1","lastModifiedBy":"jane-1"`)
	const where = "isMfaActive == false and groupList contains 'jane-1' and arn contains 'jane' and lastModifiedBy contains 'jane'"
	_, found := checkUsers(t, where, false, user)
	text, err := json.Marshal(found)
	if err != nil || len(found) != 1 || strings.Contains(string(text), "jane") {
		t.Errorf("%d hits: %s", len(found), text)
	}
	if _, found = checkUsers(t, where, true, user); len(found) != 1 || !strings.Contains(found[0].Details, "user jane-1") {
		t.Errorf("with personal data: %+v", found)
	}
}

// What can't be read is a failed row, never a row without hits.
func TestInventoryThatIsNoAnswer(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`[]`, `{"data":[]}`, `{"data":null,"currentPage":0,"hasNext":false,"totalPages":0}`, `{"content":[],"currentPage":0,"hasNext":false,"totalPages":0}`,
		`{"errorMessage":"try later","data":[],"currentPage":0,"hasNext":false,"totalPages":0}`, `{"data":[],"currentPage":1,"hasNext":false,"totalPages":0}`,
		`{"data":[{}],"currentPage":0,"hasNext":false,"totalPages":2}`, `{"data":[],"currentPage":0,"hasNext":true,"totalPages":0}`, `<html>`, ``,
	} {
		bubble(t, func(t *testing.T, w *world, o Options) {
			w.serve(t, "5", http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, body) }))
			row, found := runCheck(t, o, "inventory", "users", "provider", "AWS", "where", "isMfaActive == false")
			if row.Status != result.Failed || row.Reason == "" || len(found) > 0 {
				t.Errorf("%s: %s, %d hits", body, row.Status, len(found))
			}
		})
	}
}

// Accounts are a list without pages.
func TestInventoryOfAccounts(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, w *world, o Options) {
		w.serve(t, "5", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.RawQuery != "" {
				t.Errorf("asked for %s", r.URL.RawQuery)
			}
			_, _ = io.WriteString(rw, `[{"accountId":"1","name":"prod","isEnabled":true},{"accountId":"2","name":"old","isEnabled":"false"},{"accountId":"3"}]`)
		}))
		row, found := runCheck(t, o, "inventory", "accounts", "where", "isEnabled == false")
		if row.Status != result.Answered || len(found) != 2 || found[0].KindWord != "ACCOUNTS" {
			t.Errorf("%s: %+v", row.Reason, found)
		}
	})
}

// Every row is either a hit or certainly none, however the fields are written.
func TestInventoryHits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		values := rapid.SliceOfN(rapid.SampledFrom([]string{`true`, `"true"`, `" TRUE "`, `false`, `"False"`, `null`, `""`, `"?"`, `{}`, `[]`, `1`, ``}), 0, 30).Draw(rt, "values")
		var rows []string
		want := 0
		for i, v := range values {
			info := `,"isMfaActive":` + v
			if v == "" {
				info = ""
			}
			rows = append(rows, awsUser(i, info))
			if !strings.Contains(strings.ToLower(v), "true") {
				want++
			}
		}
		row, found := checkUsers(t, "isMfaActive == false", false, rows...)
		if row.Status != result.Answered || len(found) != want {
			rt.Fatalf("%v: %d hits, want %d: %s", values, len(found), want, row.Reason)
		}
	})
}

func TestParseInventoryCheck(t *testing.T) {
	t.Parallel()
	const users = "name=a|inventory=users|provider=AWS"
	for text, want := range map[string]string{
		users + "|where=isMfaActive == false":                                                         "",
		users + "|where=isMfaActive == false|max=3|severity=low|size=100|accountIds=1,2":              "",
		"name=a|inventory=accounts|where=isEnabled == false":                                          "",
		"name=a|inventory=containers|cloudProvider=eks|containerType=pods|where=isPrivileged == true": "",
		"name=a|inventory=vms|provider=Azure|where=serverAgent.health != 'good'":                      "",
		users: "where is missing: the check needs a condition such as isPublic == true",
		"name=a|inventory=users|where=isMfaActive == false":                                        "provider: is missing; fix: use AWS, Azure, GCP",
		"name=a|inventory=user|provider=AWS|where=a == 1":                                          `inventory: unknown inventory "user"; did you mean "users"? fix: use vms, accounts, users, serverless, containers`,
		"name=a|inventory=users|provider=aws|where=a == 1":                                         `provider: unknown value "aws"; did you mean "AWS"? fix: use AWS, Azure, GCP`,
		"name=a|inventory=users|provider=GCP|where=isMfaActive == false":                           `where: column 1: unknown field of GCP_USERS "isMfaActive"`,
		users + "|where=not isMfaAktive == true":                                                   `where: column 5: unknown field of AWS_USERS "isMfaAktive"; did you mean "isMfaActive"? fix: use a field of scangate help sources`,
		users + "|where=isMfaActive = false":                                                       `where: column 13: expected ==, !=, <, <=, >, >= or contains after isMfaActive, got "="; fix: use ==`,
		users + "|where=":                                                                          "where: must not be empty",
		users + "|where=a == 1|term=x":                                                             "term: is a key of searches; fix: use where",
		users + "|where=a == 1|search=AWS_S3":                                                      "inventory can't be combined with search",
		"name=a|search=AWS_S3|where=a == 1":                                                        "where: is a key of inventories; fix: use term or filters",
		users + "|where=isMfaActive == false|size=99":                                              "size: must be an integer from 100 to 500",
		"name=a|inventory=accounts|where=isEnabled == false|size=100":                              "size: the list has no pages",
		users + "|where=isMfaActive == false|regions=eu":                                           `unknown key "regions"`,
		users + "|where=isMfaActive == false|accountId=1":                                          `unknown key "accountId"; did you mean "accountIds"? fix: use accountIds, inventory, max, name, provider, severity, size, where`,
		"name=a|inventory=containers|cloudProvider=eks|where=isPrivileged == true":                 "containerType: is missing; fix: use clusters, nodes, pods, containers",
		"name=a|inventory=containers|cloudProvider=eks|containerType=nodes|where=isPublic == true": `unknown field of EKS_NODES "isPublic"`,
		"inventory=users|provider=AWS|where=isMfaActive == false":                                  "name is missing",
	} {
		var pairs []string
		for part := range strings.SplitSeq(text, "|") {
			key, value, _ := strings.Cut(part, "=")
			pairs = append(pairs, key, strings.ReplaceAll(value, ",", "|"))
		}
		_, err := ParseCheck(entry(pairs...))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n%v\nwant %s", text, err, want)
		}
	}
}
