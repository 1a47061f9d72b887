package report

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

// readHTML checks that the page is balanced, holds only our script and style, and loads nothing.
func readHTML(doc []byte, _ *result.Result) error {
	page := string(doc)
	for _, own := range []string{"<style>" + htmlCSS + "</style>", "<script>" + htmlJS + "</script>"} {
		if strings.Count(page, own) != 1 {
			return errors.New("our own style or script is missing or changed")
		}
		page = strings.Replace(page, own, "", 1)
	}
	if p := strings.ToLower(page); strings.Contains(p, "<script") || strings.Contains(p, "<style") || strings.Contains(p, "http-equiv=\"refresh") {
		return errors.New("a script, style or redirection that is not ours")
	}
	dec := xml.NewDecoder(strings.NewReader(strings.Replace(page, "<!DOCTYPE html>", "", 1)))
	dec.Strict, dec.AutoClose, dec.Entity = false, []string{"meta", "input"}, xml.HTMLEntity
	depth := 0
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		switch x := token.(type) {
		case xml.StartElement:
			depth++
			for _, a := range x.Attr {
				leads := x.Name.Local == "a" && strings.HasPrefix(a.Value, "https://")
				loads := a.Name.Local == "src" || a.Name.Local == "href" && !leads && !strings.HasPrefix(a.Value, "#")
				if loads || strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "style" {
					return fmt.Errorf("<%s %s=%q>", x.Name.Local, a.Name.Local, a.Value)
				}
			}
		case xml.EndElement:
			depth--
		}
	}
	if depth != 0 {
		return fmt.Errorf("%d elements are not closed", depth)
	}
	return nil
}

func TestHTMLPolicyNamesTheOwnStyleAndScript(t *testing.T) {
	t.Parallel()
	page := write(t, HTML, sample(), Options{})
	for _, tag := range []string{"style", "script"} {
		_, rest, _ := strings.Cut(page, "<"+tag+">")
		text, _, ok := strings.Cut(rest, "</"+tag+">")
		sum := sha256.Sum256([]byte(text))
		want := tag + "-src &#39;sha256-" + strings.ReplaceAll(base64.StdEncoding.EncodeToString(sum[:]), "+", "&#43;") + "&#39;"
		if !ok || !strings.Contains(page, want) {
			t.Errorf("the policy does not name the %s: no %s", tag, want)
		}
	}
	if !strings.Contains(page, "default-src &#39;none&#39;") {
		t.Error("the policy allows something by default")
	}
}

func TestHTMLShowsWhatMatters(t *testing.T) {
	t.Parallel()
	page := write(t, HTML, unansweredSample(), Options{})
	if err := readHTML([]byte(page), nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"1 of 5 targets has no answer", "exclude it, or split it", "1 critical (0 allowed)", "crossed, by 7",
		"Remove the public ACL.", `<mark class="here">    acl    = &#34;public-read&#34;</mark>`, "Bucket &#39;logs&#39; can be read by everybody.",
		"One of infra/main.tf:1, modules/main.tf:9", `aria-label="Vulnerabilities in images: high 7 · medium 12"`, "skipped: the Compose service is built here",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	for word, r := range map[string]*result.Result{"Passed": passed(), "Incomplete": {}} {
		if page := write(t, HTML, r, Options{}); !strings.Contains(page, ">"+word+"</h1>") {
			t.Errorf("no heading %q in\n%s", word, page)
		}
	}
}

// A page holds every finding of a large result, each with an id of its own.
func TestHTMLHoldsAllFindings(t *testing.T) {
	t.Parallel()
	r := many(25_001)
	page := write(t, HTML, r, Options{})
	if n := strings.Count(page, "<li id=\"f-"); n != len(r.Findings) || len(page) > htmlBytes || strings.Contains(page, "no room") {
		t.Errorf("%d of %d findings on a page of %d bytes", n, len(r.Findings), len(page))
	}
	if n := strings.Count(page, `<details class="rule"`); n != 300 {
		t.Errorf("%d rules, want 300", n)
	}
}

// What has no room is counted: the sums of the page and of what it leaves out are those of the
// result.
func TestHTMLCountsWhatAPageCannotHold(t *testing.T) {
	t.Parallel()
	m := New(many(1_000), result.Unknown)
	page, err := htmlPage()
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range []int{0, 50_000, htmlBytes} {
		list, err := htmlListOf(m, page, m.problems(), room)
		if err != nil {
			t.Fatal(err)
		}
		held, left := strings.Count(list.out.String(), "<li "), len(list.left)
		note := list.note().Findings
		if held+left != 1_000 || held != list.kept || list.out.Len() > room+htmlRest || (left > 0) != (note != "") {
			t.Errorf("room for %d bytes: %d held, %d left, %d bytes, %q", room, held, left, list.out.Len(), note)
		}
		if left > 0 && !strings.Contains(note, fmt.Sprintf("it holds %d of 1000 entries", held)) {
			t.Errorf("got %q", note)
		}
	}
}

// TestHTMLContrast checks the contrast of text in all three sets of colours (WCAG 2.2, 1.4.3: 4.5
// to 1).
func TestHTMLContrast(t *testing.T) {
	t.Parallel()
	sets := regexp.MustCompile(`:root \{[^}]*\}`).FindAllString(htmlCSS, -1)
	if len(sets) != 3 {
		t.Fatalf("%d sets of colours", len(sets))
	}
	for i, set := range sets {
		colors := map[string]float64{}
		for _, m := range regexp.MustCompile(`--(\w+): (#[0-9a-f]+)`).FindAllStringSubmatch(set, -1) {
			colors[m[1]] = luminance(t, m[2])
		}
		for _, pair := range strings.Fields("ink/paper soft/paper link/paper critical/paper high/paper unknown/paper medium/paper low/paper info/paper pass/paper ink/code soft/code ink/mark") {
			text, ground, _ := strings.Cut(pair, "/")
			a, b := colors[text], colors[ground]
			if ratio := (max(a, b) + .05) / (min(a, b) + .05); ratio < 4.5 {
				t.Errorf("set %d: %s has a contrast of %.2f", i, pair, ratio)
			}
		}
	}
}

// luminance is WCAG's relative luminance of a colour, #rgb or #rrggbb.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	hex = strings.TrimPrefix(hex, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
