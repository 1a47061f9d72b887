package template

import (
	"strings"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/template/tree"
)

// moduleImages adds the images that the arguments of a module name. short is the name
// of the module without its collection.
func moduleImages(short string, args *tree.Node, add func(Image)) {
	switch short {
	case "docker_container", "podman_container", "docker_swarm_service":
		argumentImage(args, args.Get("image"), add)
	case "docker_image_pull", "podman_image":
		argumentImage(args, args.Get("name"), add)
	case "docker_image":
		if args.Get("source").Str() == "pull" {
			argumentImage(args, args.Get("name"), add)
		}
	case "k8s", "docker_stack", "docker_compose_v2":
		definitionImages(args.Get("definition"), add)
	}
}

// argumentImage adds an image whose tag may stand beside it.
func argumentImage(args, ref *tree.Node, add func(Image)) {
	text := ref.Scalar()
	if text == "" {
		return
	}
	if tag := args.Get("tag").Scalar(); tag != "" && !image.HasVersion(text) {
		text += ":" + tag
	}
	add(newImage(text, ref, args.Range, strings.TrimSpace(args.Get("name").Scalar())))
}

// definitionImages adds those of the objects, or of the Compose project, in an argument.
func definitionImages(definition *tree.Node, add func(Image)) {
	for _, doc := range definition.All() {
		if isObject(doc) {
			objectImages(doc, add)
			continue
		}
		for _, service := range doc.Get("services").Pairs() {
			if ref := service.Value.Get("image"); ref.Str() != "" && service.Value.Get("build") == nil {
				add(newImage(ref.Text, ref, service.Range(), service.Key))
			}
		}
	}
}
