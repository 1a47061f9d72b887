// Package state records in a file which submissions the service is processing.
// With it, an interrupted run can be repeated without uploading the same content
// twice.
//
// The file holds ids and never findings: a verdict rests only on what the service
// says in the same run. The file is authenticated with a key derived from the API
// key. Each entry stands for one content under one endpoint, repository and set of
// options. A file that can't be trusted is ignored, with a notice.
package state
