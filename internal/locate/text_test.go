package locate

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPlainText(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"a<br>b<BR/>c", "a\nb\nc"},
		{"<p>a</p><p class='x>y'>b</p>", "a\n\nb"},
		{"<b>bold</b> &amp; <a href=\"x\">link</a>", "bold & link"},
		{"R&amp;D &#39;x&#39; &lt;b&gt;", "R&D 'x' <b>"},
		{"use <bucket-name> if a < b", "use <bucket-name> if a < b"},
		{"https://x.example/?a=1&region=us&copy=2", "https://x.example/?a=1&region=us&copy=2"},
		{"a \t b\u00a0c\r\nd\n\n\n\ne ", "a b c\nd\n\ne"},
		{"a<!-- note -->b", "ab"},
		{"a <", "a <"},
		{"&;&#;&nosuch;", "&;&#;&nosuch;"},
	}
	for _, tt := range tests {
		if got := PlainText(tt.in); got != tt.want {
			t.Errorf("PlainText(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestRuleID(t *testing.T) {
	t.Parallel()
	const want = "ensure-s3-bucket-has-versioning-enabled-ecf0"
	for _, same := range []string{
		"Ensure S3 bucket has versioning enabled",
		"  ensure  S3 bucket<br>has versioning enabled ",
	} {
		if got := RuleID(same); got != want {
			t.Errorf("RuleID(%q) = %q, want %q", same, got, want)
		}
	}
	long := strings.Repeat("word and more ", 20)
	if got := RuleID(long); len(got) > maxSlug+5 || got == RuleID(long+"x") {
		t.Errorf("RuleID of a long summary = %q (%d)", got, len(got))
	}
}

func TestRuleIDIsASlug(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*-[0-9a-f]{4}$`)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "summary")
		if id := RuleID(s); !form.MatchString(id) || len(id) > maxSlug+5 {
			t.Errorf("RuleID(%q) = %q", s, id)
		}
	})
}

func TestNormalText(t *testing.T) {
	t.Parallel()
	tests := []struct{ a, b string }{
		{"12 buckets on line 7", "3 Buckets  on line 1234"},
		{"scan 999999a9-9999-999a-9a9a-99999a99a9a9a9 says", "scan 0a0b0c0d-1111-2222-3333-444455556666 says"},
		{"at deadbeefdeadbeef0", "at 0123456789abcdef01"},
	}
	for _, tt := range tests {
		if normalText(tt.a) != normalText(tt.b) {
			t.Errorf("%q and %q differ: %q, %q", tt.a, tt.b, normalText(tt.a), normalText(tt.b))
		}
	}
	if normalText("port open") == normalText("disk open") {
		t.Error("different texts are the same")
	}
}
