package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

// readCSV checks that every row has all columns, that no cell is a formula, and that there is a row
// for each finding and each target without an answer.
func readCSV(doc []byte, r *result.Result) error {
	rows, err := csv.NewReader(bytes.NewReader(doc)).ReadAll()
	if err != nil {
		return err
	}
	want := 1 + len(r.Findings) + len(r.NotSent)
	for i := range r.Ledger {
		if r.Ledger[i].Unanswered() {
			want++
		}
	}
	if len(rows) != want {
		return fmt.Errorf("%d rows, want %d", len(rows), want)
	}
	for _, row := range rows {
		for _, cell := range row {
			if first := strings.TrimLeft(cell, " \t'\""); strings.HasPrefix(cell, "'") {
				continue
			} else if first != "" && strings.ContainsAny(first[:1], "=+-@|%") {
				return fmt.Errorf("a formula: %q", cell)
			}
		}
	}
	return nil
}

func TestCSVIsNoFormula(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", " =1": "' =1", "\t=1": "' =1", "\u3000=1": "'\u3000=1", "＝1": "'＝1",
		"\n=1": "'=1", "\"=1": "'\"=1", "|x": "'|x", "%x": "'%x", "a=1": "a=1", "": "", "a, \"b\"": "a, \"b\"", "  a.tf": "  a.tf", "a\x1b[2Jb": clean("a\x1b[2Jb"),
	} {
		if got := csvCell(cell); got != want {
			t.Errorf("%q: got %q, want %q", cell, got, want)
		}
	}
}

func TestCSVHasEverything(t *testing.T) {
	t.Parallel()
	text := write(t, CSV, unansweredSample(), Options{})
	if err := readCSV([]byte(text), unansweredSample()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"no-answer,,,,iac,infra/big file.tf,1,", ",the service refuses the file for its size,", "finding,critical,true,counted,iac,infra/main.tf,3,,1,Ensure buckets are private,aws_s3_bucket.logs,1,",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if text := write(t, CSV, sample(), Options{}, result.High); !strings.HasSuffix(text, "not-shown,,,,,,,,,\"Not shown, below high: medium 12 · low 1.\",,,,,,,,,,,\n") {
		t.Errorf("the last row does not count what is hidden:\n%s", text)
	}
}

// readText checks that a message is short, that its lines are single, and that it mentions no user.
func readText(doc []byte, _ *result.Result) error {
	text := string(doc)
	for _, bad := range []string{"@here", "@all", "<!", "](", "\r"} {
		if strings.Contains(text, bad) {
			return fmt.Errorf("a live %q", bad)
		}
	}
	if n := len([]rune(text)); n > chatLength || !strings.HasPrefix(text, "scangate:") || !strings.HasSuffix(text, "\n") {
		return errors.New("a message of a wrong shape: " + text)
	}
	return nil
}

func TestTextCountsWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	r := many(1_000)
	r.Verdict.Line = "FAIL (exit 1)"
	var said []string
	text := write(t, Text, r, Options{LeftOut: func(what string) { said = append(said, what) }})
	if len(said) != 1 || !strings.HasPrefix(said[0], "text: ") {
		t.Errorf("said %q", said)
	}
	if err := readText([]byte(text), r); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	last := lines[len(lines)-1]
	if want := fmt.Sprintf("… and %d more, none of them worse. The json report holds all.", 300-(len(lines)-2)); last != want {
		t.Errorf("got %q, want %q", last, want)
	}
	if text := write(t, Text, passed(), Options{}); !strings.Contains(text, "No findings.") {
		t.Errorf("got %q", text)
	}
}
