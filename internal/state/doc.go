// Package state remembers in a file which submissions are under way at the
// service, so that a run that was cut off can be run again without uploading
// the same content twice.
//
// The file holds ids and never findings: whatever a verdict rests on is asked
// of the service again. It is authenticated with a key made from the API key,
// and each entry stands for one content under one endpoint, repository and set
// of options. A file that can't be trusted is the same as none, with a notice.
package state
