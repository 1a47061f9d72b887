package template

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// Ansible is the framework of playbooks, lists of tasks and their variables.
const Ansible result.Framework = "ansible"

func ansible() *Language {
	return &Language{
		Framework: Ansible, Title: "Ansible", Names: dataNames(), NamesImages: true,
		sniff: sniffAnsible, parse: parseAnsible,
		kinds: ansibleKinds,
		clouds: []cloudPrefix{
			{"amazon.aws.", "aws"}, {"community.aws.", "aws"},
			{"azure.azcollection.azure_rm_", "azure"}, {"azure_rm_", "azure"},
			{"google.cloud.gcp_", "gcp"}, {"gcp_", "gcp"}, {"kubernetes.core.", ""},
		},
	}
}

// ansibleVariables is the language of the variable files of Ansible, which are
// recognised by their folder.
func ansibleVariables() *Language {
	return &Language{
		Framework: Ansible, Title: "Ansible variables", Names: dataNames(),
		sniff: sniffAnsibleVariables,
		parse: func(*input) (*File, *tree.SyntaxError) { return &File{Role: RoleHelper}, nil },
	}
}

func sniffAnsible(in *input) bool {
	return in.mayBeList() && (in.has("hosts") || in.has("import_playbook") || in.inTaskFolder() || slices.ContainsFunc(moduleWords(), in.has))
}

// ansibleVault is the language of files that only a password opens.
func ansibleVault() *Language {
	return &Language{Framework: Ansible, Title: "vaulted Ansible file", Names: dataNames(), sniff: isVaulted, parse: notSent}
}

func isVaulted(in *input) bool { return bytes.HasPrefix(in.content, []byte("$ANSIBLE_VAULT;")) }

func sniffAnsibleVariables(in *input) bool {
	return in.inVariablesFolder() && !in.mayBeList() && firstByte(in.content) != 0
}

// inTaskFolder reports whether the file lies where Ansible keeps lists of tasks.
func (in *input) inTaskFolder() bool {
	return in.under("tasks") || in.under("handlers") || in.under("roles")
}

// inVariablesFolder reports whether the file lies where only Ansible keeps
// variables: in group_vars or host_vars, or in vars or defaults of a role.
func (in *input) inVariablesFolder() bool {
	if in.under("group_vars") || in.under("host_vars") {
		return true
	}
	parts := strings.Split(in.path, "/")
	for i := 0; i+3 < len(parts); i++ {
		if parts[i] == "roles" && (parts[i+2] == "vars" || parts[i+2] == "defaults") {
			return true
		}
	}
	return false
}

// parseAnsible returns nil for a document that is neither a playbook nor a list of
// tasks. Lists of tasks are recognised in a folder for them, and anywhere if a
// task has a module that only Ansible has.
func parseAnsible(in *input) (*File, *tree.SyntaxError) {
	doc, err := in.document()
	if err != nil || !doc.Is(tree.List) || len(doc.Items) == 0 {
		return nil, err
	}
	l := newListing(in.folder.budget)
	switch {
	case isPlaybook(doc):
		for _, play := range doc.Items {
			l.play(play)
		}
	case (in.inTaskFolder() || hasModule(doc, 0)) && isTaskList(doc):
		l.tasks(doc, 0)
	default:
		return nil, nil
	}
	markBuilt(l.file.Images)
	return l.outcome()
}

// ansibleCollections is how the names of Ansible's own modules begin.
const ansibleCollections = "ansible."

// isPlaybook reports whether every item is a play or imports a playbook.
func isPlaybook(doc *tree.Node) bool {
	for _, item := range doc.Items {
		if !item.Is(tree.Map) || !isImport(item) && !isPlay(item) {
			return false
		}
	}
	return true
}

func isImport(item *tree.Node) bool {
	return item.Get("import_playbook") != nil || item.Get("ansible.builtin.import_playbook") != nil ||
		item.Get("include") != nil && item.Get("hosts") == nil && item.Get("include").Is(tree.String)
}

