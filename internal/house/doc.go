// Package house holds no code. Its tests check the rules of this repository: who may import
// whom, what only one package may do, and how large files, functions and lines may be.
package house
