package discover_test

import "strings"

// object is a manifest of an object of a group with a spec, which begins on line 5.
func object(version, kind, spec string) string {
	return "apiVersion: " + version + "\nkind: " + kind + "\nmetadata:\n  {name: x, annotations: {image: not/one}}\n" + spec
}

func manifestCases() []imageCase {
	one := func(name, content string, want ...string) imageCase {
		return imageCase{name: name, files: files{"a.yaml": content}, want: want}
	}
	return []imageCase{
		one("containers", object("v1", "Pod", "spec:\n  containers: [{image: a}]\n  initContainers: [{image: b:1}]\n  ephemeralContainers:\n  - image: c@sha256:"+strings.Repeat("0", 64)+"\n"),
			"docker.io/library/a:latest named a.yaml:6", "docker.io/library/b:1 named a.yaml:7", "docker.io/library/c@sha256:"+strings.Repeat("0", 64)+" named a.yaml:9"),
		one("a container's mistake", object("v1", "Pod", "spec: {containers: [{image: Not An Image}]}\n"), "Not An Image failed:unparsable named a.yaml:5"),
		one("volume", object("v1", "Pod", "spec:\n  volumes:\n  - name: v\n    image: {reference: 'quay.io/acme/data:1', pullPolicy: Always}\n"), "quay.io/acme/data:1 named a.yaml:8"),
		one("CloudNativePG", object("postgresql.cnpg.io/v1", "Cluster", "spec:\n  instances: 3\n  imageName: ghcr.io/cloudnative-pg/postgresql:16.2\n"), "ghcr.io/cloudnative-pg/postgresql:16.2 named a.yaml:7"),
		one("Prometheus", object("monitoring.coreos.com/v1", "Prometheus", "spec:\n  image: quay.io/prometheus/prometheus:v2.51.0\n  thanos: {image: 'quay.io/thanos/thanos:v0.34.1'}\n  containers: [{name: config, image: busybox}]\n"),
			"docker.io/library/busybox:latest named a.yaml:8", "quay.io/prometheus/prometheus:v2.51.0 named a.yaml:6", "quay.io/thanos/thanos:v0.34.1 named a.yaml:7"),
		one("Knative", object("serving.knative.dev/v1", "Service", "spec: {template: {spec: {containers: [{image: 'gcr.io/acme/app:1'}]}}}\n"), "gcr.io/acme/app:1 named a.yaml:5"),
		one("patches of Flux", object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "spec:\n  patches:\n  - patch: |\n      - op: replace\n        path: /spec/containers/0/image\n        value: acme/op:1\n"),
			"docker.io/acme/op:1 named a.yaml:10"),
		one("patches after the chart of a release", object("helm.toolkit.fluxcd.io/v2", "HelmRelease", "spec:\n  postRenderers:\n  - kustomize:\n      patches:\n      - patch: '{spec: {containers: [{image: acme/post}]}}'\n"),
			"docker.io/acme/post:latest named a.yaml:9"),
		one("patches of Argo CD", object("argoproj.io/v1alpha1", "Application", "spec:\n  source:\n    kustomize:\n      patches:\n      - patch: '{spec: {containers: [{image: acme/part}]}}'\n"),
			"docker.io/acme/part:latest named a.yaml:9"),
		one("Argo CD", object("argoproj.io/v1beta1", "ArgoCD", "spec:\n  image: quay.io/argoproj/argocd\n  version: v2.9.3\n"), "quay.io/argoproj/argocd:v2.9.3 named a.yaml:6"),
		one("parts", object("acme.example/v1", "App", "spec:\n  image:\n    repository: acme/app\n    tag: 1.2\n"), "docker.io/acme/app:1.2 named a.yaml:7"),
		one("bare word", object("acme.example/v1", "Cache", "spec: {image: redis}\n"), "docker.io/library/redis:latest named a.yaml:5"),
		one("what is not an image", object("acme.example/v1", "App", "spec: {image: Some Text, images: [a/b], imageUrl: a/b, icon: {image: [a/b]}, selector: {matchLabels: {image: a/b}}}\nstatus: {image: 'a/b:1'}\n")),
		one("data", object("v1", "ConfigMap", "data: {image: 'a/b:1'}\n")+"---\n"+object("v1", "Secret", "stringData: {image: 'a/b:1'}\n")),
		one("schemas and policies", object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "spec: {image: 'a/b:1'}\n")+"---\n"+object("kyverno.io/v1", "ClusterPolicy", "spec: {image: 'a/b:1'}\n")+
			"---\n"+object("image.toolkit.fluxcd.io/v1", "ImageRepository", "spec: {image: ghcr.io/acme/app}\n")),
		one("virtual machines", object("compute.cnrm.cloud.google.com/v1", "ComputeInstance", "spec: {image: debian-cloud/debian-11}\n")+"---\n"+
			object("infrastructure.cluster.x-k8s.io/v1", "GCPMachineTemplate", "spec: {image: projects/x/global/images/y, containers: [{image: a}]}\n"), "docker.io/library/a:latest named a.yaml:11"),
		one("a typed list", "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: p}\n  spec: {containers: [{image: 'a:1'}]}\n- {apiVersion: v1, kind: Pod, metadata: {}, spec: {containers: [{image: 'b:1'}]}}\n",
			"docker.io/library/a:1 named a.yaml:5", "docker.io/library/b:1 named a.yaml:6"),
		one("keys of other tools", object("x.example/v1", "Foo", "spec:\n  helm: {image: 'acme/a:1', x: {containers: [{image: 'acme/b:1'}]}, valuesObject: {containers: [{image: 'acme/c:1'}]}}\n  valuesContent: {containers: [{image: 'acme/d:1'}]}\n  from: {containers: [{image: 'acme/e:1'}]}\n  images: [{image: 'acme/f:1'}]\n"),
			"docker.io/acme/a:1 named a.yaml:6", "docker.io/acme/b:1 named a.yaml:6", "docker.io/acme/c:1 named a.yaml:6", "docker.io/acme/d:1 named a.yaml:7", "docker.io/acme/e:1 named a.yaml:8", "docker.io/acme/f:1 named a.yaml:9"),
		one("ko", object("v1", "Pod", "spec: {containers: [{image: 'ko://github.com/acme/shop/cmd/web'}]}\n"), "ko://github.com/acme/shop/cmd/web skipped:built-here named a.yaml:5"),
		{
			name: "placeholders", files: files{"a.yaml": object("acme.example/v1", "App", "spec:\n  image: $(REGISTRY)/app\n  containers: [{image: <image>}]\n")},
			notSent: []string{"a.yaml: placeholder for an image: its value is not in the file: line 6: $(REGISTRY), line 7: <image>"},
		},
	}
}

