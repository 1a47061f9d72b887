package compose

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
	oracle "github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/build"
	"github.com/scangate/scangate/internal/result"
)

// files is a tree: path to content.
type files map[string]string

// read is [Options.Read] for a tree.
func (f files) read(name string) ([]byte, error) {
	content, ok := f[name]
	if !ok {
		return nil, build.ErrMissing
	}
	return []byte(content), nil
}

func (f files) write(t testing.TB, dir string) {
	t.Helper()
	for name, content := range f {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

// loadVariant reads files as one variant.
func loadVariant(f files, vars map[string]string, paths ...string) build.Project {
	dir := build.Folder(paths[0])
	l := newLoader(dir, nil, Options{Vars: vars, Read: f.read, Names: result.Names{Var: "--var"}})
	for _, name := range paths {
		if _, err := l.docs(name); err != nil {
			l.fail(name, result.Location{Path: name, Line: 1}, unparsable(err.Error()))
		}
	}
	e := l.topEnv(dir, paths)
	view{loader: l, model: l.model(paths, dir, e, nil), env: e, dir: dir}.evaluate()
	return l.project
}

// summary writes what a project declares on lines, in their order. Places, and the
// names of images that were not given, are left out.
func summary(p build.Project) []string {
	var lines []string
	for _, b := range p.Builds {
		args := map[string]string{}
		for _, a := range b.Args {
			args[a.Name] = a.Value + a.Unknown
		}
		inline := ""
		if b.Inline != nil {
			inline = b.Inline.Text
		}
		dockerfile := ""
		if len(b.Dockerfiles) > 0 {
			dockerfile = b.Dockerfiles[0]
		}
		named := slices.DeleteFunc(slices.Clone(b.Names), func(name string) bool {
			_, service, _ := strings.Cut(b.Subject, " ")
			service = strings.Trim(service, `"`)
			return strings.HasSuffix(name, "-"+service) || strings.HasSuffix(name, "_"+service)
		})
		lines = append(lines, buildLine(b.Subject, dockerfile, inline, b.Target, args, b.Platforms, b.Contexts, named))
	}
	for _, i := range p.Images {
		switch {
		case i.Fault.Reason != "":
			lines = append(lines, "fault "+i.Fault.Reason)
		case i.Build == nil:
			lines = append(lines, fmt.Sprintf("image %s %s pulled=%t", i.Subject, i.Ref, i.Pulled))
		}
	}
	for _, n := range p.NotSent {
		lines = append(lines, "not sent "+n.What)
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

func buildLine(subject, dockerfile, inline, target string, args map[string]string, platforms, contexts, names []string) string {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == "" })
	slices.Sort(names)
	contexts = slices.Sorted(slices.Values(contexts))
	return fmt.Sprintf("build %s %s %q target=%s %v platforms=%v contexts=%v names=%v", subject, dockerfile, inline, target, args, platforms, contexts, names)
}

// composes returns the summary of what the loader of compose-go makes of the files.
func composes(t testing.TB, f files, vars map[string]string, paths ...string) ([]string, error) {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f.write(t, root)
	dir := filepath.Join(root, build.Folder(paths[0]))
	environment := types.Mapping(maps.Clone(vars))
	if environment == nil {
		environment = types.Mapping{}
	}
	if env := filepath.Join(dir, ".env"); exists(env) {
		values, err := dotenv.GetEnvFromFile(environment, []string{env})
		if err != nil {
			return nil, err
		}
		environment.Merge(values)
	}
	details := types.ConfigDetails{WorkingDir: dir, Environment: environment}
	for _, name := range paths {
		details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: filepath.Join(root, name)})
	}
	project, err := oracle.LoadWithContext(t.Context(), details, func(o *oracle.Options) {
		o.SkipConsistencyCheck = true
		o.SkipResolveEnvironment, o.SkipResolveLabels = true, true
		o.Profiles = []string{"*"}
		o.SetProjectName(path.Base("p"+build.Folder(paths[0])), false)
	})
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, s := range project.Services {
		lines = append(lines, serviceLines(root, s)...)
	}
	slices.Sort(lines)
	return slices.Compact(lines), nil
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

func serviceLines(root string, s types.ServiceConfig) []string {
	var lines []string
	subject := fmt.Sprintf("service %q", s.Name)
	pulled := strings.HasPrefix(s.PullPolicy, "every_") || slices.Contains([]string{"always", "daily", "weekly"}, s.PullPolicy)
	if s.Image != "" && (s.Build == nil || pulled) {
		lines = append(lines, fmt.Sprintf("image %s %s pulled=%t", subject, s.Image, pulled))
	}
	mounts := func(volumes []types.ServiceVolumeConfig) {
		for _, v := range volumes {
			if v.Type == "image" {
				lines = append(lines, fmt.Sprintf("image %s %s pulled=false", subject, v.Source))
			}
		}
	}
	mounts(s.Volumes)
	for _, hook := range s.PreStart {
		mounts(hook.Volumes)
		if hook.Image != "" && hook.Image != s.Image {
			lines = append(lines, fmt.Sprintf("image %s %s pulled=false", subject, hook.Image))
		}
	}
	if s.Build == nil {
		return lines
	}
	return append(lines, oracleBuild(root, subject, s)...)
}

func oracleBuild(root, subject string, s types.ServiceConfig) []string {
	b := s.Build
	args := map[string]string{}
	for name, value := range b.Args {
		if value != nil {
			args[name] = *value
		}
	}
	platforms := b.Platforms
	if len(platforms) == 0 && s.Platform != "" {
		platforms = []string{s.Platform}
	}
	var lines []string
	var contexts []string
	for name, value := range b.AdditionalContexts {
		contexts = append(contexts, name)
		if ref, ok := strings.CutPrefix(value, "docker-image://"); ok {
			lines = append(lines, fmt.Sprintf("image %s %s pulled=false", subject, ref))
		}
	}
	dockerfile := ""
	if b.DockerfileInline == "" {
		dockerfile = filepath.Join(b.Context, b.Dockerfile)
		rel, err := filepath.Rel(root, dockerfile)
		if err != nil || strings.HasPrefix(rel, "..") || build.IsRemote(b.Context) {
			return append(lines, "not sent build of "+subject)
		}
		dockerfile = filepath.ToSlash(rel)
	}
	return append(lines, buildLine(subject, dockerfile, b.DockerfileInline, b.Target, args, platforms, contexts, append(b.Tags, s.Image)))
}

// checkLikeCompose compares what is found with what Compose finds.
func checkLikeCompose(t testing.TB, f files, vars map[string]string, paths ...string) {
	t.Helper()
	want, err := composes(t, f, vars, paths...)
	got := summary(loadVariant(f, vars, paths...))
	if err != nil {
		if !slices.ContainsFunc(got, func(line string) bool {
			return strings.HasPrefix(line, "fault ") || strings.HasPrefix(line, "not sent ")
		}) {
			t.Errorf("Compose refuses %v: %v; got %q", f, err, got)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%v\n%q (-Compose +got):\n%s", paths, f, diff)
	}
}
