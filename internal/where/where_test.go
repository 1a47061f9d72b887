package where

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// row is a row whose missing fields are those that it doesn't have.
func row(pairs map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := pairs[name]
		return v, ok
	}
}

func mustParse(t *testing.T, text string) *Condition {
	t.Helper()
	c, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEval(t *testing.T) {
	t.Parallel()
	user := row(map[string]string{
		"isActive": "true", "isMfaActive": "False", "age": "91", "id": "9007199254740993", "name": "Ann", "groups": "dev, Admin", "empty": "", "days": "90 days",
	})
	for text, want := range map[string]string{
		"isMfaActive == false":                                "hit",
		"isMfaActive != false":                                "no",
		"isMfaActive == true":                                 "no",
		"isMfaActive == 'false'":                              "hit",
		"age > 90":                                            "hit",
		"age >= 91 and age <= 91 and age == 91.0":             "hit",
		"age < 91 or age > 91 or age != 91":                   "no",
		"id == 9007199254740993":                              "hit",
		"id == 9007199254740992":                              "no",
		"id > 9007199254740992":                               "hit",
		`name == "ann"`:                                       "hit",
		`name != "ANN"`:                                       "no",
		"groups contains 'admin'":                             "hit",
		"groups contains 'root'":                              "no",
		"empty == ''":                                         "hit",
		"not isActive == true":                                "no",
		"not (isActive == true and isMfaActive == true)":      "hit",
		"isActive == false and age > 90 or name == 'ann'":     "hit", // and binds stronger
		"isActive == false and (age > 90 or name == 'ann')":   "no",
		"not isActive == false and isMfaActive == false":      "hit", // not binds strongest
		"lost == true":                                        "hit: lost is missing",
		"lost != true":                                        "hit: lost is missing",
		"not lost == true":                                    "hit: lost is missing",
		"lost == 1 or gone contains 'x'":                      "hit: gone is missing, lost is missing",
		"lost == true and isMfaActive == true":                "no",
		"lost == true or isMfaActive == false":                "hit",
		"lost == true and isMfaActive == false":               "hit: lost is missing",
		"days > 30":                                           "hit: days is not a number",
		"name == true":                                        "hit: name is neither true nor false",
		"empty != false":                                      "hit: empty is neither true nor false",
		"(((isActive == true)))":                              "hit",
		"not not isActive == true":                            "hit",
		"\tisActive\n==\ntrue ":                               "hit",
		"isActive==true and(age>90)":                          "hit",
		"age > -1 and age < +1000000000000000000000000000000": "hit",
	} {
		out := mustParse(t, text).Eval(user)
		got := "no"
		if out.Hit {
			got = "hit"
		}
		if len(out.Doubts) > 0 {
			got += ": " + strings.Join(out.Doubts, ", ")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                      "column 1: expected the name of a field, got nothing",
		"isPublic":              "column 9: expected ==, !=, <, <=, >, >= or contains after isPublic, got nothing",
		"isPublic = true":       `column 10: expected ==, !=, <, <=, >, >= or contains after isPublic, got "="; fix: use ==`,
		"a == 1 && b == 2":      `column 8: expected and, or, or the end of the condition, got "&&"; fix: use and`,
		"a == 1 || b == 2":      `column 8: expected and, or, or the end of the condition, got "||"; fix: use or`,
		"!a == 1":               `column 1: expected the name of a field, got "!"; fix: use not`,
		"state == ACTIVE":       `column 10: expected a text in quotes, a number, true or false, got "ACTIVE"; fix: write 'ACTIVE'`,
		"a == 'x":               `column 6: expected a text in quotes, a number, true or false, got "'"`,
		"a == 1.2.3":            `column 6: "1.2.3" is not a decimal number`,
		"a == 1e9":              `column 6: "1e9" is not a decimal number`,
		"a < 'b'":               `column 5: < needs a number, got "'b'"`,
		"a >= true":             `column 6: >= needs a number, got "true"`,
		"a contains 3":          `column 12: contains needs a text in quotes, got "3"`,
		"(a == 1":               "column 8: expected ), got nothing",
		"a == 1)":               `column 7: expected and, or, or the end of the condition, got ")"`,
		"a == 1 b == 2":         `column 8: expected and, or, or the end of the condition, got "b"`,
		"and == 1":              `column 1: expected the name of a field, got "and"`,
		"ü == 1":                `column 1: expected the name of a field, got "ü"`,
		"a == 'ü' and":          "column 13: expected the name of a field, got nothing",
		"1 == a":                `column 1: expected the name of a field, got "1"`,
		"a == b":                `column 6: expected a text in quotes, a number, true or false, got "b"; fix: write 'b'`,
		"a '==' 1":              `column 3: expected ==, !=, <, <=, >, >= or contains after a, got "'=='"`,
		"a == 1 and 'b' == 2":   `column 12: expected the name of a field, got "'b'"`,
		"a == \xff":             "column 6: expected a text in quotes, a number, true or false, got \"\\xff\"",
		"a 'and' 1":             `column 3: expected ==, !=, <, <=, >, >= or contains after a, got "'and'"`,
		"a == 1 and not":        "column 15: expected the name of a field, got nothing",
		"a == 1 and (not b) ==": `column 18: expected ==, !=, <, <=, >, >= or contains after b, got ")"`,
	} {
		_, err := Parse(text)
		if _, ok := errors.AsType[*SyntaxError](err); !ok || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		strings.Repeat("(", 51) + "a == 1" + strings.Repeat(")", 51): "column 52: more than 50 parentheses and negations around a comparison",
		strings.Repeat("not ", 60) + "a == 1":                        "column 205: more than 50 parentheses and negations around a comparison",
		"a == '" + strings.Repeat("x", 2000) + "'":                   "column 1: the condition must have at most 2000 characters",
		strings.Repeat("(", 50) + "a == 1" + strings.Repeat(")", 50): "",
	} {
		_, err := Parse(text)
		if got := fmt.Sprint(err); err == nil && want != "" || err != nil && got != want {
			t.Errorf("%.20s…: %s, want %s", text, got, want)
		}
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	got := mustParse(t, "not a == 'ü' or b.c contains 'd' or a == 2").Fields()
	if want := []Field{{"a", 5}, {"b.c", 17}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// expression draws a condition and its value for a row that says of each field whether it is
// true, false or missing.
func expression(t *rapid.T, values map[string]truth, depth int) (string, truth) {
	if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
		name := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "field")
		return name + " == true", values[name]
	}
	left, l := expression(t, values, depth-1)
	switch rapid.IntRange(0, 2).Draw(t, "op") {
	case 0:
		return "not (" + left + ")", yes - l
	case 1:
		right, r := expression(t, values, depth-1)
		return "(" + left + ") and (" + right + ")", min(l, r)
	}
	right, r := expression(t, values, depth-1)
	return "(" + left + ") or (" + right + ")", max(l, r)
}

// A condition is a hit unless it is certainly no, and has doubts only where it is maybe.
func TestThreeValues(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values, fields := map[string]truth{}, map[string]string{}
		for _, name := range []string{"a", "b", "c"} {
			values[name] = truth(rapid.IntRange(0, 2).Draw(t, name))
			if values[name] != maybe {
				fields[name] = fmt.Sprint(values[name] == yes)
			}
		}
		text, want := expression(t, values, 5)
		c, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		out := c.Eval(row(fields))
		if out.Hit != (want != no) || (len(out.Doubts) > 0) != (want == maybe) {
			t.Fatalf("%s with %v: %+v, want %d", text, fields, out, want)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"isMfaActive == false", "not (a.b contains 'x' or n >= -1.5) and s != \"y\"", "((", "a == '", "a == 1e9999999", "\xff == ü"} {
		f.Add(text, "90")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		c, err := Parse(text)
		if err != nil {
			syntax, ok := errors.AsType[*SyntaxError](err)
			if !ok || syntax.Column < 1 || syntax.Column > len(text)+1 || syntax.Text == "" {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		if len(c.Fields()) == 0 {
			t.Fatalf("%q names no field", text)
		}
		missing := c.Eval(func(string) (string, bool) { return "", false })
		if !missing.Hit || len(missing.Doubts) != len(c.Fields()) {
			t.Fatalf("%q: without any field %+v", text, missing)
		}
		one, two := c.Eval(func(string) (string, bool) { return value, true }), c.Eval(func(string) (string, bool) { return value, true })
		if one.Hit != two.Hit {
			t.Fatalf("%q: not the same twice", text)
		}
	})
}
