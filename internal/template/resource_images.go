package template

import (
	"bytes"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// imageKeys returns where a resource names images: keys from its body down, with dots. Of
// a key with a star in place of the path, every occurrence counts.
func imageKeys(typ string) []string {
	switch typ {
	case "AWS::ECS::TaskDefinition":
		return []string{"ContainerDefinitions.Image"}
	case "AWS::Batch::JobDefinition":
		return []string{"ContainerProperties.Image"}
	case "AWS::Lambda::Function":
		return []string{"Code.ImageUri"}
	case "AWS::Serverless::Function":
		return []string{"ImageUri"}
	case "AWS::AppRunner::Service":
		return []string{"SourceConfiguration.ImageRepository.ImageIdentifier"}
	case "aws_ecs_task_definition":
		return []string{"container_definitions.image"}
	case "aws_batch_job_definition":
		return []string{"container_properties.image"}
	case "aws_lambda_function":
		return []string{"image_uri"}
	case "aws_apprunner_service":
		return []string{"source_configuration.image_repository.image_identifier"}
	case "docker_container":
		return []string{"image"}
	case "docker_image":
		return []string{"name"}
	}
	for _, prefix := range [...]string{"kubernetes_", "google_cloud_run_", "azurerm_container_"} {
		if strings.HasPrefix(typ, prefix) {
			return []string{"*container.image", "*containers.image", "*init_container.image"}
		}
	}
	return nil
}

// MayHoldImages reports whether a Terraform file may have a resource that names images: whether it
// has a word of [imageKeys] that few other files have, or writes characters by their numbers, which
// may be those of a type.
func MayHoldImages(content []byte) bool {
	for _, word := range [...]string{
		`\u`, `\U`,
		"container_definitions", "container_properties", "image_uri", "image_identifier", "docker_container", "docker_image",
		"kubernetes_", "google_cloud_run_", "azurerm_container_",
	} {
		if bytes.Contains(content, []byte(word)) {
			return true
		}
	}
	return false
}

// resourceImages adds the images of the resources.
func (l *listing) resourceImages() {
	type block struct {
		name string
		at   result.Range
	}
	built := map[block]bool{}
	for _, f := range l.file.Functions {
		built[block{f.Name, f.Range}] = true
	}
	for _, r := range l.file.Resources {
		if r.Type == "docker_image" && r.Body.Get("build") != nil || built[block{r.Name, r.Range}] {
			continue // it is made here
		}
		for _, keys := range imageKeys(r.Type) {
			for _, ref := range l.valuesAt(r.Body, keys) {
				if text := knownText(ref); text != "" {
					l.addImage(newImage(text, ref, r.Range, ""))
				}
			}
		}
	}
}

// valuesAt returns the values at keys of [imageKeys].
func (l *listing) valuesAt(body *tree.Node, keys string) []*tree.Node {
	anywhere, found := strings.CutPrefix(keys, "*")
	path := strings.Split(anywhere, ".")
	if !found {
		return l.knownAt(body, path)
	}
	var all []*tree.Node
	for _, holder := range holders(body, path[0], nil, 0) {
		all = append(all, l.knownAt(holder, path)...)
	}
	return all
}

// holders appends the maps that have a key, at any depth.
func holders(n *tree.Node, key string, found []*tree.Node, depth int) []*tree.Node {
	if n == nil || depth > tree.MaxDepth {
		return found
	}
	for _, item := range n.Items {
		found = holders(item, key, found, depth+1)
	}
	for _, e := range n.Pairs() {
		if e.Key == key {
			found = append(found, n)
		}
		found = holders(e.Value, key, found, depth+1)
	}
	return found
}

// knownAt returns the values at the keys below a value, through lists. Where a value on the
// way is not known, it is that value. A text that is JSON is read.
func (l *listing) knownAt(n *tree.Node, path []string) []*tree.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == tree.List:
		var all []*tree.Node
		for _, item := range n.Items {
			all = append(all, l.knownAt(item, path)...)
		}
		return all
	case n.Kind == tree.Unknown && strings.HasPrefix(n.Text, "docker_image."):
		return nil // a resource of its own
	case n.Kind == tree.Unknown && len(n.Entries) == 1 && n.Entries[0].Key == "Fn::If" && len(n.Entries[0].Value.Items) == 3:
		yes, no := n.Entries[0].Value.Items[1], n.Entries[0].Value.Items[2]
		return append(l.knownAt(yes, path), l.knownAt(no, path)...)
	case len(path) == 0, n.Kind == tree.Unknown:
		return []*tree.Node{n}
	case n.Kind == tree.String && strings.HasPrefix(strings.TrimSpace(n.Text), "["):
		doc, err := tree.ReadJSON(n.Text, n.Range.Start, l.budget)
		if err != nil {
			return nil
		}
		confine(doc, n.Range, false)
		return l.knownAt(doc, path)
	}
	return l.knownAt(n.Get(path[0]), path[1:])
}

// knownText is a text, or a placeholder for what is not known before the deployment.
func knownText(n *tree.Node) string {
	if !n.Is(tree.Unknown) {
		return n.Scalar()
	}
	if text := shorten(n.Text); strings.Contains(text, "${") {
		return text
	}
	return "${" + shorten(n.Text) + "}"
}

// shorten makes one short line of an expression.
func shorten(expression string) string {
	const width = 60
	line := []rune(strings.Join(strings.Fields(expression), " "))
	if len(line) > width {
		return string(line[:width]) + "…"
	}
	return string(line)
}
