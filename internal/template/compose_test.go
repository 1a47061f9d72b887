package template

import "testing"

func TestCompose(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"compose.yaml", "docker-compose.yml", "a/docker-compose.prod.yaml", "dev.compose.yml", "compose.override.yml"} {
		for _, content := range []string{
			"services:\n  web: {build: .}\n", "a: 1\n---\nservices: {a: !override {image: b}}\n", "include: [other.yml]\n", "web:\n  build: .\ndb:\n  image: mysql\n",
		} {
			f := mustParse(t, path, content)
			if f.Role != RoleCompose || len(f.Compose) == 0 {
				t.Errorf("%s: role %d, %d documents in %q", path, f.Role, len(f.Compose), content)
			}
		}
	}
	for _, content := range []string{"services: []\n", "volumes: {}\n", "a: 1\n", "version: '3'\n"} {
		if f, err := Parse("compose.yaml", []byte(content)); f != nil || err != nil {
			t.Errorf("%q = %+v, %v", content, f, err)
		}
	}
}

// Another tool may deploy a document beside the services.
func TestComposeFileWithAManifest(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "compose.yaml", "services: {}\n---\nservices: {a: {image: b}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\n")
	if f.Role != RoleTemplate || f.Language.Framework != Kubernetes || len(f.Compose) != 3 {
		t.Errorf("role %d, language %s, %d documents", f.Role, f.Language.Title, len(f.Compose))
	}
}
