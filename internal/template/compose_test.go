package template

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompose(t *testing.T) {
	t.Parallel()
	content := lines(
		"x-base: &base", "  image: redis:7", "services:", "  web:", "    build: .", "  api:", "    build: {context: .}", "    image: acme/api",
		"  db:", "    image: ${DB_IMAGE:-postgres:16}", "    container_name: shop-db", "  cache:", "    <<: *base", "  gone:",
		"    image: acme/${NAME}:1", "  child:", "    extends: {service: db}", "  off: null")
	for _, path := range []string{"compose.yaml", "docker-compose.yml", "a/docker-compose.prod.yaml", "dev.compose.yml", "compose.override.yml"} {
		f := mustParse(t, path, content)
		if f.Role != RoleCompose {
			t.Fatalf("%s: role %d", path, f.Role)
		}
		want := lines("5 web  built", "8 api acme/api built", "10 db postgres:16", "2 cache redis:7", "15 gone acme/${NAME}:1 ?NAME")
		if diff := cmp.Diff(want, imageList(f)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	f := mustParse(t, "compose.yml", content)
	if r := find(t, f, "service.db"); r.Range.Start != 9 || r.Range.End != 11 || r.Aliases[3] != "shop-db" {
		t.Errorf("got %+v", r)
	}
}

func TestComposeFirstFormat(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "docker-compose.yml", "web:\n  build: .\ndb:\n  image: mysql\n")
	if diff := cmp.Diff(lines("2 web  built", "4 db mysql"), imageList(f)); diff != "" {
		t.Error(diff)
	}
}

func TestInterpolate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2]string{
		"nginx":         {"nginx", ""},
		"a$$b":          {"a$b", ""},
		"${A:-x}":       {"x", ""},
		"${A-x}:${B:-}": {"x:", ""},
		"${A:-${B:-y}}": {"y", ""},
		"${A:+z}n":      {"n", ""},
		"${A+z}n":       {"n", ""},
		"$A":            {"$A", "A"},
		"x/$IMG:1":      {"x/$IMG:1", "IMG"},
		"${A}":          {"${A}", "A"},
		"${A:?must be}": {"${A:?must be}", "A"},
		"${A:-${B}}":    {"${A:-${B}}", "B"},
		"${A":           {"${A", "{A"},
		"${}":           {"${}", "{}"},
		"a$":            {"a$", "$"},
	} {
		got, missing := variables(nil).interpolate(in)
		if got != want[0] || missing != want[1] {
			t.Errorf("%s = %q, %q; want %q", in, got, missing, want)
		}
	}
}

// The tags of Compose say how files are merged; they don't change the values.
func TestComposeTags(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "compose.yaml", lines("services:", "  a: !override", "    image: redis:7", "  b:", "    image: !reset nginx"))
	if diff := cmp.Diff(lines("3 a redis:7", "5 b nginx"), imageList(f)); diff != "" {
		t.Error(diff)
	}
}

func TestValuesOfComposeVariables(t *testing.T) {
	t.Parallel()
	vars := variables{"TAG": "5", "EMPTY": "", "MONEY": "$TAG"}
	for in, want := range map[string][2]string{
		"redis:${TAG}": {"redis:5"}, "redis:$TAG-alpine": {"redis:5-alpine"}, "redis:${TAG:-7}": {"redis:5"}, "redis:${TAG-7}": {"redis:5"},
		"redis:${EMPTY:-7}": {"redis:7"}, "redis:${EMPTY-7}": {"redis:"}, "redis${TAG:+:new}": {"redis:new"}, "redis${EMPTY:+:new}": {"redis"},
		"redis${EMPTY+:new}": {"redis:new"}, "redis:${OTHER:-$TAG}": {"redis:5"}, "redis:${TAG:?give one}": {"redis:5"},
		"redis:${EMPTY:?give one}": {"redis:${EMPTY:?give one}", "EMPTY"}, "redis:${OTHER}": {"redis:${OTHER}", "OTHER"},
		"redis:$$TAG": {"redis:$TAG"}, "redis:$MONEY": {"redis:$TAG"},
	} {
		got, missing := vars.interpolate(in)
		if got != want[0] || missing != want[1] {
			t.Errorf("%s: %q, missing %q; want %q", in, got, missing, want)
		}
	}
}
