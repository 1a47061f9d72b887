// Package campaign is a test of the whole command and nothing else: it draws
// repositories, policies, services and faults from a seed, runs the command on
// them in simulated time, and holds every run against an oracle that knows what
// lay in the tree and what the service really said. Neither the service nor the
// oracle shares code with the product: what both get wrong would not be seen.
package campaign
