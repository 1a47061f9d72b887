package locate

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/safe"
)

const (
	onAttribute = result.PlacedAttribute
	onResource  = result.PlacedResource
	onFile      = result.PlacedFile
	ambiguous   = result.PlacedAmbiguous
	nowhere     = result.Unplaced
)

func TestPlaceOneReference(t *testing.T) {
	t.Parallel()
	r := newRepo(t, "sample.txtar")
	const tf = "infra/main.tf"
	logs := at{tf, 13, onResource}
	tests := []struct {
		details string
		want    at
	}{
		// The vendor's form and looser ones.
		{"Public. AWS_S3 (Ref: aws_s3_bucket.logs, File: infra/main.tf) branch: master", logs},
		{"(ref: aws_s3_bucket.logs, file: infra/main.tf)", logs},
		{"(REF=aws_s3_bucket.logs, FILE=infra/main.tf)", logs},
		{"(Ref: aws_s3_bucket.logs File: infra/main.tf)", logs},
		{"(File: infra/main.tf, Ref: aws_s3_bucket.logs)", logs},
		{"[Ref: aws_s3_bucket.logs, File: infra/main.tf]", logs},
		{"{Ref: aws_s3_bucket.logs; File: infra/main.tf}", logs},
		{`{"Ref": "aws_s3_bucket.logs", "File": "infra/main.tf"}`, logs},
		{"It is public. Ref: aws_s3_bucket.logs, File: infra/main.tf", logs},
		{"Resource: aws_s3_bucket.logs, File: infra/main.tf", logs},
		{"Resource: aws_s3_bucket.logs\nFile: infra/main.tf\n", logs},
		{"<p>Resource: aws_s3_bucket.logs</p><p>File: infra/main.tf</p>", logs},
		{"(Ref: aws_s3_bucket.logs,<br>File: infra/main.tf)", logs},
		{"(Ref: 'aws_s3_bucket.logs', File: \"infra/main.tf\")", logs},
		{"(Ref: `aws_s3_bucket.logs`, File: `infra/main.tf`)", logs},
		{"(Ref: &#39;aws_s3_bucket.logs&#39;, File: infra/main.tf)", logs},
		{"( Ref :  aws_s3_bucket.logs ,  File :  infra/main.tf )", logs},
		{"resource: aws_s3_bucket.logs (File: infra/main.tf)", logs},
		{"File: infra/main.tf (Ref: aws_s3_bucket.logs)", logs},
		{"Ref: aws_s3_bucket.logs in File: infra/main.tf.", logs},
		{"The resource: aws_s3_bucket.logs is public", logs},
		{"Ref: aws_s3_bucket.logs", logs},
		{"(Ref: aws_s3_bucket.logs)", logs},
		{"(Ref: aws_s3_bucket.logs, File: no_specific_file)", logs},
		{"(AWS_S3 Ref: aws_s3_bucket.logs, File: infra/main.tf)", logs},
		// Names.
		{"AWS_S3 (Ref: logs, File: infra/main.tf)", logs},
		{"AWS_S3 (Ref: shop-logs, File: infra/main.tf)", logs},
		{"(Ref: arn:aws:s3:::shop-logs, File: infra/main.tf)", logs},
		{"(Ref: AWS_S3_Bucket.Logs, File: infra/main.tf)", logs},
		{`(Ref: resource "aws_s3_bucket" "logs", File: infra/main.tf)`, logs},
		{"(Ref: aws_s3_bucket.logs.acl, File: infra/main.tf)", logs},
		{"(Ref: module.shop.aws_s3_bucket.logs, File: infra/main.tf)", logs},
		{"(Ref: logs, File: infra/main.tf)", at{tf, 1, onFile}},
		{"AWS_CLOUDTRAIL (Ref: logs, File: infra/main.tf)", at{tf, 1, onFile}},
		{"AWS_HOST (Ref: web, File: infra/main.tf)", at{tf, 41, onResource}},
		{"AWS_SECURITY_GROUP (Ref: web, File: infra/main.tf)", at{tf, 25, onResource}},
		{"(Ref: aws_instance.web[0], File: infra/main.tf)", at{tf, 41, onResource}},
		{`(Ref: aws_iam_user.app["x,y"], File: infra/main.tf)`, at{tf, 51, onResource}},
		{`(Ref: module.a["p.q"].aws_iam_user.app["a.b"], File: infra/main.tf)`, at{tf, 51, onResource}},
		{"AWS_ROLE (Ref: app, File: infra/main.tf)", at{tf, 56, onResource}},
		{"(Ref: data.aws_ami.base, File: infra/main.tf)", at{tf, 47, onResource}},
		{"(Ref: aws_ami.base, File: infra/main.tf)", at{tf, 47, onResource}},
		{"(Ref: module.vpc, File: infra/main.tf)", at{tf, 60, onResource}},
		{"(Ref: module.vpc.aws_subnet.public[1], File: infra/main.tf)", at{tf, 60, onResource}},
		{"(Ref: module.vpc.aws_subnet.public[1], File: infra/modules/vpc/main.tf)", at{"infra/modules/vpc/main.tf", 5, onResource}},
		{"(Ref: var.region, File: infra/main.tf)", at{tf, 5, onResource}},
		{"(Ref: region, File: infra/main.tf)", at{tf, 1, onFile}},
		{"(Ref: nothing, File: infra/main.tf)", at{tf, 1, onFile}},
		{"(Ref: no_reference_found, File: infra/main.tf)", at{tf, 1, onFile}},
		{"(Ref: aws_s3_bucket.logs, File: gone/other.tf)", at{Placement: nowhere}},
		{"log_profile (Ref: no_reference_found, File: no_specific_file) branch: x", at{Placement: nowhere}},
		// Other languages.
		{"(Ref: google_storage_bucket.backup, File: main.tf.json)", at{"infra/json/main.tf.json", 8, onResource}},
		{"GCP_FIREWALL (Ref: allow-ssh, File: main.tf.json)", at{"infra/json/main.tf.json", 14, onResource}},
		{"AWS_S3 (Ref: UploadBucket, File: cfn/stack.yaml)", at{"cfn/stack.yaml", 7, onResource}},
		{"AWS_RDS (Ref: Resources.Database, File: cfn/stack.yaml)", at{"cfn/stack.yaml", 12, onResource}},
		{"(Ref: AWS::S3::Bucket.UploadBucket, File: cfn/stack.yaml)", at{"cfn/stack.yaml", 7, onResource}},
		{"(Ref: Topic, File: cfn/stack.json)", at{"cfn/stack.json", 8, onResource}},
		{"(Ref: Microsoft.Storage/storageAccounts/shopstore, File: azuredeploy.json)", at{"arm/azuredeploy.json", 5, onResource}},
		{"(Ref: /subscriptions/1/providers/Microsoft.Storage/storageAccounts/shopstore, File: azuredeploy.json)", at{"arm/azuredeploy.json", 5, onResource}},
		{"AZURE_NETWORK_SECURITY_GROUP (Ref: shop-nsg, File: arm/azuredeploy.json)", at{"arm/azuredeploy.json", 13, onResource}},
		{"(Ref: Deployment/web, File: k8s/all.yaml)", at{"k8s/all.yaml", 7, onResource}},
		{"(Ref: service/web, File: k8s/all.yaml)", at{"k8s/all.yaml", 21, onResource}},
		{"(Ref: apps/v1/Deployment/web, File: k8s/all.yaml)", at{"k8s/all.yaml", 7, onResource}},
		{"(Ref: Deployment/shop/web, File: k8s/all.yaml)", at{"k8s/all.yaml", 7, onResource}},
		{"(Ref: shop/Deployment/web, File: k8s/all.yaml)", at{"k8s/all.yaml", 7, onResource}},
		{"NATIVE_SERVICE (Ref: shop/web, File: k8s/all.yaml)", at{"k8s/all.yaml", 21, onResource}},
		{"NATIVE_POD (Ref: web, File: k8s/all.yaml)", at{"k8s/all.yaml", 7, onResource}},
		{"(Ref: Pod/two, File: k8s/list.yaml)", at{"k8s/list.yaml", 8, onResource}},
		{"(Ref: Create the bucket, File: ansible/site.yml)", at{"ansible/site.yml", 4, onResource}},
		{"(Ref: Open ssh, for all\n, File: ansible/site.yml)", at{"ansible/site.yml", 8, onResource}},
		{"(Ref: Open ssh, for all, File: ansible/site.yml)", at{"ansible/site.yml", 8, onResource}},
		// Files.
		{"(Ref: UploadBucket, File: /tmp/upload123/cfn/stack.yaml)", at{"cfn/stack.yaml", 7, onResource}},
		{"(Ref: UploadBucket, File: /tmp/upload123/stack.yaml)", at{"cfn/stack.yaml", 7, onResource}},
		{"(Ref: UploadBucket, File: file:///tmp/u/cfn/stack.yaml)", at{"cfn/stack.yaml", 7, onResource}},
		{`(Ref: UploadBucket, File: C:\work\cfn\stack.yaml)`, at{"cfn/stack.yaml", 7, onResource}},
		{`(Ref: UploadBucket, File: cfn\stack.yaml)`, at{"cfn/stack.yaml", 7, onResource}},
		{"(Ref: UploadBucket, File: ./cfn/stack.yaml:7)", at{"cfn/stack.yaml", 7, onResource}},
		{"(Ref: UploadBucket, File: cfn/stack.yaml#L9)", at{"cfn/stack.yaml", 7, onResource}},
		{"(Ref: UploadBucket, File: cfn%2Fstack.yaml)", at{"cfn/stack.yaml", 7, onResource}},
		{"(Ref: UploadBucket, File: CFN/Stack.YAML)", at{"cfn/stack.yaml", 7, onResource}},
		{"(Ref: aws_subnet.public, File: main.tf)", at{"infra/modules/vpc/main.tf", 5, onResource}},
		{"(Ref: nothing, File: main.tf)", at{Placement: ambiguous}},
		{"(Ref: logs, File: infra/main.tf:15)", logs},
		{"File: cfn/stack.json", at{"cfn/stack.json", 1, onFile}},
		// No reference at all.
		{"The template cfn/stack.yaml has an open bucket.", at{"cfn/stack.yaml", 1, onFile}},
		{"The bucket 'UploadBucket' in stack.yaml is open.", at{"cfn/stack.yaml", 7, onResource}},
		{"aws_s3_bucket.logs in infra/main.tf is open.", logs},
		{"aws_s3_bucket.logs and aws_instance.web in infra/main.tf", at{tf, 1, onFile}},
		{"main.tf is wrong", at{Placement: nowhere}},
		{"cfn/stack.yaml and cfn/stack.json are wrong", at{Placement: nowhere}},
		{"An S3 bucket is open.", at{Placement: nowhere}},
		{"", at{Placement: nowhere}},
		// Attributes.
		{"The rule 'ipv6_cidr_blocks' is open (Ref: aws_security_group.web, File: infra/main.tf)", at{tf, 37, onAttribute}},
		{"'0.0.0.0/0' is allowed (Ref: aws_security_group.web, File: infra/main.tf)", at{tf, 31, onAttribute}},
		{"`ingress.cidr_blocks` holds \"0.0.0.0/0\" (Ref: aws_security_group.web, File: infra/main.tf)", at{tf, 31, onAttribute}},
		{"'cidr_blocks' is open (Ref: aws_security_group.web, File: infra/main.tf)", at{tf, 25, onResource}},
		{"'::/0' and '0.0.0.0/0' are open (Ref: aws_security_group.web, File: infra/main.tf)", at{tf, 25, onResource}},
		{"Bucket 'logs' has acl \"public-read\" (Ref: logs, File: infra/main.tf) AWS_S3", at{tf, 1, onFile}},
		{"'shop-logs' is open. AWS_S3 (Ref: logs, File: infra/main.tf)", logs},
		{"It's public and doesn't say why (Ref: aws_s3_bucket.logs, File: infra/main.tf)", logs},
		{"'s3:GetObject' is granted (Ref: aws_s3_bucket_policy.logs, File: infra/main.tf)", at{tf, 21, onAttribute}},
		{"'Properties.AccessControl' is open (Ref: UploadBucket, File: cfn/stack.yaml)", at{"cfn/stack.yaml", 11, onAttribute}},
		{"'securityContext.privileged' is set (Ref: Deployment/web, File: k8s/all.yaml)", at{"k8s/all.yaml", 19, onAttribute}},
	}
	for _, tt := range tests {
		got := r.place(t, tt.details)
		if len(got) != 1 {
			t.Errorf("%q: %d findings, want 1: %+v", tt.details, len(got), got)
			continue
		}
		if diff := cmp.Diff(tt.want, whereIs(got[0])); diff != "" {
			t.Errorf("%q: (-want +got)\n%s note: %s; ref %q file %q", tt.details, diff, got[0].Note, got[0].Ref, got[0].File)
		}
	}
}

