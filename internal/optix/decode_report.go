package optix

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// maxAlert bounds the text of one alert, so that memory while decoding doesn't
// depend on the length of the report.
const maxAlert = 4 << 20

var errAlertTooLarge = fmt.Errorf("a single value is larger than %d MB", maxAlert>>20)

// allowance is a reader that gives out at most left bytes until it is refilled.
// It fills what it is given: the decoder scans white space anew after each read,
// so that many small reads of it would take quadratic time.
type allowance struct {
	r    io.Reader
	left int
}

func (a *allowance) Read(p []byte) (n int, err error) {
	if a.left <= 0 {
		return 0, errAlertTooLarge
	}
	p = p[:min(len(p), a.left)]
	for n < len(p) && err == nil {
		var m int
		m, err = a.r.Read(p[n:])
		n += m
	}
	a.left -= n
	return n, err
}

// reportReader walks through {"alerts":[…]} token by token.
type reportReader struct {
	dec  *json.Decoder
	from *allowance
	seen map[string]string
}

// decodeReport hands each alert on as it is read. Unknown fields are passed
// over; a report without an array of alerts, and text after the document, are
// errors.
func decodeReport(body io.Reader, each func(IaCAlert) error) error {
	start := bufio.NewReader(body)
	if err := looksLikeJSON(start); err != nil {
		return err
	}
	from := &allowance{r: start, left: maxAlert}
	r := &reportReader{dec: json.NewDecoder(from), from: from, seen: map[string]string{}}
	if err := r.delim('{', ""); err != nil {
		return err
	}
	found := false
	for r.dec.More() {
		name, err := r.token("")
		if err != nil {
			return err
		}
		if name != "alerts" {
			if _, err := r.value(""); err != nil {
				return err
			}
			continue
		}
		found = true
		if err := r.alerts(each); err != nil {
			return err
		}
	}
	if err := r.end(); err != nil {
		return err
	}
	if !found {
		return wrong("alerts", nil, "an array")
	}
	return nil
}

// looksLikeJSON tells an empty answer and a web page from a document, which the
// decoder's message would not.
func looksLikeJSON(r *bufio.Reader) error {
	if bom, _ := r.Peek(len(byteOrderMark)); string(bom) == byteOrderMark {
		_, _ = r.Discard(len(bom))
	}
	begin, _ := r.Peek(64) // a fault of the transfer comes again at the next read
	if got := describe(begin); got == gotHTML || got == gotNothing && len(begin) < 64 {
		return &DecodeError{Got: got, Err: errors.New("not a JSON object")}
	}
	return nil
}

func (r *reportReader) alerts(each func(IaCAlert) error) error {
	if err := r.delim('[', "alerts"); err != nil {
		return err
	}
	for i := 0; r.dec.More(); i++ {
		a, err := r.alert(i)
		if err != nil {
			return err
		}
		if err := each(a); err != nil {
			return err
		}
	}
	return r.delim(']', "alerts")
}

type rawIaCAlert struct {
	ScanID   json.RawMessage `json:"scanID"`
	Summary  json.RawMessage `json:"alertSummary"`
	Severity json.RawMessage `json:"criticalLevel"`
	Details  json.RawMessage `json:"alertDetails"`
}

// alert reads one element. The name of its place is made only for an error.
func (r *reportReader) alert(i int) (IaCAlert, error) {
	at := func(name string) string { return fmt.Sprintf("alerts[%d]%s", i, name) }
	r.from.left = maxAlert
	var raw *rawIaCAlert
	if err := r.dec.Decode(&raw); err != nil {
		return IaCAlert{}, broken(at(""), err)
	}
	if raw == nil {
		return IaCAlert{}, wrong(at(""), json.RawMessage("null"), "an object")
	}
	id, err1 := optText(".scanID", raw.ScanID)
	summary, err2 := optText(".alertSummary", raw.Summary)
	severity, err3 := optText(".criticalLevel", raw.Severity)
	details, err4 := optText(".alertDetails", raw.Details)
	if err := first(err1, err2, err3, err4); err != nil {
		d, _ := errors.AsType[*DecodeError](err)
		d.Field = at(d.Field)
		return IaCAlert{}, d
	}
	return IaCAlert{ScanID: r.once(id), Summary: r.once(summary), Severity: r.once(severity), Details: details}, nil
}

// once keeps one copy of a text that most alerts share.
func (r *reportReader) once(s string) string {
	if known, ok := r.seen[s]; ok {
		return known
	}
	if len(r.seen) < 10_000 {
		r.seen[s] = s
	}
	return s
}

func (r *reportReader) token(field string) (json.Token, error) {
	r.from.left = maxAlert
	t, err := r.dec.Token()
	if err != nil {
		return nil, broken(field, err)
	}
	return t, nil
}

func (r *reportReader) delim(want json.Delim, field string) error {
	t, err := r.token(field)
	if err != nil {
		return err
	}
	if t != want {
		return &DecodeError{Field: field, Got: tokenText(t), Err: fmt.Errorf("not %v", want)}
	}
	return nil
}

func tokenText(t json.Token) string {
	switch t := t.(type) {
	case nil:
		return "null"
	case string:
		return trim(strconv.Quote(t), gotRunes)
	default:
		return trim(fmt.Sprint(t), gotRunes)
	}
}

func (r *reportReader) value(field string) (json.RawMessage, error) {
	r.from.left = maxAlert
	var raw json.RawMessage
	if err := r.dec.Decode(&raw); err != nil {
		return nil, broken(field, err)
	}
	return raw, nil
}

// end reads the closing brace and makes sure that nothing follows it.
func (r *reportReader) end() error {
	if err := r.delim('}', ""); err != nil {
		return err
	}
	t, err := r.token("")
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	return &DecodeError{Got: "more text after the end: " + tokenText(t), Err: errors.New("not the end")}
}

func broken(field string, err error) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &DecodeError{Field: field, Got: "the end of the answer", Err: err}
	case errors.Is(err, errAlertTooLarge):
		return &DecodeError{Field: field, Got: err.Error(), Err: err}
	}
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return &DecodeError{Field: field, Got: "a " + kind.Value, Err: errors.New("not an object")}
	}
	return &DecodeError{Field: field, Got: "invalid JSON (" + err.Error() + ")", Err: err}
}
