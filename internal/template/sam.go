package template

import (
	"github.com/scangate/scangate/internal/result"
	"github.com/scangate/scangate/internal/template/tree"
)

// ImageFunction is a Lambda function whose image `sam build` makes from a Dockerfile. The template
// that is deployed names that image: ImageUri is replaced.
type ImageFunction struct {
	Name  string
	Range result.Range
	// Metadata are the keys Dockerfile, DockerContext, DockerTag, DockerBuildTarget and
	// DockerBuildArgs, with the functions of CloudFormation replaced.
	Metadata *tree.Node
	// Architecture is x86_64 or arm64 as written, "" for the default.
	Architecture string
}

// imageFunction returns the function that a resource declares, nil if `sam build` makes no image of
// it.
func (in *intrinsics) imageFunction(e tree.Entry, r Resource) *ImageFunction {
	if r.Type != "AWS::Serverless::Function" && r.Type != "AWS::Lambda::Function" || r.Body.Get("PackageType").Str() != "Image" {
		return nil
	}
	metadata := e.Value.Get("Metadata")
	if metadata.Get("Dockerfile") == nil || metadata.Get("DockerContext") == nil || metadata.Get("SkipBuild").Scalar() == "true" {
		return nil
	}
	architectures := r.Body.All("Architectures")
	if common := in.globals.Get("Function", "Architectures"); len(architectures) == 0 && common != nil {
		architectures = in.eval(common).All()
	}
	f := &ImageFunction{Name: e.Key, Range: r.Range, Metadata: in.eval(metadata)}
	if len(architectures) > 0 {
		f.Architecture = architectures[0].Str()
	}
	return f
}
