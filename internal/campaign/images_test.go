package campaign

import "math"

// counts are numbers of vulnerabilities by the service's words.
type counts map[string]int

// imageAnswer is what an answer says of one image.
type imageAnswer struct {
	full     string // as the service names it, completed
	base     string // without a digest that was not asked for
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
