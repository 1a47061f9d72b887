package emulator

import (
	"cmp"
	_ "embed"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/scangate/scangate/internal/image"
)

//go:embed catalogue.yaml
var catalogueYAML []byte

// catalogue is the sample data for images: families of official images with their
// releases, and how variants of the base system scale the counts.
type catalogue struct {
	Variants []variant `yaml:"variants"`
	// Words are the parts of a tag that affect neither age nor scale.
	Words    []string `yaml:"words"`
	Families []family `yaml:"families"`
}

// variant scales a family's counts for tags that contain one of its words.
type variant struct {
	Words []string `yaml:"words"`
	Scale float64  `yaml:"scale"`
}

// family is a group of images with the same releases and counts.
type family struct {
	// Names are normalised repositories; a trailing * matches any text.
	Names []string `yaml:"names"`
	// Weights are the counts of the newest release in its full variant:
	// critical, high, medium, low, negligible.
	Weights [5]float64 `yaml:"weights"`
	// Releases are sorted from the newest to the oldest. Each is a version and its
	// other names, separated by blanks.
	Releases []string `yaml:"releases"`
}

var levels = [5]string{"critical", "high", "medium", "low", "negligible"}

// loadCatalogue parses the data when the first image is looked up.
var loadCatalogue = sync.OnceValues(func() (*catalogue, error) {
	var c catalogue
	if err := yaml.Unmarshal(catalogueYAML, &c); err != nil {
		return nil, fmt.Errorf("catalogue of images: %w", err)
	}
	return &c, nil
})

// lookup returns the sample answer for an image reference, or false if the
// catalogue doesn't have the image.
func lookup(name string) (imageResult, bool) {
	ref, invalid := image.Parse(name)
	c, err := loadCatalogue()
	if invalid != nil || err != nil {
		return imageResult{}, false
	}
	f, ok := c.family(ref.Name())
	if !ok {
		return imageResult{}, false
	}
	// A digest without a tag means the newest release.
	age, scale, ok := c.read(f, cmp.Or(ref.Tag, "latest"))
	if !ok {
		return imageResult{}, false
	}
	return f.sample(ref, age, scale), true
}

// unlistedImage returns the sample answer for an image that the catalogue doesn't have, or false if
// no image can have the name.
func unlistedImage(name string) (imageResult, bool) {
	ref, err := image.Parse(name)
	if err != nil {
		return imageResult{}, false
	}
	return family{Weights: [5]float64{0.3, 2, 6, 12, 20}}.sample(ref, 0, 1), true
}

// sample returns the answer for an image of the family.
func (f family) sample(ref image.Reference, age int, scale float64) imageResult {
	counts := f.counts(ref.String(), age, scale)
	return imageResult{
		FullTag: ref.String(), Registry: ref.Registry, Vulnerabilities: counts,
		Files: []string{}, IsPublic: true,
		IsSecure: counts["critical"]+counts["high"] == 0,
	}
}

func (c *catalogue) family(name string) (family, bool) {
	for _, f := range c.Families {
		for _, pattern := range f.Names {
			prefix, wild := strings.CutSuffix(pattern, "*")
			if name == pattern || wild && strings.HasPrefix(name, prefix) && len(name) > len(prefix) {
				return f, true
			}
		}
	}
	return family{}, false
}

// read returns how many releases came after a tag, and the scale of its
// variant. It returns false for a tag with an unknown word.
func (c *catalogue) read(f family, tag string) (age int, scale float64, ok bool) {
	words := strings.FieldsFunc(tag, func(r rune) bool { return r == '-' || r == '_' })
	if len(words) == 0 {
		return 0, 0, false
	}
	if newer, found := f.release(words[0]); found {
		age, words = newer, words[1:]
	} else if words[0][0] >= '0' && words[0][0] <= '9' {
		return 0, 0, false
	}
	scale = 1
	for _, word := range words {
		s, known := c.scale(word)
		if _, release := f.release(word); !known && !release {
			return 0, 0, false
		}
		scale *= s
	}
	return age, scale, true
}

// release returns the age of the release that a version, or another name, means.
func (f family) release(word string) (age int, ok bool) {
	if word == "latest" {
		return 0, true
	}
	if len(word) > 1 && word[0] == 'v' && word[1] >= '0' && word[1] <= '9' {
		word = word[1:]
	}
	for i, names := range f.Releases {
		for name := range strings.FieldsSeq(names) {
			if word == name || partOf(word, name) || partOf(name, word) {
				return i, true
			}
		}
	}
	return 0, false
}

// partOf reports whether version is a more precise form of release: 1.25.3 of 1.25.
func partOf(version, release string) bool {
	rest, ok := strings.CutPrefix(version, release)
	return ok && rest != "" && (rest[0] < '0' || rest[0] > '9')
}

// scale returns the factor of a word in a tag. Digits at the end of the word, as in
// alpine3.19, are the version of the base system.
func (c *catalogue) scale(word string) (scale float64, known bool) {
	word = strings.TrimRight(word, "0123456789.")
	if word == "" {
		return 1, true
	}
	for _, v := range c.Variants {
		for _, w := range v.Words {
			if w == word {
				return v.Scale, true
			}
		}
	}
	for _, w := range c.Words {
		if w == word {
			return 1, true
		}
	}
	return 1, false
}

// counts returns the vulnerabilities by severity: more with every later release,
// fewer for a small variant, and with a little noise from the name.
func (f family) counts(image string, age int, scale float64) map[string]int {
	h := fnv.New64a()
	_, _ = h.Write([]byte(image))
	noise := h.Sum64()
	counts := make(map[string]int, len(levels))
	for i, level := range levels {
		base := f.Weights[i] * scale * (1 + 0.6*float64(age))
		spread := 0.85 + 0.3*float64(noise>>(8*i)&0xff)/255
		counts[level] = int(base*spread + 0.5)
	}
	return counts
}
