package jsonx

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func shown(body string) *Object { return Parse([]byte(body), Options{ShowValues: true}) }

// texts are the errors of err, each with its path.
func texts(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("%T: %v", err, err)
	}
	var all []string
	for _, f := range e.Fields {
		all = append(all, f.Path+": "+f.Text)
	}
	return all
}

func TestAnswersThatAreNoObject(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"":                          ": must be a JSON object, got nothing",
		" \n":                       ": must be a JSON object, got nothing",
		"\xef\xbb\xbf":              ": must be a JSON object, got nothing",
		"<html>":                    ": must be a JSON object, got an HTML page",
		"null":                      ": must be a JSON object, got null",
		"[1,2]":                     ": must be a JSON object, got [1,2]",
		"oops":                      ": must be a JSON object, got oops",
		"{":                         ": the text ends too early",
		`{"a":{"b":[1,`:             "a.b: the text ends too early",
		`{"a":1} x`:                 ": invalid JSON after 8 bytes: invalid character 'x' at start of value",
		`{"a":1}{}`:                 ": text after the end of the JSON object",
		`{"a":1,}`:                  ": invalid JSON after 6 bytes: invalid character ',' at start of value",
		`{"a":01}`:                  ": invalid JSON after 6 bytes: invalid character '1' after object value (expecting ',' or '}')",
		"{\"a\":\"\xff\"}":          "a: invalid JSON after 6 bytes: invalid UTF-8",
		"{\"\xff\":1}":              ": invalid JSON after 2 bytes: invalid UTF-8",
		`{"a":1,"a":1}`:             "a: duplicate key",
		`{"a":1,"\u0061":1}`:        "a: duplicate key",
		`{"x":[{"b":1,"b":2}]}`:     "x[0].b: duplicate key",
		`{"x":{"y":{"b":1,"b":2}}}`: "x.y.b: duplicate key",
		"\x00":                      ": must be a JSON object, got \x00",
	} {
		o := shown(body)
		if diff := cmp.Diff([]string{want}, texts(t, o.Err())); diff != "" {
			t.Errorf("%q (-want +got)\n%s", body, diff)
		}
		if o.Text("a"); len(texts(t, o.Err())) != 1 {
			t.Errorf("%q: errors follow from the first: %v", body, o.Err())
		}
	}
	if e, ok := errors.AsType[*Error](shown(" <html>").Err()); !ok || !e.HTML {
		t.Error("a web page is not recognised")
	}
	if o := shown("\xef\xbb\xbf {\"a\":1}\r\n"); o.Text("a") != "1" || o.Err() != nil {
		t.Error(o.Err())
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	o := shown(`{"s":"a\nb","n":9007199254740993,"t":true,"f":"FALSE","null":null,"o":{"k":"v"},"a":[1,"x",null,{}," "],"blank":" ","c":"07"}`)
	got := []any{
		o.Text("s"), o.Text("n"), o.OptText("null"), o.OptText("missing"), o.OptText("blank"),
		o.Bool("t"), o.Bool("f"), o.Flag("missing"), o.OptBool("null"), *o.OptBool("t"),
		o.Count("c"), o.OptCount("null", -1), o.OptCount("c", -1), o.Has("null"), o.Has("o"), o.Has("missing"),
		o.Words("null", "a", "blank", "t", "s"), o.Words("o"), o.Any("o"), o.Any("n"), o.Texts("a"), o.Texts("s"), o.Texts("o"),
		o.Object("o").Text("k"), o.OptObject("missing", "o").Text("k"), o.OptObject("missing").Words("x"), o.Canonical(),
	}
	want := []any{
		"a\nb", "9007199254740993", "", "", " ",
		true, false, false, (*bool)(nil), true,
		7, -1, 7, false, true, false,
		"true", "", `{"k":"v"}`, "9007199254740993", []string{"1", "x"}, []string{"a\nb"}, []string(nil),
		"v", "v", "", `{"a":[1,"x",null,{}," "],"blank":" ","c":"07","f":"FALSE","n":9007199254740993,"null":null,"o":{"k":"v"},"s":"a\nb","t":true}`,
	}
	if diff := cmp.Diff(want, got); diff != "" || o.Err() != nil {
		t.Errorf("%v (-want +got)\n%s", o.Err(), diff)
	}
}

