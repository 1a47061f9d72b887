package locate

import (
	"strings"
	"testing"
)

func TestPlainText(t *testing.T) {
	t.Parallel()
	const longestTag = 4096
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
		{"&amp;lt;b&amp;gt;", "&lt;b&gt;"}, // once
		{"&ampx; &notit;", "&ampx; &notit;"},
		{"a&semi;&#x41;&#66;", "a;AB"},
		{"&CounterClockwiseContourIntegral;", "∳"},
		{"& x; &", "& x; &"},
		{"<a <b>x</b>", "<a x"},
		{"<b", "<b"},
		{"<b title='a<b'>x</b>", "x"},
		{"a<b/>b<b\n>c<b\t>d<b\r>e", "abcde"},
		{"<table><tr><td>a</td><td>b</td></tr><tr><th>c</th></tr></table>", "a b\n\nc"},
		{"<blockquote>a</blockquote>b<section>c</section>", "a\nb\nc"},
		{"<strong>a</strong><em>b</em><bold>c</bold>", "ab<bold>c</bold>"},
		{"a<!-- note", "a<!-- note"},
		{"a<!---->b", "ab"},
		{"</p>a</ p>", "a</ p>"},
		{"a\rb\u2028c\u2029d", "a\nb\nc\nd"},
		{"a\u3000b\x85c", "a b\uFFFDc"},
		{"\xff<b>\xfe</b>", "\uFFFD\uFFFD"},
		{" a", "a"},
		{"a ", "a"},
		{"ä  ö", "ä ö"},
		{"a\n\n\nb\n", "a\n\nb"},
		{"\n\na", "a"},
		{"<b " + strings.Repeat("x", longestTag-4) + ">", ""},
		{"<b " + strings.Repeat("x", longestTag-3) + ">", "<b " + strings.Repeat("x", longestTag-3) + ">"},
		{"<!--" + strings.Repeat("x", longestTag) + "-->", "<!--" + strings.Repeat("x", longestTag) + "-->"},
	}
	for _, tt := range tests {
		if got := PlainText(tt.in); got != tt.want {
			t.Errorf("PlainText(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
