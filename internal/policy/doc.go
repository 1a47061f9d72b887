// Package policy reads and writes the files of a policy beside the config file: the baseline.
package policy
