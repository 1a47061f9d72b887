package console

import (
	"strings"
	"unicode/utf8"
)

// NoFormula returns a text that is not a formula as the cell of a table: a spreadsheet executes
// what begins with one of these characters, quoted or not, and some skip blanks before it (OWASP,
// "CSV Injection"). The apostrophe before it is what spreadsheets themselves write for text.
func NoFormula(cell string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(cell, " \t\u00a0\u3000'\""))
	if strings.ContainsRune("=+-@|%＝＋－＠", first) {
		return "'" + cell
	}
	return cell
}