func openShiftCases() []imageCase {
	one := func(name, content string, want ...string) imageCase {
		return imageCase{name: name, files: files{"a.yaml": content}, want: want}
	}
	return []imageCase{
		one("an inline Dockerfile", object("build.openshift.io/v1", "BuildConfig", "spec:\n  source:\n    dockerfile: |\n      FROM --platform=linux/amd64 golang:1 AS b\n      RUN x\n      FROM b\n      FROM scratch\n      from acme/base\n"),
			"docker.io/acme/base:latest named a.yaml:12", "docker.io/library/golang:1 named a.yaml:8"),
		one("objects", object("build.openshift.io/v1", "BuildConfig", "spec:\n  strategy: {sourceStrategy: {from: {kind: DockerImage, name: 'registry.access.redhat.com/ubi9/go:1'}}}\n  source: {images: [{from: {kind: DockerImage, name: tool}}]}\n  output: {to: {kind: DockerImage, name: 'no/no:1'}}\n")+
			"---\n"+object("image.openshift.io/v1", "ImageStream", "spec:\n  tags:\n  - {name: latest, from: {kind: DockerImage, name: 'quay.io/acme/app:1'}}\n  - {name: x, from: {kind: ImageStreamTag, name: 'app:1'}}\n"),
			"docker.io/library/tool:latest named a.yaml:7", "quay.io/acme/app:1 named a.yaml:16", "registry.access.redhat.com/ubi9/go:1 named a.yaml:6"),
	}
}

