package template

const terraformKinds = `
ACTIVITY_LOG: aws_cloudtrail, azurerm_monitor_log_profile, azurerm_monitor_activity_log_alert
ALB: aws_lb, aws_alb
AMI: aws_ami, aws_ami_copy
API_GATEWAY: aws_api_gateway_rest_api
APP_SERVICE: azurerm_app_service, azurerm_linux_web_app, azurerm_windows_web_app
BUCKET: google_storage_bucket, aws_s3_bucket
CLOUDFRONT: aws_cloudfront_distribution
CLOUDTRAIL: aws_cloudtrail
CLUSTER: aws_eks_cluster, azurerm_kubernetes_cluster, google_container_cluster
CONTAINER: (kubernetes_pod), (kubernetes_deployment), (kubernetes_daemon_set), (kubernetes_stateful_set), (kubernetes_replica_set), (kubernetes_job), (kubernetes_cron_job)
CONTAINER_FARGATE: aws_ecs_task_definition
COSMOS_DB: azurerm_cosmosdb_account
DB: azurerm_mssql_server, azurerm_sql_server, azurerm_postgresql_server, azurerm_mysql_server, azurerm_mariadb_server, azurerm_postgresql_flexible_server, azurerm_mysql_flexible_server
DYNAMODB: aws_dynamodb_table
EBS_VOLUME: aws_ebs_volume
ECR: aws_ecr_repository
EFS: aws_efs_file_system
ES: aws_elasticsearch_domain, aws_opensearch_domain
FIREWALL: google_compute_firewall
FUNCTION: azurerm_function_app, azurerm_linux_function_app, azurerm_windows_function_app
GROUP: aws_iam_group, azuread_group
HOST: aws_instance, google_compute_instance, azurerm_virtual_machine, azurerm_linux_virtual_machine, azurerm_windows_virtual_machine
IOT_HUB: azurerm_iothub
KEY_VAULT: azurerm_key_vault
KMS: aws_kms_key, google_kms_crypto_key
LAMBDA: aws_lambda_function
LOGIC_APP: azurerm_logic_app_workflow
NETWORK_SECURITY_GROUP: azurerm_network_security_group
NODEPOOL: google_container_node_pool
NODE_GROUP: aws_eks_node_group, azurerm_kubernetes_cluster_node_pool, google_container_node_pool
POD: (kubernetes_deployment), (kubernetes_daemon_set), (kubernetes_stateful_set), (kubernetes_replica_set), (kubernetes_job), (kubernetes_cron_job)
RBAC_ROLE: kubernetes_role, kubernetes_cluster_role
RDS: aws_db_instance, aws_rds_cluster, aws_rds_cluster_instance
ROLE: aws_iam_role
ROLE_BINDING: google_project_iam_binding, google_project_iam_member
S3: aws_s3_bucket
SNS: aws_sns_topic
SQL: google_sql_database_instance
SQL_SERVER: azurerm_mssql_server, azurerm_sql_server
SQS: aws_sqs_queue
SUBNET: google_compute_subnetwork
TASK_DEFINITION: aws_ecs_task_definition
USER: aws_iam_user, google_service_account, azuread_user
VPC: google_compute_network
`
