package template

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnsiblePlaybook(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "site.yml", lines(
		"---", "- name: web servers", "  hosts: web", "  pre_tasks:", "    - name: bucket", "      amazon.aws.s3_bucket:",
		"        name: acme-logs", "      register: made", "", "  roles: [common]", "  tasks:", "    - block:",
		"        - ec2: name=one image=x", "      rescue:", "        - debug: {msg: no}", "    - yum: name={{ item }}", "      with_items: [a]",
		"# end", "- import_playbook: db.yml", "- hosts: [db]", "  become: yes"))
	want := lines("2-17 play play.web servers", "5-8 amazon.aws.s3_bucket amazon.aws.s3_bucket.bucket", "13-13 ec2 ec2",
		"15-15 debug debug", "16-17 yum yum", "19-19 play play", "20-21 play play")
	if diff := cmp.Diff(want, resourceList(f)); diff != "" {
		t.Error(diff)
	}
	aliases := []string{"bucket", "amazon.aws.s3_bucket.bucket", "s3_bucket.bucket", "made", "acme-logs"}
	if diff := cmp.Diff(aliases, f.Resources[1].Aliases); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"ec2", "one"}, f.Resources[2].Aliases); diff != "" {
		t.Error(diff)
	}
}

func TestAnsibleTasks(t *testing.T) {
	t.Parallel()
	tasks := lines("- name: install", "  apt:", "    name: nginx", "- include_tasks: more.yml", "- block:", "    - ansible.builtin.service: {name: nginx}")
	for _, path := range []string{"roles/web/tasks/main.yml", "roles/web/handlers/main.yml", "deploy/tasks/x.yaml"} {
		want := lines("1-3 apt apt.install", "4-4 include_tasks include_tasks", "6-6 ansible.builtin.service ansible.builtin.service")
		if diff := cmp.Diff(want, resourceList(mustParse(t, path, tasks))); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	include := mustParse(t, "roles/web/tasks/main.yml", "- include_tasks: more.yml\n")
	if got := resourceList(include); got != "1-1 include_tasks include_tasks\n" {
		t.Errorf("a lone include: %s", got)
	}
	folded := mustParse(t, "roles/web/tasks/main.yml", lines("- name: >", "    a", "    b", "  copy:"))
	if got := resourceList(folded); got != "1-4 copy copy.a b\n" {
		t.Errorf("a folded name: %q", got)
	}
	short := strings.ReplaceAll(tasks, "ansible.builtin.", "")
	if f, err := Parse("ci/steps.yml", []byte(short)); f != nil || err != nil {
		t.Errorf("tasks outside of a folder for them: %+v, %v", f, err)
	}
	if diff := cmp.Diff("1-3", resourceList(mustParse(t, "molecule/verify.yml", tasks))[:3]); diff != "" {
		t.Errorf("full names of modules outside of a folder for tasks: %s", diff)
	}
	if f, err := Parse("x.yml", []byte(tasks+"- name: no task\n")); f != nil || err != nil {
		t.Errorf("a list of other things with a task in it: %+v, %v", f, err)
	}
}
