// Package transport makes the requests of every client of a service. Credentials
// never leave their origin, retries can't do harm, answers have a maximum size,
// and errors say what happened and where without a secret or a parameter. Explain
// turns them into a fault with advice.
//
// # The border for secrets
//
// A service may repeat the credentials that it was sent, in any field. They are masked once,
// here: [Client.JSON] and [Client.Stream] read each answer with a mask for the secrets of the
// client, so that jsonx hands out no text with one, and all errors are cleaned. The mask
// applies to decoded texts, because in the raw bytes a secret may be escaped.
package transport
