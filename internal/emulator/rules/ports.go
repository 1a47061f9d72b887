package rules

import (
	"strconv"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// ports are paths to the protocol and the ports of a network rule. From and To are
// the ends of a range; Ranges are texts such as 22, 20-25 or *.
type ports struct {
	Protocol string   `yaml:"protocol"`
	From     string   `yaml:"from"`
	To       string   `yaml:"to"`
	Ranges   []string `yaml:"ranges"`
	// Absent: a network rule without Ranges is about all ports.
	Absent bool `yaml:"absent"`
}

// eval says whether the ports include that of the subject. Port 0 is all ports:
// 0 or 1 to 65535, or a protocol that means all.
func (p *ports) eval(s subject) truth {
	if p.Protocol != "" {
		switch protocol := p.protocol(s); protocol {
		case allProtocols:
			return yes
		case otherProtocol:
			return no
		case unknownProtocol:
			return maybe
		}
	}
	if p.From != "" {
		return p.evalEnds(s)
	}
	return p.evalRanges(s)
}

type protocolKind uint8

const (
	tcp protocolKind = iota
	allProtocols
	otherProtocol
	unknownProtocol
)

// protocol classifies the protocol. With Azure's * and any, ports count as with TCP
// if Ranges are required.
func (p *ports) protocol(s subject) protocolKind {
	v := find(s, p.Protocol)
	if v.unsure {
		return unknownProtocol
	}
	texts := v.texts()
	if len(texts) == 0 {
		return tcp
	}
	switch strings.ToLower(texts[0]) {
	case "tcp", "6":
		return tcp
	case "-1", "all":
		return allProtocols
	case "*", "any":
		if len(p.Ranges) > 0 && !p.Absent {
			return tcp
		}
		return allProtocols
	}
	return otherProtocol
}

func (p *ports) evalEnds(s subject) truth {
	from, okFrom, unsureFrom := number(find(s, p.From))
	to, okTo, unsureTo := number(find(s, p.To))
	switch {
	case unsureFrom || unsureTo:
		return maybe
	case !okFrom || !okTo:
		return no
	}
	return truthOf(includes(from, to, s.port))
}

// number is the first value as a number. unsure means that there may be one that is
// not known.
func number(v values) (n int, ok, unsure bool) {
	for _, text := range v.texts() {
		n, err := strconv.Atoi(text)
		return n, err == nil, false
	}
	return 0, false, v.unsure
}

// includes reports whether a range includes a port; 0 is all ports.
func includes(from, to, port int) bool {
	if port == 0 {
		return from <= 1 && to >= 65535
	}
	return from <= port && port <= to
}

func (p *ports) evalRanges(s subject) truth {
	result, given := no, no
	for _, path := range p.Ranges {
		v := find(s, path)
		given = max(given, v.exist())
		result = max(result, v.any(func(n *tree.Node) truth {
			text, _ := n.Literal()
			return truthOf(rangeIncludes(text, s.port))
		}))
	}
	if p.Absent {
		return max(result, given.not())
	}
	return result
}

// rangeIncludes reports whether a text includes a port: 22, 20-25, a list of these
// with commas, or *.
func rangeIncludes(text string, port int) bool {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "*" {
			return true
		}
		low, high, ok := strings.Cut(part, "-")
		if !ok {
			high = low
		}
		from, errFrom := strconv.Atoi(strings.TrimSpace(low))
		to, errTo := strconv.Atoi(strings.TrimSpace(high))
		if errFrom == nil && errTo == nil && includes(from, to, port) {
			return true
		}
	}
	return false
}
