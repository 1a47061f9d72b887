// Package transport makes the requests of every client of a service. Credentials
// never leave their origin, retries can't do harm, answers have a maximum size,
// and errors say what happened and where without a secret or a parameter. Explain
// turns them into a fault with advice.
package transport