func isPlay(item *tree.Node) bool {
	hosts := item.Get("hosts")
	if !hosts.Is(tree.String) && !hosts.Is(tree.List) && !hosts.Is(tree.Map) {
		return false
	}
	for _, key := range [...]string{"tasks", "roles", "pre_tasks", "post_tasks", "handlers", "gather_facts", "become", "vars", "vars_files", "connection"} {
		if item.Entry(key) != nil {
			return true
		}
	}
	return false
}

// play adds a play and the tasks in it.
func (l *listing) play(n *tree.Node) {
	name := cmp.Or(n.Get("name").Scalar(), n.Get("hosts").Scalar())
	if !l.room(n.Range.Start, name) {
		return
	}
	l.add(Resource{
		Type: "play", Name: name, Address: address("play", name), Range: n.Range, Body: n, Aliases: unique(name, address("play", name)),
	})
	for _, e := range n.Entries {
		switch e.Key {
		case "tasks", "pre_tasks", "post_tasks", "handlers":
			l.tasks(e.Value, 0)
		}
	}
}

func address(typ, name string) string {
	if name == "" {
		return typ
	}
	return typ + "." + name
}

// tasks adds the tasks of a list and of the blocks in it.
func (l *listing) tasks(list *tree.Node, depth int) {
	if !list.Is(tree.List) || depth > tree.MaxDepth {
		return
	}
	for _, task := range list.Items {
		if task.Get("block") == nil {
			l.task(task)
			continue
		}
		for _, key := range [...]string{"block", "rescue", "always"} {
			l.tasks(task.Get(key), depth+1)
		}
	}
}

func (l *listing) task(n *tree.Node) {
	module := moduleOf(n)
	if module == nil || !l.room(n.Range.Start, module.Key, n.Get("name").Scalar()) {
		return
	}
	name := strings.TrimSpace(n.Get("name").Scalar()) // folded text ends in a line break
	short := module.Key[strings.LastIndexByte(module.Key, '.')+1:]
	aliases := []string{name, address(module.Key, name), address(short, name), n.Get("register").Str()}
	for _, created := range createdNames(module.Value) {
		if !strings.Contains(created, "{{") {
			aliases = append(aliases, created)
		}
	}
	l.add(Resource{
		Type: module.Key, Name: name, Address: address(module.Key, name), Aliases: unique(aliases...), Range: n.Range, Body: n,
	})
	name, args := argumentsOf(n, module)
	moduleImages(name[strings.LastIndexByte(name, '.')+1:], args, eachItem(n, l.addImage))
}

// createdNames are the names that the arguments of a module give to what it
// creates. Arguments are a map, or a text of key=value words.
func createdNames(args *tree.Node) []string {
	if args.Is(tree.Map) {
		return args.Strs("name", "bucket", "id", "instance_name", "db_instance_identifier", "function_name", "stack_name")
	}
	for word := range strings.FieldsSeq(args.Str()) {
		if name, ok := strings.CutPrefix(word, "name="); ok {
			return []string{strings.Trim(name, `"'`)}
		}
	}
	return nil
}

// moduleOf returns the entry of a task that names its module, nil if none does.
func moduleOf(task *tree.Node) *tree.Entry {
	for i := range task.Entries {
		key := task.Entries[i].Key
		if (key == "action" || key == "local_action") || !isKeyword(key) && isModuleName(key) {
			return &task.Entries[i]
		}
	}
	return nil
}

func isModuleName(key string) bool {
	for i := range len(key) {
		c := key[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '.') {
			return false
		}
	}
	return key != ""
}

// isTaskList reports whether every item is a block or a task, and at least one
// item is typical of Ansible: other tools keep lists in folders called tasks too.
func isTaskList(doc *tree.Node) bool {
	typical := false
	for _, item := range doc.Items {
		if item.Get("block").Is(tree.List) {
			typical = true
			continue
		}
		module := moduleOf(item)
		if module == nil || hasOtherKey(item, module.Key) {
			return false
		}
		typical = typical || len(item.Entries) > 1 || strings.Contains(module.Key, ".") || isInclude(module.Key) || isAnsibles(module)
	}
	return typical
}

