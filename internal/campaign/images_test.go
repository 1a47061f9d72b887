package campaign

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"strings"
)

// counts are numbers of vulnerabilities by the service's words.
type counts map[string]int

// imageAnswer is what an answer says of one image.
type imageAnswer struct {
	full     string // as the service names it, completed
	base     string // without a digest that nobody asked for
	readable bool
	counts   counts
	insecure bool // isSecure is false
	files    []string
}

// words are the severities that the service counts, with those that the reference leaves
// open ("..").
func words() []string { return []string{"critical", "high", "medium", "low", "negligible", "moderate"} }

// catalogue is what the service knows of an image, whoever asks.
func (s *schedule) catalogue(full string) (found counts, insecure bool) {
	d := newDice(s.seed, "catalogue", full)
	found = counts{"critical": 0, "high": 0, "medium": 0, "low": 0}
	if !d.chance(s.dirt) {
		return found, false
	}
	for _, word := range words() {
		if d.chance(30) {
			found[word] = d.between(1, 9)
		}
	}
	return found, d.chance(15)
}

// pullable: the service never speaks of images that it can't pull.
func (s *schedule) pullable(full string) bool { return !newDice(s.seed, "pull", full).chance(4) }

// imageWord is what a key of the counts means.
func imageWord(word string) label {
	switch word {
	case "critical", "high", "medium", "low":
		return label{severity: word}
	case "negligible":
		return label{severity: "info"}
	}
	return label{"unknown", word}
}

// plus adds counts, which stop at the largest one.
func plus(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

// worst is what the gate is to make of all that was said of one image: the highest count
// of each severity, and a finding of its own where the image is marked not secure and no
// critical or high count says why.
func worst(said []imageAnswer) map[label]int {
	out, insecure := map[label]int{}, false
	for _, i := range said {
		insecure = insecure || i.insecure
		for l, n := range i.labels() {
			out[l] = max(out[l], n)
		}
	}
	if high := (label{severity: "high"}); insecure && out[label{severity: "critical"}]+out[high] == 0 {
		out[high] = 1
	}
	return out
}

// labels are the counts by severity, without zeros.
func (i imageAnswer) labels() map[label]int {
	out := map[label]int{}
	for word, n := range i.counts {
		if n > 0 {
			out[imageWord(word)] = plus(out[imageWord(word)], n)
		}
	}
	return out
}

// breakImage makes what is said of an image odd: body is what is written, and i what is to
// be made of it.
func (c *exchange) breakImage(fault string, body object, i *imageAnswer) {
	switch fault {
	case "few-counts":
		maps.DeleteFunc(i.counts, func(word string, n int) bool { return n == 0 && word != "medium" })
	case "huge":
		for _, word := range oneOf(c.dice, []string{"critical"}, []string{"low", "medium"}, []string{"moderate", "tiny"}) {
			i.counts[word] = math.MaxInt
		}
	case "insecure":
		i.counts["critical"], i.counts["high"], i.counts["low"] = 0, 0, c.dice.between(0, 2)
		body["isSecure"], i.insecure = false, true
	case "secure-lie":
		i.counts["high"] = 4
		body["isSecure"], i.insecure = true, false
	case "empty-secure":
		i.counts = counts{}
		body["isSecure"], i.insecure = true, false
	}
	body["vulnerabilities"] = maps.Clone(i.counts)
	if fault == "counts-as-text" {
		texts := object{}
		for word, n := range i.counts {
			texts[word] = fmt.Sprint(n)
		}
		body["vulnerabilities"] = texts
	}
	i.readable = !c.spoilImage(fault, body)
}

// spoilImage makes counts unreadable, and reports whether the fault is that.
func (c *exchange) spoilImage(fault string, body object) bool {
	count := func(word string, v any) {
		odd := object{"low": 0, "medium": 2}
		odd[word] = v
		body["vulnerabilities"] = odd
	}
	switch fault {
	case "negative":
		count("high", -3)
	case "fraction":
		count("high", json.Number("0.5"))
	case "null-count":
		count(oneOf(c.dice, words()...), nil)
	case "odd-count":
		count(oneOf(c.dice, words()...), oneOf[any](c.dice, "many", true, "", []any{}, object{}, json.Number("1e3"), "0x1f"))
	case "empty-counts":
		body["vulnerabilities"] = counts{}
		body["isSecure"] = oneOf[any](c.dice, nil, false)
	case "null-counts":
		body["vulnerabilities"] = nil
	case "no-counts":
		delete(body, "vulnerabilities")
	case "odd-secure":
		body["isSecure"] = oneOf[any](c.dice, "perhaps", 7, object{})
	default:
		return false
	}
	return true
}

// spell writes the image's name in one of the ways that registries have.
func (c *exchange) spell(name string, body object, i *imageAnswer) {
	registry, rest, _ := strings.Cut(i.full, "/")
	body["fullTag"], body["registry"] = i.full, registry
	switch name {
	case "short-names":
		body["fullTag"] = strings.TrimPrefix(rest, "library/")
	case "registry-url":
		body["fullTag"], body["registry"] = rest, "https://"+registry+"/v2/"
		if registry == "docker.io" {
			body["registry"] = "https://index.docker.io/v1/"
		}
	case "digest-added":
		if !strings.Contains(i.full, "@") {
			i.full += "@sha256:" + strings.Repeat("c3", 32)
			body["fullTag"] = i.full
		}
	case "digest-lost":
		if tag, _, found := strings.Cut(i.full, "@"); found {
			body["fullTag"] = tag
			if !strings.Contains(tag[strings.LastIndex(tag, "/"):], ":") {
				tag += ":latest"
			}
			i.full, i.base = tag, tag
		}
	case "null-files":
		body["files"] = nil
	}
}
