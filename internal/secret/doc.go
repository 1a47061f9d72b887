// Package secret keeps secrets out of what the product shows and sends.
//
// A [Value] is a credential that never prints itself. A [Masker] replaces values
// that are known, such as credentials or the names of people, in texts that came
// from outside. A [Redactor] replaces what looks like a secret in the lines of a
// file that are shown. The Holds functions and [IsSensitiveName] find files that
// must not be uploaded.
package secret
