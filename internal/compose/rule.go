package compose

import (
	"strings"
	"sync"
)

// rule says how an attribute is read and merged. Attributes without a rule decide
// nothing about images and are not read.
type rule struct {
	kind ruleKind
	// fields are the attributes of a fields rule; a scalar stands for the one that short
	// names, if it does.
	fields map[string]*rule
	short  string
	// each is the rule of the values of a named rule, and of the items of a list.
	each *rule
	// key identifies the items of a list: a later one replaces an earlier one with the
	// same key. "" means no key. keyed is set if this or a value below has such items.
	key   func(*node) string
	keyed bool
	// long is the form of an item in files that are read completely, where it equals no
	// short one any more.
	long func(*node) *node
	// canonical pairs become a map in each file.
	canonical bool
	// spans keeps where the value stands.
	spans bool
}

type ruleKind uint8

const (
	// scalar: the later value replaces the earlier one.
	scalar ruleKind = iota
	// fields: a map whose keys are known.
	fields
	// named: a map whose keys the user chooses.
	named
	// pairs: a map, or a list of NAME=VALUE.
	pairs
	// list: items are appended. A scalar is a list of one.
	list
)

// String is what a message says that a value must be.
func (k ruleKind) String() string {
	return [...]string{"a text", "a map", "a map", "a map or a list", "a list"}[k]
}

// fileRule is the rule of a whole file.
var fileRule = sync.OnceValue(func() *rule {
	text := &rule{kind: scalar}
	texts := &rule{kind: list, each: text}
	volumes := &rule{kind: list, key: volumeKey, keyed: true, long: longVolume, each: &rule{
		kind: fields, short: "short", fields: map[string]*rule{"short": text, "type": text, "source": text, "target": text},
	}}
	build := &rule{kind: fields, short: "context", keyed: true, fields: map[string]*rule{
		"context": text, "dockerfile": text, "dockerfile_inline": text, "target": text,
		"args":                {kind: pairs, each: text},
		"additional_contexts": {kind: pairs, each: text, canonical: true},
		"platforms":           texts,
		"tags":                {kind: list, each: text, key: tagKey, keyed: true},
	}}
	hook := &rule{kind: fields, fields: map[string]*rule{"image": text, "volumes": volumes}}
	service := &rule{kind: fields, spans: true, keyed: true, fields: map[string]*rule{
		"image": text, "pull_policy": text, "platform": text, "build": build, "volumes": volumes,
		"pre_start": {kind: list, each: hook},
		"extends":   {kind: fields, short: "service", fields: map[string]*rule{"service": text, "file": text}},
	}}
	include := &rule{kind: fields, short: "path", fields: map[string]*rule{
		"path": texts, "project_directory": text, "env_file": texts,
	}}
	return &rule{kind: fields, fields: map[string]*rule{
		"include":  {kind: list, each: include},
		"services": {kind: named, each: service},
		"jobs":     {kind: named, each: service},
	}}
})

// of is the rule of a key of a map, nil if there is none.
func (u *rule) of(key string) *rule {
	if u.kind == fields {
		return u.fields[key]
	}
	return u.each
}

func textKey(n *node) string {
	value, err := n.value()
	if err != nil {
		return n.raw
	}
	return value
}

func tagKey(n *node) string {
	key, _, _ := strings.Cut(textKey(n), "=")
	return key
}

// volumeKey is the target of a volume.
func volumeKey(n *node) string {
	if target := n.get("target"); target != nil {
		return textKey(target)
	}
	short := n.get("short")
	if short == nil {
		short = n.get("mount")
	}
	if short == nil {
		return ""
	}
	parts := strings.Split(textKey(short), ":")
	return parts[min(1, len(parts)-1)]
}

// longVolume replaces the short form of a volume, SOURCE:TARGET.
func longVolume(n *node) *node {
	short := n.child("short")
	if short == nil {
		return n
	}
	long := *n
	long.entries = []entry{{"mount", short}}
	return &long
}
