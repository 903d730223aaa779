# Everything that Terraform's provider has for MSK Connect, against a control plane on
# this machine. TestTerraform applies it, changes variables, imports and destroys.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "endpoint" { type = string }
variable "bootstrap" { type = string }
variable "bucket" { type = string }
variable "key" { type = string }
variable "dir" { type = string }

variable "workers" { default = 1 }
variable "topic" { default = "tf-one" }
variable "env" { default = "one" }

provider "aws" {
  region                      = "eu-west-1"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  max_retries                 = 2

  # The provider asks who it is: the control plane answers that as well.
  endpoints {
    kafkaconnect = var.endpoint
    sts          = var.endpoint
  }
}

locals {
  source = "org.apache.kafka.connect.file.FileStreamSourceConnector"
  role   = "arn:aws:iam::123456789012:role/connect"
}

resource "aws_mskconnect_custom_plugin" "files" {
  name         = "tf-files"
  description  = "native connectors"
  content_type = "ZIP"
  location {
    s3 {
      bucket_arn = "arn:aws:s3:::${var.bucket}"
      file_key   = var.key
    }
  }
  tags = { env = var.env }
}

resource "aws_mskconnect_worker_configuration" "text" {
  name                    = "tf-text"
  properties_file_content = <<-EOT
    # Keys and values are text: ü.
    key.converter=org.apache.kafka.connect.storage.StringConverter
    value.converter=org.apache.kafka.connect.storage.StringConverter
  EOT
}

resource "aws_mskconnect_connector" "fixed" {
  name                 = "tf-fixed"
  description          = "with a number of workers"
  kafkaconnect_version = "3.7.x"
  capacity {
    provisioned_capacity {
      mcu_count    = 1
      worker_count = var.workers
    }
  }
  connector_configuration = {
    "connector.class" = local.source
    "tasks.max"       = "1"
    "file"            = "${var.dir}/tf-fixed.txt"
    "topic"           = var.topic
  }
  kafka_cluster {
    apache_kafka_cluster {
      bootstrap_servers = var.bootstrap
      vpc {
        subnets         = ["subnet-2", "subnet-1", "subnet-3"]
        security_groups = ["sg-2", "sg-1"]
      }
    }
  }
  kafka_cluster_client_authentication {
    authentication_type = "NONE"
  }
  kafka_cluster_encryption_in_transit {
    encryption_type = "PLAINTEXT"
  }
  log_delivery {
    worker_log_delivery {
      cloudwatch_logs {
        enabled = false
      }
      s3 {
        enabled = false
      }
    }
  }
  plugin {
    custom_plugin {
      arn      = aws_mskconnect_custom_plugin.files.arn
      revision = aws_mskconnect_custom_plugin.files.latest_revision
    }
  }
  worker_configuration {
    arn      = aws_mskconnect_worker_configuration.text.arn
    revision = aws_mskconnect_worker_configuration.text.latest_revision
  }
  service_execution_role_arn = local.role
  tags                       = { env = var.env, kind = "fixed" }
}

resource "aws_mskconnect_connector" "scaled" {
  name                 = "tf-scaled"
  kafkaconnect_version = "2.7.1"
  capacity {
    autoscaling {
      min_worker_count = 1
      max_worker_count = 2
      scale_in_policy {
        cpu_utilization_percentage = 15
      }
    }
  }
  connector_configuration = {
    "connector.class" = local.source
    "tasks.max"       = "1"
    "file"            = "${var.dir}/tf-scaled.txt"
    "topic"           = "tf-scaled"
  }
  kafka_cluster {
    apache_kafka_cluster {
      bootstrap_servers = var.bootstrap
      vpc {
        subnets         = ["subnet-1"]
        security_groups = ["sg-1"]
      }
    }
  }
  kafka_cluster_client_authentication {}
  kafka_cluster_encryption_in_transit {}
  plugin {
    custom_plugin {
      arn      = aws_mskconnect_custom_plugin.files.arn
      revision = aws_mskconnect_custom_plugin.files.latest_revision
    }
  }
  service_execution_role_arn = local.role
}

data "aws_mskconnect_custom_plugin" "files" {
  name = aws_mskconnect_custom_plugin.files.name
}

data "aws_mskconnect_worker_configuration" "text" {
  name = aws_mskconnect_worker_configuration.text.name
}

data "aws_mskconnect_connector" "fixed" {
  name = aws_mskconnect_connector.fixed.name
}

# By the address of each resource, as import blocks need it.
output "arns" {
  value = {
    "aws_mskconnect_custom_plugin.files"        = aws_mskconnect_custom_plugin.files.arn
    "aws_mskconnect_worker_configuration.text" = aws_mskconnect_worker_configuration.text.arn
    "aws_mskconnect_connector.fixed"            = aws_mskconnect_connector.fixed.arn
    "aws_mskconnect_connector.scaled"           = aws_mskconnect_connector.scaled.arn
  }
}

output "looked_up" {
  value = alltrue([
    data.aws_mskconnect_custom_plugin.files.arn == aws_mskconnect_custom_plugin.files.arn,
    data.aws_mskconnect_custom_plugin.files.state == "ACTIVE",
    data.aws_mskconnect_worker_configuration.text.properties_file_content == aws_mskconnect_worker_configuration.text.properties_file_content,
    data.aws_mskconnect_connector.fixed.arn == aws_mskconnect_connector.fixed.arn,
    data.aws_mskconnect_connector.fixed.tags["kind"] == "fixed",
  ])
}
