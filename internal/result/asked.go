package result

import "fmt"

// Source is where the user stated something.
type Source struct {
	// Setting is the flag, the variable or the key of the config file, such as --exclude,
	// SCANGATE_EXCLUDE or targets.exclude.
	Setting string
	// Place is path:line:column in a config file, else "".
	Place string
	// Location is the place if it lies in the repository.
	Location *Location
}

// String returns [path:line:column: ]setting.
func (s Source) String() string {
	if s.Place == "" {
		return s.Setting
	}
	return s.Place + ": " + s.Setting
}

// Notice returns a notice about what was stated there.
func (s Source) Notice(format string, args ...any) Notice {
	what := fmt.Sprintf(format, args...)
	if s.Location == nil {
		return Notice{Text: s.String() + ": " + what}
	}
	return Notice{Text: s.Setting + ": " + what, Path: s.Location.Path, Line: s.Location.Line}
}

// NamedImage is an image that a flag, a variable or the config file names.
type NamedImage struct {
	Ref string
	// Location is that of a [Source].
	Location *Location
}

// BuildArg is a value for an ARG of Dockerfiles.
type BuildArg struct {
	// Dockerfile is the path of a Dockerfile or of the folder that it lies in; "" gives
	// the value to every Dockerfile.
	Dockerfile  string
	Name, Value string
	Source      Source
}