// Submissions are placed side by side, and their findings stand in their order.
func TestManySubmissions(t *testing.T) {
	t.Parallel()
	r := manyFiles(30)
	former := map[string]string{}
	var all []result.Submission
	var alone []result.Finding
	for i, path := range r.paths {
		former[path] = "old/" + path
		sub := result.Submission{ID: fmt.Sprint("scan-", i), Paths: []string{path}}
		for j := range 1 + i%7 {
			sub.Alerts = append(sub.Alerts, alert("Ensure it is closed", fmt.Sprintf("It is open. (Ref: b%d_%d, File: main.tf)", i, j)))
		}
		all = append(all, sub)
	}
	source := r.source()
	source.Former = former
	for i := range all {
		alone = append(alone, mustPlace(t, all[i:i+1], nil, source)...)
	}
	got := mustPlace(t, all, nil, source)
	if diff := cmp.Diff(alone, got); diff != "" {
		t.Errorf("(-one by one +together):\n%s", diff)
	}
	mustSnippets(t, got, source)
	for _, f := range got {
		if f.Former == "" || f.Locations[0].Snippet == nil {
			t.Fatalf("%+v", f)
		}
	}
}

func TestPanicsAreErrors(t *testing.T) {
	t.Parallel()
	r := manyFiles(1)
	broken := Checkout{Read: func(string) ([]byte, error) { panic("broken") }}
	found, err := Place(t.Context(), []result.Submission{r.submission(alert("s", "(Ref: b0_0, File: main.tf)"))}, nil, broken)
	if _, ok := errors.AsType[*safe.PanicError](err); !ok || found != nil {
		t.Errorf("Place: %v, %v", found, err)
	}
	found = []result.Finding{{Locations: []result.Location{{Path: "a", Line: 1}}}}
	if _, ok := errors.AsType[*safe.PanicError](Snippets(t.Context(), found, broken)); !ok {
		t.Error("Snippets returns no error")
	}
}
