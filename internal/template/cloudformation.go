package template

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// CloudFormation is the framework of CloudFormation and SAM templates.
const CloudFormation result.Framework = "cloudformation"

func cloudFormation() *Language {
	return &Language{
		Framework: CloudFormation, Title: "CloudFormation", Names: dataNames(), NamesImages: true,
		sniff: sniffCloudFormation, parse: parseCloudFormation,
		kinds:  cloudFormationKinds,
		clouds: []cloudPrefix{{"aws::", "aws"}},
	}
}

func sniffCloudFormation(in *input) bool {
	return in.has("AWSTemplateFormatVersion") || in.has("Resources") && in.has("::") || in.has("AWS::") && in.has("Transform")
}

// parseCloudFormation returns nil for a document that has neither a version, nor a
// serverless transform, nor a resource of a type of AWS.
func parseCloudFormation(in *input) (*File, *tree.SyntaxError) {
	doc, err := in.documentThat(isCloudFormation)
	if err != nil || doc == nil {
		return nil, err
	}
	l := newListing(in.folder.budget)
	l.cfnResources(doc.Get("Resources"), newIntrinsics(doc, in.folder.budget), 0)
	l.resourceImages()
	return l.outcome()
}

// cfnResources adds the resources of a map, and those that an Fn::ForEach copies:
// its list holds the variable, the values, and a map of resources.
func (l *listing) cfnResources(n *tree.Node, in *intrinsics, depth int) {
	for _, e := range n.Pairs() {
		if strings.HasPrefix(e.Key, "Fn::ForEach::") && len(e.Value.Items) == 3 && depth < tree.MaxDepth {
			l.cfnResources(e.Value.Items[2], in, depth+1)
			continue
		}
		if typ := cfnType(e.Value); typ != "" && l.room(e.Line, typ, e.Key) {
			r := in.resource(e, typ)
			l.add(r)
			if f := in.imageFunction(e, r); f != nil {
				l.file.Functions = append(l.file.Functions, *f)
			}
		}
	}
}

// cfnType is the type of a resource, "" for all else. Tools that package templates
// put tags of their own there: Type: !Rain::Module bucket.yml.
func cfnType(n *tree.Node) string {
	if !n.Is(tree.Map) {
		return ""
	}
	return n.Get("Type").Str()
}

func isCloudFormation(doc *tree.Node) bool {
	if !doc.Is(tree.Map) {
		return false
	}
	if doc.Get("AWSTemplateFormatVersion") != nil {
		return true
	}
	for _, t := range doc.All("Transform") {
		if strings.HasPrefix(t.Str(), "AWS::") || strings.HasPrefix(t.Get("Name").Str(), "AWS::") {
			return true
		}
	}
	return slices.ContainsFunc(doc.Get("Resources").Pairs(), func(e tree.Entry) bool {
		isMacro := strings.HasPrefix(e.Key, "Fn::ForEach::") || e.Key == "Fn::Transform" || e.Value != nil && strings.HasPrefix(e.Value.Tag, "!Rain::")
		return isMacro || resourceType().MatchString(cfnType(e.Value))
	})
}

