package run

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/scangate/scangate/internal/config"
	"github.com/scangate/scangate/internal/report"
)

// maxTemplate is how long a template may be, in bytes.
const maxTemplate = 1 << 20

// readTemplate reads the template that --template names, before anything is sent: what is wrong in
// it would leave a finished run without its report.
func (o *outputs) readTemplate(cfg *config.Config) error {
	wanted := o.stdout == report.FromTemplate
	for i, f := range o.files {
		if f.Format != report.FromTemplate {
			continue
		}
		wanted = true
		if cfg.Template != "" && isSameFile(f.Path, cfg.Template) {
			o.files = slices.Delete(o.files, i, i+1) // nothing removes it
			return usagef("--output template: %q is the template itself; fix: write the report to another file", f.Path)
		}
	}
	switch {
	case !wanted && cfg.Template == "":
		return nil
	case !wanted:
		return usagef("%s: no report is made of it; fix: add -o template=PATH", cfg.Origin("template"))
	case cfg.Template == "":
		return usagef("--output template: no template is given; fix: add --template FILE (see scangate help templates)")
	}
	content, err := readTemplateFile(cfg.Template)
	if err != nil {
		return usagef("%s: %q: %w; fix: see scangate help templates", cfg.Origin("template"), cfg.Template, plainCause(err))
	}
	if o.template, err = report.ParseTemplate(cfg.Template, content); err != nil {
		return usagef("%s: %w; fix: see scangate help templates for the names and functions", cfg.Origin("template"), err)
	}
	return nil
}

func readTemplateFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxTemplate+1))
	if err == nil && len(content) > maxTemplate {
		err = fmt.Errorf("larger than %d MiB", maxTemplate>>20)
	}
	return string(content), err
}
