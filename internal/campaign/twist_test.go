package campaign

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// A twist makes of a good answer one that a lenient reader takes for good, and
// for one that says something else.

// place is an object of an answer, with what puts another value there.
type place struct {
	object object
	put    func(any)
	free   bool // the service chooses its keys
}

// placesIn lists the objects in v, the outer ones first.
func placesIn(v any, put func(any)) []place {
	var list []place
	switch v := v.(type) {
	case object:
		list = append(list, place{object: v, put: put})
		for _, key := range slices.Sorted(maps.Keys(v)) {
			list = append(list, placesIn(v[key], func(x any) { v[key] = x })...)
		}
	case counts:
		free := object{}
		for word, n := range v {
			free[word] = n
		}
		list = append(list, place{object: free, put: put, free: true})
	case []any:
		for i := range v {
			list = append(list, placesIn(v[i], func(x any) { v[i] = x })...)
		}
	}
	return list
}

// twist returns the text of a body that was twisted as a fault says, and whether the fault
// is a twist at all.
func twist(d dice, how string, body any) (text string, twisted bool) {
	switch how {
	case "trailing":
		return encode(body) + oneOf(d, "{}", "null", ",", "x", encode(body)), true
	case "bad-utf8":
		text = encode(body)
		if at := oneOf(d, `"`, `:"`); strings.Contains(text, at) {
			return strings.Replace(text, at, at+"\xff", 1), true
		}
		return strings.Replace(text, `"`, "\"\xff", 1), true
	case "duplicate-key":
		twistObject(d, &body, false, duplicateKey)
	case "key-case":
		twistObject(d, &body, true, otherCase)
	default:
		return encode(body), false
	}
	return encode(body), true
}

// twistObject rewrites one of the objects that have keys, if need be with keys that the
// reference names.
func twistObject(d dice, body *any, named bool, rewrite func(dice, object) string) {
	all := placesIn(*body, func(v any) { *body = v })
	all = slices.DeleteFunc(all, func(p place) bool { return len(p.object) == 0 || named && p.free })
	p := all[0]
	if d.chance(50) {
		p = oneOf(d, all...)
	}
	p.put(json.RawMessage(rewrite(d, p.object)))
}

// duplicateKey writes a key once more, before or after the others.
func duplicateKey(d dice, o object) string {
	key := oneOf(d, slices.Sorted(maps.Keys(o))...)
	return insert(d, o, key, another(d, o[key]))
}

// otherCase writes a key in another case, beside the right one or in its stead.
func otherCase(d dice, o object) string {
	key := oneOf(d, slices.Sorted(maps.Keys(o))...)
	variants := []string{strings.ToUpper(key), strings.ToLower(key), strings.ToUpper(key[:1]) + key[1:]}
	odd := oneOf(d, slices.DeleteFunc(variants, func(v string) bool { return v == key })...)
	if d.chance(60) {
		return insert(d, o, odd, another(d, o[key]))
	}
	o = maps.Clone(o)
	o[odd] = o[key]
	delete(o, key)
	return encode(o)
}

// insert writes a member before or after all others of an object.
func insert(d dice, o object, key string, value any) string {
	text, member := encode(o), strconv.Quote(key)+":"+encode(value)
	if d.chance(50) {
		return "{" + member + "," + text[1:]
	}
	return text[:len(text)-1] + "," + member + "}"
}

// another is a value that a key could have as well as v.
func another(d dice, v any) any {
	switch v := v.(type) {
	case bool:
		return oneOf[any](d, v, !v)
	case int:
		return oneOf[any](d, v, 0, nil)
	case string:
		return oneOf[any](d, v, "complete", "failed", "")
	case []any:
		return oneOf[any](d, v, []any{}, nil)
	}
	return oneOf[any](d, v, nil)
}

// success is the status of a fault that is a 2xx; 0 for others.
func success(name string) int {
	status, err := strconv.Atoi(name)
	if err != nil || status/100 != 2 {
		return 0
	}
	return status
}

// wrong is the status of a fault that is a 2xx and not the documented one; 0 for others.
func (c *exchange) wrong(name string) int {
	switch status := success(name); {
	case name == "200-for-201":
		return http.StatusOK
	case status == c.documented():
		return 0
	default:
		return status
	}
}

// bodiless are the statuses that have no body.
func bodiless(status int) bool {
	return status == http.StatusNoContent || status == http.StatusResetContent
}
