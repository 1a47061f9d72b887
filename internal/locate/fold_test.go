package locate

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// wordsOfText is what a block with these lines has.
func wordsOfText(lines ...string) func(string) bool {
	s := newWordSet()
	for _, line := range lines {
		s.addText(line)
	}
	return s.has
}

func TestFoldText(t *testing.T) {
	t.Parallel()
	stays := wordsOfText(
		`from_port = 22, to_port = 25, cidr = "10.0.0.0/8" `, `days = 7, key = web-2, Ranges = [443-445]`,
		`role = B24988AC-6180-42A0-AB88-20F7382DD24C`, `Version = "2012-10-17"`, `account = 111122223333`,
	)
	for text, want := range map[string]string{
		// What stands in the block.
		"kept for 7 days":                           "kept for 7 days",
		"kept for 8 days":                           "kept for # days",
		"22 to 25, 443 and 444":                     "22 to 25, 443 and #",
		"the range 22-25 or 0-9":                    "the range 22-25 or #-#",
		"web-2 and web-3":                           "web-2 and web-#",
		"Role b24988ac-6180-42a0-ab88-20f7382dd24c": "role b24988ac-6180-42a0-ab88-20f7382dd24c",
		"role 8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "role #",
		"version 2012-10-17":                        "version 2012-10-17",
		"account 111122223333, not 444455556666":    "account 111122223333, not #",
		// Addresses and ports may come from a variable.
		"from 0.0.0.0/0.":                  "from 0.0.0.0/0.",
		"from 192.168.1.7:8080, ::/0":      "from 192.168.1.7:8080, ::/0",
		"from 2001:DB8::/32 and fe80::1:2": "from 2001:db8::/32 and fe80::1:2",
		"port 3389 is open on 3 hosts":     "port 3389 is open on # hosts",
		"ports 80, 81 and 90-99; 4 open":   "ports 80, 81 and 90-99; # open",
		"3 ports. 5 hosts":                 "# ports. # hosts",
		// Times, lines, counts and ids.
		"at 2026-11-29T10:11:12.5Z, 2012-10-17 12:00 UTC": "at #, #",
		"at 10:11 and 9:11":                  "at # and #:#",
		"line 7 of 8, lines 22-25 and 7":     "line # of #, lines #-# and #",
		"infra/main.tf:22:25 has 3 of 1,000": "infra/main.tf:# has # of #,#",
		"tls1.2 of a1b":                      "tls#.# of a#b",
		"hash 0123456789abcdef0":             "hash #",
		"":                                   "",
		"-- 5 __ 6 ü7":                       "-- # __ # ü7",
	} {
		if got := foldText(text, stays); got != want {
			t.Errorf("foldText(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestAddressesAndTimes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"10.0.0.0/8": "10.0.0.0/8", "10.0.0.1:443/tcp": "10.0.0.1:443", "10.0.0.1.": "10.0.0.1", "10.0.0.1a": "", "1.2.3": "",
		"::": "::", "::1/128)": "::1/128", "fe80::1": "fe80::1", "a:b": "", "10:11": "", "256.0.0.1": "", "": "",
		"1.2.3.4/33": "1.2.3.4", "1.2.3.4.5": "1.2.3.4", strings.Repeat("1:", 99): "",
	} {
		if got := text[:addressAt(text)]; got != want {
			t.Errorf("the address of %q is %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"2026-11-29": "2026-11-29", "2026-11-29 is": "2026-11-29", "2026-11-290": "", "2026-11-2": "", "2026-11-29-a": "",
		"2026-11-29T10:11": "2026-11-29T10:11", "2026-11-29T10:11:12+00:00": "2026-11-29T10:11:12+00:00", "2026-11-29 10:11:12 utc": "2026-11-29 10:11:12 utc",
		"10:11:12.": "10:11:12", "10:11:12,5": "10:11:12,5", "10:11:1": "10:11", "10:11pm": "", "1:11": "", "": "",
	} {
		if got := text[:timeAt(text)]; got != want {
			t.Errorf("the time of %q is %q, want %q", text, got, want)
		}
	}
}

// Tokens are the text: nothing of an alert is lost before it is folded.
func TestTokensAreTheText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`([0-9a-fT:./_ -]|port |[é:]){0,40}`)).Draw(rt, "text")
		var all strings.Builder
		for tok := range tokens(text) {
			if tok.text == "" {
				rt.Fatalf("an empty token in %q", text)
			}
			all.WriteString(tok.text)
		}
		if all.String() != text {
			rt.Errorf("the tokens of %q are %q", text, all.String())
		}
	})
}

// Two texts that differ in a number of the block never fold to the same, and two that differ in
// numbers of which none stands there always do.
func TestNumbersOfTheBlockDecide(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		number := rapid.IntRange(0, 99_999)
		inBlock, other, third := number.Draw(rt, "block"), number.Draw(rt, "other"), number.Draw(rt, "third")
		form := rapid.SampledFrom([]string{"keeps % days", "(%)", "size=%", "from %", "a,%b", "%"}).Draw(rt, "form")
		text := func(n int) string { return strings.Replace(form, "%", strconv.Itoa(n), 1) }
		stays := wordsOfText("x = " + strconv.Itoa(inBlock))
		if form != "a,%b" && other != inBlock && foldText(text(inBlock), stays) == foldText(text(other), stays) {
			rt.Errorf("%q and %q fold to the same", text(inBlock), text(other))
		}
		if other != inBlock && third != inBlock && foldText(text(other), stays) != foldText(text(third), stays) {
			rt.Errorf("%q and %q don't fold to the same", text(other), text(third))
		}
	})
}

func FuzzFoldText(f *testing.F) {
	f.Add("port 22 of 10.0.0.0/8 at 2026-11-29T10:11:12Z", "x = 22")
	f.Add("::ffff:1.2.3.4:5 lines 3-9", "[::1]:80 2012-10-17")
	f.Fuzz(func(t *testing.T, text, block string) {
		stays := wordsOfText(block)
		folded := foldText(text, stays)
		if again := foldText(" \t"+strings.ToLower(text)+"\n", stays); again != folded {
			t.Errorf("%q folds to %q, and with other blanks and case to %q", text, folded, again)
		}
	})
}

// A tag or a comment of the block that mentions a term does not make another finding.
func TestTermsStayWhateverTheBlockSays(t *testing.T) {
	t.Parallel()
	const prose = "S3 bucket 'data' is not encrypted with AES256 over IPv4; 3 of 12 objects"
	nothing := foldText(prose, func(string) bool { return false })
	tagged := foldText(prose, func(word string) bool { return word == "s3" || word == "aes256" })
	if nothing != tagged || nothing != "s3 bucket 'data' is not encrypted with aes256 over ipv4; # of # objects" {
		t.Errorf("%q, and with the terms in the block %q", nothing, tagged)
	}
}