// resourceType matches the types of AWS and of others: Datadog::Monitors::Monitor.
var resourceType = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(AWS|Custom|Alexa)::|^[A-Za-z0-9]+::[A-Za-z0-9]+::[A-Za-z0-9]+(::MODULE)?$`)
})

func (in *intrinsics) resource(e tree.Entry, typ string) Resource {
	body := &tree.Node{Kind: tree.Map, Range: e.Value.Range}
	if props := e.Value.Get("Properties"); props != nil {
		body = in.eval(props)
	}
	aliases := []string{e.Key, typ + "." + e.Key, "Resources." + e.Key}
	aliases = append(aliases, body.Strs(
		"BucketName", "FunctionName", "DBInstanceIdentifier", "DBClusterIdentifier", "ClusterName", "ClusterIdentifier",
		"RoleName", "UserName", "GroupName", "PolicyName", "TableName", "QueueName", "TopicName", "TrailName",
		"LoadBalancerName", "RepositoryName", "LogGroupName", "AliasName", "DomainName", "Family", "ServiceName", "Name")...)
	for _, tag := range body.All("Tags") {
		if tag.Get("Key").Str() == "Name" {
			aliases = append(aliases, tag.Get("Value").Str())
		}
	}
	return Resource{Type: typ, Name: e.Key, Address: e.Key, Aliases: unique(aliases...), Range: e.Range(), Body: body}
}

// intrinsics evaluates the functions of CloudFormation, as far as the defaults of
// parameters make their arguments known.
type intrinsics struct {
	defaults map[string]*tree.Node
	// globals are the properties that SAM gives to all resources of a type.
	globals *tree.Node
	budget  *tree.Budget
}

func newIntrinsics(doc *tree.Node, budget *tree.Budget) *intrinsics {
	in := &intrinsics{defaults: map[string]*tree.Node{}, globals: doc.Get("Globals"), budget: budget}
	for _, p := range doc.Get("Parameters").Pairs() {
		if def := p.Value.Get("Default"); p.Value.Is(tree.Map) && def != nil {
			if _, ok := def.Literal(); ok {
				in.defaults[p.Key] = def
			}
		}
	}
	return in
}

// eval copies a tree with its functions replaced, in both of their forms: a map
// of one entry, and a tag.
func (in *intrinsics) eval(n *tree.Node) *tree.Node {
	return n.Rewrite(in.budget, func(n *tree.Node) *tree.Node {
		tagged := functionOfTag(n.Tag)
		if tagged != "" {
			untagged := *n
			untagged.Tag = ""
			n = &untagged
		}
		if n.Kind == tree.Map && len(n.Entries) == 1 {
			n = in.call(n, n.Entries[0])
		}
		if tagged != "" {
			n = in.call(n, tree.Entry{Key: tagged, Line: n.Range.Start, Value: n})
		}
		return n
	})
}

// functionOfTag is the long form of a short tag: !Ref is Ref, !Sub is Fn::Sub.
func functionOfTag(tag string) string {
	name := strings.TrimPrefix(tag, "!")
	if name == "" || name == "Ref" || name == "Condition" {
		return name
	}
	return "Fn::" + name
}

// call replaces a node by the value of the function f, if that is one. A value
// that can't be known is Unknown, with the short form as its text and the
// argument as its entry.
func (in *intrinsics) call(n *tree.Node, f tree.Entry) *tree.Node {
	key, arg := f.Key, f.Value
	switch {
	case key == "Ref":
		if def := in.defaults[arg.Str()]; def != nil {
			return &tree.Node{Kind: def.Kind, Text: def.Text, Range: n.Range}
		}
	case key == "Fn::Sub":
		if text, ok := in.sub(arg); ok {
			return &tree.Node{Kind: tree.String, Text: text, Range: n.Range}
		}
	case key == "Fn::Join":
		if text, ok := join(arg); ok && in.budget.Spend(len(text)/tree.BytesPerValue) {
			return &tree.Node{Kind: tree.String, Text: text, Range: n.Range}
		}
	case key != "Condition" && !strings.HasPrefix(key, "Fn::"):
		return n
	case key == "Condition" && arg.Kind != tree.String:
		return n // the Condition of a policy statement
	}
	text := "!" + strings.TrimPrefix(key, "Fn::") + " " + argText(arg)
	in.budget.Spend(len(text) / tree.BytesPerValue)
	return &tree.Node{Kind: tree.Unknown, Text: text, Range: n.Range, Entries: []tree.Entry{f}}
}

// argText is the argument of a function in one line, cut off where it is too long
// for a reference to a resource.
func argText(arg *tree.Node) string {
	if arg.Kind != tree.List {
		return arg.Text[:min(len(arg.Text), maxReference)]
	}
	var b strings.Builder
	for i, item := range arg.Items {
		if b.Len() > maxReference {
			break
		}
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(item.Text[:min(len(item.Text), maxReference)])
	}
	return b.String()
}

// sub replaces the ${Name} of parameters with defaults; ${!Name} is a literal.
func (in *intrinsics) sub(arg *tree.Node) (string, bool) {
	if arg.Kind != tree.String {
		return "", false
	}
	var b strings.Builder
	rest := arg.Text
	for {
		before, after, found := strings.Cut(rest, "${")
		b.WriteString(before)
		if !found {
			return b.String(), in.budget.Spend(b.Len() / tree.BytesPerValue)
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
func join(arg *tree.Node) (string, bool) {
	if arg.Kind != tree.List || len(arg.Items) != 2 || arg.Items[0].Kind != tree.String || arg.Items[1].Kind != tree.List {
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
