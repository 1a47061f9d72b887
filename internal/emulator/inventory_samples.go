package emulator

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"time"
)

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

// fields are the varying part of a sample row: fields at its top, and in its moreInfo.
type fields = func(i int) (top, more map[string]any)

// byProvider chooses the rows of a provider.
func (s *Server) byProvider(q url.Values, problem string, all map[string]fields) ([]map[string]any, []string) {
	of, ok := all[q.Get("provider")]
	if !ok {
		return nil, []string{problem}
	}
	return s.sampled(q.Get("provider"), of), nil
}

func pick[T any](i int, of ...T) T { return of[i%len(of)] }

func tagsOf(i int) map[string]any {
	return map[string]any{"env": pick(i, "production", "staging"), "team": pick(i, "shop", "platform", "data")}
}

func chooseVMs(s *Server, q url.Values) ([]map[string]any, []string) {
	return s.byProvider(q, "Provider type not supported", map[string]fields{"AWS": s.awsVM, "Azure": s.azureVM, "GCP": gcpVM})
}

func (s *Server) agent(i int) map[string]any {
	return map[string]any{
		"agentId": fmt.Sprintf("agent-%04d", i), "hostname": fmt.Sprintf("web-%03d.acme.example", i), "health": pick(i, "good", "good", "bad"),
		"osName": "Amazon Linux 2023", "lastSeenAt": stamp(s.started.Add(-hours(i % 48))),
	}
}

func (s *Server) awsVM(i int) (top, more map[string]any) {
	public := i%5 == 2
	return map[string]any{"instanceId": fmt.Sprintf("i-0f3e%08x", i)}, map[string]any{
		"imageId": "ami-0a1b2c3d", "instanceProfileId": nil, "runningState": pick(i, "running", "running", "stopped"), "instanceType": pick(i, "t3.medium", "m7g.large"),
		"region": pick(i, "eu-central-1", "us-east-1"), "availabilityZone": pick(i, "eu-central-1a", "us-east-1b"), "subnetId": "subnet-0a1b", "vpcId": "vpc-0a1b2c3d",
		"isPublic": public, "hasContainerNodes": i%4 == 3, "isIAMRoleAssigned": i%3 != 0,
		"securityGroupList": []map[string]any{{"name": "web", "value": "sg-0a1b"}},
		"networkInterfaces": []map[string]any{{
			"interfaceId": fmt.Sprintf("eni-%08x", i), "isPublicIP": public, "publicIP": publicIP(public, i), "privateIP": fmt.Sprintf("10.0.%d.%d", i/250%250, i%250+1),
		}},
		"tags": tagsOf(i), "lastModifiedBy": pick(i, "jane.roe@acme.example", "deploy-bot"), "serverAgent": s.agent(i),
	}
}

// publicIP is an address for documentation (RFC 5737), nil for a machine without one.
func publicIP(public bool, i int) any {
	if !public {
		return nil
	}
	return fmt.Sprintf("203.0.113.%d", i%250+1)
}

func gcpVM(i int) (top, more map[string]any) {
	public := i%5 == 2
	name := fmt.Sprintf("acme-worker-%03d", i)
	return map[string]any{"instanceId": fmt.Sprint(6170000000000000000 + i)}, map[string]any{
		"name": name, "description": "", "instanceType": "e2-standard-4", "status": pick(i, "RUNNING", "TERMINATED"), "zone": "europe-west3-a", "canIpForward": false,
		"cpuPlatform": "Intel Broadwell", "kind": "compute#instance", "startRestricted": false, "isPublic": public, "publicIP": publicIP(public, i),
		"privateIP": fmt.Sprintf("10.8.0.%d", i%250+1), "deletionProtection": i%2 == 0,
		"networkInterfaceList": []map[string]any{{
			"name": "nic0", "networkId": "default", "privateIp": fmt.Sprintf("10.8.0.%d", i%250+1), "subnetId": "default", "kind": "compute#networkInterface",
			"accessConfigList": []map[string]any{{"name": "External NAT", "natIP": publicIP(public, i), "publicPtrDomainName": nil, "kind": "compute#accessConfig"}},
		}},
		"disksList": []map[string]any{{
			"name": name, "sourceImage": "debian-12", "diskSizeGb": "50", "diskType": "pd-balanced", "type": "PERSISTENT", "mode": "READ_WRITE",
			"source": name, "index": 0, "isEncrypted": true,
		}},
		"metadata": nil, "tags": nil, "firewallList": []string{"default-allow-ssh"},
		"serviceAccountList": []map[string]any{{"email": "worker@acme-production-301.example", "scopes": []string{"cloud-platform"}}},
		"hasContainerNodes":  i%4 == 3,
	}
}

