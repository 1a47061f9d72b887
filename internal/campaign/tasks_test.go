package campaign

import (
	"fmt"
	"maps"
	"slices"
)

// answerTask answers for a task: what is in its Dockerfiles, or was asked for.
func (c *exchange) answerTask(name string) {
	k := c.work
	body := object{"taskId": c.idValue(k), "status": "submitted", "createdAt": 1700000000000, "branch": branch}
	e := event{what: "submitted "}
	switch name {
	case "failed", "odd-status", "no-status", "null-status", "other-id", "no-task-id", "null-task-id":
		e = c.odd(e)
		body["scanResult"], _ = c.results("") // all that an answer needs but for its status or id
		c.breakTask(body, name)
		c.forgive(&e)
		c.deliver(name, body, e, nil)
		return
	case "never":
		c.deliver(name, body, c.odd(e), nil)
		return
	}
	if c.v.now() < k.ready {
		c.deliver(name, body, e, func() { c.over(false) })
		return
	}
	c.over(true)
	body["status"], body["completedAt"] = "complete", 1700000001000
	c.complete(name, body)
}

func (c *exchange) breakTask(body object, name string) {
	body["status"] = "complete"
	switch name {
	case "failed":
		body["status"] = "failed"
	case "odd-status":
		body["status"] = oneOf(c.dice, "cancelled", "completed", "done", "complete!", "")
	case "no-status":
		delete(body, "status")
	case "null-status":
		body["status"] = nil
	case "other-id":
		body["taskId"] = "task-of-others"
	case "no-task-id":
		delete(body, "taskId")
	case "null-task-id":
		body["taskId"] = nil
	}
}

// forgive takes the blame away: the end of another submission's task is not the
// client's, which submits again.
func (c *exchange) forgive(e *event) {
	if !c.work.ours {
		e.blames, e.temper, e.tolerated = nil, waiting, ""
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
	case "null-tag":
		body["scanResult"] = append(results, object{"fullTag": nil, "vulnerabilities": counts{"low": 0}})
	default:
		e.blames, e.what = c.unnamed(a), e.what+name
		e = c.countFiles(name, body, e)
		c.deliver(name, body, e, nil)
		return
	}
	e = c.odd(e)
	e.answer = nil
	c.forgive(&e)
	c.deliver(name, body, e, nil)
}

// countFiles writes how many files a task scanned, or images: the reference says both. No
// file contradicts an image that is named, and one that should be.
func (c *exchange) countFiles(name string, body object, e event) event {
	k, images := c.work, len(e.answer.images)
	if k.call == callNames {
		body["filesScanned"] = oneOf[any](c.dice, nil, 0, images)
		return e
	}
	body["filesScanned"] = oneOf[any](c.dice, nil, len(k.files), max(1, images))
	if name != "files-scanned-zero" {
		return e
	}
	body["filesScanned"] = 0
	blames := e.blames
	e = c.contradict(e, name)
	e.blames = append(e.blames, blames...)
	e.answer.zero = images == 0 && !e.answer.sound
	c.forgive(&e)
	return e
}

// unnamed are the rows that were asked for by name and that the answer leaves
// without a result, and the Dockerfiles with an image that can't be read.
func (c *exchange) unnamed(a *answer) []string {
	if !c.work.ours {
		return nil
	}
	var rows []string
	for _, i := range a.images {
		if !i.readable && c.v.s.plan.target(i) == "" && !c.v.s.plan.excludes(i.base) {
			for _, f := range i.files {
				rows = append(rows, kindDockerfile+":"+f)
			}
		}
	}
	got := a.answered(c.v.s.plan)
	for _, full := range c.work.names {
		if id := kindImage + ":" + full; !got[id] {
			rows = append(rows, id)
		}
	}
	return rows
}

// answered are the rows of planned images that an answer holds results of, all of which
// can be read.
func (a *answer) answered(p *plan) map[string]bool {
	got := map[string]bool{}
	for _, i := range a.images {
		id := kindImage + ":" + p.target(i)
		readable, seen := got[id]
		got[id] = i.readable && (readable || !seen)
	}
	return got
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
	if k.stranger {
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

// results writes what is known of the images. A fault of an image is that of the first.
func (c *exchange) results(name string) ([]any, *answer) {
	a := &answer{work: c.work, sound: true}
	results := []any{}
	in := c.speaks(name)
	for n, full := range slices.Sorted(maps.Keys(in)) {
		found, insecure := c.v.s.catalogue(full)
		i := imageAnswer{full: full, base: full, counts: found, insecure: insecure, files: in[full]}
		body := object{"files": in[full], "isPublic": true}
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
		c.breakImage(fault, body, &i)
		c.spell(name, body, &i)
		results, a.images = append(results, body), append(a.images, i)
		if fault == "twice" || fault == "twice-unreadable" {
			second := again(i)
			twin := maps.Clone(body)
			twin["vulnerabilities"] = second.counts
			second.readable = fault == "twice" || !c.spoilImage("negative", twin)
			results, a.images = append(results, twin), append(a.images, second)
		}
	}
	return results, a
}

// again is a second answer about one image, with another count.
func again(i imageAnswer) imageAnswer {
	i.counts = maps.Clone(i.counts)
	i.counts["high"] += 2
	i.counts["low"] = 0
	return i
}
