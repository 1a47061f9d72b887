package discover

// ImagePlace is a kind of file that names images.
type ImagePlace struct {
	File string
	// Places are the instructions, keys or blocks that hold them.
	Places string
}

// ImagePlaces lists where images are looked for.
func ImagePlaces() []ImagePlace {
	return []ImagePlace{
		{"Dockerfile", "`FROM`, `COPY --from`, `RUN --mount=from=`, and these after `ONBUILD`"},
	}
}