func (s *Server) azureVM(i int) (top, more map[string]any) {
	public := i%5 == 2
	private := fmt.Sprintf("10.4.0.%d", i%250+1)
	return map[string]any{"instanceId": fmt.Sprintf("/subscriptions/acme/virtualMachines/vm-%03d", i)}, map[string]any{
		"name": fmt.Sprintf("vm-%03d", i), "image": "Ubuntu 24.04", "runningState": pick(i, "PowerState/running", "PowerState/deallocated"), "instanceType": "Standard_D2s_v5",
		"region": "germanywestcentral", "osType": "Linux", "subnetId": "default", "resourceGroup": "shop", "isPublic": public, "passwordLogin": i%6 == 1,
		"provisioningState": "Succeeded", "vnetId": "vnet-1", "osDiskEncryption": i%3 != 1, "publicIP": publicIP(public, i), "privateIP": private,
		"primarySecurityGroup": "nsg-1", "hasContainerNodes": false, "dataDisksEncryption": true,
		"securityGroupList": []map[string]any{{"name": "nsg", "value": "nsg-1"}},
		"networkInterfaces": []map[string]any{{
			"interfaceId": fmt.Sprintf("nic-%03d", i), "name": "primary", "publicIP": publicIP(public, i), "privateIP": private, "nsgId": "nsg-1",
			// The spelling is that of the reference.
			"ipConfigration": []map[string]any{{
				"name": "ipconfig1", "privateIP": private, "publicIP": publicIP(public, i), "subnet": "default", "primary": true, "applicationSecurityGroups": []string{},
			}},
		}},
		"tags": tagsOf(i), "vmScaleSetId": nil, "vmScaleSet": nil, "serverAgent": s.agent(i),
	}
}

func chooseUsers(s *Server, q url.Values) ([]map[string]any, []string) {
	return s.byProvider(q, "Provider type not supported", map[string]fields{"AWS": s.awsUser, "Azure": s.azureUser, "GCP": s.gcpUser})
}

// personName is the name of an invented person.
func personName(i int) string {
	name := pick(i, "jane.roe", "john.doe", "max.muster", "erika.muster", "deploy-bot")
	if i >= 5 {
		return fmt.Sprintf("%s-%d", name, i)
	}
	return name
}

func (s *Server) awsUser(i int) (top, more map[string]any) {
	name := personName(i)
	return map[string]any{"name": name}, map[string]any{
		"accessKeyAge": fmt.Sprint(i * 17 % 400), "arn": "arn:aws:iam::111122223333:user/" + name, "attachedManagedPolicyCount": fmt.Sprint(i % 4),
		"consolePasswdStatus": pick(i, "enabled", "disabled"), "groupList": pick(i, "[admins]", "[developers]"), "isActive": i%7 != 6,
		// A string in the reference, and missing for users without a console password.
		"isMfaActive": pick[any](i, "true", "true", "false", nil), "lastActivity": stamp(s.started.Add(-hours(i * 31 % 2000))),
		"createDate": stamp(s.started.AddDate(-2, 0, i%300)), "lastModifiedBy": false, "attachedPolicies": i%3 == 0,
		"passwordLastChanged": stamp(s.started.AddDate(0, -i%12, 0)), "passwordLastUsed": stamp(s.started.Add(-hours(i))), "path": true,
		"userId": fmt.Sprintf("AIDA%016d", i), "userPolicyCount": fmt.Sprint(i % 2), "isOverPrivileged": nil, "policyUtilizationRatio": nil,
	}
}

func (s *Server) gcpUser(i int) (top, more map[string]any) {
	name := personName(i)
	return map[string]any{"name": name}, map[string]any{
		"agreedToTerms": true, "changePasswordAtNextLogin": i%9 == 8, "creationTime": stamp(s.started.AddDate(-1, 0, i%300)), "deletionTime": nil,
		"instanceId": fmt.Sprint(10000000000000000 + i), "ipWhitelisted": false, "isAdmin": i%5 == 0, "isArchived": false, "isDelegatedAdmin": i%6 == 5,
		"isEnrolledIn2Sv": i%4 != 2, "isEnforcedIn2Sv": i%4 == 0, "isSuspended": i%7 == 6, "lastLoginTime": stamp(s.started.Add(-hours(i * 7))),
		"orgId": "1234567890", "primaryEmail": name + "@acme.example",
	}
}

