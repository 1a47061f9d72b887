package template

import "testing"

func TestKindFit(t *testing.T) {
	t.Parallel()
	same := []struct{ kind, typ string }{
		{"AWS_S3", "aws_s3_bucket"},
		{"AWS_S3", "AWS::S3::Bucket"},
		{"AWS_S3", "amazon.aws.s3_bucket"},
		{"AWS_S3_BUCKET", "aws_s3_bucket"},
		{"AWS_CLOUDTRAIL", "aws_cloudtrail"},
		{"AWS_CLOUDTRAIL", "AWS::CloudTrail::Trail"},
		{"AWS_HOST", "aws_instance"},
		{"AWS_HOST", "AWS::EC2::Instance"},
		{"AWS_SECURITY_GROUP", "AWS::EC2::SecurityGroup"},
		{"AWS_EBS_VOLUME", "aws_ebs_volume"},
		{"AWS_RDS", "aws_db_instance"},
		{"AWS_RDS", "AWS::RDS::DBCluster"},
		{"AWS_LAMBDA", "aws_lambda_function"},
		{"AWS_USER", "AWS::IAM::User"},
		{"AWS_ROLE", "aws_iam_role"},
		{"AWS_CLUSTER", "aws_eks_cluster"},
		{"AWS_VPC", "aws_vpc"},
		{"AWS_DYNAMODB", "aws_dynamodb_table"},
		{"AZURE_STORAGE_ACCOUNT", "azurerm_storage_account"},
		{"AZURE_STORAGE_ACCOUNT", "Microsoft.Storage/storageAccounts"},
		{"AZURE_NETWORK_SECURITY_GROUP", "Microsoft.Network/networkSecurityGroups"},
		{"AZURE_HOST", "azurerm_linux_virtual_machine"},
		{"AZURE_CLUSTER", "azurerm_kubernetes_cluster"},
		{"AZURE_CLUSTER", "Microsoft.ContainerService/managedClusters"},
		{"AZURE_SQL_SERVER", "Microsoft.Sql/servers"},
		{"GCP_BUCKET", "google_storage_bucket"},
		{"GCP_FIREWALL", "google_compute_firewall"},
		{"GCP_HOST", "google_compute_instance"},
		{"GCP_SQL", "google_sql_database_instance"},
		{"GCP_NODEPOOL", "google_container_node_pool"},
		{"NATIVE_NETWORK_POLICY", "NetworkPolicy"},
		{"AWS_SERVICE", "Service"},
		{"AWS_SERVICE", "kubernetes_service"},
	}
	for _, tt := range same {
		if got := KindFit(tt.kind, tt.typ); got != FitSame {
			t.Errorf("KindFit(%s, %s) = %d, want FitSame", tt.kind, tt.typ, got)
		}
	}
	none := []struct{ kind, typ string }{
		{"AWS_S3", "aws_iam_role"},
		{"GCP_HOST", "aws_instance"},
		{"AWS_HOST", "aws_db_instance"},
		{"AZURE_GROUP", "aws_iam_group"},
		{"NO_SUCH_THING", "aws_s3_bucket"},
	}
	for _, tt := range none {
		if got := KindFit(tt.kind, tt.typ); got != FitNone {
			t.Errorf("KindFit(%s, %s) = %d, want FitNone", tt.kind, tt.typ, got)
		}
	}
	if KindFit("AWS_S3", "aws_s3_bucket_policy") >= KindFit("AWS_S3", "aws_s3_bucket") {
		t.Error("the policy of a bucket fits the kind word of buckets as well as a bucket")
	}
}
