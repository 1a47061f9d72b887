// Package house holds no code: its tests hold the rules of the house, which
// are who may import whom, what only one package may do, and how large a file
// or a function may grow. CONTRIBUTING.md says why.
package house
