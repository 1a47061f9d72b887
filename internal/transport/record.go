package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/scangate/scangate/internal/trace"
)

// maxKept bounds the body of an answer that is kept.
const maxKept = 64 << 20

// recording is an attempt that is being kept in the client's trace. nil keeps nothing. Credentials,
// cookies, signed parameters and the contents of uploaded files are kept nowhere.
type recording struct {
	a       *attempt
	number  int
	started time.Time
	resp    *http.Response
	body    *keptBody
}

// record begins to keep the attempt, if the client has a trace.
func (a *attempt) record() *recording {
	if a.c.cfg.Trace == nil {
		return nil
	}
	return &recording{a: a, number: a.c.cfg.Trace.Begin(), started: a.c.now()}
}

// answered keeps the answer while it is read.
func (k *recording) answered(resp *http.Response) {
	if k == nil {
		return
	}
	k.resp, k.body = resp, &keptBody{ReadCloser: resp.Body}
	resp.Body = k.body
}

// drain reads what the reader of the answer left.
func (k *recording) drain() {
	if k != nil && k.body != nil {
		_, _ = io.CopyN(io.Discard, k.body, maxKept+1) // the error is kept
	}
}

// end keeps the attempt, which ended with err.
func (k *recording) end(err error) {
	if k == nil {
		return
	}
	e := trace.Exchange{
		Service: k.a.c.cfg.Service, Method: k.a.r.Method, ID: k.a.id, Attempt: k.a.number,
		Started: k.started, Milliseconds: milliseconds(k.a.c.now().Sub(k.started)),
	}
	e.Path = k.mask((&url.URL{Path: "/"}).JoinPath(k.a.r.Path).EscapedPath())
	e.Query = k.query()
	k.describe(&e)
	e.Answer = k.answer()
	if fault, ok := errors.AsType[*Error](err); ok && (e.Answer == nil || e.Answer.Broken) {
		e.Fault, e.Unsent = fault.Class.String(), fault.state.unsent
	} else if e.Answer == nil {
		e.Fault = ClassCanceled.String()
	}
	k.a.c.cfg.Trace.Add(k.number, e)
}

// query returns the parameters as they are kept.
func (k *recording) query() map[string][]string {
	kept := map[string][]string{}
	for name, values := range k.a.r.Query {
		hidden := isSigned(name) || isAccount(name) || isPerson(name)
		for _, v := range values {
			if hidden {
				v = trace.Masked
			}
			kept[name] = append(kept[name], k.mask(v))
		}
	}
	return kept
}

// describe adds the body, or its files.
func (k *recording) describe(e *trace.Exchange) {
	if k.a.r.Body == nil {
		return
	}
	body, err := k.a.r.Body()
	if err != nil {
		return // the attempt has failed because of it
	}
	defer body.Close()
	// A file that can't be read is a fault.
	e.Files, e.Body, _ = trace.Describe(k.a.r.ContentType, body)
	e.Body = k.maskBody(e.Body, func(key string) bool { return isToken(key) || isAccount(key) })
	if k.a.r.ContentType == "application/x-www-form-urlencoded" {
		e.Body = k.maskForm(e.Body)
	}
	for i := range e.Files {
		e.Files[i].Name = k.mask(e.Files[i].Name)
	}
}

// answer is the answer as it is kept, nil for none.
func (k *recording) answer() *trace.Answer {
	if k.resp == nil {
		return nil
	}
	a := &trace.Answer{Status: k.resp.StatusCode, Header: map[string]string{}, Broken: k.body.broken(), Cut: k.body.cut()}
	for _, name := range append(answerIDs(), "Content-Type", "Date", "Retry-After", "Ratelimit-Reset", "Ratelimit-Limit", "Ratelimit-Remaining") {
		if v := k.resp.Header.Get(name); v != "" {
			a.Header[name] = k.mask(v)
		}
	}
	if a.Cut {
		return a
	}
	text := k.maskBody(k.body.kept.String(), isToken)
	if utf8.ValidString(text) {
		a.Text = text
	} else {
		a.Bytes = []byte(text)
	}
	return a
}

