package compose

import (
	"errors"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
	oracle "github.com/compose-spec/compose-go/v2/template"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// from returns a lookup of a map. Variables whose name begins with SECRET may not be
// used.
func from(values map[string]string) lookup {
	return func(name string) (string, bool, string) {
		if strings.HasPrefix(name, "SECRET") {
			return "", false, "it is secret"
		}
		value, ok := values[name]
		return value, ok, ""
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	values := map[string]string{"V": "1", "E": "", "D": "$V"}
	for text, want := range map[string]string{
		"nginx": "nginx", "$V-${V}": "1-1", "a$$b$$V": "a$b$V", "a$": "a$", "$1 $( $": "$1 $( $", "$D": "$V", "x${E}y": "xy",
		"${A:-x}": "x", "${A-x}:${B:-}": "x:", "${E:-x}": "x", "${E-x}": "", "${V:-x}": "1", "${A:-${B:-y}}z": "yz",
		"${A:-$V}": "1", "${A:+z}n": "n", "${V:+z}n": "zn", "${E:+z}n": "n", "${E+z}n": "zn", "${V:?no}": "1", "${E?no}": "",
		"${A:-a}${B:-b}": "ab", "${A:-{x}": "{x", "${A:-x": "!", "${": "!", "${}": "!", "${1}": "!", "${A B}": "!", "${A:}": "!", "${A:-\n}": "!",
		"$A": "A", "${A}": "A", "${A:?must be}": "A: must be", "${E:?must be}": "E: must be", "${A:-${B}}": "B",
		"$SECRET": "SECRET: it is secret", "${SECRET:-x}": "SECRET: it is secret", "${SECRET+x}": "SECRET: it is secret", "${SECRET?x}": "SECRET: it is secret",
	} {
		got, err := expand(text, from(values))
		unset, isUnset := errors.AsType[*unsetError](err)
		_, invalid := errors.AsType[*invalidError](err)
		switch {
		case invalid:
			got = "!"
		case isUnset && unset.why != "":
			got = unset.name + ": " + unset.why
		case isUnset:
			got = unset.name
		}
		if got != want {
			t.Errorf("%q = %q (%v), want %q", text, got, err, want)
		}
	}
}

func TestExpandIsBounded(t *testing.T) {
	t.Parallel()
	_, err := expand(strings.Repeat("${A:-", 1000)+strings.Repeat("}", 1000), from(nil))
	if _, ok := errors.AsType[*invalidError](err); !ok || len(err.Error()) > 10_000 {
		t.Errorf("err = %v", err)
	}
	for _, text := range []string{strings.Repeat("$V", 20_000), strings.Repeat("$V$V", 20)} {
		_, err := expand(text, from(map[string]string{"V": strings.Repeat("x", 1000)}))
		if err == nil || err.Error() != "a text with variables is longer than 16 KiB" {
			t.Errorf("%.20q…: err = %v", text, err)
		}
	}
	if got, err := expand(strings.Repeat("${V-}", 3000), from(map[string]string{"V": "x"})); err != nil || got != strings.Repeat("x", 3000) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

// checkExpand compares with Compose. Where it uses the empty string for a variable
// without a value, expand fails.
func checkExpand(t interface{ Fatalf(string, ...any) }, text string, values map[string]string) {
	want, wantErr := oracle.Substitute(text, func(name string) (string, bool) { value, ok := values[name]; return value, ok })
	got, err := expand(text, from(values))
	_, unset := errors.AsType[*unsetError](err)
	switch {
	case unset:
		// Compose fails as well, or makes another value of it.
		full := map[string]string{}
		for name, value := range values {
			full[name] = value
		}
		full[errAs(err).name] = "\x00"
		other, otherErr := oracle.Substitute(text, func(name string) (string, bool) { value, ok := full[name]; return value, ok })
		if wantErr == nil && otherErr == nil && other == want {
			t.Fatalf("%q: %v, but Compose needs no value: %q", text, err, want)
		}
	case (err != nil) != (wantErr != nil):
		t.Fatalf("%q: err = %v, Compose: %v", text, err, wantErr)
	case err == nil && got != want:
		t.Fatalf("%q = %q, Compose: %q", text, got, want)
	}
}

func errAs(err error) *unsetError {
	unset, _ := errors.AsType[*unsetError](err)
	return unset
}

func drawText(t *rapid.T) string {
	parts := rapid.SliceOfN(rapid.SampledFrom([]string{
		"a", "$", "${", "}", "{", "A", "B_1", ":", "-", ":-", "?", ":?", "+", ":+", "$A", "${A}", "${B_1:-", "$$", " ", "\n", "${C:-x}", "0",
	}), 0, 12).Draw(t, "parts")
	return strings.Join(parts, "")
}

func TestExpandIsComposes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkExpand(t, drawText(t), map[string]string{"A": "1", "C": ""})
	})
}

