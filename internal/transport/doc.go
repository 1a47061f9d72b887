// Package transport is what every vendor client shares: credentials that never
// leave their origin, retries that can't do harm, caps on what is read, and
// errors that say what happened, where, and what to do next, without ever
// showing a secret or a parameter.
package transport