func (s *Server) azureUser(i int) (top, more map[string]any) {
	name := personName(i)
	return map[string]any{"name": name}, map[string]any{
		"accessKeyAge": fmt.Sprint(i * 17 % 400), "attachedManagedPolicyCount": i % 4, "consolePasswdStatus": "enabled",
		"createDate": stamp(s.started.AddDate(-2, 0, i%300)), "deletionTimestamp": nil, "groupList": pick(i, "[Owner]", "[Reader]"),
		"instanceId": fmt.Sprintf("5f0c1e2a-0000-4000-8000-%012d", i), "isActive": i%7 != 6, "isMfaActive": i%4 != 2, "mail": name + "@acme.example",
		"mainNickname": name, "passwordLastChanged": stamp(s.started.AddDate(0, -i%12, 0)), "passwordLastUsed": stamp(s.started.Add(-hours(i))),
		"principalName": name + "@acme.example", "signInName": name, "source": "Azure AD", "tenantId": "5f0c1e2a-1111-4111-8111-000000000001",
		"usageLocation": "DE", "userPolicyCount": i % 2, "userType": pick(i, "Member", "Member", "Guest"),
	}
}

func chooseServerless(s *Server, q url.Values) ([]map[string]any, []string) {
	provider := q.Get("provider")
	rows, problems := s.byProvider(q, "Provider "+provider+" not supported", map[string]fields{"AWS": s.lambda, "Azure": s.azureFunction})
	if atoi(q.Get("page")) < 1 && s.assumes("serverless-start=refused") {
		problems = append([]string{"Page number should be greater than 0"}, problems...)
	}
	return rows, problems
}

func (s *Server) lambda(i int) (top, more map[string]any) {
	name := fmt.Sprintf("acme-order-%03d", i)
	region := pick(i, "eu-central-1", "us-east-1")
	return map[string]any{"functionName": name, "region": region}, map[string]any{
		"functionArn": "arn:aws:lambda:" + region + ":111122223333:function:" + name, "runtime": pick(i, "nodejs22.x", "python3.13", "nodejs14.x"),
		"role": "arn:aws:iam::111122223333:role/order", "codeSize": 1024 * (i + 1), "memorySize": 256, "lastModified": stamp(s.started.AddDate(0, 0, -i%90)),
		"version": "$LATEST", "revisionId": fmt.Sprintf("rev-%d", i), "vpcId": pick[any](i, "vpc-0a1b2c3d", nil), "lastModifiedBy": stamp(s.started.AddDate(0, 0, -i%90)),
		"functionPolicy": pick(i, "", `{"Principal":"*"}`), "mappedSecurityGroupIdList": "[sg-0a1b]", "executionRole": "order", "mappedTags": jsonText(tagsOf(i)),
	}
}

// jsonText is a value as the text of a field that the reference calls a string.
func jsonText(v any) string {
	b, _ := json.Marshal(v) // of our own values
	return string(b)
}

func (s *Server) azureFunction(i int) (top, more map[string]any) {
	name := fmt.Sprintf("acme-invoice-%03d", i)
	return map[string]any{"functionName": name, "region": "germanywestcentral"}, map[string]any{
		"resourceGroup": "shop", "instanceId": "/subscriptions/acme/sites/" + name, "alwaysOn": true, "appServicePlanId": "plan-1", "autoSwapSlotName": nil,
		"clientAffinityEnabled": false, "clientCertEnabled": i%2 == 0, "containerSize": 1536, "defaultHostName": name + ".acme.example", "enabled": i%8 != 7,
		"http20Enabled": true, "webSocketsEnabled": false, "storageAccount": "acmestore01", "state": pick(i, "Running", "Running", "Stopped"),
		"repositorySiteName": name, "remoteDebuggingEnabled": i%9 == 8, "httpsOnly": i%4 != 1, "defaultContainer": nil,
		"lastModifiedTime": stamp(s.started.AddDate(0, 0, -i%90)), "localMySqlEnabled": false, "os": "linux", "platformArchitecture": "64-bit", "isPublic": i%3 == 0,
		"ftpsOnly": true, "authEnabled": i%2 == 1, "principalId": fmt.Sprintf("5f0c1e2a-2222-4222-8222-%012d", i), "tlsVersion": pick(i, "1.2", "1.3", "1.0"),
		"mappedOutboundIps": "203.0.113.9,203.0.113.10", "mappedTags": jsonText(tagsOf(i)),
	}
}

func chooseContainers(s *Server, q url.Values) ([]map[string]any, []string) {
	platform, kind := q.Get("cloudProvider"), q.Get("containerType")
	of, known := map[string]fields{"clusters": s.cluster, "nodes": s.node, "pods": s.pod, "containers": s.container}[kind]
	account, ok := map[string]string{"native": "Kubernetes", "eks": "AWS", "aks": "Azure", "gke": "GCP"}[platform]
	var problems []string
	if platform == "" {
		problems = append(problems, "Provider not provided.")
	}
	if kind == "" {
		problems = append(problems, "Container-Type not provided.")
	} else if !known {
		problems = append(problems, "Invalid Container-Type:"+kind)
	}
	noClusters := platform == "native" && kind == "clusters"
	if platform != "" && kind != "" && (!ok || noClusters && !s.assumes("native-clusters=none")) {
		problems = append(problems, "Provider:"+platform+" not supported for Container-Type:"+kind)
	}
	if len(problems) > 0 || noClusters {
		return nil, slices.Clip(problems)
	}
	return s.sampled(account, of), nil
}

