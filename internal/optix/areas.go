package optix

import "net/url"

// Areas returns the lists of the reference, in the order of commands.
func Areas() []Area {
	return []Area{
		searchArea(), vpcTraffic(), instanceTraffic(), vmsArea(), accountsArea(), usersArea(),
		serverlessArea(), containersArea(), alertsArea(), alertCounts(),
	}
}

// inventoryPages are the pages of the inventory areas.
func inventoryPages() Pages { return Pages{First: 0, Min: 100, Max: 500, Usual: 500} }

// smallPages are the pages of alerts and traffic.
func smallPages() Pages { return Pages{First: 1, Min: 1, Max: 50, Usual: 50} }

func accountIDs() Param {
	return Param{Name: "accountIds", Repeat: true, Usage: "only rows of these accounts", check: anID}
}

func provider(usage string, required bool, values ...string) Param {
	return Param{Name: "provider", Required: required, Values: values, Usage: usage}
}

func searchArea() Area {
	return Area{
		Name: "search", Section: "Search", Summary: "hits of a search for one kind of resource",
		path: "search/", Pages: Pages{First: 1, Min: 1, Max: MaxSearchSize, Usual: 1000},
		Params: []Param{
			{Name: "searchKey", InPath: true, Required: true, Values: SearchKeys(), Usage: "the kind of resource", Example: "AWS_S3"},
			{Name: "searchTerm", Usage: "condition, such as isPublic:true or tags.name:test*"},
			{Name: "filters", Usage: "conditions, such as instanceId=i-1,i-2;isPublic=true", check: filterSyntax},
		},
		variants: map[string]variant{"": {columns: "id name accountId region"}},
	}
}

// traffic returns an area of outgoing traffic.
func traffic(of, summary string, params ...Param) Area {
	return Area{
		Name: "traffic " + of, Section: "Outgoing Traffic: " + of, Summary: summary,
		path: "outgoingtraffic/" + of, Pages: smallPages(),
		Params: append(params,
			Param{Name: "timeFrom", Usage: "only traffic since this date, such as 2026-01-31 or 2026-01-31T12:00:00+01:00", check: aDate},
			Param{Name: "timeTo", Usage: "only traffic until this date", check: aDate},
		),
		fixed:  url.Values{"isPageable": {"true"}},
		check:  ordered("timeFrom", "timeTo"),
		common: "name srcIpAddress instanceId interfaceId dstIpAddress dstPort time",
		variants: map[string]variant{"": {
			columns: "time name instanceId srcIpAddress dstIpAddress dstPort",
		}},
	}
}

func vpcTraffic() Area {
	return traffic("vpc", "outgoing traffic of a VPC",
		Param{Name: "accountId", Required: true, Usage: "the account of the VPC", Example: "111122223333", check: anID},
		Param{Name: "vpcId", Required: true, Usage: "the id of the VPC", Example: "vpc-0a1b2c3d", check: anID})
}

func instanceTraffic() Area {
	return traffic("instance", "outgoing traffic of an instance",
		Param{Name: "instanceId", Required: true, Usage: "the id of the instance", Example: "i-0f3e4d5c", check: anID})
}

func vmsArea() Area {
	return Area{
		Name: "vms", Section: "Inventory: Host", Summary: "virtual machines", path: "vms", Pages: inventoryPages(),
		Params: []Param{provider("the cloud", true, "AWS", "Azure", "GCP"), accountIDs()},
		common: "accountType accountId instanceId", variant: "provider",
		variants: map[string]variant{
			"AWS": {
				"imageId instanceProfileId runningState instanceType region availabilityZone subnetId vpcId isPublic hasContainerNodes " +
					"isIAMRoleAssigned securityGroupList networkInterfaces tags lastModifiedBy " + serverAgent,
				"accountId instanceId instanceType region runningState isPublic",
			},
			"GCP": {
				"name description instanceType status zone canIpForward cpuPlatform kind startRestricted isPublic publicIP privateIP " +
					"deletionProtection networkInterfaceList disksList metadata tags firewallList serviceAccountList hasContainerNodes",
				"accountId name instanceType zone status isPublic",
			},
			"Azure": {
				"name image runningState instanceType region osType subnetId resourceGroup isPublic passwordLogin provisioningState vnetId " +
					"osDiskEncryption publicIP privateIP primarySecurityGroup hasContainerNodes dataDisksEncryption securityGroupList " +
					"networkInterfaces tags vmScaleSetId vmScaleSet " + serverAgent,
				"accountId name instanceType region runningState isPublic",
			},
		},
	}
}

