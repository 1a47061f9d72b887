package template

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/template/tree"
	"github.com/scangate/scangate/internal/template/tree/treetest"
)

const cfnYAML = `# comment
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Env:
    Type: String
    Default: prod
  Key:
    Type: String
Resources:
  Logs:
    # the bucket
    Type: AWS::S3::Bucket
    Condition: IsProd
    Properties:
      BucketName: !Sub "acme-${Env}-${!Literal}"
      Tags:
        - Key: Name
          Value: !Join ["-", [logs, !Ref Env]]
      KmsKey: !Ref Key
      Arn: !GetAtt Other.Arn
      Acl: !If [IsProd, Private, !Ref "AWS::NoValue"]
      Owner: !Sub "${AWS::AccountId}"
      Data: !Base64 {"Fn::Sub": "x-${Env}"}
  # between

  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: "*"
            Condition: {Bool: {"aws:SecureTransport": false}}
  NotOne: text
  Own: {Type: Custom::Thing}
Outputs:
  X:
    Value: !Ref Logs
`

func TestCloudFormationYAML(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "stack.yaml", cfnYAML)
	want := lines("10-23 AWS::S3::Bucket Logs", "26-33 AWS::S3::BucketPolicy Policy", "35-35 Custom::Thing Own")
	if diff := cmp.Diff(want, resourceList(f)); diff != "" {
		t.Error(diff)
	}
	logs := find(t, f, "Logs")
	body := `{BucketName:"acme-prod-${Literal}" Tags:[{Key:"Name" Value:"logs-prod"}] KmsKey:<!Ref Key> Arn:<!GetAtt Other.Arn> ` +
		`Acl:<!If IsProd.Private.!Ref AWS::NoValue> Owner:<!Sub ${AWS::AccountId}> Data:<!Base64 x-prod>}`
	if diff := cmp.Diff(body, treetest.Text(logs.Body)); diff != "" {
		t.Error(diff)
	}
	aliases := []string{"Logs", "AWS::S3::Bucket.Logs", "Resources.Logs", "acme-prod-${Literal}", "logs-prod"}
	if diff := cmp.Diff(aliases, logs.Aliases); diff != "" {
		t.Error(diff)
	}
	statement := find(t, f, "Policy").Body.Get("PolicyDocument", "Statement")
	if got := treetest.Text(statement.Get("Condition")); got != `{Bool:{aws:SecureTransport:false}}` {
		t.Errorf("the condition of a statement = %s", got)
	}
	if line := statement.Get("Principal").Range.Start; line != 32 {
		t.Errorf("Principal is on line %d", line)
	}
}

// Both syntaxes of a template give the same tree.
func TestCloudFormationJSON(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "stack.json", lines(
		`{"Parameters": {"Env": {"Type": "String", "Default": "prod"}},`,
		` "Resources": {`,
		`  "Logs": {`,
		`    "Type": "AWS::S3::Bucket",`,
		`    "Properties": {"BucketName": {"Fn::Sub": "acme-${Env}"}, "Key": {"Fn::GetAtt": ["K", "Arn"]}, "Only": {"Ref": "X"}}`,
		`  },`,
		`  "Bare": {"Type": "AWS::SQS::Queue"}`,
		` }}`))
	if diff := cmp.Diff(lines("3-6 AWS::S3::Bucket Logs", "7-7 AWS::SQS::Queue Bare"), resourceList(f)); diff != "" {
		t.Error(diff)
	}
	if got := treetest.Text(find(t, f, "Logs").Body); got != `{BucketName:"acme-prod" Key:<!GetAtt K.Arn> Only:<!Ref X>}` {
		t.Errorf("body = %s", got)
	}
	if got := find(t, f, "Bare").Body; !got.Is(tree.Map) {
		t.Errorf("a resource without properties has the body %v", got)
	}
}

func TestCloudFormationForEach(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "a.yaml", lines(
		"Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]", "Resources:", "  Fn::ForEach::T:", "    - X", "    - [A, B]",
		"    - Table${X}:", "        Type: AWS::DynamoDB::Table", "  F:", "    Type: AWS::Serverless::Function"))
	if diff := cmp.Diff(lines("6-7 AWS::DynamoDB::Table Table${X}", "8-9 AWS::Serverless::Function F"), resourceList(f)); diff != "" {
		t.Error(diff)
	}
}

func TestCloudFormationTypeWithAPackagersTag(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "a.yaml", lines("AWSTemplateFormatVersion: 1", "Resources:", "  Net:", "    Type: !Rain::Module vpc.yml", "  Odd:", "    Type: {a: b, c: d}"))
	if diff := cmp.Diff("3-4 vpc.yml Net\n", resourceList(f)); diff != "" {
		t.Error(diff)
	}
}

func TestCloudFormationSub(t *testing.T) {
	t.Parallel()
	in := &intrinsics{defaults: map[string]*tree.Node{"A": {Kind: tree.String, Text: "1"}}, budget: tree.NewBudget(0)}
	for arg, want := range map[string]string{
		"x": "x", "${A}": "1", "${ A }-${A}": "1-1", "${!A}": "${A}", "${B}": "", "${A": "", "${A.Arn}": "",
	} {
		if got, ok := in.sub(&tree.Node{Kind: tree.String, Text: arg}); got != want || ok != (want != "") {
			t.Errorf("%s = %q, %v", arg, got, ok)
		}
	}
}