func taskDefinitionCases() []imageCase {
	const task = "{\n\"family\": \"a\",\n\"containerDefinitions\": [\n{\"name\": \"c\",\n\"image\": \"redis:5\"},\n{\"image\": \"<IMAGE>\"}]}\n"
	listed := func(path string) string {
		return path + ": ECS task definition: the service is not known to take this format"
	}
	return []imageCase{{
		name: "containers", files: files{"a.json": task, "b.json": `{"taskDefinition": ` + strings.Replace(task, "redis:5", "redis:6", 1) + "}"},
		want:    []string{"docker.io/library/redis:5 named a.json:5", "docker.io/library/redis:6 named b.json:5"},
		notSent: []string{listed("a.json"), listed("b.json")},
	}}
}

func parameterCases() []imageCase {
	return []imageCase{
		{
			name: "Tekton",
			files: files{"a.yaml": object("tekton.dev/v1", "Task", "spec:\n  params:\n  - {name: tool, default: 'gcr.io/acme/tool:1'}\n  - {name: tag, default: '2'}\n  - name: other\n"+
				"  stepTemplate:\n    image: $(params.tool)\n  steps:\n  - image: acme/run:$(params[\"tag\"])\n  - image: $(params.other)\n  sidecars: [{image: a}]\n")},
			want:    []string{"docker.io/acme/run:2 named a.yaml:13", "docker.io/library/a:latest named a.yaml:15", "gcr.io/acme/tool:1 named a.yaml:11"},
			notSent: []string{"a.yaml: placeholder for an image: its value is not in the file: line 14: $(params.other)"},
		},
		{
			name:  "a task in a pipeline",
			files: files{"a.yaml": object("tekton.dev/v1", "Pipeline", "spec:\n  params: [{name: i, default: 'a:1'}]\n  tasks:\n  - params: [{name: i, value: 'b:$(params.t)'}, {name: t, value: 3}]\n    taskSpec: {steps: [{image: $(params.i)}]}\n")},
			want:  []string{"docker.io/library/b:3 named a.yaml:9"},
		},
		{
			name: "Argo Workflows",
			files: files{"a.yaml": object("argoproj.io/v1alpha1", "Workflow", "spec:\n  arguments: {parameters: [{name: tag, value: v1}]}\n  templates:\n  - inputs: {parameters: [{name: i, default: acme/in}]}\n"+
				"    container: {image: '{{ inputs.parameters.i }}:{{workflow.parameters.tag}}'}\n  - script: {image: 'python:3'}\n")},
			want: []string{"docker.io/acme/in:v1 named a.yaml:9", "docker.io/library/python:3 named a.yaml:10"},
		},
		{
			name: "OpenShift",
			files: files{"a.yaml": "apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {name: t}\nobjects:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: p}\n  spec:\n    containers:\n" +
				"    - image: ${IMAGE}:${TAG}\n    - image: ${{NONE}}\nparameters: [{name: IMAGE, value: quay.io/acme/app}, {name: TAG, value: '7'}, {name: NONE}]\n"},
			want:    []string{"quay.io/acme/app:7 named a.yaml:10"},
			notSent: []string{"a.yaml: placeholder for an image: its value is not in the file: line 11: ${{NONE}}"},
		},
		{
			name: "image streams of OpenShift",
			files: files{"a.yaml": "apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {name: t}\nobjects:\n- apiVersion: apps.openshift.io/v1\n  kind: DeploymentConfig\n  metadata: {name: d}\n  spec:\n" +
				"    triggers:\n    - {type: ImageChange, imageChangeParams: {automatic: true, containerNames: [a], from: {kind: ImageStreamTag, name: '${APP}:2'}}}\n" +
				"    - {type: ImageChange, imageChangeParams: {automatic: false, containerNames: [b], from: {kind: ImageStreamTag, name: 'b:2'}}}\n    - {type: ConfigChange}\n" +
				"    template:\n      spec:\n        containers:\n        - {name: a, image: '${APP}:1'}\n        - {name: b, image: 'acme/b:1'}\n" +
				"- apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: a}\n  spec: {template: {spec: {containers: [{name: a, image: ' '}]}}}\nparameters: [{name: APP, value: shop}]\n"},
			want:    []string{"docker.io/acme/b:1 named a.yaml:17"},
			notSent: []string{`a.yaml: placeholder for an image: its value is not in the file: line 16: <ImageStreamTag shop:2>, line 21: " "`},
		},
	}
}

