package template

import (
	"bytes"
)

// clue says what the bytes of a file hint at. Sniffing must be cheap: of a
// repository's YAML and JSON files, most are something else.
type clue struct {
	cfn, arm, params, kube, ansible bool
	// sure is set where a broken file is still known for what it is.
	sure bool
}

func (c clue) none() bool { return !c.cfn && !c.arm && !c.params && !c.kube && !c.ansible }

func has(b []byte, text string) bool { return bytes.Contains(b, []byte(text)) }

func sniffJSON(b []byte) clue {
	var c clue
	if has(b, "eploymentTemplate.json") && has(b, `"$schema"`) {
		c.arm, c.sure = true, true
	}
	if has(b, "eploymentParameters.json") && has(b, `"$schema"`) {
		c.params, c.sure = true, true
	}
	c.cfn = sniffCloudFormation(b)
	c.sure = c.sure || has(b, `"AWSTemplateFormatVersion"`)
	c.kube = has(b, `"apiVersion"`) && has(b, `"kind"`)
	return c
}

func sniffCloudFormation(b []byte) bool {
	return has(b, "AWSTemplateFormatVersion") || has(b, "Resources") &&
		(has(b, "AWS::") || has(b, "Custom::") || has(b, "Alexa::"))
}

func sniffYAML(path string, b []byte) clue {
	c := clue{cfn: sniffCloudFormation(b)}
	c.kube = has(b, "apiVersion") && has(b, "kind")
	c.sure = c.kube && lineStarts(b, "apiVersion:") && lineStarts(b, "kind:") ||
		c.cfn && (lineStarts(b, "AWSTemplateFormatVersion") || lineStarts(b, `"AWSTemplateFormatVersion"`))
	if startsList(b) {
		c.ansible = has(b, "hosts") || has(b, "import_playbook") || ansibleTasks(path) ||
			has(b, " "+ansibleCollections)
		c.sure = c.sure || surePlaybook(b)
	}
	return c
}

// surePlaybook tells a list of plays without parsing it.
func surePlaybook(b []byte) bool {
	return (lineStarts(b, "- hosts:") || lineStarts(b, "  hosts:")) &&
		(lineStarts(b, "  tasks:") || lineStarts(b, "  roles:"))
}

// lineStarts reports whether some line begins with text.
func lineStarts(b []byte, text string) bool {
	if bytes.HasPrefix(b, []byte(text)) {
		return true
	}
	return has(b, "\n"+text)
}

// startsList reports whether the first line of a YAML file that is no comment
// or marker begins a block sequence.
func startsList(b []byte) bool {
	for len(b) > 0 {
		line, rest, _ := bytes.Cut(b, []byte("\n"))
		if !voidLine(bytes.TrimRight(line, "\r")) && line[0] != '%' {
			text := bytes.TrimSpace(line)
			return text[0] == '-' && (len(text) == 1 || text[1] == ' ')
		}
		b = rest
	}
	return false
}

// firstByte is the first byte that is no white space, 0 if there is none.
func firstByte(b []byte) byte {
	b = bytes.TrimLeft(b, " \t\r\n")
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

// actions reports whether the text holds {{ }} of Go templates or Jinja.
func actions(b []byte) bool { return has(b, "{{") }