func FuzzExpand(f *testing.F) {
	for _, seed := range []string{"${A:-${B:-y}}", "$A$$", "${A:?x}}", "${A+{}}", "${C:+$A}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, "ſK\x00") || strings.Count(text, "{") > maxDepth {
			return // other letters that regular expressions without case take
		}
		checkExpand(t, text, map[string]string{"A": "1", "C": ""})
	})
}

// checkDotenv compares with Compose the variables that have a value for both.
func checkDotenv(t interface{ Fatalf(string, ...any) }, text string) {
	outside := map[string]string{"OUT": "side", "A": "first"}
	want, wantErr := dotenv.ParseWithLookup(strings.NewReader(text), func(name string) (string, bool) { value, ok := outside[name]; return value, ok })
	settings, err := parseDotenv(text, from(outside))
	for name, s := range settings {
		if s.err != nil && strings.HasPrefix(s.err.why, "invalid") && wantErr != nil {
			return // Compose refuses the whole file
		}
		if s.err != nil {
			delete(want, name)
			delete(settings, name)
		}
	}
	if (err != nil) != (wantErr != nil) {
		t.Fatalf("%q: err = %v, Compose: %v", text, err, wantErr)
	}
	if err != nil {
		return
	}
	got := map[string]string{}
	for name, s := range settings {
		got[name] = s.value
	}
	delete(want, "") // no text can use this name
	delete(got, "")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%q (-Compose +got):\n%s", text, diff)
	}
}

func TestDotenv(t *testing.T) {
	t.Parallel()
	text := strings.Join([]string{
		"# comment", "TAG=5.0.0", "export B = two # comment", "C: \"a\\tb$TAG\\$x\" # c", "D='$TAG'", "E=$TAG-${OUT}", "", "OUT", "LONG=\"x", "y\"", "F=a#b",
		"N=$NOPE", "M=$N", "K=${NOPE:-7}", "S=$SECRET", "Q=\"say \\\"x\\\"\"", "O=\"\\0101\\09\"", "last",
	}, "\r\n")
	got, err := parseDotenv(text, from(map[string]string{"OUT": "side"}))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"TAG": "5.0.0", "B": "two", "C": "a\tb5.0.0$x", "D": "$TAG", "E": "5.0.0-side", "OUT": "side", "LONG": "x\r\ny", "F": "a#b",
		"N": "! NOPE has no value", "M": "! N has no value: NOPE has no value", "K": "7", "S": "! SECRET has no value: it is secret", "Q": `say "x"`, "O": `A\9`,
	}
	for name, s := range got {
		value := s.value
		if s.err != nil {
			value = "! " + s.err.why
		}
		if want[name] != value {
			t.Errorf("%s = %q, want %q", name, value, want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d values, want %d", len(got), len(want))
	}
	checkDotenv(t, strings.ReplaceAll(text, "SECRET", "X"))
}

func TestDotenvErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]dotenvError{
		"A=1\n\nB C=1\n":   {3, "the name of a variable must not contain a blank"},
		"A=1\nB&=1\n":      {2, "unexpected character '&' in the name of a variable"},
		"A=1\nB=\"x\ny\n":  {2, "a quoted value does not end"},
		"A=1 \nB='x\\'\ny": {2, "a quoted value does not end"},
		"\n\nexport ":      {3, "export must be followed by the name of a variable"},
	} {
		if _, err := parseDotenv(text, from(nil)); err == nil || *err != want {
			t.Errorf("%q: err = %v, want %v", text, err, want)
		}
	}
}

func TestDotenvIsComposes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{
			"A", "B", "OUT", "=", ":", "\n", " ", "#", "\"", "'", "\\", "$A", "${B:-c}", "export ", "\t", "x", "\r\n", "\\n", "\\0", "12", "$$", "$",
		}), 0, 20).Draw(t, "parts")
		checkDotenv(t, strings.Join(parts, ""))
	})
}

func FuzzDotenv(f *testing.F) {
	for _, seed := range []string{"A=1\nB=\"$A\\n\"\n", "export A\n", "A: 'x' # y\n", "\ufeffA=1", "A='\\''\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, "ſK\x00") || strings.Count(text, "{") > maxDepth || len(text) > maxText {
			return
		}
		checkDotenv(t, text)
	})
}
