package transport

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/scangate/scangate/internal/jsonx"
)

// A GET whose answer is not JSON is repeated, and the third in a row is final.
func TestUndecodableAnswers(t *testing.T) {
	t.Parallel()
	const unavailable = "503"
	whole := `{"id":"whole"}`
	for name, tc := range map[string]struct {
		answers  []string // the last one repeats
		requests int64
		post     int64 // requests if it is a POST
		ok       bool
	}{
		"readable":            {[]string{whole}, 1, 1, true},
		"a page, then JSON":   {[]string{"<html>Sign in</html>", whole}, 2, 1, true},
		"two pages":           {[]string{"<html>", "<html>", whole}, 3, 1, true},
		"three pages":         {[]string{"<html>", "<html>", "<html>", whole}, 3, 1, false},
		"other kinds":         {[]string{"", `{"id":`, `{"id":1}{}`, whole}, 3, 1, false},
		"a missing field":     {[]string{`{"no":1}`}, 1, 1, false},
		"a duplicate key":     {[]string{`{"id":1,"id":2}`}, 1, 1, false},
		"not in a row":        {[]string{"<", "<", unavailable, "<", "<", whole}, 6, 1, true},
		"not in a row, final": {[]string{"<", unavailable, "<", "<", "<", whole}, 5, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h, n := counter(func(n int, w http.ResponseWriter, _ *http.Request) {
					answer := tc.answers[min(n, len(tc.answers))-1]
					if answer == unavailable {
						w.WriteHeader(http.StatusServiceUnavailable)
						return
					}
					_, _ = io.WriteString(w, answer)
				})
				c := newClient(t, serve(t, h))
				id := ""
				read := func(o *jsonx.Object) error { id = o.Text("id"); return nil }
				for _, call := range []func(r Request) error{
					func(r Request) error { _, err := c.JSON(t.Context(), r, jsonx.Options{}, read); return err },
					func(r Request) error {
						return c.Stream(t.Context(), r, jsonx.Options{}, func(body io.Reader, opts jsonx.Options) error {
							b, err := io.ReadAll(body)
							if err != nil {
								return err
							}
							o := jsonx.Parse(b, opts)
							id = o.Text("id")
							return o.Err()
						})
					},
				} {
					n.Store(0)
					err := call(getRequest())
					if (err == nil) != tc.ok || n.Load() != tc.requests || tc.ok && id != "whole" {
						t.Errorf("GET: %v after %d requests, want %d", err, n.Load(), tc.requests)
					}
					if err != nil && fault(t, err, ClassBody).Attempts != int(tc.requests) {
						t.Errorf("GET: the error counts other attempts: %v", err)
					}
					n.Store(0)
					err = call(postRequest(""))
					if first := tc.answers[0] == whole; (err == nil) != first || n.Load() != tc.post {
						t.Errorf("POST: %v after %d requests, want %d", err, n.Load(), tc.post)
					}
				}
			})
		})
	}
}

// What a reader refuses for another reason than its form is not asked for again.
func TestErrorsOfReaders(t *testing.T) {
	t.Parallel()
	h, n := counter(func(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	want := errors.New("contradiction")
	_, err := newClient(t, serve(t, h)).JSON(t.Context(), getRequest(), jsonx.Options{}, func(*jsonx.Object) error { return want })
	if !errors.Is(err, want) || n.Load() != 1 {
		t.Errorf("%v after %d requests", err, n.Load())
	}
}

// Whatever the service repeats of its credentials, in whatever field and form, no reader
// gets it.
func TestAnswersAreMasked(t *testing.T) {
	t.Parallel()
	escaped := ""
	for _, c := range testKey {
		escaped += fmt.Sprintf(`\u%04x`, c)
	}
	for _, form := range []string{
		testKey, escaped, url.QueryEscape(url.QueryEscape(testKey)), base64.StdEncoding.EncodeToString([]byte(testKey + "?")),
		strings.ReplaceAll(escaped, `\`, `\\`), "&#x6b;" + testKey[1:], testKey[:3] + "<b></b>" + testKey[3:],
	} {
		h, _ := counter(func(_ int, w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprintf(w, `{"text":"a %[1]s","any":{"%[1]s":["%[1]s"]},"list":["%[1]s"],"counts":{"%[1]s":1},"wrong":{"%[1]s":"%[1]s"}}`, form)
		})
		var got []string
		_, err := newClient(t, serve(t, h)).JSON(t.Context(), postRequest(""), jsonx.Options{ShowValues: true}, func(o *jsonx.Object) error {
			got = append(o.Texts("list"), o.Text("text"), o.OptText("text"), o.Words("text"), o.Any("any"), o.Canonical())
			for key := range o.Counts("counts") {
				got = append(got, key)
			}
			for range o.Counts("wrong") {
				continue
			}
			o.Bool("any")
			o.Count("text")
			o.Bool("list")
			return nil
		})
		body, _ := errors.AsType[*jsonx.Error](err)
		got = append(got, fault(t, err, ClassBody).Error(), body.Error())
		for _, text := range got {
			if strings.Contains(text, testKey[4:9]) || strings.Contains(text, form[4:9]) || !strings.Contains(text, "[redacted]") {
				t.Errorf("%s: a reader gets %s", form, text)
			}
		}
	}
}
