// Package image parses image references and compares them.
package image
