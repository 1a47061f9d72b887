package report

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
)

// teamCityMessage is a service message as TeamCity reads it.
type teamCityMessage struct {
	name   string
	values map[string]string
}

// teamCityGrammar is the form of a message with names and values
// (https://www.jetbrains.com/help/teamcity/service-messages.html, "Service messages formats").
var (
	teamCityGrammar = regexp.MustCompile(`^##teamcity\[([A-Za-z]+)((?: [A-Za-z]+='(?:[^'|\[\]\r\n]|\|['nr|\[\]]|\|0x[0-9a-f]{4})*')+)\]\n$`)
	teamCityValue   = regexp.MustCompile(` ([A-Za-z]+)='((?:[^'|]|\|.)*)'`)
	teamCityEscape  = regexp.MustCompile(`\|(['nr|\[\]])|((?:\|0x[0-9a-f]{4})+)`)
)

func unescapeTeamCity(s string) string {
	return teamCityEscape.ReplaceAllStringFunc(s, func(e string) string {
		switch e {
		case "|n":
			return "\n"
		case "|r":
			return "\r"
		}
		if !strings.HasPrefix(e, "|0x") {
			return e[1:]
		}
		var units []uint16
		for hex := range strings.SplitSeq(e[3:], "|0x") {
			n, _ := strconv.ParseUint(hex, 16, 16)
			units = append(units, uint16(n))
		}
		return string(utf16.Decode(units))
	})
}

func messagesIn(log string) ([]teamCityMessage, error) {
	var all []teamCityMessage
	for line := range strings.Lines(log) {
		m := teamCityGrammar.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("not a message: %q", line)
		}
		message := teamCityMessage{m[1], map[string]string{}}
		for _, v := range teamCityValue.FindAllStringSubmatch(m[2], -1) {
			message.values[v[1]] = unescapeTeamCity(v[2])
		}
		all = append(all, message)
	}
	return all, nil
}

// readTeamCity demands whole messages within TeamCity's limits, and one end.
func readTeamCity(doc []byte, r *result.Result) error {
	all, err := messagesIn(string(doc))
	if err != nil || len(all) == 0 {
		return errors.Join(err, errors.New("or no message"))
	}
	longest := map[string]int{"id": 255, "name": 255, "category": 255, "typeId": 255, "description": 4000, "message": 4000, "file": 4000, "identity": 60}
	types := map[string]bool{}
	for i, m := range all {
		for key, value := range m.values {
			if n := longest[key]; n > 0 && utf8.RuneCountInString(value) > n {
				return fmt.Errorf("%s of %d characters", key, utf8.RuneCountInString(value))
			}
			if strings.ContainsFunc(strings.ReplaceAll(value, "\t", ""), unicode.IsControl) || key != "file" && key != "id" && key != "typeId" && m.name != "buildProblem" && m.name != "buildStatus" && strings.Contains(value, "<") {
				return fmt.Errorf("%s is %q", key, value)
			}
		}
		switch last := i == len(all)-1; {
		case last && r.Verdict.Exit != 0 && m.name != "buildProblem", last && r.Verdict.Exit == 0 && m.name != "buildStatus":
			return fmt.Errorf("ends with %s", m.name)
		case m.name == "inspectionType":
			types[m.values["id"]] = true
		case m.name == "inspection" && (!types[m.values["typeId"]] || m.values["file"] == ""):
			return fmt.Errorf("inspection %v", m.values)
		case !last && m.name != "inspection":
			return fmt.Errorf("unexpected %s", m.name)
		}
	}
	return nil
}

func TestTeamCityMessages(t *testing.T) {
	t.Parallel()
	r := sample()
	r.Findings[2].Summary = "Größe 'a' | [b] <i> 𝛑"
	var said []string
	log := write(t, TeamCity, r, Options{Folder: "sub", LeftOut: func(s string) { said = append(said, s) }})
	all, err := messagesIn(log)
	if err != nil {
		t.Fatal(err)
	}
	want := teamCityMessage{"inspection", map[string]string{
		"typeId": "ensure-buckets-are-private-8d1140f6c2ab", "message": "Größe 'a' | [b] &lt;i> 𝛑: aws_s3_bucket.logs. Bucket 'logs' can be read by everybody",
		"file": "sub/infra/main.tf", "line": "3", "SEVERITY": "ERROR",
	}}
	if diff := cmp.Diff(want, all[1], cmp.AllowUnexported(teamCityMessage{})); diff != "" {
		t.Errorf("inspection (-want +got):\n%s", diff)
	}
	if len(said) != 1 || !strings.Contains(said[0], "Findings without a place in a file of this repository, not in this report: 1.") {
		t.Errorf("said %q", said)
	}
	if err := readTeamCity([]byte(log), r); err != nil {
		t.Error(err)
	}
}

// A run that passes has no build problem, and its text keeps the status of the build.
func TestTeamCityPass(t *testing.T) {
	t.Parallel()
	want := "##teamcity[buildStatus text='{build.status.text}; scangate: PASS (exit 0): 4/4 answered, 2 by submission; 1 skipped']\n"
	if got := write(t, TeamCity, passed(), Options{}); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	soft := sample()
	soft.Verdict.Exit, soft.Verdict.Soft, soft.Verdict.Line = 0, true, "FAIL (exit 0, soft): high 7 > 0"
	if got := write(t, TeamCity, soft, Options{}); strings.Contains(got, "buildProblem") || strings.Contains(got, "ERROR") || !strings.Contains(got, "SEVERITY='WARNING'") {
		t.Errorf("a run that fails softly blocks the build:\n%s", got)
	}
}

// The log has a bound, and what is beyond it is counted.
func TestTeamCityIsBounded(t *testing.T) {
	t.Parallel()
	var said string
	log := write(t, TeamCity, many(25_001), Options{Category: "a/", LeftOut: func(s string) { said = s }})
	if n := strings.Count(log, "##teamcity[inspection "); n != teamCityMessages || !strings.Contains(said, "left out, after the first 5000") {
		t.Errorf("%d inspections, said %q", n, said)
	}
	if !regexp.MustCompile(` identity='scangate_[0-9a-f]{32}'\]\n$|buildStatus`).MatchString(log) {
		t.Errorf("no identity of its own: %q", log[len(log)-300:])
	}
}
