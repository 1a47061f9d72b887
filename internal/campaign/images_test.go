package campaign

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// catalogue is what the service knows of an image, whoever asks: its counts by
// the service's words, and whether it is marked not secure.
func (s *schedule) catalogue(full string) (counts map[string]int, insecure bool) {
	d := newDice(s.seed, "catalogue", full)
	counts = map[string]int{"critical": 0, "high": 0, "medium": 0, "low": 0}
	if !d.chance(s.dirt) {
		return counts, false
	}
	if d.chance(12) {
		return map[string]int{}, true
	}
	for _, word := range []string{"critical", "high", "medium", "low", "negligible", "moderate"} {
		if d.chance(35) {
			counts[word] = d.between(1, 9)
		}
	}
	return counts, false
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

// read is what the gate is to make of counts.
func read(counts map[string]int, insecure bool) map[label]int {
	out := map[label]int{}
	for word, n := range counts {
		if n > 0 {
			out[imageWord(word)] += n
		}
	}
	if len(out) == 0 && insecure {
		out[label{severity: "unknown"}] = 1
	}
	return out
}

// tellTask answers for a task: what is in its Dockerfiles, or was asked for.
func (c *exchange) tellTask(name string) {
	k := c.work
	body := object{"taskId": c.idValue(k), "status": "submitted", "createdAt": 1700000000000, "branch": branch}
	e := event{what: "submitted "}
	switch name {
	case "failed", "odd-status", "no-status", "other-id":
		e = c.odd(e)
		body["scanResult"], _ = c.results("") // all that an answer needs but for its status or id
		breakTask(body, name)
		c.forgive(&e)
		c.tell(name, encode(body), e, nil)
		return
	case "never":
		c.tell(name, encode(body), c.odd(e), nil)
		return
	}
	if c.v.now() < k.ready {
		c.tell(name, encode(body), e, nil)
		return
	}
	body["status"], body["completedAt"] = "complete", 1700000001000
	c.complete(name, body)
}

func breakTask(body object, name string) {
	switch name {
	case "failed":
		body["status"] = "failed"
	case "odd-status":
		body["status"] = "cancelled"
	case "no-status":
		delete(body, "status")
	case "other-id":
		body["taskId"], body["status"] = "task-of-others", "complete"
	}
}

// forgive takes the blame away: the end of another submission's task is not the
// client's, which submits again.
func (c *exchange) forgive(e *event) {
	if !c.work.ours {
		e.blames, e.temper = nil, waiting
	}
}

func (c *exchange) complete(name string, body object) {
	results, a := c.results(name)
	e := event{what: fmt.Sprintf("complete, %d images ", len(results)), answer: a}
	body["scanResult"] = results
	switch name {
	case "no-result":
		delete(body, "scanResult")
	case "null-result":
		body["scanResult"] = nil
	case "object-result":
		body["scanResult"] = object{"images": results}
	case "null-item":
		body["scanResult"] = append(results, nil)
	default:
		e.blames, e.what = c.unnamed(a), e.what+name
		c.tell(name, encode(body), e, nil)
		return
	}
	e = c.odd(e)
	e.answer = nil
	c.forgive(&e)
	c.tell(name, encode(body), e, nil)
}

// unnamed are the rows that were asked for by name and that the answer leaves
// without a result, and the Dockerfiles with an image that can't be read.
func (c *exchange) unnamed(a *answer) []string {
	if !c.work.ours {
		return nil
	}
	got := map[string]bool{}
	var rows []string
	for _, i := range a.images {
		if id := kindImage + ":" + c.v.s.plan.target(i); i.readable {
			got[id] = true
		} else if c.v.s.plan.target(i) == "" && !c.v.s.plan.excludes(i.base) {
			for _, f := range i.files {
				rows = append(rows, kindDockerfile+":"+f)
			}
		}
	}
	for _, full := range c.work.names {
		if id := kindImage + ":" + full; !got[id] {
			rows = append(rows, id)
		}
	}
	return rows
}

// target is the planned image that an answer speaks of; "" if there is none.
func (o *plan) target(i imageAnswer) string {
	for _, full := range []string{i.full, i.base} {
		if r, ok := o.rows[kindImage+":"+full]; ok && r.state == pending {
			return full
		}
	}
	return ""
}

// speaks lists the images that an answer to the work speaks of, with the files
// that name them.
func (c *exchange) speaks(name string) map[string][]string {
	k, out := c.work, map[string][]string{}
	for _, full := range k.names {
		out[full] = []string{}
	}
	for _, path := range slices.Sorted(maps.Keys(k.files)) {
		all := newDice(c.v.s.seed, "sees", path).chance(50)
		for _, m := range c.v.s.tree.file(path).mentions {
			if m.state == pending && (all || m.final) {
				out[m.name] = append(out[m.name], path)
			}
		}
	}
	if k.foreign {
		c.strangers(out)
	}
	maps.DeleteFunc(out, func(full string, _ []string) bool { return !c.v.s.pullable(full) })
	if name == "extra" {
		out["docker.io/acme/extra:1"] = slices.Sorted(maps.Keys(k.files))[:min(1, len(k.files))]
	}
	return out
}

// strangers makes of an answer what another commit would get.
func (c *exchange) strangers(out map[string][]string) {
	if c.work.call == callNames && newDice(c.v.s.seed, "same", c.work.id).chance(50) {
		return
	}
	clear(out)
	out["docker.io/others/app:1"] = []string{"Dockerfile"}
}

func (c *exchange) results(name string) ([]any, *answer) {
	a := &answer{work: c.work}
	results := []any{}
	in := c.speaks(name)
	for n, full := range slices.Sorted(maps.Keys(in)) {
		counts, insecure := c.v.s.catalogue(full)
		i := imageAnswer{full: full, base: full, readable: true, counts: read(counts, insecure), files: in[full]}
		body := object{"vulnerabilities": counts, "files": in[full], "isPublic": true}
		if insecure || c.dice.chance(30) {
			body["isSecure"] = !insecure
		}
		fault := name
		if n > 0 {
			fault = ""
		}
		if fault == "drop" {
			continue
		}
		c.breakImage(fault, body, counts, &i)
		c.spell(name, body, &i)
		results, a.images = append(results, body), append(a.images, i)
		if fault == "twice" {
			results = append(results, again(body, counts, insecure, &a.images[len(a.images)-1]))
		}
	}
	return results, a
}

// breakImage makes what is said of an image odd.
func (c *exchange) breakImage(fault string, body object, counts map[string]int, i *imageAnswer) {
	odd := object{}
	for word, n := range counts {
		odd[word] = n
	}
	i.readable = false
	switch fault {
	case "negative":
		odd["high"] = -3
	case "fraction":
		odd["high"] = json.Number("0.5")
	case "odd-secure":
		body["isSecure"] = "perhaps"
	case "null-counts":
		body["vulnerabilities"] = nil
		return
	case "no-counts":
		delete(body, "vulnerabilities")
		return
	default:
		i.readable = true
	}
	if fault == "counts-as-text" {
		for word, n := range counts {
			odd[word] = fmt.Sprint(n)
		}
	}
	body["vulnerabilities"] = odd
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
	}
}

// again names an image a second time with more counts: its worst counts.
func again(body object, counts map[string]int, insecure bool, i *imageAnswer) object {
	worse := maps.Clone(counts)
	worse["high"] += 2
	worse["low"] = 0
	highest := maps.Clone(worse)
	for word, n := range counts {
		highest[word] = max(highest[word], n)
	}
	i.counts = read(highest, insecure)
	second := maps.Clone(body)
	second["vulnerabilities"] = worse
	return second
}