func releaseCases() []imageCase {
	return []imageCase{
		{
			name: "Flux",
			files: files{"a.yaml": object("helm.toolkit.fluxcd.io/v2", "HelmRelease", "spec:\n  chart: {spec: {chart: x}}\n  values:\n    image: {registry: ghcr.io, repository: acme/app, tag: v1}\n    initImage: 'busybox:1'\n"+
				"    tool: {image: {repository: acme/tool, digest: 'sha256:"+strings.Repeat("a", 64)+"'}}\n    metrics: {enabled: false, image: {repository: no/no, tag: '1'}}\n    web: {image: {tag: v9}}\n    free: {image: {repository: acme/free}}\n")},
			want:    []string{"docker.io/acme/tool@sha256:" + strings.Repeat("a", 64) + " named a.yaml:10", "docker.io/library/busybox:1 named a.yaml:9", "ghcr.io/acme/app:v1 named a.yaml:8"},
			notSent: []string{"a.yaml: placeholder for an image: its value is not in the file: line 13: {{ .Values.image.tag }}"},
		},
		{
			name: "values of Argo CD as a text, and parameters",
			files: files{
				"a.yaml": object("argoproj.io/v1alpha1", "Application", "spec:\n  sources:\n  - helm:\n      values: |\n        image:\n          repository: acme/app\n          tag: v1\n        initImage: 'busybox:1'\n"+
					"      parameters:\n      - {name: image.tag, value: v2}\n      - {name: tool.image.repository, value: acme/tool}\n      - {name: tool.image.tag, value: '3'}\n      - {name: 'a[0].image', value: no/no}\n"),
				"b.yaml": object("argoproj.io/v1alpha1", "ApplicationSet", "spec: {template: {spec: {source: {helm: {values: \"x: {{ y }}\\n{{ if z }}\"}}}}}\n"),
				"c.yaml": object("argoproj.io/v1alpha1", "Application", "spec: {source: {helm: {values: 'a: ['}}}\n"),
			},
			want:    []string{"docker.io/acme/app:v2 named a.yaml:10", "docker.io/acme/tool:3 named a.yaml:15", "docker.io/library/busybox:1 named a.yaml:12"},
			notSent: []string{"b.yaml: placeholder for an image: its value is not in the file: line 5: {{ values }}"},
		},
		{
			name: "overlays of Flux, and charts of k3s",
			files: files{
				"a.yaml": object("helm.toolkit.fluxcd.io/v2", "HelmRelease", "spec: {postRenderers: [{kustomize: {images: [{name: x, newName: acme/post, newTag: '6'}]}}]}\n"),
				"b.yaml": object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "spec:\n  path: ./x\n  images:\n  - {name: acme/app, newTag: v2}\n  - {name: x, newName: acme/new}\n  - {name: acme/d, digest: 'sha256:"+strings.Repeat("a", 64)+"'}\n  - {name: no}\n"),
				"c.yaml": object("helm.cattle.io/v1", "HelmChart", "spec:\n  valuesContent: |-\n    image:\n      repository: acme/k3s\n      tag: '1'\n"),
			},
			want: []string{
				"docker.io/acme/app:v2 named b.yaml:8", "docker.io/acme/d@sha256:" + strings.Repeat("a", 64) + " named b.yaml:10", "docker.io/acme/k3s:1 named c.yaml:8", "docker.io/acme/post:6 named a.yaml:5",
			},
			notSent: []string{"b.yaml: placeholder for an image: its value is not in the file: line 9: {{ tag }}"},
		},
		{
			name:  "Argo CD",
			files: files{"a.yaml": object("argoproj.io/v1alpha1", "Application", "spec:\n  source:\n    repoURL: https://charts.acme.example\n    helm:\n      valuesObject: {image: {repository: acme/app, tag: v1}}\n    kustomize: {images: ['app=acme/k:2', 'acme/k:3', 'acme/none']}\n")},
			want:  []string{"docker.io/acme/app:v1 named a.yaml:9", "docker.io/acme/k:2 named a.yaml:10", "docker.io/acme/k:3 named a.yaml:10"},
		},
	}
}