// Every error is collected, with the path of its field.
func TestErrorsAreCollected(t *testing.T) {
	t.Parallel()
	o := shown(`{"id":{},"blank":" ","ok":1,"n":-1,"list":[{"n":1},{"n":"x"},[]],"o":{"n":1.5},"map":{"high":"many","low":2,"x":0},"none":null}`)
	o.Text("id")
	o.Text("blank")
	o.Bool("ok")
	o.Count("n")
	for item := range o.Objects("list") {
		item.Count("n")
	}
	o.Object("o").Count("n")
	for range o.Counts("map") {
	}
	o.Object("gone").Text("not an error of its own")
	for range o.Objects("none") {
	}
	want := []string{
		"id: must be a string, got {}", `blank: must be a string, got " "`, "ok: must be true or false, got 1", "n: must be an integer >= 0, got -1",
		`list[1].n: must be an integer >= 0, got "x"`, "list[2]: must be an object, got []", "o.n: must be an integer >= 0, got 1.5",
		`map.high: must be an integer >= 0, got "many"`, "gone: must be an object, got nothing", "none: must be an array of objects, got null",
	}
	if diff := cmp.Diff(want, texts(t, o.Err())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if o.Bool("more"); len(texts(t, o.Err())) != maxErrors {
		t.Error("the errors are not bounded")
	}
	if text := o.Err().Error(); text != strings.Join(want[:3], "; ")+"; and 7 more" {
		t.Error(text)
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"0": 0, `"7"`: 7, "3.0": 3, `" 7 "`: 7, `"007"`: 7, "9223372036854775807": 1<<63 - 1,
		"-1": -1, "1.5": -1, "1e3": -1, "1e-400": -1, `""`: -1, `"0x1"`: -1, `"1_0"`: -1, `"1,000"`: -1, `"-0.5"`: -1, `"٣"`: -1,
		"-0": -1, `"+3"`: -1, `"3."`: -1, `".0"`: -1, "0.0": 0,
		"9223372036854775808": -1, "true": -1, "[1]": -1, "{}": -1, "null": -1,
	} {
		o := shown(`{"n":` + text + `}`)
		if n := o.Count("n"); (o.Err() == nil) != (want >= 0) || want >= 0 && n != want {
			t.Errorf("%s: %d, %v; want %d", text, n, o.Err(), want)
		}
	}
	o := shown(`{"v":{"z":1,"a":"2","Z":3},"w":{"high":1,"low":null,"HIGH":1,"Zeros":"0","zeros":0}}`)
	var got []string
	for key, n := range o.Counts("v") {
		got = append(got, fmt.Sprint(key, n))
	}
	if diff := cmp.Diff([]string{"z1", "a2", "Z3"}, got); diff != "" || o.Err() != nil {
		t.Error(o.Err(), diff)
	}
	for range o.Counts("w", "high", "low") {
	}
	if diff := cmp.Diff([]string{`w.high: the key is spelled "HIGH"`, "w.low: must be an integer >= 0, got null"}, texts(t, o.Err())); diff != "" {
		t.Error(diff)
	}
}

func TestOptSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"7": 7, `"7"`: 7, "[]": 0, `["a",null]`: 2, "null": -1, `"many"`: -2, "{}": -2, "true": -2} {
		o := shown(`{"n":` + text + `}`)
		n := o.OptSize("n")
		switch {
		case want < 0 && n == nil || want >= 0 && n != nil && *n == want:
			if o.Err() != nil {
				t.Errorf("%s: %v", text, o.Err())
			}
		case want != -2 || o.Err() == nil:
			t.Errorf("%s: %v, %v", text, n, o.Err())
		}
	}
}