// hasModule reports whether a task has a module that no other tool has: one with a full
// name, such as ansible.builtin.copy, or one of a cloud or of containers with arguments.
func hasModule(list *tree.Node, depth int) bool {
	if !list.Is(tree.List) || depth > tree.MaxDepth {
		return false
	}
	return slices.ContainsFunc(list.Items, func(task *tree.Node) bool {
		module := moduleOf(task)
		return module != nil && isAnsibles(module) || hasModule(task.Get("block"), depth+1)
	})
}

func isAnsibles(module *tree.Entry) bool {
	if strings.HasPrefix(module.Key, ansibleCollections) {
		return true
	}
	hasArguments := module.Value.Is(tree.Map) || strings.Contains(module.Value.Str(), "=")
	return hasArguments && slices.ContainsFunc(moduleWords(), func(word string) bool { return strings.HasPrefix(module.Key, word) })
}

// moduleWords are how the names of modules begin, in full and in short.
func moduleWords() []string {
	return []string{
		ansibleCollections, "amazon.aws.", "community.", "azure.azcollection.", "google.cloud.", "kubernetes.core.", "containers.podman.", "redhat.openshift.",
		"azure_rm_", "gcp_", "ec2_", "rds_", "iam_", "s3_bucket", "cloudformation",
		"docker_container", "docker_image", "docker_stack", "docker_swarm", "docker_compose", "podman_container", "podman_image",
	}
}

// hasOtherKey reports whether a task has a key that is neither its module nor a
// keyword.
func hasOtherKey(item *tree.Node, module string) bool {
	for _, e := range item.Entries {
		if e.Key != module && !isKeyword(e.Key) {
			return true
		}
	}
	return false
}

func isInclude(key string) bool {
	return strings.HasPrefix(key, "include") || strings.HasPrefix(key, "import_")
}

// isKeyword reports whether every task may have the key (docs.ansible.com,
// "Playbook Keywords", section Task).
func isKeyword(key string) bool {
	if strings.HasPrefix(key, "with_") {
		return true
	}
	switch key {
	case "name", "when", "register", "become", "become_user", "become_method", "become_flags", "become_exe", "loop",
		"loop_control", "tags", "notify", "listen", "vars", "args", "async", "poll", "retries", "delay", "until",
		"changed_when", "failed_when", "ignore_errors", "ignore_unreachable", "delegate_to", "delegate_facts",
		"run_once", "environment", "no_log", "check_mode", "diff", "any_errors_fatal", "max_fail_percentage",
		"module_defaults", "collections", "connection", "port", "remote_user", "throttle", "timeout", "debugger",
		"first_available_file", "sudo", "sudo_user", "always_run", "block", "rescue", "always", "static":
		return true
	}
	return false
}

const ansibleKinds = `
ACTIVITY_LOG: cloudtrail
ALB: elb_application_lb
BUCKET: gcp_storage_bucket, s3_bucket
CLOUDFRONT: cloudfront_distribution
CLUSTER: eks_cluster, gcp_container_cluster, azure_rm_aks
CONTAINER_FARGATE: ecs_taskdefinition
DYNAMODB: dynamodb_table
EBS_VOLUME: ec2_vol
ECR: ecs_ecr
FIREWALL: gcp_compute_firewall
GROUP: iam_group
HOST: ec2_instance, gcp_compute_instance
KMS: kms_key, gcp_kms_crypto_key
NODEPOOL: gcp_container_node_pool
NODE_GROUP: eks_nodegroup, gcp_container_node_pool
RDS: rds_instance, rds_cluster
ROLE: iam_role
S3: s3_bucket
SECURITY_GROUP: ec2_security_group, ec2_group
SNS: sns_topic
SQL: gcp_sql_instance
SQS: sqs_queue
SUBNET: gcp_compute_subnetwork
USER: iam_user
VPC: ec2_vpc_net, gcp_compute_network
`
