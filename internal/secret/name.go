package secret

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A display name stands beside its mail address (Jane Roe <jroe@acme.example>), or elsewhere in the
// text with an address that is made of it.

const (
	// maxNameWords is how many words a name beside an address has at most.
	maxNameWords = 4
	// nearName is how many bytes before and after an address a name is looked for.
	nearName = 200
	// minLocal is the number of letters from which the part before the @ is compared with words.
	minLocal = 3
)

// nameSpans returns where names of people are whose addresses are in s at mails, or have one of the
// local parts.
func nameSpans(s string, mails []span, locals map[string]bool) []span {
	var spans []span
	here := make(map[string]bool, len(mails))
	for _, m := range mails {
		spans = append(spans, nameBefore(s, m.start)...)
		spans = append(spans, nameAfter(s, m.end)...)
		here[localPart(s[m.start:m.end])] = true
	}
	if len(here)+len(locals) == 0 {
		return spans
	}
	isLocal := func(text string) bool { return here[text] || locals[text] }
	words := wordsOf(s)
	for i := 1; i < len(words); i++ {
		first := i - 1
		if first > 0 && utf8.RuneCountInString(s[words[first].start:words[first].end]) == 1 && beside(s, words[first-1], words[first]) {
			first-- // a middle initial
		}
		for _, from := range []int{i - 1, first} {
			if beside(s, words[i-1], words[i]) && isName(s[words[from].start:words[from].end], s[words[i].start:words[i].end], isLocal) {
				spans = append(spans, span{words[from].start, words[i].end})
			}
		}
	}
	return spans
}

// localPart returns the letters before the @ of an address, in lower case.
func localPart(mail string) string {
	at, _ := nextAt(mail, 0)
	if at < 0 {
		return ""
	}
	return onlyLetters(mail[:at])
}

func onlyLetters(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// isName reports whether a local part is made of two words: both, or one and the initial of the
// other, in any order.
func isName(first, last string, isLocal func(string) bool) bool {
	first, last = onlyLetters(first), onlyLetters(last)
	if utf8.RuneCountInString(first) < 2 || utf8.RuneCountInString(last) < 2 {
		return false
	}
	initial := func(s string) string { r, _ := utf8.DecodeRuneInString(s); return string(r) }
	return slices.ContainsFunc([]string{
		first + last, last + first,
		initial(first) + last, last + initial(first), first + initial(last), initial(last) + first,
	}, func(made string) bool { return utf8.RuneCountInString(made) >= minLocal && isLocal(made) })
}

// wordsOf returns where the words are, in the order of s.
func wordsOf(s string) []span {
	var words []span
	start := -1
	for i, r := range s {
		switch inside := isNameLetter(r); {
		case inside && start < 0:
			start = i
		case !inside && start >= 0:
			words = append(words, span{start, i})
			start = -1
		}
	}
	if start >= 0 {
		words = append(words, span{start, len(s)})
	}
	return words
}

func isNameLetter(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || r == '\'' || r == '’' || r == '-'
}

// beside reports whether only a separator of names is between two words.
func beside(s string, a, b span) bool {
	gap := s[a.end:b.start]
	return gap != "" && len(gap) <= 3 && strings.Trim(gap, " \t,._+") == "" || gap == "%20"
}

// nameBefore returns where a name ends before an address: in quotes, capitalised words before a
// bracket, or at least two capitalised words before a blank.
func nameBefore(s string, at int) []span {
	from := max(0, at-nearName)
	spans := nameAtEnd(s[from:at])
	for i := range spans {
		spans[i] = span{from + spans[i].start, from + spans[i].end}
	}
	return spans
}

func nameAtEnd(s string) []span {
	head := strings.TrimRight(s, " \t")
	bare := strings.TrimRight(head, "<([")
	bracketed := bare != head
	head = strings.TrimRight(bare, " \t,")
	if quote := lastByte(head); bracketed && (quote == '"' || quote == '\'') {
		if open := strings.LastIndexByte(head[:len(head)-1], quote); open >= 0 && !strings.Contains(head[open:], "\n") {
			return []span{{open + 1, len(head) - 1}}
		}
	}
	words := wordsOf(head)
	from := len(words)
	for from > 0 && len(words)-from < maxNameWords && isCapitalised(head[words[from-1].start:]) &&
		(from == len(words) && words[from-1].end >= len(head)-1 || from < len(words) && beside(head, words[from-1], words[from])) {
		from--
	}
	if n := len(words) - from; n >= 2 || n == 1 && bracketed {
		return []span{{words[from].start, words[len(words)-1].end}}
	}
	return nil
}

// nameAfter returns where a name is in brackets or quotes after an address.
func nameAfter(s string, at int) []span {
	near := s[at:min(len(s), at+nearName)]
	rest := strings.TrimLeft(near, " \t>")
	open := at + len(near) - len(rest)
	if rest == "" || strings.IndexByte(`(["`, rest[0]) < 0 {
		return nil
	}
	end := strings.IndexAny(rest[1:], `)]"`)
	words := wordsOf(rest[1 : 1+max(0, end)])
	if end < 0 || len(words) == 0 || len(words) > maxNameWords || !isCapitalised(rest[1+words[0].start:]) {
		return nil
	}
	return []span{{open + 1, open + 1 + end}}
}

// isCapitalised reports whether s begins with a letter that is no small one.
func isCapitalised(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) && !unicode.IsLower(r)
}

func lastByte(s string) byte {
	if s == "" {
		return 0
	}
	return s[len(s)-1]
}
