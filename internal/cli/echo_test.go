package cli_test

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/scangate/scangate/internal/cli"
	"github.com/scangate/scangate/internal/report"
	"github.com/scangate/scangate/internal/transport/transporttest"
)

// echoedKey has characters that most encodings escape.
const echoedKey = `K3Y-sentinel+A/B=&x"42~z`

// echoForms are ways to write the key into a string of JSON.
func echoForms() map[string]string {
	quoted := func(s string) string {
		b, _ := json.Marshal(s)
		return string(b[1 : len(b)-1])
	}
	bytes := func(format string) string {
		var b strings.Builder
		for i := range len(echoedKey) {
			fmt.Fprintf(&b, format, echoedKey[i])
		}
		return b.String()
	}
	forms := map[string]string{
		"plain": quoted(echoedKey), "escapes of JSON": bytes(`\u%04x`), "escapes of JSON, twice": bytes(`\\u%04X`),
		"a URL": bytes("%%%02X"), "HTML": bytes("&#%d;"), "the header": quoted("ApiKey " + echoedKey),
	}
	for before := range 3 {
		text := []byte("abc"[:before] + echoedKey)
		forms[fmt.Sprintf("base64 after %d bytes", before)] = base64.StdEncoding.EncodeToString(text)
		forms[fmt.Sprintf("base64 for URLs after %d bytes", before)] = base64.RawURLEncoding.EncodeToString(text)
	}
	forms["the header in base64"] = base64.StdEncoding.EncodeToString([]byte("ApiKey " + echoedKey))
	return forms
}

// echoing is a service that repeats the key: X stands for it.
func echoing(mode, form string) http.Handler {
	answers := map[string]string{
		"image-scanning/submit-for-scan":               `{"taskId":"t1 X","duplicate":false,"quotaFull":false,"X":"X"}`,
		"image-scanning/submit-for-scan/by-image-name": `{"taskId":"t2 X","duplicate":false,"quotaFull":false}`,
		"image-scanning/get-scan-result":               `{"taskId":"ID","status":"complete","filesScanned":2,"scanResult":[{"fullTag":"docker.io/library/alpine:3.20","registry":"X","vulnerabilities":{"critical":1,"X":1},"isSecure":false,"files":["Dockerfile"]},{"fullTag":"docker.io/library/redis:7.2","vulnerabilities":{"low":1},"isSecure":false,"files":["X"]},{"fullTag":"evil/X","registry":"X","vulnerabilities":{"X":1,"high":2},"files":["X","Dockerfile"],"X":1}]}`,
		"iac/scan":                                     `{"scan_id":"s1 X","summary":null}`,
		"iac/scan/status":                              `{"processing_ongoing":false,"success":true,"error":null,"X":"X"}`,
		"iac/scan/detailedReport":                      `{"alerts":[{"scanID":"ID","alertSummary":"Bucket X","criticalLevel":"X","alertDetails":"(Ref: X, File: X) and X"},{"scanID":"ID","alertSummary":"Open","criticalLevel":"HIGH","alertDetails":"X (Ref: aws_s3_bucket.logs, File: main.tf)"}]}`,
		"alerts/count":                                 `{"critical":0,"high":1,"medium":0,"low":0,"total":1,"X":"X"}`,
		"alerts":                                       `{"data":[{"id":"1 X","alertId":"X","alertSummary":"X","criticalLevel":"high","alertDetails":"X","url":"https://optix.example/X","state":"OPEN","accountId":"X","accountName":"X","provider":"X","firstSeen":"X","lastSeen":"X","ruleResult":{"affectedResources":[{"affectedResource":"X"}]}}],"hasNext":false,"currentPage":1,"totalPages":1}`,
		"search/AWS_S3":                                `{"data":[{"id":"X","name":"X","accountId":"X","region":"X"}],"hasNext":false,"currentPage":1,"totalPages":1}`,
	}
	if mode == "fails" {
		answers["image-scanning/get-scan-result"] = `{"taskId":"ID","status":"X"}`
		answers["iac/scan/status"] = `{"processing_ongoing":false,"success":false,"error":"X"}`
		answers["alerts/count"] = `{"critical":"X","high":"X"}`
		answers["search/AWS_S3"] = `{"data":[{"id":{"X":"X"}}],"hasNext":"X","currentPage":"X","totalPages":1}`
	}
	if mode == "unreadable" {
		answers["image-scanning/get-scan-result"] = `{"taskId":"ID","status":"complete","scanResult":[{"fullTag":{"X":"X"},"vulnerabilities":{"X":"X"},"isSecure":"X"}],"TaskID":"X"}`
		answers["iac/scan/status"] = `{"processing_ongoing":"X","success":{"X":"X"},"X":1,"X":2}`
		answers["iac/scan"] = `{"scan_id":["X"],"summary":{"num_critical_alerts":"X"}}`
		answers["image-scanning/submit-for-scan/by-image-name"] = `{"taskId":{"X":1},"duplicate":"X"}`
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/api/v1/")
		q := r.URL.Query()
		switch mode {
		case "refuses":
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, `{"message":"no %[1]s","%[1]s":1}`, form)
			return
		case "page", "error page":
			w.Header().Set("Content-Type", "text/html")
			if mode == "error page" {
				w.WriteHeader(http.StatusBadRequest)
			}
			fmt.Fprintf(w, "<html><title>no %s</title>%s</html>", form, form)
			return
		case "headers":
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				fmt.Fprintf(conn, "HTTP/1.1 418 no %[1]s\r\nX-Key: %[1]s\r\nRetry-After: %[1]s\r\n%[1]s: x\r\nContent-Length: 0\r\n\r\n", form)
				_ = conn.Close()
			}
			return
		case "redirects":
			w.Header().Set("Location", "http://"+form+".example/"+form)
			w.WriteHeader(http.StatusFound)
			return
		}
		id, _ := json.Marshal(q.Get("taskId") + q.Get("scan_id"))
		answer := strings.ReplaceAll(answers[path], `"ID"`, string(id))
		fmt.Fprint(w, strings.ReplaceAll(answer, "X", form))
	})
}

