package likely

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"github.com/scangate/scangate/internal/template"
)

// shop is what the tests ask about, by name.
type shop struct {
	texts map[string][]string
	files map[string]*template.File
}

func readShop(t testing.TB) shop {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", "shop.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	s := shop{map[string][]string{}, map[string]*template.File{}}
	for _, f := range archive.Files {
		parsed, err := template.Parse(f.Name, f.Data)
		if err != nil || parsed == nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		s.files[f.Name], s.texts[f.Name] = parsed, strings.Split(string(f.Data), "\n")
	}
	return s
}

// find returns the resource of an address, and the lines of its file.
func (s shop) find(t testing.TB, address string) (*template.Resource, []string) {
	t.Helper()
	for name, f := range s.files {
		for i := range f.Resources {
			if f.Resources[i].Address == address {
				return &f.Resources[i], s.texts[name]
			}
		}
	}
	t.Fatalf("no resource %q", address)
	return nil, nil
}

func TestLine(t *testing.T) {
	t.Parallel()
	s := readShop(t)
	for _, c := range []struct {
		name, resource, summary, prose string
		// want is the text of the line, "" for none.
		want string
	}{
		{
			"the remedy names the attribute", "Deployment/web", "Ensure pods do not share the network of their host",
			"Pod of 'web' shares the network of its host.\nRemediation: Remove hostNetwork.", "hostNetwork: true",
		},
		{
			"without a remedy, the words of the rule do", "aws_db_instance.db", "Ensure RDS instances are not publicly accessible",
			"RDS instance 'db' is publicly accessible.", "publicly_accessible     = true",
		},
		{
			"another spelling of the attribute", "Database", "Ensure RDS instances are not publicly accessible",
			"Remediation: Set publicly_accessible to false.", `"PubliclyAccessible": "true"`,
		},
		{
			"several words of running text name an attribute", "aws_db_instance.db", "Ensure RDS instances have automated backups",
			"RDS instance 'db' has no automated backups.\nRemediation: Set the backup retention period to 7 days or more.",
			"backup_retention_period = 0",
		},
		{
			"the subject of a rule is not its fault", "Database", "Ensure RDS storage is encrypted",
			"RDS instance 'Database' has unencrypted storage.\nRemediation: Set storage_encrypted to true.", "",
		},
		{
			"what is as it should be is not the fault", "aws_db_instance.db", "Ensure RDS instances have deletion protection",
			"RDS instance 'db' has no deletion protection.\nRemediation: Set deletion_protection to true.", "",
		},
		{"a word of the details alone", "aws_db_instance.db", "Ensure that secrets stay out of templates", "It has its master password in the template.", `password                = "hunter22"`},
		{
			"the container that the details name", "Deployment/web", "Ensure containers do not run privileged",
			"Workload 'web' (container proxy) runs privileged.\nRemediation: Set privileged to false.",
			"securityContext: {privileged: true, allowPrivilegeEscalation: false}",
		},
		{
			"and not the one beside it", "Deployment/web", "Ensure containers do not allow privilege escalation",
			"Workload 'web' (container shop) allows privilege escalation.\nRemediation: Set allowPrivilegeEscalation to false.",
			"allowPrivilegeEscalation: true",
		},
		{
			"what a missing attribute would stand in", "Deployment/web", "Ensure containers have limits for memory",
			"Workload 'web' (container shop) has no limit for memory.\nRemediation: Set resources.limits.memory.", "limits: {cpu: 1}",
		},
		{
			"or the container itself", "Deployment/web", "Ensure containers have limits for memory",
			"Workload 'web' (container proxy) has no limit for memory.\nRemediation: Set resources.limits.memory.", "- name: proxy",
		},
		{
			"or the pod", "Deployment/web", "Ensure pods do not mount the token of the default service account",
			"Pod of 'web' mounts the token of the default service account.\nRemediation: Set automountServiceAccountToken to false.", "spec:",
		},
		{
			"something instead of the attribute", "Deployment/web", "Ensure pods do not mount folders of their host",
			"Pod of 'web' mounts a folder of its host.\nRemediation: Use a persistent volume or an emptyDir instead of hostPath.",
			"hostPath: {path: /data}",
		},
		{
			"the rule that opens the port", "aws_security_group.web", "Ensure no security group allows ingress from 0.0.0.0/0 or ::/0 to port 22",
			"Security group 'web' allows ingress from anywhere to port 22.", `"0.0.0.0/0"]`,
		},
		{
			"another rule for another port", "aws_security_group.web", "Ensure no security group allows ingress from 0.0.0.0/0 or ::/0 to port 443",
			"Security group 'web' allows ingress from anywhere to port 443.", `cidr_blocks = ["0.0.0.0/0"]`,
		},
		{
			"no rule opens the port", "aws_security_group.web", "Ensure no security group allows ingress from 0.0.0.0/0 or ::/0 to port 3389",
			"Security group 'web' allows ingress from anywhere to port 3389.", "",
		},
		{
			"outgoing traffic is not incoming", "aws_security_group.web", "Ensure no security group allows ingress from 0.0.0.0/0 or ::/0 to all ports",
			"Security group 'web' allows ingress from anywhere to all ports.", "",
		},
		{
			"the service of a port", "google_compute_firewall.ssh", "Ensure that SSH access is restricted from the internet",
			"Firewall rule 'ssh' allows traffic from anywhere.", `source_ranges = ["0.0.0.0/0"]`,
		},
		{
			"everybody without a port", "google_container_cluster.gke", "Ensure that GKE clusters restrict who reaches the control plane",
			"GKE cluster 'gke' has a control plane that everyone can reach.", `cidr_block = "0.0.0.0/0"`,
		},
		{
			"a switch that turns something off", "azurerm_linux_virtual_machine.vm", "Ensure that Linux virtual machines do not accept passwords",
			"Virtual machine 'vm' accepts passwords.\nRemediation: Disable password authentication, and use SSH keys.",
			"disable_password_authentication = false",
		},
		{
			"the switch in a block", "azurerm_kubernetes_cluster.aks", "Ensure that role-based access control is enabled for AKS",
			"AKS cluster 'aks' has role-based access control disabled.", "enabled = false",
		},
		{
			"what is open is not what is missing", "google_container_cluster.gke", "Ensure that GKE clusters have a public access block",
			"GKE cluster 'gke' has no public access block.", "",
		},
		{"a value in capitals", "Listener", "Ensure load balancers do not serve plain HTTP", "Load balancer listener 'Listener' serves plain HTTP.", `"Protocol": "HTTP"`},
		{
			"a block of settings", "Bucket", "Ensure S3 buckets have versioning enabled",
			"S3 bucket 'Bucket' has no versioning.", `"VersioningConfiguration": {`,
		},
		{
			"the key of a tag is not a key of encryption", "Bucket", "Ensure S3 buckets declare their default encryption",
			"S3 bucket 'Bucket' has no default encryption configured and uses keys that S3 manages.", "",
		},
		{"no word of the block", "Bucket", "Ensure a log metric filter and alarm exist", "No metric filters were found for CloudTrail: ''.", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			res, lines := s.find(t, c.resource)
			got := ""
			if n := NewGuesser().Line(res, c.summary, c.prose); n > 0 {
				got = strings.TrimSpace(lines[n-1])
			}
			if got != c.want {
				t.Errorf("the line is %q, want %q", got, c.want)
			}
		})
	}
}