func (s *Server) cluster(i int) (top, more map[string]any) {
	name := fmt.Sprintf("acme-%s-%02d", pick(i, "shop", "batch"), i)
	return map[string]any{"objectId": fmt.Sprintf("cluster-%04d", i), "name": name}, map[string]any{
		"instanceId": name, "region": pick(i, "eu-central-1", "us-east-1"), "roleArn": "arn:aws:iam::111122223333:role/eks", "version": pick(i, "1.34", "1.29"),
		"createdAt": stamp(s.started.AddDate(-1, 0, -i%300)), "endpoint": "https://" + name + ".acme.example", "platformVersion": "eks.7", "status": "ACTIVE",
		"vpcId": "vpc-0a1b2c3d", "endpointPublicAccess": i%2 == 0, "endpointPrivateAccess": true, "mappedSecurityGroupList": "[sg-0a1b]",
		"mappedSubnetList": "[subnet-0a1b]", "mappedLogging": "[]", "mappedTags": jsonText(tagsOf(i)),
	}
}

func (s *Server) node(i int) (top, more map[string]any) {
	return map[string]any{"objectId": fmt.Sprintf("node-%04d", i), "name": fmt.Sprintf("node-%03d.acme.example", i)}, map[string]any{
		"instanceId": fmt.Sprintf("i-0f3e%08x", i), "namespace": nil, "publicIp": publicIP(i%5 == 2, i), "vmId": fmt.Sprintf("i-0f3e%08x", i), "provider": "acme",
		"providerId": fmt.Sprintf("acme:///i-0f3e%08x", i), "podCIDR": fmt.Sprintf("10.%d.0.0/24", i%250), "containerVersion": "containerd://2.1.4",
		"kernelVersion": "6.12.40", "kubeProxyVersion": "v1.34.1", "kubeletVersion": pick(i, "v1.34.1", "v1.29.0"), "startTime": stamp(s.started.Add(-hours(i * 5))),
		"cloudProvider": "acme", "cloudProviderId": "acme", "mappedAddresses": "[10.0.0.7]", "mappedTags": jsonText(tagsOf(i)),
	}
}

func (s *Server) pod(i int) (top, more map[string]any) {
	return map[string]any{"objectId": fmt.Sprintf("pod-%04d", i), "name": fmt.Sprintf("shop-%03d", i)}, map[string]any{
		"instanceId": fmt.Sprintf("pod-%04d", i), "namespace": pick(i, "default", "shop", "kube-system"), "nodeName": fmt.Sprintf("node-%03d.acme.example", i%9),
		"privateIP": fmt.Sprintf("10.1.0.%d", i%250+1), "status": pick(i, "Running", "Running", "Pending"), "startTime": stamp(s.started.Add(-hours(i))), "subDomain": nil,
		"spawnedBy": "ReplicaSet", "serviceAccount": "default", "hostIP": "10.0.0.7", "isPublic": i%6 == 4, "isPrivileged": i%8 == 5, "cloudProvider": "acme",
		"cloudProviderId": "acme", "automountServiceAccountToken": i%2 == 0, "mappedPodSecurityContext": "{}", "mappedTags": jsonText(tagsOf(i)),
		"mappedNodeSelector": "{}", "mappedOwnerRefList": "[]",
	}
}

func (s *Server) container(i int) (top, more map[string]any) {
	return map[string]any{"objectId": fmt.Sprintf("container-%04d", i), "name": pick(i, "web", "sidecar")}, map[string]any{
		"instanceId": fmt.Sprintf("container-%04d", i), "image": pick(i, "docker.io/library/nginx:1.29", "docker.io/library/redis:7.2"), "imagePullPolicy": "IfNotPresent",
		"status": "running", "startedTime": stamp(s.started.Add(-hours(i))), "restartCount": i % 3, "allowPrivilegeEscalation": i%4 == 1, "privileged": i%8 == 5,
		"workingDir": "/", "isStdin": false, "isStdinOnce": false, "cloudProvider": "acme", "cloudProviderId": "acme", "mappedPorts": "[8080]",
		"mappedSecurityContext": "{}", "mappedCommands": "[]", "mappedArgs": "[]",
	}
}
