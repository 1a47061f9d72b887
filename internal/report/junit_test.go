package report

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

type readSuite struct {
	Name     string `xml:"name,attr"`
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Skipped  int    `xml:"skipped,attr"`
	Time     string `xml:"time,attr"`
	Cases    []struct {
		Name    string  `xml:"name,attr"`
		Failure *string `xml:"failure"`
		Error   *string `xml:"error"`
		Skipped *string `xml:"skipped"`
	} `xml:"testcase"`
	Suites []readSuite `xml:"testsuite"`
}

// readJUnit reads the document and checks its counts.
func readJUnit(doc []byte, r *result.Result) error {
	var root readSuite
	if err := xml.Unmarshal(doc, &root); err != nil {
		return err
	}
	tests := 0
	for _, s := range root.Suites {
		var failures, errors, skipped int
		for _, c := range s.Cases {
			switch {
			case c.Error != nil:
				errors++
			case c.Failure != nil:
				failures++
			case c.Skipped != nil:
				skipped++
			}
		}
		if s.Tests != len(s.Cases) || s.Failures != failures || s.Errors != errors || s.Skipped != skipped || s.Time == "" {
			return fmt.Errorf("suite %+v", s)
		}
		tests += s.Tests
	}
	if root.Tests != tests || tests < len(r.Ledger)+len(r.NotSent) {
		return fmt.Errorf("%d tests in all, %d in the suites, %d rows", root.Tests, tests, len(r.Ledger))
	}
	return nil
}

func TestJUnitCaseForEachRow(t *testing.T) {
	t.Parallel()
	var root readSuite
	if err := xml.Unmarshal([]byte(write(t, JUnit, unansweredSample(), Options{})), &root); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, s := range root.Suites {
		for _, c := range s.Cases {
			state := "passed"
			for name, fault := range map[string]*string{"failure": c.Failure, "error": c.Error, "skipped": c.Skipped} {
				if fault != nil {
					state = name
				}
			}
			got[c.Name] = state
		}
	}
	for name, want := range map[string]string{
		"Dockerfile": "passed", "docker.io/library/node:18": "failure", "infra/main.tf": "failure", "infra/vpc.tf": "passed",
		"shop/web:dev": "skipped", "infra/big file.tf": "error", "findings that belong to no target": "passed",
	} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	if root.Errors != 1 || root.Failures != 2 || root.Skipped != 1 || root.Tests != 7 {
		t.Errorf("%+v", root)
	}
}

func TestJUnitHasNoControlCharacters(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Findings[2].Summary = "a\x1b[2J\x00\ufffe]]>b"
	got := write(t, JUnit, r, Options{})
	if strings.ContainsAny(got, "\x1b\x00\ufffe") || !strings.Contains(got, `a\x1b[2J\x00`) {
		t.Errorf("got %s", got)
	}
	if err := readJUnit([]byte(got), r); err != nil {
		t.Error(err)
	}
}