const serverAgent = "serverAgent.agentId serverAgent.hostname serverAgent.health serverAgent.osName serverAgent.lastSeenAt"

func accountsArea() Area {
	return Area{
		Name: "accounts", Section: "Environments", Summary: "cloud accounts, subscriptions and projects", path: "accounts",
		Params: []Param{provider("only accounts of this kind", false, "AWS", "Azure", "GCP", "Kubernetes", "Docker"), accountIDs()},
		common: "accountId accountType name registeredDate cloudAssets status isEnabled isSubAccount subAccounts tags " +
			"accountSyncBenchmark.latestSuccessSyncTime accountSyncBenchmark.latestSuccessBenchmarkRunTime cloudLogStatus flowLogStatus",
		variants: map[string]variant{"": {
			columns: "accountId accountType name status isEnabled accountSyncBenchmark.latestSuccessSyncTime",
		}},
	}
}

func usersArea() Area {
	return Area{
		Name: "users", Section: "Inventory: Users", Summary: "users of the clouds", path: "users", Pages: inventoryPages(),
		Params: []Param{provider("the cloud", true, "AWS", "Azure", "GCP"), accountIDs()},
		common: "accountType accountId name", variant: "provider",
		variants: map[string]variant{
			"AWS": {
				"accessKeyAge arn attachedManagedPolicyCount consolePasswdStatus groupList isActive isMfaActive lastActivity createDate " +
					"lastModifiedBy attachedPolicies passwordLastChanged passwordLastUsed path userId userPolicyCount isOverPrivileged policyUtilizationRatio",
				"accountId userId name isActive isMfaActive accessKeyAge lastActivity",
			},
			"GCP": {
				"agreedToTerms changePasswordAtNextLogin creationTime deletionTime instanceId ipWhitelisted isAdmin isArchived isDelegatedAdmin " +
					"isEnrolledIn2Sv isEnforcedIn2Sv isSuspended lastLoginTime orgId primaryEmail",
				"accountId instanceId name isAdmin isEnrolledIn2Sv isSuspended lastLoginTime",
			},
			"Azure": {
				"accessKeyAge attachedManagedPolicyCount consolePasswdStatus createDate deletionTimestamp groupList instanceId isActive isMfaActive " +
					"mail mainNickname passwordLastChanged passwordLastUsed principalName signInName source tenantId usageLocation userPolicyCount userType",
				"accountId instanceId name isActive isMfaActive userType",
			},
		},
	}
}

func serverlessArea() Area {
	return Area{
		Name: "serverless", Section: "Inventory: Serverless", Summary: "serverless functions", path: "serverless", Pages: inventoryPages(),
		Params: []Param{provider("the cloud", true, "AWS", "Azure"), accountIDs()},
		common: "accountType accountId functionName region", variant: "provider",
		variants: map[string]variant{
			"AWS": {
				"functionArn runtime role codeSize memorySize lastModified version revisionId vpcId lastModifiedBy functionPolicy " +
					"mappedSecurityGroupIdList executionRole mappedTags",
				"accountId functionName region runtime lastModified",
			},
			"Azure": {
				"resourceGroup instanceId alwaysOn appServicePlanId autoSwapSlotName clientAffinityEnabled clientCertEnabled containerSize " +
					"defaultHostName enabled http20Enabled webSocketsEnabled storageAccount state repositorySiteName remoteDebuggingEnabled httpsOnly " +
					"defaultContainer lastModifiedTime localMySqlEnabled os platformArchitecture isPublic ftpsOnly authEnabled principalId tlsVersion " +
					"mappedOutboundIps mappedTags",
				"accountId functionName region state httpsOnly isPublic",
			},
		},
	}
}