func chartCases() []imageCase {
	const chart = "apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: '1.16'\n"
	const line = "image: \"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\"\n"
	listed := func(dir string) []string {
		return []string{dir + "/Chart.yaml: Helm chart: the service is not known to take this format; --render helm scans what it renders"}
	}
	return []imageCase{
		{
			name: "values",
			files: files{
				"c/Chart.yaml": chart, "c/templates/a.yaml": line + "app.kubernetes.io/version: {{ .Values.image.tag | default (printf \"v%s\" .Chart.AppVersion) }}\n",
				"c/values.yaml": "image:\n  repository: nginx\n  tag: ''\n  pullPolicy: Always\ntool:\n  image: acme/tool\n  imageTag: v2\n" +
					"exporter:\n  enabled: false\n  image: {repository: no/no, tag: '1'}\nnested:\n- image: {name: acme/n, tag: 3}\nurl: {repository: 'https://charts.acme.example'}\nbackground: {image: logo}\nenabled: false\n",
			},
			want:    []string{"docker.io/acme/n:3 named c/values.yaml:12", "docker.io/acme/tool:v2 named c/values.yaml:6", "docker.io/library/logo:latest named c/values.yaml:14", "docker.io/library/nginx:1.16 named c/values.yaml:2"},
			notSent: listed("c"),
		},
		{
			name: "several values files",
			files: files{
				"c/Chart.yaml": chart, "c/values.yaml": "image: {repository: acme/app, tag: v1}\ndb:\n  enabled: false\n  image: acme/db:1\n",
				"c/values-prod.yaml": "image:\n  tag: v2\n", "c/values.dev.yml": "image: {repository: acme/dev}\ndb: {enabled: true}\n", "c/other.yaml": "image: acme/other\n",
			},
			want: []string{
				"docker.io/acme/app:v1 named c/values.yaml:1", "docker.io/acme/app:v2 named c/values.yaml:1",
				"docker.io/acme/db:1 named c/values.yaml:4", "docker.io/acme/dev:v1 named c/values.dev.yml:1",
			},
			notSent: listed("c"),
		},
		{
			name:    "a registry for all",
			files:   files{"c/Chart.yaml": chart, "c/values.yaml": "global: {imageRegistry: r.acme.example}\nimage: {registry: docker.io, repository: bitnami/redis, tag: '7'}\n"},
			want:    []string{"r.acme.example/bitnami/redis:7 named c/values.yaml:2"},
			notSent: listed("c"),
		},
		{
			name: "versions",
			files: files{"c/Chart.yaml": chart, "c/values.yaml": "a: {image: {repository: acme/a, tag: 'v{{ .Chart.AppVersion }}'}}\nb: {image: {repository: acme/b, sha: " + strings.Repeat("a", 64) + "}}\n" +
				"c: {image: {repository: 'acme/c:3'}}\n"},
			want:    []string{"docker.io/acme/a:v1.16 named c/values.yaml:1", "docker.io/acme/b@sha256:" + strings.Repeat("a", 64) + " named c/values.yaml:2", "docker.io/acme/c:3 named c/values.yaml:3"},
			notSent: listed("c"),
		},
		{
			name:    "a tag that the templates make",
			files:   files{"Chart.yaml": chart, "values.yaml": "image: {repository: acme/a, tag: ''}\n", "templates/_helpers.tpl": "{{- printf \"%s:%s\" .Values.image.repository (default (printf \"v%s\" .Chart.AppVersion) .Values.image.tag) }}\n"},
			want:    []string{"docker.io/acme/a:v1.16 named values.yaml:1"},
			notSent: []string{"Chart.yaml: Helm chart: the service is not known to take this format; --render helm scans what it renders"},
		},
		{
			name:    "templates that do not agree",
			files:   files{"c/Chart.yaml": chart, "c/values.yaml": "image: {repository: acme/a}\n", "c/templates/a.yaml": line, "c/templates/sub/b.yaml": "image: acme/a:v{{ .Chart.AppVersion }} # no tag\n"},
			notSent: append(listed("c"), "c/values.yaml: placeholder for an image: its value is not in the file: line 1: {{ .Values.image.tag }}"),
		},
		{
			name: "a chart in a chart",
			files: files{
				"c/Chart.yaml":           chart + "dependencies: [{name: db, version: 1.x.x, alias: store, condition: store.enabled}, {name: cache, condition: cache.on}]\n",
				"c/values.yaml":          "store: {image: {tag: '16'}}\ncache: {on: false}\n",
				"c/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n", "c/charts/db/values.yaml": "image: {repository: postgres, tag: '15'}\n",
				"c/charts/cache/Chart.yaml": "apiVersion: v2\nname: cache\nversion: 1.0.0\n", "c/charts/cache/values.yaml": "image: {repository: redis, tag: '7'}\n",
			},
			want:    []string{"docker.io/library/postgres:16 named c/charts/db/values.yaml:1"},
			notSent: listed("c"),
		},
		{
			name: "a chart in a chart that another values file enables",
			files: files{
				"c/Chart.yaml": chart + "dependencies: [{name: db, condition: db.on}]\n", "c/values.yaml": "db: {on: false}\n", "c/values-prod.yaml": "db: {on: true, image: {tag: '16'}}\n",
				"c/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n", "c/charts/db/values.yaml": "image: {repository: postgres, tag: '15'}\n",
				"c/charts/db/charts/x/Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n", "c/charts/db/charts/x/values.yaml": "image: {repository: redis, tag: '7'}\n",
			},
			want:    []string{"docker.io/library/postgres:16 named c/charts/db/values.yaml:1", "docker.io/library/redis:7 named c/charts/db/charts/x/values.yaml:1"},
			notSent: listed("c"),
		},
		{
			name: "a chart that is deployed twice, and a registry for all",
			files: files{
				"c/Chart.yaml":           chart + "dependencies: [{name: db, alias: a}, {name: db, alias: b}]\n",
				"c/values.yaml":          "global: {imageRegistry: r.example}\na: {image: {tag: '14'}}\n",
				"c/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n", "c/charts/db/values.yaml": "image: {registry: docker.io, repository: acme/db, tag: '15'}\n",
			},
			want:    []string{"r.example/acme/db:14 named c/charts/db/values.yaml:1", "r.example/acme/db:15 named c/charts/db/values.yaml:1"},
			notSent: listed("c"),
		},
		{
			name:    "broken values",
			files:   files{"c/Chart.yaml": chart, "c/values.yaml": "a: [\n"},
			want:    nil,
			notSent: listed("c"),
		},
		{
			name:    "a prefix of several images",
			files:   files{"c/Chart.yaml": chart, "c/values.yaml": "images: {repository: r.example/shop, tag: ''}\n"},
			notSent: append(listed("c"), "c/values.yaml: placeholder for an image: its value is not in the file: line 1: {{ name }}"),
		},
		{
			name:    "a library",
			files:   files{"c/Chart.yaml": "apiVersion: v2\ntype: library\nname: web\nversion: 1.0.0\n", "c/values.yaml": "image: acme/app:1\n"},
			notSent: []string{"c/Chart.yaml: Helm chart: the service is not known to take this format"},
		},
	}
}

