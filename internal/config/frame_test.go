package config

import (
	"errors"
	"strings"
	"testing"
)

// framesOf returns the errors of a file, and their frames.
func framesOf(t *testing.T, text string) (errs, frames string) {
	t.Helper()
	f, err := ParseFile("c.yaml", "", []byte(text))
	list := []error{err}
	if err == nil {
		list = f.valueErrors()
		err = errors.Join(list...)
	}
	if err == nil {
		t.Fatalf("%q has no error", text)
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	for _, one := range list {
		if at, ok := errors.AsType[*Error](one); ok {
			frames += at.Origin.Frame() + "\n"
		}
	}
	return err.Error(), frames
}

func TestFrame(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"version: 1\ntimeout: soon\n":                            "2 | timeout: soon\n  |          ^^^^",
		"\ufeffversion: 2\n":                                     "1 | version: 2\n  |          ^",
		"version: 1\r\ntimeout: 'soon' # really\r\n":             "2 | timeout: 'soon' …\n  |          ^^^^^^",
		"version: 1\nlimits: {max: {high: 3}, fail-on: hihg}":    "2 | limits: {max: {high: 3}, fail-on: hihg}\n  |                                   ^^^^",
		"version: 1\ntargets:\n  only: [ä, image]\n":             "3 |   only: [ä, image]\n  |          ^",
		"version: 1\nvars: {a: {b: c}, d: e}\n":                  "2 | vars: {…\n  |         ^",
		"version: 1\ntargets: {vars: x, olny: [a], only: [b]}\n": "2 | targets: {vars: … olny: [… only: [b]}\n  |           ^^^^",
	} {
		if _, frames := framesOf(t, text); !strings.Contains(frames, want) {
			t.Errorf("%q:\n%s\nwant\n%s", text, frames, want)
		}
	}
}

// A file must not hold credentials, and if it does, what shows its errors must not show them.
func TestFrameShowsNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "8f14e45fceea167a5a36"
	for _, text := range []string{
		"api_kye: SECRET",
		"api_kye: 'SECRET'",
		"api_kye: \"SE\\u0043RET SECRET\"",
		"api-key: SECRET",
		"token: SECRET # SECRET",
		"webhook: https://hooks.example/services/SECRET",
		"endpoint: https://user:SECRET@optix.example",
		"headers: {Authorization: Bearer SECRET}",
		"headers: [\"Authorization: SECRET\"]",
		"iac: {polcy: SECRET, policy: [SECRET]}",
		"iac: {policy: SECRET, x: y}",
		"timeout: x # SECRET",
		"timeout: x   \n# SECRET\nzzz: SECRET",
		"{token SECRET}: x",
		"limits: {SECRET}",
		"limits: {max: {high: 1}, SECRET: 1}",
		"limits:\n  max: {high: 1}\n api: SECRET",
		"limits:\n  api:\n    key: SECRET\n  zzz: 1",
		"limits: {api: {key: SECRET}, zzz: SECRET}",
		"zzz: |\n  SECRET\n  SECRET\ntimeout: x",
		"zzz: >-\n  SECRET\ntimeout: x",
		"timeout: x\nzzz: a\n  SECRET\n  b",
		"timeout: [SECRET",
		"timeout: \"SECRET",
		"zzz: &SECRET a\ntimeout: x",
		"timeout: *SECRET",
		"zzz: !SECRET a",
		"? SECRET\n: a\ntimeout: x",
		"targets: {build-args: {A: [SECRET], B: SECRET}}",
		"targets: {build-args: SECRET}",
		"targets: {vars: SECRET, SECRET}",
		"vars: {A: SECRET, B: [x]}",
		"vars: [A=SECRET]",
		"targets: {images: [\"user:SECRET@registry.example/x\", \"\"]}",
		"targets: {images: [\"https://SECRET:x@registry.example/x\"], zzz: 1}",
		"targets: {exclude: [{files: [x], reason: SECRET}]}",
		"alerts: [{source: x, key: SECRET, url: https://SECRET/, filters: {a: {b: SECRET}}}]",
		"checks: [SECRET]",
		"checks: [{name: SECRET, search: }]",
		"waivers: [{reason: SECRET, owner: SECRET}]",
		"limits: {rules: {SECRET: {severity: low}}}",
		"limits: {rules: {a: SECRET, SECRET: x}}",
		"baseline: https://x:SECRET@host/b\nzzz: 1",
		"\"api\\\n key\": SECRET\ntimeout: x",
		"SECRET\x00",
		"a: \xffSECRET",
	} {
		text = "version: 1\n" + strings.ReplaceAll(text, "SECRET", secret) + "\n"
		errs, frames := framesOf(t, text)
		_, after, _ := strings.Cut(errs, "unknown key")
		if strings.Contains(frames, secret[:6]) || strings.Contains(after, secret[:6]) {
			t.Errorf("%s\nshows\n%s\nof %s", text, frames, errs)
		}
	}
}
