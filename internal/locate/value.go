package locate

import "strings"

// ending is where a value ends and why.
type ending struct {
	value int // end of the value
	at    int // end of the form so far
	// next is the label of the same form that follows, and after where its value
	// may begin.
	next  label
	after int
	// closed is set at the form's own closing bracket.
	closed bool
	// open is set where the line ended inside brackets.
	open bool
}

// value reads the value of label l of the form r, from the position after its
// colon. closer is the form's closing bracket, 0 without brackets.
func (s *scanner) value(after int, closer byte, r *reference, l label) (value, ending) {
	from := s.skipSpace(after)
	if next, _ := s.labelAt(from); next != noLabel {
		return value{}, s.follow(after, from, r, l)
	}
	rest := s.text[from:min(s.lineEnd(from), from+maxRest)]
	if end, ok := s.quoted(from, closer); ok {
		return value{text: s.text[from+1 : end], rest: rest[1:]}, s.behindQuote(end+1, closer, r, l)
	}
	e := s.plainEnd(from, closer, r, l)
	v := value{text: strings.TrimSpace(s.text[from:e.value]), rest: rest}
	if e.next != noLabel {
		v.text = withoutConnective(v.text)
	}
	v.loose = closer == 0 || !e.closed && (e.next == noLabel || e.next == labelBranch)
	return v, e
}

// plainEnd ends a value without quotes around it. Where the brackets inside it
// don't balance, the form's own closing bracket is hidden among them: then all
// brackets count as letters, or the last one closes the form.
func (s *scanner) plainEnd(from int, closer byte, r *reference, l label) ending {
	e := s.stop(from, closer, r, l, false)
	if e.closed || e.next != noLabel || closer == 0 && !e.open {
		return e
	}
	if flat := s.stop(from, closer, r, l, true); flat.next != noLabel || e.open {
		return flat
	}
	if last := len(strings.TrimRight(s.text[from:e.value], " .")) - 1; last >= 0 && s.text[from+last] == closer {
		return ending{value: from + last, at: from + last + 1, closed: true}
	}
	return e
}

// withoutConnective drops the word that joins "Ref: X in File: Y".
func withoutConnective(text string) string {
	for _, word := range []string{" in", " and", " of", " from", " at", " -"} {
		if head, ok := strings.CutSuffix(text, word); ok {
			return head
		}
	}
	return strings.TrimRight(text, ",;| ")
}

// quoted finds the quote that ends the value which begins with one at from: it
// stands outside brackets and before something that can follow a value.
func (s *scanner) quoted(from int, closer byte) (int, bool) {
	if from >= len(s.text) || !isQuote(s.text[from]) {
		return 0, false
	}
	depth := 0
	for k := from + 1; k < len(s.text) && s.text[k] != '\n'; k++ {
		switch c := s.text[k]; {
		case c == s.text[from] && depth == 0 && s.canFollow(k+1, closer):
			return k, k > from+1
		case c == '[' || c == '(' || c == '{':
			depth++
		case (c == ']' || c == ')' || c == '}') && depth > 0:
			depth--
		}
	}
	return 0, false
}

func (s *scanner) canFollow(i int, closer byte) bool {
	if i >= len(s.text) || strings.IndexByte(" \n,;|.", s.text[i]) >= 0 {
		return true
	}
	return s.text[i] == closer || closer == 0 && isCloser(s.text[i])
}

// behindQuote ends a quoted value: what stands between the quote and the next
// label or bracket is no part of it.
func (s *scanner) behindQuote(i int, closer byte, r *reference, l label) ending {
	e := s.stop(i, closer, r, l, false)
	if e.next == noLabel && !e.closed {
		e.at = i
	}
	return e
}

// stop looks for the end of a value from i on. With flat set, brackets inside
// the value count as letters: for values whose brackets don't balance.
func (s *scanner) stop(i int, closer byte, r *reference, l label, flat bool) ending {
	depth := 0
	for j := i; j < len(s.text); j++ {
		c := s.text[j]
		switch {
		case c == '\n':
			k := s.skipSpace(j)
			if k < len(s.text) && s.text[k] == ',' { // behind a name that ends in a line break
				k = s.skipSpace(k + 1)
			}
			e := s.follow(j, k, r, l)
			e.open = depth > 0
			return e
		case depth == 0 && closer != 0 && c == closer:
			return ending{value: j, at: j + 1, closed: true}
		case depth == 0 && closer == 0 && isCloser(c):
			return ending{value: j, at: j}
		case flat && c != ' ' && c != ',' && c != ';' && c != '|':
		case c == '[' || c == '(' || c == '{':
			if depth == 0 && s.opensForm(j) {
				return ending{value: j, at: j}
			}
			depth++
		case isCloser(c):
			depth = max(0, depth-1)
		case depth > 0:
			if isQuote(c) {
				j = s.quoteEnd(j)
			}
		case s.separates(j):
			if e, ok := s.separator(j, r, l); ok {
				return e
			}
		}
	}
	return ending{value: len(s.text), at: len(s.text), open: depth > 0}
}

func isCloser(c byte) bool { return c == ')' || c == ']' || c == '}' }

// opensForm says that the bracket at j begins another form, as in
// "Resource: X (File: Y)".
func (s *scanner) opensForm(j int) bool {
	l, _ := s.labelAt(s.skipBlanks(j + 1))
	return l != noLabel && j > 0 && s.text[j-1] == ' '
}

// quoteEnd returns the place of the quote that matches the one at j, or j if
// there is none on the line within a name's length.
func (s *scanner) quoteEnd(j int) int {
	limit := min(len(s.text), j+256)
	for k := j + 1; k < limit && s.text[k] != '\n'; k++ {
		if s.text[k] == s.text[j] {
			return k
		}
	}
	return j
}

// separates says that a label may follow the byte at j. Of a run of blanks only
// the first counts, so that long runs cost linear time.
func (s *scanner) separates(j int) bool {
	switch s.text[j] {
	case ',', ';', '|':
		return true
	case ' ':
		return j == 0 || s.text[j-1] != ' '
	}
	return false
}

// separator ends a value at j if a label follows: one of the same form, or one
// that begins another form.
func (s *scanner) separator(j int, r *reference, l label) (ending, bool) {
	k := j
	if s.text[j] != ' ' {
		k++
	}
	k = s.skipSpace(k)
	if next, _ := s.labelAt(k); next == noLabel {
		return ending{}, false
	}
	return s.follow(j, k, r, l), true
}

// follow ends a value at j. The form goes on if the label at k is one that it
// doesn't have yet.
func (s *scanner) follow(j, k int, r *reference, l label) ending {
	e := ending{value: j, at: j}
	next, after := s.labelAt(k)
	if next != noLabel && next != l && !r.has(next) {
		e.next, e.after = next, after
	}
	return e
}
