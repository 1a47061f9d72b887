package secret

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// No line that a pattern matches is left out before.
func TestPrefilters(t *testing.T) {
	t.Parallel()
	p := compiled()
	rapid.Check(t, func(t *rapid.T) {
		line := secretLine().Draw(t, "line")
		if !mayNameSecret(line) && (p.assignment.MatchString(line) || p.flag.MatchString(line)) {
			t.Errorf("mayNameSecret(%q) = false", line)
		}
		if !mayAuthorize(line) && p.auth.MatchString(line) {
			t.Errorf("mayAuthorize(%q) = false", line)
		}
		if !mayHoldKey(line) && hideKeys(line, p) != line {
			t.Errorf("mayHoldKey(%q) = false", line)
		}
	})
	for _, line := range []string{`  cidr_blocks = ["0.0.0.0/0"]`, "resource \"aws_s3_bucket\" \"b\" {", "    from_port   = 22", ""} {
		if mayNameSecret(line) || mayAuthorize(line) || mayHoldKey(line) {
			t.Errorf("%q may hold a secret", line)
		}
	}
}

// secretLine draws lines that the patterns match, some of them in part.
func secretLine() *rapid.Generator[string] {
	parts := []*rapid.Generator[string]{
		rapid.StringMatching(`["']?[a-z._]{0,3}([Pp]assw(or)?d|PASSPHRASE|[_-]pass|pwd|[\x{017f}s]ecret|to[k\x{212a}]en|credential|api_?-?[\x{212a}Kk]ey|private|connection_?-?string|sas_?-?url)["']?`),
		rapid.StringMatching(`(AKIA|ASIA)[0-9A-Z]{10,13}|gh[opsur]_\w{15,17}|glpat-[\w-]{15,16}|xox[a-z]-[\w-]{9,11}|sk[-_][\w-]{15,16}|AIza[\w-]{29,31}|eyJ[\w-]{7,9}(\.[\w-]{1,3})?|[0-9a-f]{31,33}|[A-Za-z0-9+/_-]{31,34}=?`),
		rapid.StringMatching(`(?i:ba[s\x{017f}]ic|bearer|api[k\x{212a}]ey)\s[\w.~+/=-]{5,7}`),
		rapid.StringMatching(`ENV |ARG |--?|://|@|:=|=>|[:=]| |\t|\S{0,3}`),
	}
	return rapid.Custom(func(t *rapid.T) string {
		var line strings.Builder
		for range rapid.IntRange(0, 4).Draw(t, "parts") {
			line.WriteString(rapid.OneOf(parts...).Draw(t, "part"))
		}
		return line.String()
	})
}

// BenchmarkRedactor reads lines as most are, without a secret.
func BenchmarkRedactor(b *testing.B) {
	lines := strings.Split("resource \"aws_security_group\" \"g1_2\" {\n  name = \"g-${var.env}\"\n  ingress {\n    from_port   = 20\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }\n}", "\n")
	b.ReportAllocs()
	for b.Loop() {
		var r Redactor
		for _, line := range lines {
			r.Line(line)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(lines)), "ns/line")
}
