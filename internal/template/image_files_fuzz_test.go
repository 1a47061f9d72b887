package template

import (
	"bytes"
	"testing"

	"github.com/scangate/scangate/internal/result"
)

// Whatever a file says, its images stand in it.
func FuzzImageFiles(f *testing.F) {
	for _, seed := range []string{
		"image: {registry: a, repository: b, tag: 1}\nglobal: {imageRegistry: c}\nx: [{enabled: false, image: d}]\n", "initImage: a\ninitImageTag: b\n",
		"jobs: {a: {container: b, services: {c: {image: d}}, steps: [{uses: 'docker://e'}]}}\nruns: {image: 'docker://f'}\n",
		"spec: {inputs: {a: {default: b}}}\n---\ninclude: [a, {local: b, inputs: {a: '$[[ inputs.a ]]'}}, {project: x}]\njob: {image: '$[[ inputs.a ]]', variables: {X: y}, trigger: {include: z}}\n",
		"variables: {A: b, C: {value: $A}}\nimage: {name: $C/$A}\nservices: [a, {name: b}]\n", "{\"image\": \"a\"}",
	} {
		f.Add([]byte(seed), []byte("image: {tag: 2}\n"))
	}
	f.Fuzz(func(t *testing.T, content, over []byte) {
		last := map[string]int{
			"values.yaml": bytes.Count(plainText(content), []byte("\n")) + 1, "over.yaml": bytes.Count(plainText(over), []byte("\n")) + 1,
		}
		inFile := func(path string, i Image) {
			checkRange(t, i.Block, last[path])
			checkRange(t, result.Range{Start: i.Line, End: i.Line}, last[path])
		}
		for _, path := range []string{".github/workflows/a.yml", "devcontainer.json"} {
			images, _ := CIImages(path, content) // broken ones have none
			for _, i := range images {
				inFile("values.yaml", i)
			}
		}
		tree := map[string][]byte{"values.yaml": content, "over.yaml": over}
		pipeline := ReadPipeline("values.yaml", &PipelineTree{
			Read:  func(path string) ([]byte, error) { return tree[path], nil },
			Match: func(string) []string { return []string{"over.yaml"} },
		})
		for _, i := range pipeline.Images {
			inFile(i.Path, i.Image)
		}
		base, err := ReadValues("values.yaml", content)
		other, overErr := ReadValues("over.yaml", over)
		if err != nil || overErr != nil {
			return
		}
		for _, i := range append(ChartImages(Chart{AppVersion: "1"}, base), ChartImages(Chart{}, base, other)...) {
			if _, known := last[i.Path]; !known {
				t.Fatalf("an image of %q: %+v", i.Path, i)
			}
			inFile(i.Path, i.Image)
		}
	})
}
