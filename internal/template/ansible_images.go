package template

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/image"
	"github.com/scangate/scangate/internal/template/tree"
)

// argumentsOf returns the name of the module of a task, and its arguments as a map, in
// whatever way they are written: as a map, as key=value words, under args, or after action.
func argumentsOf(task *tree.Node, module *tree.Entry) (name string, args *tree.Node) {
	name, value := module.Key, module.Value
	words := value.Str()
	if name == "action" || name == "local_action" {
		if name = value.Get("module").Str(); value.Is(tree.String) {
			name, words, _ = strings.Cut(strings.TrimSpace(words), " ")
		}
	}
	all := &tree.Node{Kind: tree.Map, Range: value.Range}
	if value.Is(tree.Map) {
		all.Entries = slices.Clone(value.Entries)
	}
	for _, word := range keyValue().FindAllStringSubmatch(words, -1) {
		text := &tree.Node{Kind: tree.String, Text: strings.Trim(word[2], `"'`), Range: value.Range}
		all.Entries = append(all.Entries, tree.Entry{Key: word[1], Line: module.Line, Value: text})
	}
	all.Entries = append(all.Entries, task.Get("args").Pairs()...)
	return name, all
}

// maxItems is how many items of a loop are looked at.
const maxItems = 100

// eachItem returns a function that adds an image once for each item of the loop of a task,
// if the items are in the file. Of a longer loop the image stays a placeholder.
func eachItem(task *tree.Node, add func(Image)) func(Image) {
	items := append(task.Get("loop").All(), task.Get("with_items").All()...)
	if len(items) == 0 || len(items) > maxItems {
		return add
	}
	var scopes []scope
	for _, item := range items {
		values := scope{}
		if text, ok := item.Literal(); ok {
			values["{{item}}"] = text
		}
		for _, e := range item.Pairs() {
			if text, ok := e.Value.Literal(); ok {
				values["{{item."+e.Key+"}}"] = text
			}
		}
		scopes = append(scopes, values)
	}
	return func(i Image) {
		if !strings.Contains(i.Ref, "item") {
			add(i)
			return
		}
		for _, values := range scopes {
			one := i
			one.Ref = values.resolve(i.Ref)
			add(one)
		}
	}
}

// keyValue matches a word of the arguments that are written as one text.
var keyValue = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`([a-z_]+)=("[^"]*"|'[^']*'|(?:\{\{.*?\}\}|[^\s"'])+)`)
})

// moduleImages adds the images that the arguments of a module name. short is the name
// of the module without its collection.
func moduleImages(short string, args *tree.Node, add func(Image)) {
	if args.Get("state").Str() == "absent" {
		return
	}
	switch short {
	case "docker_container", "podman_container", "docker_swarm_service":
		argumentImage(args, args.Get("image"), add)
	case "docker_image_pull", "podman_image":
		argumentImage(args, args.Get("name"), add)
	case "docker_image", "docker_image_build":
		builtImage(short, args, add)
	case "k8s", "docker_stack", "docker_compose", "docker_compose_v2":
		definitionImages(args.Get("definition"), add)
	}
}

// builtImage adds an image that a task pulls or builds. Others are on the host already.
func builtImage(short string, args *tree.Node, add func(Image)) {
	source := args.Get("source").Str()
	builds := short == "docker_image_build" || source == "build" || source == "" && (args.Get("build") != nil || args.Get("path") != nil)
	if builds || source == "pull" || source == "" {
		argumentImage(args, args.Get("name"), func(i Image) {
			i.Built = builds
			add(i)
		})
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

// markBuilt marks the images that a playbook builds wherever it names them.
func markBuilt(images []Image) {
	built := map[string]bool{}
	for _, i := range images {
		if ref, err := image.Parse(i.Ref); err == nil && i.Built {
			built[ref.Key()] = true
		}
	}
	for n := range images {
		if ref, err := image.Parse(images[n].Ref); err == nil && built[ref.Key()] {
			images[n].Built = true
		}
	}
}
