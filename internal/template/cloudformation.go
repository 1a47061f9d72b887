package template

import (
	"strings"

	"github.com/scangate/scangate/internal/result"
)

// CloudFormation is the framework of CloudFormation and SAM templates.
const CloudFormation result.Framework = "cloudformation"

func cloudFormation() Language {
	return Language{
		Framework: CloudFormation, Title: "CloudFormation", Names: dataNames(),
		sniff: sniffCloudFormation, parse: parseCloudFormation,
		kinds:  cloudFormationKinds,
		clouds: []cloudPrefix{{"aws::", "aws"}},
	}
}

func sniffCloudFormation(in *input) certainty {
	const version = "AWSTemplateFormatVersion"
	switch {
	case in.hasTopKey(version) || in.isJSON() && in.hasKey(version):
		return certain
	case in.has(version), in.has("Resources") && (in.has("AWS::") || in.has("Custom::") || in.has("Alexa::")):
		return possible
	}
	return unlikely
}

// parseCloudFormation returns nil for a document without a version, a serverless
// transform, or a resource with a type of AWS.
func parseCloudFormation(in *input) (*File, *SyntaxError) {
	doc, err := in.document()
	if err != nil {
		return nil, err
	}
	resources := doc.Get("Resources")
	if !doc.is(Map) || !isCloudFormation(doc, resources) {
		return nil, nil
	}
	f := &File{Role: RoleTemplate}
	f.cfnResources(resources, newIntrinsics(doc), 0)
	return f, nil
}

// cfnResources adds the resources of a map, and those that an Fn::ForEach makes
// copies of: its list holds the variable, the values, and a map of resources.
func (f *File) cfnResources(n *Node, in *intrinsics, depth int) {
	for _, e := range mapEntries(n) {
		if strings.HasPrefix(e.Key, "Fn::ForEach::") && len(e.Value.Items) == 3 && depth < maxDepth {
			f.cfnResources(e.Value.Items[2], in, depth+1)
			continue
		}
		if typ := cfnType(e.Value); typ != "" {
			f.Resources = append(f.Resources, in.resource(e, typ))
		}
	}
}

// cfnType is the type of a resource, "" for what is none. A tool that packages
// templates may have its own tag there: Type: !Rain::Module bucket.yml.
func cfnType(n *Node) string {
	if !n.is(Map) {
		return ""
	}
	typ := n.Get("Type")
	if typ.is(Map) && len(typ.Entries) == 1 {
		typ = typ.Entries[0].Value
	}
	return typ.str()
}

func isCloudFormation(doc, resources *Node) bool {
	if doc.Get("AWSTemplateFormatVersion") != nil {
		return true
	}
	for _, t := range doc.All("Transform") {
		if strings.HasPrefix(t.str(), "AWS::Serverless") {
			return true
		}
	}
	if !resources.is(Map) {
		return false
	}
	for _, e := range resources.Entries {
		typ := e.Value.Get("Type").str()
		if e.Value.is(Map) && (strings.HasPrefix(typ, "AWS::") || strings.HasPrefix(typ, "Custom::") || strings.HasPrefix(typ, "Alexa::")) {
			return true
		}
	}
	return false
}

func (in *intrinsics) resource(e Entry, typ string) Resource {
	body := &Node{Kind: Map, Range: e.Value.Range}
	if props := e.Value.Get("Properties"); props != nil {
		body = in.eval(props, 0)
	}
	aliases := []string{e.Key, typ + "." + e.Key, "Resources." + e.Key}
	aliases = append(aliases, body.values(
		"BucketName", "FunctionName", "DBInstanceIdentifier", "DBClusterIdentifier", "ClusterName", "ClusterIdentifier",
		"RoleName", "UserName", "GroupName", "PolicyName", "TableName", "QueueName", "TopicName", "TrailName",
		"LoadBalancerName", "RepositoryName", "LogGroupName", "AliasName", "DomainName", "Family", "ServiceName", "Name")...)
	for _, tag := range body.All("Tags") {
		if tag.Get("Key").str() == "Name" {
			aliases = append(aliases, tag.Get("Value").str())
		}
	}
	return Resource{Type: typ, Name: e.Key, Address: e.Key, Aliases: unique(aliases...), Range: entryRange(e), Body: body}
}

// intrinsics evaluates the functions of CloudFormation as far as defaults of
// parameters go.
type intrinsics struct {
	defaults map[string]*Node
	budget   int
}

func newIntrinsics(doc *Node) *intrinsics {
	in := &intrinsics{defaults: map[string]*Node{}, budget: maxNodes}
	if params := doc.Get("Parameters"); params.is(Map) {
		for _, p := range params.Entries {
			if def := p.Value.Get("Default"); def != nil && p.Value.is(Map) {
				if _, ok := def.Literal(); ok {
					in.defaults[p.Key] = def
				}
			}
		}
	}
	return in
}

