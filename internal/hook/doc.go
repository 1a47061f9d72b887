// Package hook reads what git tells its hooks, and installs hooks that start this program.
package hook
