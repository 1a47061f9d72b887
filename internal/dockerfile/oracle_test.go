package dockerfile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/frontend/dockerfile/command"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"pgregory.net/rapid"
)

// outline is what is read of a Dockerfile: its instructions, or the error.
type outline []string

// ours is the outline of a Dockerfile by this package.
func ours(content []byte) outline {
	all, escape, err := split(content)
	if wrong, ok := errors.AsType[*SyntaxError](err); ok {
		return outline{fmt.Sprintf("line %d: %s", wrong.Line, wrong.Msg)}
	}
	out := outline{fmt.Sprintf("escape %c", escape)}
	for _, i := range all {
		out = append(out, shown(i, escape)...)
	}
	return out
}

func shown(i instruction, escape rune) []string {
	lines := []string{fmt.Sprintf("%d-%d %q %q", i.lines.Start, i.lines.End, i.name, i.flags)}
	switch {
	case i.is(instructionFrom):
		f, msg := parseFrom(i)
		lines = append(lines, fmt.Sprintf("from %q as %q invalid=%t", f.base, f.name, msg != ""))
		if msg != "" {
			lines[1] = "invalid from"
		}
	case i.is(instructionArg):
		a, msg := parseArg(i, escape)
		lines = append(lines, "arg "+fmt.Sprint(msg))
		for _, v := range a.vars {
			text := "none"
			if v.value != nil {
				text = fmt.Sprintf("%q", *v.value)
			}
			lines = append(lines, fmt.Sprintf("%q=%s", v.name, text))
		}
	}
	if i.child != nil {
		lines = append(lines, shown(*i.child, escape)...)
	}
	return lines
}

// theirs is the outline by BuildKit.
func theirs(content []byte) outline {
	parsed, err := parser.Parse(bytes.NewReader(content))
	if err != nil {
		line := 0
		if at, ok := errors.AsType[*parser.LocationError](err); ok {
			line = at.Locations[0][0].Start.Line
		}
		if strings.HasSuffix(err.Error(), "parser directive can be used") || strings.Contains(err.Error(), "invalid escape token") {
			line++ // it names the line before
		}
		return outline{fmt.Sprintf("line %d: %s", line, err)}
	}
	out := outline{fmt.Sprintf("escape %c", parsed.EscapeToken)}
	for _, node := range parsed.AST.Children {
		out = append(out, shownNode(node)...)
	}
	return out
}

func shownNode(node *parser.Node) []string {
	flags := node.Flags
	if len(flags) == 0 {
		flags = nil
	}
	node.PrevComment = nil // ParseInstruction panics at "# check=": it has no linter
	lines := []string{fmt.Sprintf("%d-%d %q %q", node.StartLine, node.EndLine, node.Value, flags)}
	switch strings.ToLower(node.Value) {
	case command.From:
		v, err := instructions.ParseInstruction(node)
		if err != nil {
			return append(lines, "invalid from")
		}
		from := v.(*instructions.Stage)
		lines = append(lines, fmt.Sprintf("from %q as %q invalid=false", from.BaseName, from.Name))
	case command.Arg:
		v, err := instructions.ParseInstruction(node)
		if err != nil {
			return append(lines, "arg "+err.Error())
		}
		lines = append(lines, "arg ")
		for _, kv := range v.(*instructions.ArgCommand).Args {
			text := "none"
			if kv.Value != nil {
				text = fmt.Sprintf("%q", *kv.Value)
			}
			lines = append(lines, fmt.Sprintf("%q=%s", kv.Key, text))
		}
	case command.Onbuild:
		if node.Next != nil && len(node.Next.Children) > 0 {
			lines = append(lines, shownNode(node.Next.Children[0])...)
		}
	}
	return lines
}

// compared returns how this package and BuildKit read a Dockerfile differently.
func compared(content []byte) string {
	content = plainText(content)
	if checkBounds("", content) != nil {
		return ""
	}
	return cmp.Diff(theirs(content), ours(content))
}

// TestLikeBuildKit compares the reading of Dockerfiles that are made of pieces that matter.
func TestLikeBuildKit(t *testing.T) {
	t.Parallel()
	pieces := rapid.SampledFrom([]string{
		"FROM", "from", "ARG", "RUN", "COPY", "ADD", "ENV", "LABEL", "ONBUILD", "HEALTHCHECK", "CMD", "SHELL", "USER", "NOSUCH", " ", "  ", "\t",
		"\n", "\n", "\n", "\r\n", "\\", "\\\n", "\\ \n", "\\\\\n", "`", "`\n", "# escape=`\n", "#escape=\\\n", "#syntax=x\n", "# check = a\n", "# check=skip=all\n", "#", "# x\n",
		"<<EOF", "<<-EOF", "<<'EOF'", "<<\"E F\"", "<<", "3<<EOF", "EOF", "\nEOF\n", "\n\tEOF\n", "--from=a", "--mount=type=bind,from=b", "--platform=", "--platform",
		"--x", "--", "--a='b c'", "a", "b=c", "=", "=x", "as", "AS", "B1", "$X", "${X:-y}", "'", "\"", "[", "]", "[1]", `["a", "b"]`, ",", "é", "à", "\u00a0", "\u0085",
		"\ufeff", "\v", "\f", "\xff", "\x00", "NONE", "debian:12",
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(pieces, 0, 40).Draw(t, "pieces"), "")
		if diff := compared([]byte(text)); diff != "" {
			t.Fatalf("%q (-BuildKit +this):\n%s", text, diff)
		}
	})
}

// FuzzLikeBuildKit does the same with any text.
func FuzzLikeBuildKit(f *testing.F) {
	for _, seed := range []string{
		"FROM a\n", "FROM\va\fas\vb", "FROM a\nONBUILD\n", "#escape=`\nARG A=`\n b\nFROM --platform=x ${A} AS b\n", "ARG 'a\\' b=c\nFROM a", "ARG \"a\\\" b\" c\nFROM a", "ARG =x\nFROM a", "ARG a\\ b\nFROM a",
		"# x\n# escape=`\nFROM a`\nb", "\n# escape=`\nFROM a`\nb", "# syntax=a\n# syntax=b\nFROM a", "#\vescape=`\nFROM a`\nb", "# escape=x\nFROM a", "# check=a\n# nosuch=a\n# escape=`\nFROM a`\nb",
		"FROM a\nRUN <<A <<-B\nx\nA\n\tB\nCOPY --from='x y' a b\n", "FROM a\nONBUILD RUN --mount=from=b <<E\nE\n", "FROM a\nRUN <<\\ x\nx\n", "FROM a\nRUN <<'' ''\n\n\n", "FROM a\nRUN <<A",
		"FROM a\nCOPY --from=à x\n", "FROM a\nCOPY --from=a\vb c\n", "FROM a\nCOPY -- --from=b x\n", "FROM a\nRUN --mount='a\\'b' --x=\\ c", "FROM a\nCOPY --from=\"\" x",
		"FROM a\nENV a b\nLABEL a=b \\\n# c\n\n c=d\n", "FROM a\nENV a\n", "FROM a\nLABEL a=b c\n", "FROM a\nRUN [1]\n", "from\u00a0a\nHEALTHCHECK CMD [\"a\"]", "FROM a\nHEALTHCHECK --x CMD [1]\n", "FROM a\nHEALTHCHECK [1]\n",
		"FROM a\nRUN " + strings.Repeat("x", maxLine-4), "FROM a\nRUN " + strings.Repeat("x", maxLine-5) + "\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if diff := compared(content); diff != "" {
			t.Fatalf("(-BuildKit +this):\n%s", diff)
		}
	})
}
