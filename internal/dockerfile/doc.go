// Package dockerfile finds the images that a Dockerfile names, with their lines: in FROM,
// COPY --from and RUN --mount=from=. It splits a file as BuildKit's parser does, with which a test
// compares it. The rules for variables are BuildKit's.
//
// It checks the FROM instructions and the ARG instructions before the first stage.
// It ignores the other flags and arguments of other instructions, so that a newer
// Dockerfile syntax is not an error.
package dockerfile