// keptBody is the body of an answer that is kept as far as it is read.
type keptBody struct {
	io.ReadCloser
	kept bytes.Buffer
	over bool
	err  error
}

func (b *keptBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	room := maxKept - b.kept.Len()
	b.kept.Write(p[:min(n, room)])
	b.over = b.over || n > room
	if err != nil {
		b.err = err
	}
	return n, err
}

// broken reports whether the body ended before its end.
func (b *keptBody) broken() bool { return b.err != nil && !errors.Is(b.err, io.EOF) }

// cut reports whether there is more of it.
func (b *keptBody) cut() bool { return b.over || b.err == nil }

// parameters finds those of URLs, when the first text is masked.
var parameters = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[?&;][\w.-]+=[^&;\s"'<>#]*`) })

// isSigned reports whether a parameter of a URL holds a credential or a signature.
func isSigned(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"token", "secret", "signature", "password", "credential", "x-amz-", "x-goog-"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return name == "sig" || name == "key" || name == "apikey" || name == "api_key" || name == "api-key"
}

// isAccount reports whether a parameter or a key names the account that a credential is of. A
// replay takes any.
func isAccount(name string) bool {
	switch strings.ReplaceAll(strings.ToLower(name), "_", "") {
	case "keyid", "clientid", "customerid", "scope":
		return true
	}
	return false
}

// maskForm masks the values of a form that are about a credential.
func (k *recording) maskForm(body string) string {
	pairs := strings.Split(body, "&")
	for i, pair := range pairs {
		if name, _, _ := strings.Cut(pair, "="); isSigned(name) || isAccount(name) {
			pairs[i] = name + "=" + trace.Masked
		}
	}
	return strings.Join(pairs, "&")
}

// isPerson reports whether a parameter names a person.
func isPerson(name string) bool { return name == "committer_name" || name == "committer_email" }

// mask masks the credentials of the client, and the signed parameters of URLs.
func (k *recording) mask(s string) string {
	return parameters().ReplaceAllStringFunc(k.a.c.Mask(s), func(param string) string {
		name, _, _ := strings.Cut(param[1:], "=")
		if !isSigned(name) {
			return param
		}
		return param[:1] + name + "=" + trace.Masked
	})
}

// maskBody masks the texts of a JSON document, whatever else is wrong with it, and any other body
// as one text. isSecret says which keys have a secret value. The rest stays as it is written.
func (k *recording) maskBody(body string, isSecret func(key string) bool) string {
	if trimmed := strings.TrimSpace(body); !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "[") {
		return k.mask(body)
	}
	var out strings.Builder
	key := ""
	for {
		start := strings.IndexByte(body, '"')
		if start < 0 {
			out.WriteString(body)
			break
		}
		out.WriteString(body[:start])
		literal := literalAt(body[start:])
		body = body[start+len(literal):]
		masked, text := k.maskLiteral(literal)
		isKey := strings.HasPrefix(strings.TrimLeft(body, " \t\r\n"), ":")
		if !isKey && isSecret(key) {
			masked = `"` + trace.Masked + `"`
		}
		key = ""
		if isKey {
			key = text
		}
		out.WriteString(masked)
	}
	// What stands between texts is left.
	return k.mask(out.String())
}

// isToken reports whether the value of a key is a credential that the service gives out.
func isToken(key string) bool {
	switch strings.ReplaceAll(strings.ToLower(key), "_", "") {
	case "accesstoken", "refreshtoken", "idtoken", "token", "jwt", "password", "clientsecret", "keysecret", "apikey", "accesskey", "secret":
		return true
	}
	return false
}

// literalAt is the JSON string that s begins with, or all of s where it has no end.
func literalAt(s string) string {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return s[:i+1]
		}
	}
	return s
}

// maskLiteral masks a JSON string. It stays as it is written where nothing in it is masked.
func (k *recording) maskLiteral(literal string) (masked, text string) {
	if err := json.Unmarshal([]byte(literal), &text); err != nil {
		return k.mask(literal), ""
	}
	clean := k.mask(text)
	if clean == text {
		return literal, text
	}
	quoted, err := json.Marshal(clean)
	if err != nil {
		return `"` + trace.Masked + `"`, text
	}
	return string(quoted), text
}