// eval copies a tree with its intrinsic functions replaced. One that can't be
// known is Unknown, with its text in the short form and its argument as entry.
func (in *intrinsics) eval(n *Node, depth int) *Node {
	in.budget--
	if depth > maxDepth || in.budget < 0 {
		return &Node{Kind: Unknown, Text: n.Text, Range: n.Range}
	}
	out := &Node{Kind: n.Kind, Text: n.Text, Range: n.Range}
	for _, item := range n.Items {
		out.Items = append(out.Items, in.eval(item, depth+1))
	}
	for _, e := range n.Entries {
		out.Entries = append(out.Entries, Entry{e.Key, e.Line, in.eval(e.Value, depth+1)})
	}
	if n.Kind == Map && len(n.Entries) == 1 {
		return in.call(out)
	}
	return out
}

// call replaces a map of one key, if the key is an intrinsic function.
func (in *intrinsics) call(n *Node) *Node {
	key, arg := n.Entries[0].Key, n.Entries[0].Value
	switch {
	case key == "Ref":
		if def := in.defaults[arg.str()]; def != nil {
			return &Node{Kind: def.Kind, Text: def.Text, Range: n.Range}
		}
	case key == "Fn::Sub":
		if text, ok := in.sub(arg); ok {
			return &Node{Kind: String, Text: text, Range: n.Range}
		}
	case key == "Fn::Join":
		if text, ok := join(arg); ok {
			return &Node{Kind: String, Text: text, Range: n.Range}
		}
	case key != "Condition" && !strings.HasPrefix(key, "Fn::"):
		return n
	case key == "Condition" && arg.Kind != String:
		return n // the Condition of a policy statement
	}
	n.Kind = Unknown
	n.Text = "!" + strings.TrimPrefix(key, "Fn::") + " " + argText(arg)
	return n
}

func argText(arg *Node) string {
	if arg.Kind != List {
		return arg.Text
	}
	parts := make([]string, 0, len(arg.Items))
	for _, item := range arg.Items {
		parts = append(parts, item.Text)
	}
	return strings.Join(parts, ".")
}

// sub replaces the ${Name} of parameters with defaults; ${!Name} is a literal.
func (in *intrinsics) sub(arg *Node) (string, bool) {
	if arg.Kind != String {
		return "", false
	}
	var b strings.Builder
	rest := arg.Text
	for {
		before, after, found := strings.Cut(rest, "${")
		b.WriteString(before)
		if !found {
			in.budget -= b.Len() >> 6
			return b.String(), in.budget >= 0
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			return "", false
		}
		if lit, ok := strings.CutPrefix(name, "!"); ok {
			b.WriteString("${" + lit + "}")
		} else if def := in.defaults[strings.TrimSpace(name)]; def != nil && b.Len()+len(def.Text) < maxText {
			b.WriteString(def.Text)
		} else {
			return "", false
		}
		rest = tail
	}
}

// join is Fn::Join over literals.
func join(arg *Node) (string, bool) {
	if arg.Kind != List || len(arg.Items) != 2 || arg.Items[0].Kind != String || arg.Items[1].Kind != List {
		return "", false
	}
	sep, items := arg.Items[0].Text, arg.Items[1].Items
	size := len(sep) * len(items)
	parts := make([]string, 0, len(items))
	for _, item := range items {
		text, ok := item.Literal()
		if size += len(text); !ok || size > maxText {
			return "", false
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, sep), true
}

const cloudFormationKinds = `
ACTIVITY_LOG: AWS::CloudTrail::Trail
ALB: AWS::ElasticLoadBalancingV2::LoadBalancer
API_GATEWAY: AWS::ApiGateway::RestApi
BUCKET: AWS::S3::Bucket
CLOUDFRONT: AWS::CloudFront::Distribution
CLOUDTRAIL: AWS::CloudTrail::Trail
CLUSTER: AWS::EKS::Cluster
CONTAINER_FARGATE: AWS::ECS::TaskDefinition
DYNAMODB: AWS::DynamoDB::Table
EBS_VOLUME: AWS::EC2::Volume
ECR: AWS::ECR::Repository
EFS: AWS::EFS::FileSystem
ES: AWS::Elasticsearch::Domain, AWS::OpenSearchService::Domain
GROUP: AWS::IAM::Group
HOST: AWS::EC2::Instance
KMS: AWS::KMS::Key
LAMBDA: AWS::Lambda::Function, AWS::Serverless::Function
NODE_GROUP: AWS::EKS::Nodegroup
RDS: AWS::RDS::DBInstance, AWS::RDS::DBCluster
REDSHIFT_CLUSTER: AWS::Redshift::Cluster
ROLE: AWS::IAM::Role
S3: AWS::S3::Bucket
SECURITY_GROUP: AWS::EC2::SecurityGroup
SNS: AWS::SNS::Topic
SQS: AWS::SQS::Queue
SUBNET: AWS::EC2::Subnet
TASK_DEFINITION: AWS::ECS::TaskDefinition
USER: AWS::IAM::User
VPC: AWS::EC2::VPC
`
