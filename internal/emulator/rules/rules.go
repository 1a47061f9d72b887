package rules

import (
	"bytes"
	"embed"
	"fmt"
	"maps"
	"path"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed data/*.yaml
var data embed.FS

// rule is a weakness that is reported for resources of some types.
type rule struct {
	ID       string `yaml:"id"`
	Severity string `yaml:"severity"` // CRITICAL, HIGH, MEDIUM or LOW
	// Word is the service's kind word for the resources.
	Word    string `yaml:"word"`
	Summary string `yaml:"summary"`
	// Remedy is a sentence that says how to fix it.
	Remedy string `yaml:"remedy"`
	// Port is the port of the condition covers; 0 is all ports.
	Port   int     `yaml:"port"`
	Checks []check `yaml:"checks"`
}

// check is a rule for some types of resources.
type check struct {
	Types []string `yaml:"types"`
	// Says is the predicate of the sentence about a resource: "is not encrypted".
	Says string `yaml:"says"`
	// Scope is what the condition is evaluated on: the resource if empty, the "pod"
	// of a Kubernetes object, or each "container" of the pod.
	Scope string `yaml:"scope"`
	// When is the condition; without one, the rule always fires.
	When *condition `yaml:"when"`
}

// kindWord describes the resources that a kind word of the service means.
type kindWord struct {
	Noun     string `yaml:"noun"`
	Provider string `yaml:"provider"`
	// Names are paths to the attributes that may hold a resource's own name.
	Names []string `yaml:"names"`
}

// ruleSet is all of the data.
type ruleSet struct {
	words map[string]kindWord
	rules []rule
	// checks are those of each resource type.
	checks map[string][]checkOf
}

// checkOf is the place of a check: its rule in rules, and itself in the rule.
type checkOf struct{ rule, check int }

// load parses the data when the first submission is evaluated.
var load = sync.OnceValues(func() (*ruleSet, error) {
	set := &ruleSet{words: map[string]kindWord{}, checks: map[string][]checkOf{}}
	entries, err := data.ReadDir("data")
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	for _, entry := range entries {
		if err := set.read(path.Join("data", entry.Name())); err != nil {
			return nil, fmt.Errorf("rules: %s: %w", entry.Name(), err)
		}
	}
	for i, r := range set.rules {
		for j, c := range r.Checks {
			for _, t := range c.Types {
				set.checks[t] = append(set.checks[t], checkOf{i, j})
			}
		}
	}
	return set, nil
})

// read adds a file of the data.
func (set *ruleSet) read(name string) error {
	content, err := data.ReadFile(name)
	if err != nil {
		return err
	}
	var file struct {
		Words     map[string]kindWord `yaml:"words"`
		Rules     []rule              `yaml:"rules"`
		Fragments yaml.Node           `yaml:"fragments"` // anchors only
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return err
	}
	maps.Copy(set.words, file.Words)
	set.rules = append(set.rules, file.Rules...)
	return nil
}