func containersArea() Area {
	return Area{
		Name: "containers", Section: "Inventory: Containers", Summary: "clusters, nodes, pods and containers", path: "containers", Pages: inventoryPages(),
		Params: []Param{
			{Name: "cloudProvider", Required: true, Values: []string{"native", "eks", "aks", "gke"}, Usage: "the platform"},
			{Name: "containerType", Required: true, Values: []string{"clusters", "nodes", "pods", "containers"}, Usage: "what to list"},
			accountIDs(),
		},
		common: "accountType accountId objectId name", variant: "containerType",
		variants: map[string]variant{
			"clusters": {
				"instanceId region roleArn version createdAt endpoint platformVersion status vpcId endpointPublicAccess endpointPrivateAccess " +
					"mappedSecurityGroupList mappedSubnetList mappedLogging mappedTags",
				"accountId name region version status endpointPublicAccess",
			},
			"nodes": {
				"instanceId namespace publicIp vmId provider providerId podCIDR containerVersion kernelVersion kubeProxyVersion kubeletVersion " +
					"startTime cloudProvider cloudProviderId mappedAddresses mappedTags",
				"accountId name kubeletVersion publicIp startTime",
			},
			"pods": {
				"instanceId namespace nodeName privateIP status startTime subDomain spawnedBy serviceAccount hostIP isPublic isPrivileged " +
					"cloudProvider cloudProviderId automountServiceAccountToken mappedPodSecurityContext mappedTags mappedNodeSelector mappedOwnerRefList",
				"accountId namespace name status isPublic isPrivileged",
			},
			"containers": {
				"instanceId image imagePullPolicy status startedTime restartCount allowPrivilegeEscalation privileged workingDir isStdin " +
					"isStdinOnce cloudProvider cloudProviderId mappedPorts mappedSecurityContext mappedCommands mappedArgs",
				"accountId name image status privileged",
			},
		},
	}
}

func alertsArea() Area {
	return Area{
		Name: "alerts", Section: "Alerts: list", Summary: "alerts of the account", path: "alerts", Pages: smallPages(),
		Params: append(alertFilters(), Param{
			Name: "severity", Values: []string{"low", "medium", "high", "critical"}, Usage: "only alerts of this severity",
		}),
		check: alertPeriod,
		common: "id accountId accountName alertType alertSummary criticalLevel url alertId policyLabel alertDetails firstSeen lastSeen score state " +
			"lastAction lastActionTime jiraId provider ruleResult",
		variants: map[string]variant{"": {columns: "id criticalLevel state provider accountId alertSummary"}},
	}
}

// alertFilters are the parameters of both calls for alerts.
func alertFilters() []Param {
	return []Param{
		{Name: "days", Usage: "only alerts of the last days, 1 to 365", check: integer(1, 365)},
		{Name: "alertType", Values: []string{"Policy", "Anomaly", "GuardDuty"}, Usage: "only alerts of this type"},
		{Name: "providerList", Repeat: true, Values: []string{"AWS", "Azure"}, Usage: "only alerts of these clouds"},
		{Name: "policyTagList", Repeat: true, Usage: "only alerts of policies with these tags", Values: []string{
			"Avid", "CIS", "FFIEC", "HIPAA", "ISO 27001", "PCI", "SOC2", "SOC2-TSP", "FEDRAMP-LOW", "FEDRAMP-MODERATE", "FEDRAMP-HIGH", "EBU R143",
		}},
		accountIDs(),
		{Name: "lastSeenFrom", Usage: "only alerts last seen since this date", check: aDate},
		{Name: "lastSeenTo", Usage: "only alerts last seen until this date", check: aDate},
		{Name: "states", Repeat: true, Values: []string{"OPEN", "SUPPRESS"}, Usage: "only alerts in these states"},
	}
}

func alertCounts() Area {
	return Area{
		Name: "alerts count", Section: "Alerts: count", Summary: "number of alerts per severity", path: "alerts/count",
		Params: alertFilters(), check: alertPeriod, counts: true, common: alertLevels,
		variants: map[string]variant{"": {columns: alertLevels}},
	}
}

const alertLevels = "critical high medium low total"
