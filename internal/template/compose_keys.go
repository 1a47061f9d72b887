package template

import (
	"slices"
	"strings"

	"github.com/scangate/scangate/internal/template/tree"
)

// isComposeByContent reports whether a document can only be Compose's: other tools have
// services too. All its keys are keys of Compose, at the top and in the services, and a
// service has an image or a build.
func isComposeByContent(doc *tree.Node) bool {
	runs := func(e tree.Entry) bool { return e.Value.Get("image").Is(tree.String) || e.Value.Get("build") != nil }
	services := doc.Get("services").Pairs()
	return hasOnlyKeys(doc, composeKeys()) && slices.ContainsFunc(services, runs) &&
		!slices.ContainsFunc(services, func(e tree.Entry) bool { return !hasOnlyKeys(e.Value, serviceKeys()) })
}

// hasOnlyKeys reports whether a node is null, or a map of keys that are listed or begin
// with x-.
func hasOnlyKeys(n *tree.Node, listed []string) bool {
	if n.Is(tree.Null) {
		return true
	}
	return n.Is(tree.Map) && !slices.ContainsFunc(n.Entries, func(e tree.Entry) bool {
		return !strings.HasPrefix(e.Key, "x-") && !slices.Contains(listed, e.Key)
	})
}

// composeKeys are the keys of a Compose file
// (https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json).
func composeKeys() []string {
	return []string{"version", "name", "include", "services", "models", "networks", "volumes", "secrets", "configs"}
}

// serviceKeys are the keys of a service, those of the second format included.
func serviceKeys() []string {
	return []string{
		"annotations", "attach", "blkio_config", "build", "cap_add", "cap_drop", "cgroup", "cgroup_parent", "command", "configs", "container_name",
		"cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares", "cpus", "cpuset", "credential_spec",
		"depends_on", "deploy", "develop", "device_cgroup_rules", "devices", "dns", "dns_opt", "dns_search", "domainname", "entrypoint", "env_file",
		"environment", "expose", "extends", "external_links", "extra_hosts", "gpus", "group_add", "healthcheck", "hostname", "image", "init", "ipc",
		"isolation", "label_file", "labels", "links", "logging", "mac_address", "mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit",
		"models", "network_mode", "networks", "oom_kill_disable", "oom_score_adj", "pid", "pids_limit", "platform", "ports", "post_start", "pre_stop",
		"privileged", "profiles", "provider", "pull_policy", "pull_refresh_after", "read_only", "restart", "runtime", "scale", "secrets",
		"security_opt", "shm_size", "stdin_open", "stop_grace_period", "stop_signal", "storage_opt", "sysctls", "tmpfs", "tty", "ulimits",
		"use_api_socket", "user", "userns_mode", "uts", "volume_driver", "volumes", "volumes_from", "working_dir",
	}
}