// Whatever the texts say, the line is inside the block and not its first.
func TestLineIsInsideTheBlock(t *testing.T) {
	t.Parallel()
	s := readShop(t)
	words := []string{
		"Ensure", "Set", "Remove", "to", "true", "false", "not", "(container shop)", "(container proxy)", "from anywhere", "port 22", "SSH", ". ", "\n",
		"resources.limits.memory", "hostPath", "privileged", "ingress", "cidr", "pods", "has", "is", "encrypted", "storage", "enabled", "instead of", "'",
	}
	g := NewGuesser()
	rapid.Check(t, func(t *rapid.T) {
		text := func(label string) string {
			return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 20).Draw(t, label), " ")
		}
		summary, prose := text("summary"), text("prose")
		for name, f := range s.files {
			for i := range f.Resources {
				res := &f.Resources[i]
				n := g.Line(res, summary, prose)
				if alone := NewGuesser().Line(res, summary, prose); alone != n {
					t.Fatalf("%s: the line is %d, and %d after other texts", res.Address, alone, n)
				}
				if n != 0 && (n == res.Range.Start || !res.Range.Contains(n)) {
					t.Fatalf("%s: %s is on %+v, and the line is %d", name, res.Address, res.Range, n)
				}
			}
		}
	})
}

func FuzzLine(f *testing.F) {
	f.Add("Ensure containers do not run privileged", "It (container a, b) runs.\nRemediation: Set a.b and c_d to x in e.", "a: [{name: b, c_d: y}]")
	f.Add("", "Set . to", "{}")
	f.Fuzz(func(t *testing.T, summary, prose, body string) {
		text := "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  " + strings.ReplaceAll(body, "\n", "\n  ") + "\n"
		file, err := template.Parse("a.yaml", []byte(text))
		if err != nil || file == nil {
			return
		}
		for i := range file.Resources {
			res := &file.Resources[i]
			if n := NewGuesser().Line(res, summary, prose); n != 0 && (n == res.Range.Start || !res.Range.Contains(n)) {
				t.Errorf("the block is on %+v, and the line is %d", res.Range, n)
			}
		}
	})
}
