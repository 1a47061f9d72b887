terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.14"
    }
  }
}

provider "google" {
  project = var.project
  region  = var.region
}

resource "google_compute_network" "analytics" {
  name                    = "analytics"
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "analytics" {
  name                     = "analytics-${var.region}"
  network                  = google_compute_network.analytics.id
  ip_cidr_range            = "10.40.0.0/20"
  private_ip_google_access = true

  log_config {
    aggregation_interval = "INTERVAL_5_MIN"
    flow_sampling        = 0.5
  }
}

resource "google_compute_firewall" "notebooks" {
  name          = "allow-rdp-notebooks"
  network       = google_compute_network.analytics.id
  source_ranges = ["0.0.0.0/0"]
  target_tags   = ["notebook"]

  allow {
    protocol = "tcp"
    ports    = ["3389"]
  }
}

resource "google_storage_bucket" "events" {
  name                        = "${var.project}-events"
  location                    = "EU"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }
}

resource "google_storage_bucket" "dashboards" {
  name     = "${var.project}-dashboards"
  location = "EU"
}

resource "google_storage_bucket_iam_member" "dashboards_readers" {
  bucket = google_storage_bucket.dashboards.name
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}

resource "google_sql_database_instance" "marts" {
  name             = "marts"
  database_version = "POSTGRES_16"

  settings {
    tier = "db-custom-2-7680"

    backup_configuration {
      enabled = true
    }

    ip_configuration {
      ipv4_enabled = true
      ssl_mode     = "ENCRYPTED_ONLY"

      authorized_networks {
        name  = "everyone"
        value = "0.0.0.0/0"
      }
    }
  }
}

resource "google_bigquery_dataset" "sales" {
  dataset_id = "sales"
  location   = "EU"

  access {
    role          = "OWNER"
    special_group = "projectOwners"
  }

  access {
    role           = "READER"
    group_by_email = var.analysts
  }
}