func kustomizationCases() []imageCase {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: q}\nspec:\n  containers:\n  - {name: a, image: app}\n"
	listed := func(path string) string {
		return path + ": Kustomize overlay: the service is not known to take this format; --render kustomize scans what it renders"
	}
	return []imageCase{
		{
			name:  "new name and tag",
			files: files{"base/d.yaml": pod, "kustomization.yaml": "resources: [base/d.yaml]\nimages:\n- {name: app, newName: redis, newTag: \"6\"}\n"},
			want: []string{
				"docker.io/library/app:latest skipped:replaced named base/d.yaml:6", "docker.io/library/redis:6 named base/d.yaml:6 kustomization.yaml:3",
			},
			notSent: []string{listed("kustomization.yaml")},
		},
		{
			name: "overlays",
			files: files{
				"base/d.yaml": pod, "other/e.yaml": pod, "base/kustomization.yaml": "resources: [d.yaml]\n",
				"dev/kustomization.yaml": "resources: [../base]\nimages: [{name: app, newName: acme/app, newTag: dev}]\n", "prod/kustomization.yaml": "bases: [../base]\nimages: [{name: app, newName: acme/app, newTag: v1}]\n",
			},
			want: []string{
				"docker.io/acme/app:dev named base/d.yaml:6 dev/kustomization.yaml:2", "docker.io/acme/app:v1 named base/d.yaml:6 prod/kustomization.yaml:2",
				"docker.io/library/app:latest named other/e.yaml:6",
			},
			notSent: []string{listed("base/kustomization.yaml"), listed("dev/kustomization.yaml"), listed("prod/kustomization.yaml")},
		},
		{
			name: "fields in any case, the former name, transformers, and files of any name",
			files: files{
				"a/kustomization.yaml": "Resources: [d.yaml]\nIMAGES: [{Name: app, NewTag: '1'}]\n", "a/d.yaml": pod, "b/kustomization.yaml": "resources: [d.yaml]\nimageTags: [{name: app, newTag: '2'}]\n", "b/d.yaml": pod,
				"c/kustomization.yaml": "resources: [d.yaml]\ntransformers: [t.yaml]\n", "c/d.yaml": pod, "c/t.yaml": "kind: X\n---\nkind: ImageTagTransformer\nmetadata: {name: x}\nimageTag:\n  name: app\n  newTag: '3'\n",
				"d/kustomization.yaml": "resources: [d.yaml]\ntransformers:\n- |\n  kind: ImageTagTransformer\n  imageTag: {name: app, newTag: '4'}\n", "d/d.yaml": pod,
				"e/kustomization.yaml": "resources: [d.txt]\nimages: [{name: app, newTag: '5'}]\n", "e/d.txt": "a: b\n---\n" + pod,
			},
			want: []string{
				"docker.io/library/app:1 named a/d.yaml:6 a/kustomization.yaml:2", "docker.io/library/app:2 named b/d.yaml:6 b/kustomization.yaml:2", "docker.io/library/app:3 named c/d.yaml:6 c/t.yaml:6",
				"docker.io/library/app:4 named d/d.yaml:6 d/kustomization.yaml:3", "docker.io/library/app:5 named e/d.txt:8 e/kustomization.yaml:2",
				"docker.io/library/app:latest skipped:replaced named a/d.yaml:6 b/d.yaml:6 c/d.yaml:6 d/d.yaml:6 e/d.txt:8",
			},
			notSent: []string{listed("a/kustomization.yaml"), listed("b/kustomization.yaml"), listed("c/kustomization.yaml"), listed("d/kustomization.yaml"), listed("e/kustomization.yaml")},
		},
		{
			name: "transformers that patch, in files, texts and folders",
			files: files{
				"a/kustomization.yaml": "resources: [d.yaml]\ntransformers: [t.yaml]\n", "a/d.yaml": pod,
				"a/t.yaml":             "kind: PatchTransformer\npath: p.yaml\n---\nkind: PatchJson6902Transformer\njsonOp: '[{\"op\": \"replace\", \"path\": \"/spec/containers/0/image\", \"value\": \"acme/op:1\"}]'\n",
				"a/p.yaml":             "spec: {containers: [{image: 'acme/file:1'}]}\n",
				"b/kustomization.yaml": "resources: [d.yaml]\ntransformers:\n- |\n  kind: PatchStrategicMergeTransformer\n  patches: '{spec: {containers: [{image: \"acme/text:1\"}]}}'\n", "b/d.yaml": pod,
				"c/kustomization.yaml": "resources: [d.yaml]\ntransformers: [t]\n", "c/d.yaml": pod, "c/t/kustomization.yaml": "resources: [t.yaml]\n",
				"c/t/t.yaml": "kind: ImageTagTransformer\nimageTag: {name: app, newTag: '3'}\n",
			},
			want: []string{
				"docker.io/acme/file:1 named a/p.yaml:1", "docker.io/acme/op:1 named a/t.yaml:5", "docker.io/acme/text:1 named b/kustomization.yaml:3",
				"docker.io/library/app:3 named c/d.yaml:6 c/t/t.yaml:2", "docker.io/library/app:latest named a/d.yaml:6 b/d.yaml:6",
			},
			notSent: []string{listed("a/kustomization.yaml"), listed("b/kustomization.yaml"), listed("c/kustomization.yaml"), listed("c/t/kustomization.yaml")},
		},
		{
			name: "what can't be rendered",
			files: files{
				"a/kustomization.yaml": "resources: ['https://github.com/acme/x//y']\n", "b/kustomization.yaml": "kind: Component\n", "c/kustomization.yaml": "helmCharts: [{name: x}]\n",
			},
			notSent: []string{
				"a/kustomization.yaml: Kustomize overlay: the service is not known to take this format", "b/kustomization.yaml: Kustomize overlay: the service is not known to take this format",
				"c/kustomization.yaml: Kustomize overlay: the service is not known to take this format",
			},
		},
		{
			name:    "a placeholder",
			files:   files{"d.yaml": strings.Replace(pod, "image: app", "image: APP_IMAGE", 1), "kustomization.yaml": "resources: [d.yaml]\nimages: [{name: APP_IMAGE, newName: redis, newTag: '7'}]\n"},
			want:    []string{"docker.io/library/redis:7 named d.yaml:6 kustomization.yaml:2"},
			notSent: []string{listed("kustomization.yaml")},
		},
		{
			name: "patches",
			files: files{
				"base/d.yaml": pod, "base/kustomization.yaml": "resources: [d.yaml]\n",
				"kustomization.yaml": "resources: [base]\npatches:\n- target: {kind: Pod}\n  patch: |-\n    - op: replace\n      path: /spec/containers/0/image\n      value: acme/op:1\n    - {op: add, path: /spec/containers/-, value: {name: s, image: side}}\n" +
					"- patch: |\n    kind: Pod\n    spec:\n      containers:\n      - image: acme/merge\n- path: ops.json\n- path: part.yaml\npatchesStrategicMerge: ['{spec: {containers: [{image: acme/inline}]}}']\nimages: [{name: side, newTag: '9'}]\n",
				"ops.json":  "[{\"op\": \"replace\", \"path\": \"/spec/template/spec/containers/0/image\", \"value\": \"acme/json:1\"}, {\"op\": \"remove\", \"path\": \"/image\"}]\n",
				"part.yaml": "spec:\n  containers: [{image: 'acme/part:1'}]\n",
			},
			want: []string{
				"docker.io/acme/inline:latest named kustomization.yaml:16", "docker.io/acme/json:1 named ops.json:1", "docker.io/acme/merge:latest named kustomization.yaml:13",
				"docker.io/acme/op:1 named kustomization.yaml:7", "docker.io/acme/part:1 named part.yaml:2", "docker.io/library/app:latest named base/d.yaml:6",
				"docker.io/library/side:9 named kustomization.yaml:8 kustomization.yaml:17", "docker.io/library/side:latest skipped:replaced named kustomization.yaml:8",
			},
			notSent: []string{listed("base/kustomization.yaml"), listed("kustomization.yaml")},
		},
		{
			name: "a replacement",
			files: files{
				"d.yaml":             pod,
				"kustomization.yaml": "resources: [d.yaml]\nreplacements:\n- source: {kind: ConfigMap, fieldPath: data.image}\n  targets:\n  - select: {kind: Pod}\n    fieldPaths: [spec.containers.0.image, metadata.name]\n",
			},
			want:    []string{"docker.io/library/app:latest named d.yaml:6", "replacement in kustomization.yaml, line 6 failed:unresolved named kustomization.yaml:6"},
			notSent: []string{listed("kustomization.yaml")},
		},
		{
			name: "replacements in files",
			files: files{
				"d.yaml": pod, "kustomization.yaml": "resources: [d.yaml]\nreplacements:\n- path: r.yaml\ntransformers: [t.yaml]\n",
				"r.yaml": "- source: {kind: ConfigMap}\n  targets:\n  - fieldPaths: [spec.containers.0.image]\n",
				"t.yaml": "kind: ReplacementTransformer\nreplacements: [{targets: [{fieldPaths: [spec.containers.0.image]}]}]\n",
			},
			want: []string{
				"docker.io/library/app:latest named d.yaml:6", "replacement in r.yaml, line 3 failed:unresolved named r.yaml:3",
				"replacement in t.yaml, line 2 failed:unresolved named t.yaml:2",
			},
			notSent: []string{listed("kustomization.yaml")},
		},
		{
			name:    "excluded",
			files:   files{"d.yaml": pod, "kustomization.yaml": "resources: [d.yaml]\nimages: [{name: app, newTag: '7'}]\n"},
			options: optionsExcluding("kustomization.yaml"),
			want:    []string{"docker.io/library/app:latest named d.yaml:6"},
		},
		{
			name:    "an excluded manifest",
			files:   files{"d.yaml": pod, "kustomization.yaml": "resources: [d.yaml]\nimages: [{name: app, newTag: '7'}]\n"},
			options: optionsExcluding("d.yaml"),
			want:    []string{"docker.io/library/app:7 skipped:excluded named d.yaml:6 kustomization.yaml:2", "docker.io/library/app:latest skipped:excluded named d.yaml:6"},
			notSent: []string{listed("kustomization.yaml")},
		},
	}
}
