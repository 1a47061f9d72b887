// Package text holds what several packages do with text: finding whole words in it.
package text
