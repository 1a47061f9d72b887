package rules

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed data/*.yaml
var data embed.FS

// rule is one thing that the service holds against resources.
type rule struct {
	ID       string `yaml:"id"`
	Severity string `yaml:"severity"` // CRITICAL, HIGH, MEDIUM or LOW
	// Word is the service's word for the type of resource.
	Word    string `yaml:"word"`
	Summary string `yaml:"summary"`
	// Remedy is one sentence that says how to fix it.
	Remedy string `yaml:"remedy"`
	// Port is what the condition covers asks for; 0 is every port.
	Port   int     `yaml:"port"`
	Checks []check `yaml:"checks"`
}

// check is the rule for some types of resources.
type check struct {
	Types []string `yaml:"types"`
	// Says ends the sentence that begins with the resource's name.
	Says string `yaml:"says"`
	// Scope makes the condition speak of a Kubernetes object's pod, or of each
	// of its containers.
	Scope string `yaml:"scope"`
	When  *cond  `yaml:"when"`
}

// word describes a type of resource.
type word struct {
	Noun     string `yaml:"noun"`
	Provider string `yaml:"provider"`
	// Names are paths to the attribute by which people know the resource.
	Names []string `yaml:"names"`
}

// book is all of the data.
type book struct {
	Words map[string]word `yaml:"words"`
	Rules []rule          `yaml:"rules"`
	// byType finds the checks of a resource: the rule's place in Rules, and the
	// check's in the rule.
	byType map[string][][2]int
}

// load parses the data once, when the first submission is judged.
var load = sync.OnceValues(func() (*book, error) {
	all := &book{Words: map[string]word{}, byType: map[string][][2]int{}}
	entries, err := data.ReadDir("data")
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	for _, entry := range entries {
		if err := all.read(path.Join("data", entry.Name())); err != nil {
			return nil, fmt.Errorf("rules: %s: %w", entry.Name(), err)
		}
	}
	all.index()
	return all, nil
})

func (b *book) read(name string) error {
	content, err := data.ReadFile(name)
	if err != nil {
		return err
	}
	var part struct {
		Words     map[string]word `yaml:"words"`
		Rules     []rule          `yaml:"rules"`
		Fragments yaml.Node       `yaml:"fragments"` // anchors only
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&part); err != nil {
		return err
	}
	for name, w := range part.Words {
		b.Words[name] = w
	}
	b.Rules = append(b.Rules, part.Rules...)
	return nil
}

func (b *book) index() {
	for i, r := range b.Rules {
		for j, c := range r.Checks {
			for _, t := range c.Types {
				b.byType[t] = append(b.byType[t], [2]int{i, j})
			}
		}
	}
}