// A key that another reader may take for a known one is an error, whether the
// known one is there or not; keys that nothing asks for are free.
func TestCaseOfKeys(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"status":"a","STATUS":"b"}`:             `status: the key is spelled "STATUS"`,
		`{"Status":"b"}`:                          `status: the key is spelled "Status"`,
		`{"\u017ftatus":"b"}`:                     `status: the key is spelled "ſtatus"`,
		`{"status":"a","tags":{"Env":1,"env":2}}`: "",
		`{"status":"a","statuses":1}`:             "",
	} {
		o := shown(body)
		o.Text("status")
		if got := strings.Join(texts(t, o.Err()), "; "); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	o := shown(`{"Status":"b","tags":1}`)
	if o.Documented("status", "tag"); len(texts(t, o.Err())) != 1 {
		t.Error(o.Err())
	}
	o = shown(`{"scanID":"a","scan_id":7,"scanid":" "}`)
	if diff := cmp.Diff([]string{"a", "7"}, o.AllWords("scan_id", "scanID")); diff != "" || len(texts(t, o.Err())) != 1 {
		t.Error(o.Err(), diff)
	}
	// Two spellings of a vendor's own are both known.
	o = shown(`{"Kubernetes":{"a":1},"x":"1"}`)
	if o.OptObject("kubernetes", "Kubernetes").Text("a") != "1" || o.Words("y", "x") != "1" || o.Err() != nil {
		t.Error(o.Err())
	}
}

func TestScopeHasErrorsOfItsOwn(t *testing.T) {
	t.Parallel()
	o := shown(`{"list":[{"n":"x"},{"n":1}]}`)
	var errs []string
	for item := range o.Objects("list") {
		own := item.Scope()
		own.Count("n")
		errs = append(errs, texts(t, own.Err())...)
	}
	if diff := cmp.Diff([]string{`list[0].n: must be an integer >= 0, got "x"`}, errs); diff != "" || o.Err() != nil {
		t.Error(o.Err(), diff)
	}
}

// A key that is wrong anywhere makes the whole answer unreadable.
func TestScopeHasNoKeysOfItsOwn(t *testing.T) {
	t.Parallel()
	opts := Options{ShowValues: true, Key: func(k string) string { return strings.TrimRight(k, "'") }}
	for body, want := range map[string]string{
		`{"list":[{"n":1,"N":2}]}`:               `list[0].n: the key is spelled "N"`,
		`{"list":[{"n":1,"in":{"A":2}}]}`:        `list[0].in.a: the key is spelled "A"`,
		`{"list":[{"n":1,"in":{"a":1,"a'":2}}]}`: "list[0].in: duplicate key",
		`{"list":[{"n":"x"}]}`:                   "",
	} {
		o := Parse([]byte(body), opts)
		for item := range o.Objects("list") {
			own := item.Scope()
			own.Count("n")
			own.OptObject("in").Words("a")
		}
		if got := strings.Join(texts(t, o.Err()), "; "); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestRewrittenKeys(t *testing.T) {
	t.Parallel()
	opts := Options{ShowValues: true, Key: func(k string) string { return strings.TrimRight(k, "'") }}
	o := Parse([]byte(`{"severity'":"high","msg'":{"ruleid'":"r"}}`), opts)
	if o.Text("severity") != "high" || o.Object("msg").Text("ruleid") != "r" || o.Err() != nil {
		t.Error(o.Err())
	}
	o = Parse([]byte(`{"msg":{"a":1,"a'":2}}`), opts)
	o.Object("msg")
	if diff := cmp.Diff([]string{"msg: duplicate key"}, texts(t, o.Err())); diff != "" {
		t.Error(diff)
	}
}

// Without ShowValues nothing of the answer stands in an error.
func TestValuesAreNotShown(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`"jane"`, `jane`, `{"jane":1,"jane":2}`, `{"a":{"jane":jane}}`, `{"jane":"` + "\xff" + `"}`, `{"jane":1} jane`, `{"n":"jane"}`, `{"n":{"jane":1}}`, `{"n":["jane"]}`,
	} {
		o := Parse([]byte(body), Options{})
		o.Count("n")
		if o.Err() == nil || strings.Contains(o.Err().Error(), "jan") || strings.Contains(o.Err().Error(), "'j'") {
			t.Errorf("%s: %v", body, o.Err())
		}
	}
	if got := Parse([]byte("jane"), Options{}).Err().Error(); got != "must be a JSON object, got invalid JSON" {
		t.Error(got)
	}
	o := Parse([]byte(`{"n":"jane"}`), Options{})
	o.Count("n")
	if got := o.Err().Error(); got != "n: must be an integer >= 0, got a string" {
		t.Error(got)
	}
}

func TestQuotedValuesAreShort(t *testing.T) {
	t.Parallel()
	o := shown(`{"id":{"` + strings.Repeat("ä", 5000) + `":1}}`)
	o.Text("id")
	if got := []rune(o.Err().Error()); len(got) > quotedRunes+40 || !slices.Contains(got, '…') {
		t.Errorf("%d runes", len(got))
	}
}