// traces returns parts of the key that no output may have, in the forms that can be searched for.
func traces() []string {
	const core = 3 // characters that an alignment may leave at both ends
	found := []string{echoedKey[2 : len(echoedKey)-2]}
	inner := echoedKey[core : len(echoedKey)-core]
	for before := range 3 {
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := alphabet.EncodeToString([]byte(strings.Repeat("?", before) + inner))
			found = append(found, text[4:len(text)-4])
		}
	}
	return found
}

// readable decodes the escapes of the formats that reports are written in.
func readable(text string) string {
	escapes := regexp.MustCompile(`\\u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})`)
	text = escapes.ReplaceAllStringFunc(text, func(s string) string {
		n, err := strconv.ParseUint(strings.TrimLeft(s, `\u%`), 16, 16)
		if err != nil {
			return s
		}
		return string(rune(n))
	})
	return strings.ReplaceAll(html.UnescapeString(text), `\"`, `"`)
}

// Whatever the service repeats of the key, in whatever field and form: it stands in nothing that a
// run prints or writes.
func TestEchoedKey(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"answers", "fails", "unreadable", "refuses", "page", "error page", "headers", "redirects"} {
		for name, form := range echoForms() {
			t.Run(mode+", "+name, func(t *testing.T) {
				t.Parallel()
				out := t.TempDir()
				tree := treeOf(t, map[string]string{
					"main.tf": bucketTF, "Dockerfile": "FROM alpine:3.20\n", "compose.yaml": "services: {r: {image: redis:7.2}}\n",
					".scangate.yaml": "version: 1\nalerts: [{source: cloud-optix}]\nchecks: [{name: buckets, search: AWS_S3, term: \"isPublic:true\", max: 0}]\n",
				})
				args := []string{"--debug", "-v", "--timeout", "5m", "--state", filepath.Join(out, "state"), "--max", "unknown=100"}
				args = append(args, templateFlag(t)...)
				for _, f := range report.Formats() {
					if !f.ToLog {
						args = append(args, "-o", f.Name+"="+filepath.Join(out, f.Name))
					}
				}
				synctest.Test(t, func(t *testing.T) {
					network := transporttest.Serve(t, echoing(mode, form))
					r := scanOf(t, tree, plainEndpoint, func(s *cli.System) {
						s.Dial = network.Dial
						s.Environ = []string{
							"SCANGATE_API_KEY=" + echoedKey, "GITHUB_ACTIONS=true",
							"GITHUB_OUTPUT=" + filepath.Join(out, "outputs"), "GITHUB_STEP_SUMMARY=" + filepath.Join(out, "summary"),
						}
					}, args...)
					want := map[string]int{"answers": 1, "unreadable": 1}[mode] // else incomplete
					if want = cmp.Or(want, 3); r.code != want {
						t.Errorf("exit %d, want %d:\n%s", r.code, want, r.stderr)
					}
					searchForKey(t, out, r)
				})
			})
		}
	}
}

func searchForKey(t *testing.T, dir string, r ran) {
	t.Helper()
	texts := map[string]string{"standard output": r.stdout, "standard error": r.stderr}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		texts[filepath.Base(path)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(texts) < 10 {
		t.Errorf("only %d outputs", len(texts))
	}
	for name, text := range texts {
		for _, trace := range traces() {
			for _, text := range []string{text, readable(text), readable(readable(text))} {
				if i := strings.Index(text, trace); i >= 0 {
					t.Errorf("%s: …%s…", name, text[max(0, i-60):min(len(text), i+60)])
					break
				}
			}
		}
	}
}
