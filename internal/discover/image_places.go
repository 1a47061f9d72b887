package discover

// ImagePlace is a kind of file that names images.
type ImagePlace struct {
	File string
	// Places are the instructions, keys or blocks that hold them.
	Places string
}

// ImagePlaces lists where images are looked for.
func ImagePlaces() []ImagePlace {
	return []ImagePlace{
		{"Dockerfile", "`FROM`, `COPY --from`, `RUN --mount=from=`, and these after `ONBUILD`"},
		{"Compose file", "`image`, `build`, image volumes"},
		{"Kubernetes manifest", "containers, image volumes, and any `image` or `imageName` of a custom resource that is a reference"},
		{"Tekton, Argo Workflows, OpenShift templates", "the same, with the values and defaults of parameters"},
		{"OpenShift build and image stream", "`from` of the kind DockerImage, and `FROM` of an inline Dockerfile"},
		{"Helm release, application of Argo CD or Flux", "`repository`, `registry`, `tag` and `digest` in the values, texts under keys that end in `image`, and `images` of an overlay"},
		{"Helm chart", "the same in `values.yaml`, alone and with each `values*.yaml` beside it; an empty tag is what the templates make of the chart's `appVersion`"},
		{"Kustomization", "`images`, applied to the manifests that it is made of, and patches"},
		{"CloudFormation template", "containers of ECS and Batch, images of Lambda and App Runner; not `ImageUri` of a function that `sam build` builds"},
		{"ECS task definition", "containers"},
		{"Terraform file", "the same, and containers of Kubernetes, Cloud Run, Azure and Docker"},
		{"Ansible playbook or list of tasks", "`docker_container`, `docker_image`, `docker_swarm_service`, `podman_container`, `podman_image`, and definitions of `k8s` and `docker_compose_v2`"},
		{"GitHub workflow or action", "`container`, `services`, `docker://`; by choice"},
		{"GitLab pipeline", "`image`, `services`, also in the files of the repository that it includes; by choice"},
		{"Development container", "`image`; by choice"},
	}
}
