package jsonx

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestIDs(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 1000)
	for value, want := range map[string]string{
		`"s-1"`: "s-1", `7`: "7", `"` + long + `"`: long, `" x "`: " x ",
	} {
		o := Parse([]byte(`{"a":`+value+`}`), Options{})
		if got, opt := o.ID("a"), o.OptID("a"); got != want || opt != want || o.Err() != nil {
			t.Errorf("%s: %q, %q, %v", value, got, opt, o.Err())
		}
	}
	for _, value := range []string{`"a\nb"`, `"\u001b[2J"`, `"\u202e"`, `"\u200b"`, `"` + long + `x"`, `true`, `{}`} {
		for name, read := range map[string]func(*Object) string{
			"ID": func(o *Object) string { return o.ID("a") }, "OptID": func(o *Object) string { return o.OptID("a") },
		} {
			o := Parse([]byte(`{"a":`+value+`}`), Options{})
			if got := read(o); got != "" || o.Err() == nil {
				t.Errorf("%s of %s: %q, %v", name, value, got, o.Err())
			}
		}
	}
	o := Parse([]byte(`{"a":" "}`), Options{})
	if o.OptID("a") != " " || o.OptID("b") != "" || o.Err() != nil {
		t.Errorf("optional IDs: %v", o.Err())
	}
	if o.ID("a"); o.Err() == nil {
		t.Error("a blank ID is accepted")
	}
}

// No text of an answer makes a message or a report longer than it may be.
func TestLongTexts(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20)
	o := Parse([]byte(`{"`+long+`":1,"words":"`+long+`","counts":{"`+long+`":1},"wrong":{"k":{}}}`), Options{ShowValues: true})
	if n := utf8.RuneCountInString(o.Words("words")); n != maxWords {
		t.Errorf("words of %d characters", n)
	}
	for name, n := range o.Counts("counts") {
		t.Errorf("a severity of %d characters with count %d", len(name), n)
	}
	o.Bool(long)
	if err := o.Err(); err == nil || len(err.Error()) > 1000 || !strings.Contains(err.Error(), "counts: must be an object whose keys are one line") {
		t.Errorf("%.2000v", err)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	hide := func(s string) string { return strings.ReplaceAll(s, "key", "[…]") }
	body := `{"a":"key","e":"k\u0065y","n":"1","l":["key"],"c":{"key":1},"w":{"key":"key"},"key":{"x":1}}`
	o := Parse([]byte(body), Options{Mask: hide, ShowValues: true})
	got := append(o.Texts("l"), o.Text("a"), o.OptText("a"), o.ID("a"), o.OptID("a"), o.Words("a"), o.Any("c"), o.Text("e"))
	for name := range o.Counts("c") {
		got = append(got, name)
	}
	for range o.Counts("w") {
		continue
	}
	o.Bool("a")
	o.Object("key").Bool("x")
	got = append(got, o.Err().Error())
	for _, s := range got {
		if strings.Contains(s, "key") || strings.Contains(s, "0065") || !strings.Contains(s, "[…]") {
			t.Errorf("not masked: %s", s)
		}
	}
	scope := o.Scope()
	scope.Count("a")
	if strings.Contains(scope.Err().Error(), "key") {
		t.Errorf("not masked in a scope: %v", scope.Err())
	}
}

// Every method that returns texts masks them: a new one too.
func TestEveryTextIsMasked(t *testing.T) {
	t.Parallel()
	for _, value := range []string{`"key"`, `["key"]`, `{"key":"key"}`} {
		o := Parse([]byte(`{"a":`+value+`}`), Options{Mask: func(s string) string { return strings.ReplaceAll(s, "key", "[…]") }})
		methods, called := reflect.ValueOf(o), 0
		for i := range methods.NumMethod() {
			var out []reflect.Value
			switch read := methods.Method(i).Interface().(type) {
			case func(string) string, func(...string) string, func(string) []string, func(...string) []string:
				out = methods.Method(i).Call([]reflect.Value{reflect.ValueOf("a")})
			case func() string:
				out = []reflect.Value{reflect.ValueOf(read())}
			default:
				continue
			}
			called++
			if got := fmt.Sprint(out[0]); strings.Contains(got, "key") {
				t.Errorf("%s of %s returns %s", methods.Type().Method(i).Name, value, got)
			}
		}
		if called < 9 {
			t.Errorf("only %d methods return texts", called)
		}
	}
}
